//! How what runs is ended.

use std::time::Duration;

use isso_daemon::{LogRing, Phase};
use isso_lifecycle::{Daemon, DaemonEvent};

use super::common::{PATIENCE, Rig, Site, group, until};

/// How long a stop may take.
const SOON: Duration = Duration::from_millis(300);

#[tokio::test]
async fn a_program_that_does_not_stop_is_killed() {
    let site = Site::new();
    let deaf = "
signal.signal(signal.SIGTERM, signal.SIG_IGN)
while os.fork() == 0:
    signal.pause()
serve()";
    let mut rig = Rig::with(&site, site.stand_in(deaf), PATIENCE, SOON).await;
    rig.start().await;
    let pid = rig.pid();
    assert_eq!(group(pid).len(), 2);
    rig.supervisor.stop().await.unwrap();
    assert_eq!(group(pid), Vec::<i32>::new());
    assert_eq!(rig.monitor.status().phase, Phase::Stopped);
}

#[tokio::test]
async fn a_stop_ends_a_start() {
    let site = Site::new();
    let mut rig = Rig::new(&site, site.stand_in("print('here', flush=True)\nsignal.pause()")).await;
    rig.supervisor.start().await.unwrap();
    until("the start", || !rig.log.tail(1).is_empty()).await;
    let pid = rig.pid();
    rig.supervisor.stop().await.unwrap();
    assert_eq!(group(pid), Vec::<i32>::new());
    let Rig {
        supervisor, mut events, ..
    } = rig;
    drop(supervisor);
    assert_eq!(events.recv().await, None, "nothing is told after a stop");
}

#[tokio::test]
async fn a_stop_ends_the_wait_for_a_restart() {
    let site = Site::new();
    let mut rig = Rig::new(&site, site.stand_in("sys.exit('no')")).await;
    assert!(rig.fail().await.ends_with(": no"));
    rig.supervisor.stop().await.unwrap();
    assert_eq!(rig.monitor.status().phase, Phase::Stopped);
    let Rig {
        supervisor, mut events, ..
    } = rig;
    drop(supervisor);
    assert_eq!(events.recv().await, None, "nothing is told after a stop");
}

#[tokio::test]
async fn a_dropped_handle_stops_what_runs() {
    let site = Site::new();
    let mut rig = Rig::new(&site, site.stand_in("serve()")).await;
    rig.start().await;
    let pid = rig.pid();
    drop(rig.supervisor);
    until("the end", || group(pid).is_empty()).await;
}

#[tokio::test]
async fn a_process_that_leaves_its_group_ends_with_its_generation() {
    let site = Site::new();
    let in_background = "
if os.fork() == 0:
    os.setsid()
    print('left', os.getpid(), flush=True)
    if os.fork() == 0:
        os.setsid()
        print('left', os.getpid(), flush=True)
    while True: signal.pause()
";
    let mut rig = Rig::new(&site, site.stand_in(&format!("{in_background}serve()"))).await;
    rig.start().await;
    until("the background", || pids(&rig.log, "left ").len() == 2).await;
    let left = pids(&rig.log, "left ");
    rig.supervisor.stop().await.unwrap();
    for pid in left {
        assert_eq!(group(pid), Vec::<i32>::new());
    }
}

#[tokio::test]
async fn a_daemon_is_ended_and_no_start_leaves_another() {
    let site = Site::new();
    // It has left its group before the program ends, or it would be ended with the group.
    let daemon = "
gone, leave = os.pipe()
if os.fork():
    os.read(gone, 1)
    os._exit(0)
os.setsid()
print('daemon', os.getpid(), flush=True)
os.write(leave, b'.')
serve()";
    let mut rig = Rig::new(&site, site.stand_in(daemon)).await;
    rig.supervisor.start().await.unwrap();
    // It may answer before it is known that the program has ended.
    let reason = loop {
        if let DaemonEvent::Exited(reason) = rig.event().await {
            break reason;
        }
    };
    assert!(reason.contains("exit status 0"), "{reason}");
    until("a daemon", || !pids(&rig.log, "daemon ").is_empty()).await;
    rig.supervisor.stop().await.unwrap();
    for pid in pids(&rig.log, "daemon ") {
        assert_eq!(group(pid), Vec::<i32>::new());
    }
}

/// The processes that a script has printed after this word.
fn pids(log: &LogRing, word: &str) -> Vec<i32> {
    let lines = log.tail(50);
    let pids = lines.iter().filter_map(|line| line.text.strip_prefix(word));
    pids.map(|pid| pid.parse().expect("it is a number")).collect()
}
