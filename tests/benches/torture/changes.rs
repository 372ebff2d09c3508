//! Changes of the settings, good and bad ones.

use std::time::Duration;

use isso_tests::table::{Table, ratio, secs};
use isso_tests::torture::scenarios::{
    Broken, Burst, Hang, break_settings, burst, hang, mails_and_reloads, reload, slow_comment,
};
use isso_tests::torture::{Deployment, Keeper, Shape, template};

use crate::bare::Bare;
use crate::start;

/// Enough visitors to keep every worker busy.
const SATURATING: Shape = Shape::Saturating(16);

/// How many starts by hand a change may take in addition to what Isso waits for silent servers.
const STARTS: f64 = 3.0;

pub fn reloads(table: &mut Table) {
    let mut up = start(Keeper::Up);
    let outcome = reload(&mut up, 100, SATURATING);
    table.reloads("up, 100 changes, saturated", &outcome);
    let mut up = start(Keeper::Up);
    let outcome = reload(&mut up, 60, Shape::Mixed(100));
    table.reloads("up, 60 changes, 100/s, a fifth comments", &outcome);
}

pub fn bursts(table: &mut Table) {
    let mut up = start(Keeper::Up);
    let Burst {
        tally,
        at_once,
        started,
    } = burst(&mut up, 50, Duration::from_millis(150), Shape::Mixed(100));
    table.failed("up, 50 changes in 8 s, 100/s: failed", &tally);
    table.goal("  gunicorns at one time", &at_once.to_string(), at_once <= 2, "<= 2");
    table.goal("  gunicorns started", &started.to_string(), started < 50, "< 50");
}

pub fn startup(table: &mut Table) {
    let mut up = start(Keeper::Up);
    let hangs = [
        ("silent mail server", Some(10), 0, 10),
        ("1 silent website", None, 1, 5),
        ("3 silent websites", None, 3, 15),
        ("both", Some(10), 3, 25),
    ];
    let mut bare = Bare::under(Shape::Reading(100));
    for (name, mail, websites, seconds) in hangs {
        let Hang { tally, took, tried } = hang(&mut up, mail, websites, Shape::Reading(100));
        let all = tried == websites + usize::from(mail.is_some());
        let name = format!("up, {name}: failed");
        table.failed(&name, &tally);
        bare.measure();
        let silence = Duration::from_secs(seconds);
        let rest = took.saturating_sub(silence);
        let (met, goal) = ratio(rest, bare.median(), STARTS);
        let name = format!("  in force after, of which Isso waits for them {seconds} s");
        let met = met && all && took >= silence;
        table.goal(&name, &secs(took), met, &format!("rest {goal}"));
    }
    bare.row(table);
}

pub fn edits(table: &mut Table) {
    let up = Deployment::start_with(Keeper::Up, template).expect("issoctl was built");
    let Broken { tally, said, down } = break_settings(&up, 1, Shape::Reading(20));
    table.failed(&format!("up, {} edits that go wrong, 20/s: failed", said.len()), &tally);
    table.goal(
        "  while one of them stood, the status said serving",
        &format!("{} times", said.len() - down.len()),
        down.is_empty(),
        &said.len().to_string(),
    );
    table.said = said;
}

pub fn work(table: &mut Table) {
    let mut up = start(Keeper::Up);
    let (answer, took) = slow_comment(&mut up, 5);
    let status = answer
        .as_ref()
        .map_or_else(|failure| format!("{failure:?}"), |answer| answer.status.to_string());
    table.goal(
        "up, change during a comment of 5 s: its status",
        &status,
        status == "201",
        "201",
    );
    table.row("  in force after", &secs(took));
    let mails = mails_and_reloads(&mut up, 20, Duration::from_secs(2)).len();
    table.goal(
        "up, 20 comments, mail takes 2 s, changes: mails",
        &mails.to_string(),
        mails == 20,
        "20",
    );
}
