//! `issoctl status`.

use std::process::ExitCode;

use serde_json::json;

use crate::api::{Client, Status};
use crate::data::DataDir;
use crate::desk::{Problem, SettingsStatus};
use crate::error::Failure;
use crate::output::{BAD, BOLD, DIM, GOOD, Output, WARN};

/// Tells how Isso is. Exits with 0 when it serves.
pub async fn run(data: &DataDir, output: Output) -> Result<ExitCode, Failure> {
    let Some(client) = Client::connect(data)? else {
        if output.json {
            output.json(&json!({ "state": "not-running", "serving": false, "data": data.path() }));
        } else {
            output.line(&format!(
                "{BAD}not running{BAD:#}: no `issoctl up` on {}",
                data.path().display()
            ));
        }
        return Ok(ExitCode::from(Failure::NOT_RUNNING));
    };
    let status = client.status(false).await?;
    let serving = status.serving;
    if output.json {
        let mut value = serde_json::to_value(&status).expect("our own types have string keys");
        value["data"] = json!(data.path());
        output.json(&value);
    } else {
        print(&status, data, output);
    }
    Ok(ExitCode::from(if serving {
        0
    } else {
        Failure::NOT_RUNNING
    }))
}

fn print(status: &Status, data: &DataDir, output: Output) {
    let line = |name: &str, text: &str| output.line(&format!("{BOLD}{name:<10}{BOLD:#}{text}"));
    let supervisor = &status.supervisor;
    match (&status.probe.version, &status.probe.error) {
        (Some(version), None) => line(
            "Isso",
            &format!(
                "{GOOD}serving{GOOD:#} (version {version}, {})",
                status.state
            ),
        ),
        (_, error) => {
            line(
                "Isso",
                &format!("{BAD}not serving{BAD:#} ({})", status.state),
            );
            let reason = supervisor.last_exit.as_ref().or(error.as_ref());
            if let Some(reason) = reason.filter(|_| !status.password_needed) {
                line("Reason", reason);
            }
        }
    }
    if status.password_needed && status.settings.reason.is_none() {
        line(
            "To do",
            &format!("{WARN}set an admin password{WARN:#}: issoctl action run set-admin-password"),
        );
    }
    settings(&status.settings, &line, output);
    line("Comments", &status.url);
    line("Admin", &format!("{}/admin/", status.url));
    line(
        "Websites",
        &if status.websites.is_empty() {
            "none".into()
        } else {
            status.websites.join(", ")
        },
    );
    line(
        "Restarts",
        &format!(
            "{} {DIM}(generation {}){DIM:#}",
            supervisor.restarts, supervisor.generation
        ),
    );
    line("Data", &data.path().display().to_string());
}

/// Says which line of isso.cfg keeps it from being in force.
fn settings(settings: &SettingsStatus, line: &dyn Fn(&str, &str), output: Output) {
    let Some(reason) = &settings.reason else {
        return;
    };
    line("Settings", &format!("{BAD}not in force{BAD:#}"));
    if settings.problems.is_empty() {
        output.line(&format!("          {reason}"));
    }
    for problem in &settings.problems {
        let Problem {
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
