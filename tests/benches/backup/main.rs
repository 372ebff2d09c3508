//! `make bench`, the part about backups: a database of 1 GiB under an Isso that serves, and beside it what a person would
//! otherwise do, in one run.

mod load;
mod others;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use isso_tests::{Site, Up};
use rusqlite::{Connection, ErrorCode, OpenFlags};

use self::load::{Load, Shot, between, failed, p99_of_comments, slowest};
use self::others::OTHERS;

const GIB: u64 = 1 << 30;
const CALM: Duration = Duration::from_secs(10);

fn main() {
    let only: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with('-'))
        .collect();
    let wanted = |name: &str| only.is_empty() || only.iter().any(|part| name.contains(&**part));
    let site = large_site();
    let work = tempfile::tempdir().expect("a temporary folder can be made");
    println!("{:<52} {:>10}  {:>10}", "", "measured", "goal");
    if wanted("serving") {
        serving(&site, work.path());
    }
    if wanted("others") {
        alone(&site, work.path());
        beside(&site, work.path());
    }
    if wanted("cp") {
        copies(&site, work.path());
    }
    if wanted("restore") {
        restore(&site, work.path());
    }
}

fn row(name: &str, measured: &str, goal: &str) {
    println!("{name:<52} {measured:>10}  {goal:>10}");
}

/// An Isso with a database of 1 GiB that takes every comment.
fn large_site() -> Site {
    let site = Site::new();
    site.set_password();
    let settings = ["moderationEnabled=false", "guard.enabled=false"];
    site.ok(&[&["action", "run", "configure-server"], &settings[..]].concat());
    let python = std::env::var_os("ISSO_TEST_PYTHON").expect("`make bench` sets it");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/backup/large.py");
    let mut make = Command::new(python);
    make.arg(script).arg(database(&site)).arg(GIB.to_string());
    let made = make.stderr(Stdio::null()).status().expect("Python runs");
    assert!(made.success(), "Isso makes a database");
    // Or what follows would be measured while the disk is still busy with it.
    Command::new("sync").status().expect("coreutils has sync");
    site
}

fn database(site: &Site) -> PathBuf {
    site.data().join("db/comments.db")
}

/// What visitors notice of a backup.
fn serving(site: &Site, work: &Path) {
    let up = site.serving_again();
    let load = Load::start(up.address());
    let (mut calm, mut backups) = (Vec::new(), Vec::new());
    // In turn, for a machine is not the same all the time.
    for _ in 0..3 {
        std::thread::sleep(Duration::from_secs(2));
        calm.push(Instant::now());
        std::thread::sleep(CALM);
        backups.push(back_up(site, work));
    }
    let shots = load.finish();
    let before = calm.into_iter().map(|it| (it, it + CALM));
    let during = backups.iter().map(|it| (it.began, it.ended));
    let all = |(from, to)| between(&shots, from, to);
    let (before, during): (Vec<Shot>, Vec<Shot>) = (
        before.flat_map(all).collect(),
        during.flat_map(all).collect(),
    );
    let (p99, p99_before) = (p99_of_comments(&during), p99_of_comments(&before));
    row(
        "1 GiB, 20 comments and 50 reads a second: failed",
        &failed(&during).to_string(),
        "0",
    );
    row("  comments: p99 without a backup", &ms(p99_before), "");
    row("  comments: p99 during a backup", &ms(p99), "");
    let ratio = p99.as_secs_f64() / p99_before.as_secs_f64();
    row("    ratio", &format!("{ratio:.2}"), "<= 2");
    row(
        "  slowest of all requests during a backup",
        &ms(slowest(&during)),
        "",
    );
    let took = backups.iter().map(|it| it.ended - it.began).max();
    row("  a backup takes", &s(took.expect("some were made")), "");
    let memory = backups.iter().map(|it| it.memory_kib).max();
    let mib = memory.expect("some were made") as f64 / 1024.0;
    row("  memory of its own", &format!("{mib:.1} MiB"), "<= 64 MiB");
}

struct Made {
    began: Instant,
    ended: Instant,
    memory_kib: u64,
}

/// Makes a backup, and looks how much memory that takes. The database itself, which it maps for an instant, is the
/// kernel's, and there anyway.
fn back_up(site: &Site, work: &Path) -> Made {
    let into = work.join("backups");
    let mut command = site.command(&["backup", "create", "--keep", "daily=1", "--to"]);
    command
        .arg(&into)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let began = Instant::now();
    let mut child = command.spawn().expect("issoctl runs");
    let mut memory_kib = 0;
    let status = loop {
        if let Some(status) = child.try_wait().expect("it is our child") {
            break status;
        }
        memory_kib = memory_kib.max(anonymous_kib(child.id()));
        std::thread::sleep(Duration::from_millis(5));
    };
    assert!(status.success(), "a backup is made");
    Made {
        began,
        ended: Instant::now(),
        memory_kib,
    }
}

fn anonymous_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    number.unwrap_or(0)
}

/// How fast everybody is when nobody else wants anything.
fn alone(site: &Site, work: &Path) {
    let size = std::fs::metadata(database(site))
        .expect("it is there")
        .len();
    let rate = |took: Duration| size as f64 / took.as_secs_f64() / f64::from(1 << 20);
    let made = back_up(site, work);
    let ours = rate(made.ended - made.began);
    row(
        "alone: issoctl backup create, compressed, verified",
        &format!("{ours:.0} MiB/s"),
        "",
    );
    for (name, script) in OTHERS {
        match copy(script, site, work) {
            Some(took) => row(
                &format!("  {name}, times as fast"),
                &format!("{:.1}", rate(took) / ours),
                "",
            ),
            None => row(&format!("  {name}"), "not here", ""),
        }
    }
}

/// What visitors notice of the others.
fn beside(site: &Site, work: &Path) {
    let up = site.serving_again();
    for (name, script) in OTHERS {
        let load = Load::start(up.address());
        std::thread::sleep(Duration::from_secs(3));
        let began = Instant::now();
        let copied = copy(script, site, work).is_some();
        // Who had to wait for it was sent by now.
        let ended = Instant::now();
        let shots = between(&load.finish(), began, ended);
        if !copied {
            row(&format!("{name} under the same load"), "gave up", "");
            continue;
        }
        row(
            &format!("{name} under the same load: failed"),
            &failed(&shots).to_string(),
            "",
        );
        row("  slowest of all requests", &ms(slowest(&shots)), "");
    }
}

/// How long a copy took, if there is one.
fn copy(script: &str, site: &Site, work: &Path) -> Option<Duration> {
    let into = work.join("copy");
    let _ = std::fs::remove_dir_all(&into);
    std::fs::create_dir(&into).expect("the folder can be made");
    let began = Instant::now();
    others::run(script, &database(site), &into).then(|| began.elapsed())
}

/// What `cp` makes of a database that is written to: 20 comments a second, and no wait.
fn copies(site: &Site, work: &Path) {
    const COPIES: usize = 20;
    let up = site.serving_again();
    let load = Load::start(up.address());
    std::thread::sleep(Duration::from_secs(2));
    let (mut corrupt, mut stale) = (0, 0);
    for _ in 0..COPIES {
        let known = acknowledged(&load.so_far());
        copy(OTHERS[0].1, site, work).expect("cp copies");
        match look(&work.join("copy/copy.db"), known) {
            Copy::Corrupt => corrupt += 1,
            Copy::Stale => stale += 1,
            Copy::Good => {}
        }
    }
    load.finish();
    row(
        "cp of a database in use: corrupt copies",
        &format!("{corrupt} of {COPIES}"),
        "",
    );
    row(
        "  copies that lack comments from before",
        &format!("{stale} of {COPIES}"),
        "",
    );
    drop(up);
    ours(site, work);
}

/// The same for backups, of which there are fewer, for each is looked at.
fn ours(site: &Site, work: &Path) {
    const BACKUPS: usize = 5;
    let up = site.serving_again();
    let load = Load::start(up.address());
    std::thread::sleep(Duration::from_secs(2));
    let mut bad = 0;
    for _ in 0..BACKUPS {
        let known = acknowledged(&load.so_far());
        back_up(site, work);
        let into = work.join("unpacked");
        let _ = std::fs::remove_dir_all(&into);
        let backup = newest(&work.join("backups"));
        let text = |path: &Path| path.to_str().expect("the path is text").to_owned();
        site.ok(&["backup", "restore", &text(&backup), "--into", &text(&into)]);
        if !matches!(look(&into.join("db/comments.db"), known), Copy::Good) {
            bad += 1;
        }
    }
    load.finish();
    row(
        "issoctl backup create: corrupt, or comments lacking",
        &format!("{bad} of {BACKUPS}"),
        "0",
    );
    drop(up);
}

/// The last comment that a visitor was told of.
fn acknowledged(shots: &[Shot]) -> i64 {
    shots
        .iter()
        .filter_map(|shot| shot.answered)
        .max()
        .unwrap_or(0)
}

enum Copy {
    Good,
    Corrupt,
    Stale,
}

fn look(copy: &Path, known: i64) -> Copy {
    let look = || -> rusqlite::Result<Copy> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
        let connection = Connection::open_with_flags(copy, flags)?;
        let text = |sql| connection.query_row(sql, [], |row| row.get::<_, String>(0));
        if text("PRAGMA integrity_check(1)")? != "ok" {
            return Ok(Copy::Corrupt);
        }
        // Ids have no gaps here, for nothing is deleted.
        let count: i64 = connection.query_row(
            "SELECT count(*) FROM comments WHERE id <= ?",
            [known],
            |row| row.get(0),
        )?;
        Ok(if count == known {
            Copy::Good
        } else {
            Copy::Stale
        })
    };
    look().unwrap_or_else(|error| match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Copy::Corrupt,
        _ => panic!("a copy can be opened: {error}"),
    })
}

fn newest(folder: &Path) -> PathBuf {
    let entries = std::fs::read_dir(folder).expect("backups were made");
    let paths = entries.map(|entry| entry.expect("it can be read").path());
    let backup = paths.filter(|path| path.extension().is_some_and(|it| it == "zst"));
    backup.max().expect("backups were made")
}

/// What visitors notice when a backup is put back, and when a copy is.
fn restore(site: &Site, work: &Path) {
    let plain = work.join("plain.db");
    std::fs::copy(database(site), &plain).expect("there is room");
    back_up(site, work);
    let backup = newest(&work.join("backups"));
    let backup = backup.to_str().expect("the path is text");

    let up = site.serving_again();
    let address = up.address();
    let (ours, took) = outage(&up, || {
        site.ok(&["backup", "restore", backup, "--yes"]);
    });
    row(
        "restore of 1 GiB under the same load: failed",
        &failed(&ours).to_string(),
        "0",
    );
    row("  slowest of all requests", &ms(slowest(&ours)), "");
    row("  it takes, with unpacking and checking", &s(took), "");
    let _ = std::fs::remove_dir_all(site.data().join("backups"));

    let mut second = None;
    let (plainly, took) = outage(&up, || {
        site.ok(&["stop"]);
        std::fs::copy(&plain, database(site)).expect("there is room");
        second = Some(again(site, address));
    });
    row(
        "stop, cp, start under the same load: failed",
        &failed(&plainly).to_string(),
        "",
    );
    row("  it takes, unchecked", &s(took), "");
    site.ok(&["stop"]);
    let mut second = second.expect("it was started");
    second.wait().expect("it is our child");
}

/// Starts `up` on the same address, and waits until it serves.
fn again(site: &Site, address: SocketAddr) -> Child {
    let mut command = site.command(&["up", "--listen", &address.to_string()]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let child = command.spawn().expect("issoctl runs");
    isso_tests::wait_for(
        || site.run(&["status"]).status.success().then_some(()),
        || "Isso does not serve".to_owned(),
    );
    child
}

fn outage(up: &Up<'_>, work: impl FnOnce()) -> (Vec<Shot>, Duration) {
    let load = Load::start(up.address());
    std::thread::sleep(Duration::from_secs(2));
    let began = Instant::now();
    work();
    let took = began.elapsed();
    std::thread::sleep(Duration::from_secs(1));
    (load.finish(), took)
}

fn ms(duration: Duration) -> String {
    format!("{:.0} ms", duration.as_secs_f64() * 1000.0)
}

fn s(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}
