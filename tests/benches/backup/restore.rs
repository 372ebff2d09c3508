//! What visitors notice when a backup is put back, and when a copy is.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use isso_tests::table::{Table, ms, secs};
use isso_tests::{Site, Up, free_address};

use crate::database;
use crate::load::{Load, Shot, failed, slowest};
use crate::made::{back_up, newest};

/// What visitors notice when a backup is put back, and when a copy is.
pub fn restore(table: &mut Table, site: &Site, work: &Path) {
    let plain = work.join("plain.db");
    std::fs::copy(database(site), &plain).expect("there is room");
    back_up(site, work);
    let backup = newest(&work.join("backups"));
    let backup = backup.to_str().expect("the path is text");

    // The second `up` is to find the port free.
    let address = free_address();
    let mut up = site.up_on(&address.to_string(), &[]);
    up.wait_for_line("Isso serves");
    let (ours, took) = outage(&up, || {
        site.ok(&["backup", "restore", backup, "--yes"]);
    });
    table.none("restore of 1 GiB under the same load: failed", failed(&ours));
    table.row("  slowest of all requests", &ms(slowest(&ours)));
    table.row("  it takes, with unpacking and checking", &secs(took));
    let _ = std::fs::remove_dir_all(site.data().join("backups"));

    let mut second = None;
    let (plainly, took) = outage(&up, || {
        site.ok(&["stop"]);
        std::fs::copy(&plain, database(site)).expect("there is room");
        second = Some(again(site, address));
    });
    table.row(
        "stop, cp, start under the same load: failed",
        &failed(&plainly).to_string(),
    );
    table.row("  it takes, unchecked", &secs(took));
    site.ok(&["stop"]);
    let mut second = second.expect("it was started");
    second.wait().expect("it is our child");
}

/// Starts `up` on the same address, and waits until Isso serves.
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
