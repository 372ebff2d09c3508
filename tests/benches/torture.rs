//! `make torture`: what nobody should do to a comment server, and what it costs, beside what others
//! do with the same Isso. Exits with 1 when a goal is missed.

use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use isso_tests::torture::scenarios::{
    Broken, Burst, Comparison, Hang, Interrupted, Reloads, Sizes, Stage, break_settings, burst,
    compare, hang, idle, kill_create, kill_master_idle, kill_master_under_load, kill_restore,
    kill_restore_alone, kill_supervisor, kill_up_in_restore, kill_worker, locked,
    mails_and_reloads, reload, slow_comment, stop_workers,
};
use isso_tests::torture::{Deployment, Keeper, Shape, Tally, template};

/// More than any answer takes, fewer than this machine has processes.
const SATURATING: Shape = Shape::Saturating(16);

/// What is filled into the table.
type Part = fn(&mut Table);

fn main() -> ExitCode {
    // cargo passes `--bench`; anything else is the part to run.
    let only: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with('-'))
        .collect();
    let parts: [(&str, Part); 11] = [
        ("reload", reloads),
        ("burst", bursts),
        ("startup", startup),
        ("edit", edits),
        ("kill", kills),
        ("work", work),
        ("supervise", supervise),
        ("locked", locked_gate),
        ("stop", stop),
        ("backup", backup),
        ("compare", comparison),
    ];
    let mut table = Table::begin();
    for (name, run) in parts {
        if only.is_empty() || only.iter().any(|part| name.contains(part.as_str())) {
            run(&mut table);
        }
    }
    table.end()
}

fn reloads(table: &mut Table) {
    let mut up = start(Keeper::Up);
    let outcome = reload(&mut up, 200, SATURATING);
    table.reloads("up, 200 changes, saturated", &outcome);
    let mut up = start(Keeper::Up);
    let outcome = reload(&mut up, 100, Shape::Mixed(100));
    table.reloads("up, 100 changes, 100/s, a fifth comments", &outcome);
}

fn bursts(table: &mut Table) {
    let mut up = start(Keeper::Up);
    let Burst {
        tally,
        at_once,
        started,
    } = burst(&mut up, 50, Duration::from_millis(150), Shape::Mixed(100));
    table.failed("up, 50 changes in 8 s, 100/s: failed", &tally);
    table.row(
        "  gunicorns at one time",
        &at_once.to_string(),
        at_once <= 2,
        "<= 2",
    );
    table.row(
        "  gunicorns started",
        &started.to_string(),
        started < 50,
        "< 50",
    );
}

fn startup(table: &mut Table) {
    let mut up = start(Keeper::Up);
    let hangs = [
        ("silent mail server", Some(10), 0, 10),
        ("1 silent website", None, 1, 5),
        ("3 silent websites", None, 3, 15),
        ("both", Some(10), 3, 25),
    ];
    for (name, mail, websites, seconds) in hangs {
        let Hang { tally, took, tried } = hang(&mut up, mail, websites, Shape::Reading(100));
        let all = tried == websites + usize::from(mail.is_some());
        let name = format!("up, {name}: failed");
        table.failed(&name, &tally);
        let aim = Duration::from_secs(seconds + 2);
        table.row(
            "  in force once Isso is through",
            &secs(took),
            all && took < aim,
            &format!("{seconds}-{} s", aim.as_secs()),
        );
    }
}

fn edits(table: &mut Table) {
    let up = Deployment::start_with(Keeper::Up, template).expect("issoctl was built");
    let Broken { tally, said, down } = break_settings(&up, 1, Shape::Reading(20));
    table.failed(
        &format!("up, {} edits that go wrong, 20/s: failed", said.len()),
        &tally,
    );
    table.row(
        "  while one of them stood, the status said serving",
        &format!("{} times", said.len() - down.len()),
        down.is_empty(),
        &said.len().to_string(),
    );
    table.said = said;
}

fn kills(table: &mut Table) {
    let mut up = start(Keeper::Up);
    kill_rows(table, "up", &mut up);
}

fn kill_rows(table: &mut Table, who: &str, deployment: &mut Deployment) {
    let aim = Duration::from_millis(600);
    let masters = kill_master_under_load(deployment, 20, Shape::Mixed(100));
    let refused = masters.tally.refused;
    table.row(
        &format!("{who}, master killed 20 times, 100/s: refused"),
        &refused.to_string(),
        refused == 0,
        "0",
    );
    let lost = masters.tally.failed() - refused;
    table.row(
        "  requests in hand that were lost",
        &lost.to_string(),
        true,
        "",
    );
    table.aim("  replaced, first", masters.took[0], aim);
    table.aim("  replaced, twentieth", masters.took[19], aim);
    table.aim("  replaced, slowest", slowest(&masters.took), aim);
    let idle: Vec<_> = (0..5).map(|_| kill_master_idle(deployment)).collect();
    table.aim(
        &format!("{who}, idle master killed 5 times: slowest"),
        slowest(&idle),
        aim,
    );
    let (tally, took) = kill_worker(deployment, Shape::Mixed(100));
    table.row(
        &format!("{who}, worker killed, 100/s: failed"),
        &tally.failed().to_string(),
        tally.failed() <= 1,
        "<= 1",
    );
    table.aim("  replaced", took, Duration::from_secs(1));
    let (left, took) = kill_supervisor(deployment);
    table.row(
        &format!("{who}, supervisor killed: processes left"),
        &left.len().to_string(),
        left.is_empty(),
        "0",
    );
    table.aim(
        "  serves again after the next start",
        took,
        Duration::from_secs(2),
    );
}

fn stop(table: &mut Table) {
    for (who, keeper) in [("up", Keeper::Up), ("supervise", Keeper::Supervise)] {
        let deployment = start(keeper);
        let (tally, took) = stop_workers(&deployment, Shape::Reading(20));
        table.aim(
            &format!("{who}, all workers stopped, 20/s: repaired"),
            took,
            Duration::from_secs(5),
        );
        table.row(
            "  requests in hand that were lost",
            &tally.failed().to_string(),
            tally.refused == 0,
            "",
        );
        if tally.failed() > 0 {
            eprintln!("{tally}");
        }
    }
}

fn work(table: &mut Table) {
    let mut up = start(Keeper::Up);
    let (answer, took) = slow_comment(&mut up, 5);
    let status = answer.as_ref().map_or_else(
        |failure| format!("{failure:?}"),
        |answer| answer.status.to_string(),
    );
    table.row(
        "up, change during a comment of 5 s: its status",
        &status,
        status == "201",
        "201",
    );
    table.row("  in force after", &secs(took), true, "");
    let mails = mails_and_reloads(&mut up, 20, Duration::from_secs(2)).len();
    table.row(
        "up, 20 comments, mail takes 2 s, changes: mails",
        &mails.to_string(),
        mails == 20,
        "20",
    );
}

fn supervise(table: &mut Table) {
    let places = [
        ("supervise, pid 1", Keeper::SuperviseFirst),
        ("supervise, user", Keeper::SuperviseUser),
    ];
    for (who, keeper) in places {
        let mut deployment = start(keeper);
        let outcome = reload(&mut deployment, 30, Shape::Mixed(100));
        table.reloads(&format!("{who}, 30 changes, 100/s"), &outcome);
        kill_rows(table, who, &mut deployment);
    }
    let idle = idle(&start(Keeper::Up), Duration::from_secs(30));
    table.row(
        "up: memory (RSS)",
        &mib(idle.resident),
        idle.resident <= 10 * 1024,
        "<= 10 MiB",
    );
    table.row(
        "  wake-ups a second, idle",
        &format!("{:.2}", idle.wake_ups),
        idle.wake_ups < 0.5,
        "0",
    );
    table.row(
        "  CPU, idle",
        &format!("{:.3} %", idle.cpu),
        idle.cpu <= 0.05,
        "<= 0.05 %",
    );
}

fn locked_gate(table: &mut Table) {
    for (who, keeper) in [("up", Keeper::Up), ("supervise", Keeper::Supervise)] {
        let outcome = locked(keeper, Duration::from_secs(30), 10_000, 300);
        table.row(
            &format!("{who} without a password: wrong answers of 10,300"),
            &outcome.wrong.len().to_string(),
            outcome.wrong.is_empty(),
            "0",
        );
        table.row(
            "  memory (RSS), idle",
            &mib(outcome.idle.resident),
            true,
            "",
        );
        table.row(
            "  memory (RSS) after all of them",
            &mib(outcome.resident),
            true,
            "",
        );
        table.row(
            "  wake-ups a second, idle",
            &format!("{:.2}", outcome.idle.wake_ups),
            outcome.idle.wake_ups < 0.5,
            "0",
        );
        table.row(
            "  CPU, idle",
            &format!("{:.3} %", outcome.idle.cpu),
            outcome.idle.cpu <= 0.05,
            "<= 0.05 %",
        );
    }
}

fn backup(table: &mut Table) {
    let seed = seed();
    let mut stage = Stage::new(10_000, seed);
    table.row(
        "backup: seed of the random moments (ISSO_TEST_SEED)",
        &seed.to_string(),
        true,
        "",
    );
    let size = mib(stage.size() / 1024);
    table.row("  the database", &size, true, "");
    let outcome = kill_create(&mut stage, 250);
    table.interrupted("up, `backup create` killed, 20/s", &outcome);
    let outcome = kill_restore(&mut stage, 63);
    table.interrupted("up, `backup restore` killed, 20/s", &outcome);
    let outcome = kill_restore_alone(&mut stage, 62);
    table.interrupted("`backup restore` killed, no up", &outcome);
    let outcome = kill_up_in_restore(&mut stage, 125);
    table.interrupted("up killed in a restore, 20/s", &outcome);
}

/// Another one each time, unless somebody wants to see the same again.
fn seed() -> u64 {
    let given = std::env::var("ISSO_TEST_SEED").ok();
    given.map_or_else(
        || {
            let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
            now.map_or(1, |now| u64::from(now.subsec_nanos()))
        },
        |seed| seed.parse().expect("ISSO_TEST_SEED is a number"),
    )
}

fn comparison(table: &mut Table) {
    let sizes = Sizes {
        idle: Duration::from_secs(30),
        reloads: 10,
        kills: 5,
        quiet: 2,
        shape: Shape::Mixed(100),
    };
    let keepers = [
        Keeper::Supervise,
        Keeper::Nobody,
        Keeper::Supervisord,
        Keeper::S6,
        Keeper::Runit,
    ];
    let all = keepers.map(|keeper| compare(keeper, sizes));
    let ours = all[0].as_ref().expect("issoctl was built");
    let mut each = |name: &str, goal: &str, met: bool, figure: &dyn Fn(&Comparison) -> String| {
        let figures = all
            .each_ref()
            .map(|one| one.as_ref().map_or("not there".into(), figure));
        table.wide(name, &figures, met, goal);
    };
    let none = "-".to_owned();
    let per = |tally: &Tally, times: usize| format!("{:.1}", tally.failed() as f64 / times as f64);
    let idle = &ours.idle;
    let busy = |one: &Comparison, figure: String| {
        if one.idle.resident == 0 {
            none.clone()
        } else {
            figure
        }
    };
    each(
        "supervise: memory (RSS)",
        "<= 6 MB",
        idle.resident * 1024 <= 6_000_000,
        &|one| {
            busy(
                one,
                format!("{:.1} MB", one.idle.resident as f64 * 1.024e-3),
            )
        },
    );
    each("  CPU, idle", "<= 0.05 %", idle.cpu <= 0.05, &|one| {
        busy(one, format!("{:.3} %", one.idle.cpu))
    });
    each(
        "  wake-ups a second, idle",
        "0",
        idle.wake_ups < 0.5,
        &|one| busy(one, format!("{:.2}", one.idle.wake_ups)),
    );
    let failed = ours.reloads.tally.failed() + ours.reloads.lost.len();
    each(
        "change, 100/s: failed requests a change",
        "0",
        failed == 0,
        &|one| per(&one.reloads.tally, sizes.reloads),
    );
    each("  in force after (median)", "", true, &|one| {
        secs(median(&one.reloads.took))
    });
    each("  slowest answer", "", true, &|one| {
        secs(one.reloads.tally.within(1.0))
    });
    let kills = ours.under_load.as_ref().expect("supervise replaces it");
    each(
        "master killed, 100/s: failed requests a kill",
        "",
        true,
        &|one| {
            one.under_load
                .as_ref()
                .map_or(none.clone(), |kills| per(&kills.tally, sizes.kills))
        },
    );
    each(
        "  clean again after (slowest)",
        "<= 0.5 s",
        slowest(&kills.took) <= Duration::from_millis(500),
        &|one| {
            one.under_load
                .as_ref()
                .map_or(none.clone(), |kills| secs(slowest(&kills.took)))
        },
    );
    each(
        "master killed, idle: clean again after (slowest)",
        "<= 0.5 s",
        slowest(&ours.quiet) <= Duration::from_millis(500),
        &|one| {
            if one.quiet.is_empty() {
                none.clone()
            } else {
                secs(slowest(&one.quiet))
            }
        },
    );
}

fn start(keeper: Keeper) -> Deployment {
    Deployment::start(keeper).expect("issoctl was built")
}

/// One table, a row as soon as it is known.
struct Table {
    missed: usize,
    /// What the status said of each broken edit, for the end.
    said: Vec<(&'static str, String)>,
}

impl Table {
    fn begin() -> Self {
        let table = Self {
            missed: 0,
            said: Vec::new(),
        };
        table.print(
            "",
            "goal",
            &["issoctl", "by hand", "supervisord", "s6", "runit"],
        );
        table
    }

    fn row(&mut self, name: &str, measured: &str, met: bool, goal: &str) {
        self.wide(name, &[measured.to_owned()], met, goal);
    }

    fn wide(&mut self, name: &str, figures: &[String], met: bool, goal: &str) {
        let figures: Vec<&str> = figures.iter().map(String::as_str).collect();
        if met {
            self.print(name, goal, &figures);
        } else {
            self.missed += 1;
            self.print(name, &format!("MISSED {goal}"), &figures);
        }
    }

    fn aim(&mut self, name: &str, took: Duration, aim: Duration) {
        self.row(
            name,
            &secs(took),
            took <= aim,
            &format!("<= {} s", aim.as_secs_f64()),
        );
    }

    fn failed(&mut self, name: &str, tally: &Tally) {
        self.row(name, &tally.failed().to_string(), tally.failed() == 0, "0");
        self.row("  of requests", &tally.requests().to_string(), true, "");
        if tally.failed() > 0 {
            eprintln!("{tally}");
        }
    }

    fn reloads(&mut self, name: &str, outcome: &Reloads) {
        self.failed(&format!("{name}: failed"), &outcome.tally);
        let (took, tally) = (&outcome.took, &outcome.tally);
        self.row("  in force after, median", &secs(median(took)), true, "");
        self.row("  in force after, slowest", &secs(slowest(took)), true, "");
        self.row("  slowest answer", &secs(tally.within(1.0)), true, "");
        self.row(
            "  answers by settings of before",
            &outcome.stale.len().to_string(),
            outcome.stale.is_empty(),
            "0",
        );
        let lost = outcome.lost.len();
        self.row(
            "  comments taken and lost",
            &format!("{lost} of {}", tally.posted.len()),
            lost == 0,
            "0",
        );
        // What is kept of the log fills up meanwhile.
        let memory = &outcome.resident;
        let (half, all) = (memory[memory.len() / 2], memory[memory.len() - 1]);
        self.row(
            "  supervisor's memory after the first of them",
            &mib(memory[0]),
            true,
            "",
        );
        self.row("  after half of them", &mib(half), true, "");
        self.row(
            "  after all of them",
            &mib(all),
            all <= half + 256,
            "+ 0.25 MiB",
        );
    }

    fn interrupted(&mut self, name: &str, outcome: &Interrupted) {
        let Interrupted {
            tally,
            took,
            kills,
            halfway,
            new,
            wrong,
            taken,
            lost,
            unclean,
        } = outcome;
        self.row(&format!("{name}: kills"), &kills.to_string(), true, "");
        self.row("  random moments within", &secs(*took), true, "");
        if *halfway > 0 {
            let halfway = halfway.to_string();
            self.row("  while files were being put in place", &halfway, true, "");
        }
        self.row("  the new state stood", &new.to_string(), true, "");
        let mut none = |what: &str, found: &[String]| {
            self.row(what, &found.len().to_string(), found.is_empty(), "0");
            found.iter().for_each(|found| eprintln!("  {found}"));
        };
        none("  wrong states", wrong);
        none("  unclean starts", unclean);
        if *taken > 0 {
            none("  comments taken and lost", lost);
            self.row("  of comments", &taken.to_string(), true, "");
        }
        if tally.requests() > 0 {
            self.failed("  failed", tally);
        }
    }

    fn print(&self, name: &str, goal: &str, figures: &[&str]) {
        let figure = |n: usize| figures.get(n).copied().unwrap_or_default();
        let line = format!(
            "{name:<58} {:>10} {goal:>17} {:>10} {:>11} {:>9} {:>9}",
            figure(0),
            figure(1),
            figure(2),
            figure(3),
            figure(4)
        );
        println!("{}", line.trim_end());
    }

    fn end(self) -> ExitCode {
        if !self.said.is_empty() {
            println!("\nWhat the status said of each edit:");
        }
        for (edit, said) in &self.said {
            println!("  {edit}: {said}");
        }
        if self.missed == 0 {
            return ExitCode::SUCCESS;
        }
        println!("{} goals missed", self.missed);
        ExitCode::FAILURE
    }
}

fn secs(duration: Duration) -> String {
    format!("{:.2} s", duration.as_secs_f64())
}

fn mib(kib: u64) -> String {
    format!("{:.1} MiB", kib as f64 / 1024.0)
}

fn median(all: &[Duration]) -> Duration {
    let mut sorted = all.to_vec();
    sorted.sort();
    sorted[sorted.len() / 2]
}

fn slowest(all: &[Duration]) -> Duration {
    all.iter().copied().max().unwrap_or_default()
}
