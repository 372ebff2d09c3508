//! `issoctl status`.

use std::process::ExitCode;

use isso_host::daemon::{FailedRequests, Phase};
use isso_host::database::Unwritable;
use isso_host::lifecycle::{Named, State};
use isso_host::{Client, FileProblem, LockHolder, SettingsStatus, Status};
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::failure::Failure;
use crate::locate::DataFolder;
use crate::output::{BAD, BOLD, DIM, GOOD, Output, WARN};

/// Shows the status. Exits with 0 when Isso serves and can save comments.
pub async fn run(data: &DataFolder, output: Output) -> Result<ExitCode, Failure> {
    let Some(client) = Client::connect(data.path())? else {
        let holder = data.taken_by();
        if output.json {
            let holder = holder.map(|LockHolder(process)| json!({ "pid": process }));
            output.json(&json!({
                "state": "not-running", "serving": false, "takenBy": holder, "data": data.path(),
            }));
        } else if let Some(holder) = holder {
            output.line(&format!(
                "{WARN}not running yet{WARN:#}: {holder} installs or starts Isso on {}, or changes its files",
                data.path().display()
            ));
        } else {
            output.line(&format!(
                "{BAD}not running{BAD:#}: no `issoctl up` on {}",
                data.path().display()
            ));
            output.line(&data.with_folder("start it with `issoctl up`; if it runs, name its folder with --data DIR"));
        }
        return Ok(ExitCode::from(Failure::NOT_RUNNING));
    };
    let status = client.status(false).await?;
    let database = &status.database;
    let is_whole = database.damage.is_none() && database.unwritable.is_none();
    let code = match (status.serving, is_whole) {
        (true, true) => 0,
        (true, false) => Failure::FAILED,
        (false, _) => Failure::NOT_RUNNING,
    };
    if output.json {
        let mut value = serde_json::to_value(&status).expect("our own types have string keys");
        value["data"] = json!(data.path());
        output.json(&value);
    } else {
        print(&status, data, output);
    }
    Ok(ExitCode::from(code))
}

fn print(status: &Status, data: &DataFolder, output: Output) {
    let line = |name: &str, text: &str| output.line(&format!("{BOLD}{name:<10}{BOLD:#}{text}"));
    let supervisor = &status.supervisor;
    line("Isso", &headline(status));
    if !status.serving && !status.password_needed {
        line("Reason", &status.why());
        line("To do", &data.with_folder("see what it printed: issoctl logs"));
    }
    if status.password_needed && status.settings.reason.is_none() {
        let command = data.with_folder("issoctl action run set-admin-password");
        line("To do", &format!("{WARN}set an admin password:{WARN:#} {command}"));
    }
    if let Some(damage) = &status.database.damage {
        line("Database", &format!("{BAD}damaged{BAD:#} ({damage})"));
        let way = data.with_folder("restore one of the backups in: issoctl backup list");
        output.line(&format!("          {way}"));
    } else if let Some(error) = &status.database.error {
        line("Database", &format!("{WARN}not checked{WARN:#}: {error}"));
    }
    if let Some(Unwritable { reason, fix }) = &status.database.unwritable {
        let words = format!("{BAD}comments cannot be saved:{BAD:#} {reason}");
        line("Database", &words);
        output.line(&format!("          {BOLD}fix:{BOLD:#} {}", data.with_folder(fix)));
    }
    if let Some(words) = failed(&supervisor.failed_requests) {
        line("Errors", &format!("{WARN}{words}{WARN:#}"));
        output.line(&format!(
            "          {}",
            data.with_folder("see what Isso printed: issoctl logs")
        ));
    }
    settings(&status.settings, &line, output);
    if let Some(finishing) = status.finishing() {
        line("Finishing", &finishing);
    }
    line("Comments", &status.url);
    line("Admin", &format!("{}/admin/", status.url));
    line(
        "Websites",
        &if status.websites.is_empty() {
            data.with_folder("none may show comments yet: issoctl action run set-websites")
        } else {
            status.websites.join(", ")
        },
    );
    if let Some(words) = public_address(status) {
        line("Public", &data.with_folder(&words));
    }
    line(
        "Restarts",
        &format!(
            "{} {DIM}(generation {}){DIM:#}",
            supervisor.restarts, supervisor.generation
        ),
    );
    line("Data", &data.path().display().to_string());
}

/// The address at which browsers reach Isso, or how to set it. Nothing before there is a website, which comes first.
fn public_address(status: &Status) -> Option<String> {
    let to_do = "not set: links in mails lead where the Host header of a comment says: \
                 issoctl action run set-public-address";
    match &status.public_address {
        Some(address) => Some(address.clone()),
        None => (!status.websites.is_empty()).then(|| to_do.to_owned()),
    }
}

/// Formats how many requests the present gunicorn has failed to answer, and why the last one failed.
fn failed(requests: &FailedRequests) -> Option<String> {
    let last = requests.last.as_ref()?;
    let nanoseconds = i128::from(last.unix_ms) * 1_000_000;
    let time = OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).ok();
    let time = time.and_then(|time| time.replace_millisecond(0).ok()?.format(&Rfc3339).ok());
    let requests = match requests.count {
        1 => "1 request".to_owned(),
        count => format!("{count} requests"),
    };
    let (time, exception) = (time.unwrap_or_default(), &last.exception);
    Some(format!("{requests} answered with 500, the last at {time}: {exception}"))
}

/// Summarizes the state of Isso in a few words.
fn headline(status: &Status) -> String {
    let down = |words: &str| format!("{BAD}{words}{BAD:#}");
    let waits = |words: &str| format!("{WARN}{words}{WARN:#}");
    if status.serving {
        let version = status.probe.version.as_deref().unwrap_or("unknown");
        let beside = match status.backing_up {
            true => "; a backup is being made",
            false if status.state == State::Reloading => "; changed settings are being put in force",
            false => "",
        };
        return format!("{GOOD}serving{GOOD:#} (version {version}){beside}");
    }
    if status.password_needed {
        return match status.settings.reason {
            None => waits("waiting for an admin password"),
            Some(_) => down("not started, for its settings cannot be used"),
        };
    }
    if status.state == State::Restoring {
        return waits("stopped while a backup is put back");
    }
    let phase = match &status.supervisor.phase {
        Named::Known(phase) => phase,
        Named::Unknown(phase) => return waits(phase),
    };
    match phase {
        Phase::Serving | Phase::Reloading => down("runs, but does not answer as it should"),
        Phase::Waiting => down("down; it is started again by itself"),
        Phase::Starting => waits("starting"),
        Phase::Stopping => waits("stopping"),
        Phase::Stopped => down("stopped"),
    }
}

/// Prints why isso.cfg is not in force, with the lines that are wrong.
fn settings(settings: &SettingsStatus, line: &dyn Fn(&str, &str), output: Output) {
    let Some(reason) = &settings.reason else {
        return;
    };
    line("Settings", &format!("{BAD}not in force{BAD:#}"));
    if settings.problems.is_empty() {
        output.line(&format!("          {reason}"));
    }
    for problem in &settings.problems {
        let FileProblem {
            line,
            column,
            message,
            text,
            fix,
        } = problem;
        output.line(&format!("          isso.cfg:{line}:{column}: {message}"));
        if !text.is_empty() {
            output.line(&format!("              {DIM}|{DIM:#} {text}"));
        }
        output.line(&format!("              {BOLD}fix:{BOLD:#} {fix}"));
    }
}

#[cfg(test)]
mod tests {
    use isso_tests::golden_status as status;

    use super::*;

    fn check(state: &str, phase: &str, serving: bool, expected: &str) {
        says(&status(state, phase, serving), expected);
    }

    /// Checks the headline during a backup.
    fn check_backup(state: &str, phase: &str, serving: bool, expected: &str) {
        let backing_up = true;
        let status: Status = status(state, phase, serving);
        says(&Status { backing_up, ..status }, expected);
    }

    fn says(status: &Status, expected: &str) {
        let words = headline(status);
        let words = anstream::adapter::strip_str(&words).to_string();
        assert_eq!(words, expected, "{}, {:?}", status.state, status.supervisor.phase);
    }

    #[test]
    fn the_public_address_is_asked_for_once_there_is_a_website() {
        let mut status = status("serving", "serving", true);
        assert_eq!(public_address(&status).as_deref(), Some("https://comments.example"));
        status.public_address = None;
        let words = public_address(&status).unwrap();
        assert!(words.ends_with(": issoctl action run set-public-address"), "{words}");
        status.websites.clear();
        assert_eq!(public_address(&status), None);
    }

    #[test]
    fn headline_describes_isso_once_in_every_state() {
        let version = "serving (version 0.14.0)";
        check("serving", "serving", true, version);
        let reloading = format!("{version}; changed settings are being put in force");
        check("reloading", "reloading", true, &reloading);
        let backing_up = format!("{version}; a backup is being made");
        check_backup("serving", "serving", true, &backing_up);
        check("starting", "starting", false, "starting");
        check("recovering", "waiting", false, "down; it is started again by itself");
        check_backup("recovering", "waiting", false, "down; it is started again by itself");
        check("serving", "serving", false, "runs, but does not answer as it should");
        check("awaiting-password", "stopped", false, "waiting for an admin password");
        check("restoring", "stopped", false, "stopped while a backup is put back");
        check("stopped", "stopping", false, "stopping");
        check("stopped", "stopped", false, "stopped");
        check("hibernating", "frozen", false, "frozen");
    }
}
