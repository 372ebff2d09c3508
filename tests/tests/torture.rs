//! Short forms of `make torture`: what is counted must be right on any machine; how long it takes is
//! measured there.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use isso_tests::torture::scenarios::{
    Hang, Interrupted, Stage, break_settings, burst, hang, kill_create, kill_master_idle, kill_master_under_load,
    kill_restore, kill_restore_alone, kill_supervisor, kill_up_in_restore, kill_worker, mails_and_reloads, reload,
    slow_comment, stop_workers,
};
use isso_tests::torture::{Deployment, Keeper, Shape, Tally, template};

#[test]
fn changes_cost_no_request_however_many_come() {
    let _alone = alone();
    check_reloads(Keeper::Up, 4, Shape::Saturating(8));
}

#[test]
fn changes_cost_no_comment() {
    let _alone = alone();
    check_reloads(Keeper::Up, 4, Shape::Mixed(50));
}

#[test]
fn changes_that_come_too_fast_are_folded() {
    let _alone = alone();
    let mut up = start(Keeper::Up);
    let burst = burst(&mut up, 15, Duration::from_millis(150), Shape::Mixed(50));
    check(&burst.tally);
    assert!((1..=2).contains(&burst.at_once), "{}", burst.at_once);
    assert!(burst.started < 15, "{}", burst.started);
}

#[test]
fn supervise_does_the_same_as_the_first_process_with_settings_that_it_cannot_write() {
    let _alone = alone();
    let mut deployment = check_reloads(Keeper::SuperviseFirst, 3, Shape::Mixed(50));
    check_kills(&mut deployment);
}

#[test]
fn supervise_does_the_same_for_an_ordinary_user() {
    let _alone = alone();
    let mut deployment = check_reloads(Keeper::SuperviseUser, 3, Shape::Mixed(50));
    check_kills(&mut deployment);
}

#[test]
fn isso_serves_while_its_successor_waits_for_silent_servers() {
    let _alone = alone();
    let mut up = start(Keeper::Up);
    let Hang { tally, tried, .. } = hang(&mut up, Some(2), 1, Shape::Reading(50));
    check(&tally);
    assert_eq!(tried, 2, "Isso has waited for both");
}

#[test]
fn no_edit_takes_isso_down() {
    let _alone = alone();
    let up = Deployment::start_with(Keeper::Up, template).expect("issoctl was built");
    // `make torture` makes all of these edits.
    let broken = break_settings(&up, 4, Shape::Reading(20));
    check(&broken.tally);
    assert!(broken.said.len() > 10, "{:?}", broken.said);
    assert_eq!(broken.down, Vec::<&str>::new());
}

#[test]
fn killed_processes_are_replaced() {
    let _alone = alone();
    check_kills(&mut start(Keeper::Up));
}

#[test]
fn workers_that_hang_are_replaced() {
    let _alone = alone();
    let up = start(Keeper::Up);
    let (tally, _) = stop_workers(&up, Shape::Reading(20));
    assert_eq!(tally.refused, 0, "{tally}");
    up.answers().expect("Isso answers");
}

#[test]
fn a_comment_under_way_and_its_mail_survive_a_change() {
    let _alone = alone();
    let mut up = start(Keeper::Up);
    let (answer, _) = slow_comment(&mut up, 3);
    assert_eq!(answer.expect("it is answered").status, 201);
    assert_eq!(mails_and_reloads(&mut up, 2, Duration::from_secs(1)).len(), 2);
}

#[test]
fn killed_backups_and_restores_leave_one_whole_state() {
    let _alone = alone();
    // A fixed seed gives the same moments each time, as far as the machine allows.
    let mut stage = Stage::new(2000, 1);
    let check_kills = |outcome: &Interrupted, kills: usize| {
        assert_eq!(outcome.kills, kills);
        assert_eq!(outcome.wrong, Vec::<String>::new());
        assert_eq!(outcome.lost, Vec::<String>::new());
        assert_eq!(outcome.unclean, Vec::<String>::new());
        // On a busy machine a restore takes longer than requests wait.
        assert_eq!(outcome.tally.failed_otherwise(), 0, "{}", outcome.tally);
    };
    check_kills(&kill_create(&mut stage, 4), 4);
    check_kills(&kill_restore(&mut stage, 2), 2);
    check_kills(&kill_restore_alone(&mut stage, 4), 4);
    check_kills(&kill_up_in_restore(&mut stage, 4), 4);
}

fn check_reloads(keeper: Keeper, times: usize, shape: Shape) -> Deployment {
    let mut deployment = start(keeper);
    let outcome = reload(&mut deployment, times, shape);
    check(&outcome.tally);
    assert_eq!(outcome.stale, Vec::<String>::new());
    assert_eq!(outcome.lost, Vec::<String>::new());
    deployment
}

fn check_kills(deployment: &mut Deployment) {
    let masters = kill_master_under_load(deployment, 3, Shape::Mixed(50)).tally;
    assert_eq!(masters.refused, 0, "{masters}");
    kill_master_idle(deployment);
    let (worker, _) = kill_worker(deployment, Shape::Mixed(50));
    assert_eq!(worker.refused, 0, "{worker}");
    let (left, _) = kill_supervisor(deployment);
    assert_eq!(left, [], "nothing outlives the supervisor");
}

fn check(tally: &Tally) {
    assert_eq!(tally.failed(), 0, "{tally}");
    assert!(tally.requests() > 0);
}

fn start(keeper: Keeper) -> Deployment {
    Deployment::start(keeper).expect("issoctl was built")
}

/// One load at a time: each is made for the whole machine.
fn alone() -> MutexGuard<'static, ()> {
    static MACHINE: Mutex<()> = Mutex::new(());
    MACHINE.lock().unwrap_or_else(PoisonError::into_inner)
}
