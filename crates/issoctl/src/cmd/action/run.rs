//! `issoctl action run`.

use std::process::ExitCode;

use isso_host::actions::{OutcomeText, outcome_text, password_task_reason};
use isso_host::daemon::Phase;
use isso_host::{Shown, Status};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Actions, ask, form_of, input, text};
use crate::cli::RunArgs;
use crate::failure::Failure;
use crate::language;
use crate::locate::DataFolder;
use crate::output::{BOLD, GOOD, Output, WARN};
use crate::terminal::is_person;

/// Runs an action, shows its result, and waits until Isso has the settings.
pub async fn run(data: &DataFolder, actions: &Actions, output: Output, args: RunArgs) -> Result<ExitCode, Failure> {
    actions.settle(data, &args.id).await?;
    let shown = actions.show(&args.id).await?;
    let input = input(actions, shown, &args, output).await?;
    let ran = actions.run(data, &args.id, input).await;
    let ran = ran.map_err(|failure| explain(failure, &args))?;
    let in_force = match actions {
        Actions::Api(client) if ran.settings_changed && !args.no_wait => Some(client.status(true).await?),
        _ => None,
    };
    let stands = in_force.as_ref().map(Stands::of);
    if output.json {
        let mut result = ran.result;
        if let Some(stands) = stands {
            result["settings"] = json!(stands);
        }
        output.json(&result);
    } else {
        print_result(&ran.result, output);
    }
    if let Some(warning) = &ran.warning {
        output.note(&format!("{WARN}{warning}{WARN:#}"));
    }
    if let (Some(stands), Some(status)) = (stands, in_force) {
        tell(stands, &status, data, output)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// How Isso stands to what was saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Stands {
    /// It serves with it.
    InForce,
    /// It is to start once there is a password.
    WaitsForPassword,
    /// It is taking it over.
    OnItsWay,
    /// It is being started again, after a crash.
    Restarting,
    /// It serves with the settings before, and will.
    Refused,
    /// It does not serve.
    Down,
}

impl Stands {
    fn of(status: &Status) -> Self {
        let settings = &status.settings;
        let is_starting = matches!(status.supervisor.phase, Phase::Waiting | Phase::Starting);
        match (&settings.reason, status.serving) {
            (Some(_), true) => Self::Refused,
            // Slow clients may keep every worker, which is no matter of the settings.
            (None, _) if settings.in_force && status.held_by_clients().is_some() => Self::InForce,
            (None, true) if settings.in_force => Self::InForce,
            (None, true) => Self::OnItsWay,
            (None, false) if status.password_needed => Self::WaitsForPassword,
            (None, false) if is_starting => Self::Restarting,
            (None, false) if status.supervisor.phase == Phase::Reloading => Self::OnItsWay,
            (_, false) => Self::Down,
        }
    }
}

/// What the form is filled in with: the JSON given, the fields given, or answers to questions.
async fn input(actions: &Actions, shown: Shown, args: &RunArgs, output: Output) -> Result<Value, Failure> {
    let form = form_of(&shown)?;
    if let Some(given) = &args.input {
        return input::read(&args.id, &form, given);
    }
    if !args.fields.is_empty() {
        return Ok(form.assign(shown.prefill, &args.fields)?);
    }
    if !form.asks_something() {
        return Ok(shown.prefill);
    }
    if is_person() && !output.json {
        return ask::fill_in(actions, &args.id, &form, shown.prefill, output).await;
    }
    let id = &args.id;
    Err(
        Failure::usage(format!("`{id}` has a form, and nothing was filled in")).hint(format!(
            "see its fields with `issoctl action show {id}`, and set them with FIELD=VALUE or --input"
        )),
    )
}

/// A field that is wrong although it was not given holds what Isso would refuse, and is changed in the same way.
fn explain(failure: Failure, args: &RunArgs) -> Failure {
    let given = |path: &str| args.fields.iter().any(|field| field.starts_with(path));
    match failure.field() {
        Some(field) if !args.fields.is_empty() && !given(field.split('[').next().unwrap_or(field)) => {
            let hint = format!(
                "what stands in isso.cfg for it will not do: give {field}=… as well; `issoctl config check` names the line"
            );
            failure.hint(hint)
        }
        _ => failure,
    }
}

/// Tells whether Isso has what was saved. A gate that waits for a password is no failure of the action.
fn tell(stands: Stands, status: &Status, data: &DataFolder, output: Output) -> Result<(), Failure> {
    let language = language::of_environment();
    let say = |outcome| outcome_text(outcome, language);
    let reason = status.settings.reason.clone();
    let reason = reason.unwrap_or_else(|| status.why());
    let failure = |outcome, exit, hint: &str| Err(Failure::plain(say(outcome)).exit(exit).hint(hint));
    let see_status = "see `issoctl status`";
    let see_logs = "see what it printed: `issoctl logs`";
    match stands {
        Stands::InForce => {
            output.note(&format!("{GOOD}{}{GOOD:#}", say(OutcomeText::InForce)));
            if !status.serving {
                output.note(&format!("{WARN}{}{WARN:#}", status.why()));
            }
            Ok(())
        }
        Stands::WaitsForPassword => {
            output.note(&format!(
                "{WARN}{}{WARN:#} {}\n  {BOLD}{}{BOLD:#}",
                say(OutcomeText::Waits),
                password_task_reason(language),
                data.spell("issoctl action run set-admin-password")
            ));
            Ok(())
        }
        Stands::OnItsWay => {
            let finishing = status.finishing().unwrap_or_else(|| see_status.to_owned());
            failure(OutcomeText::NotYet, Failure::ON_ITS_WAY, &finishing)
        }
        Stands::Restarting => {
            let outcome = OutcomeText::Restarting(&reason);
            failure(outcome, Failure::NOT_RUNNING, see_logs)
        }
        Stands::Refused => failure(OutcomeText::Refused(&reason), Failure::FAILED, see_status),
        Stands::Down => failure(OutcomeText::Down(&reason), Failure::NOT_RUNNING, see_logs),
    }
}

fn print_result(result: &Value, output: Output) {
    output.note(&format!("{BOLD}{}{BOLD:#}", text(&result["title"])));
    if let Some(message) = result["message"].as_str() {
        output.note(message);
    }
    print_value(&result["result"], output);
}

/// The value itself goes to stdout alone, so that `$(issoctl action run …)` yields just that.
fn print_value(value: &Value, output: Output) {
    match value["type"].as_str() {
        Some("group") => {
            for member in value["value"].as_array().into_iter().flatten() {
                output.note(text(&member["name"]));
                print_value(member, output);
            }
        }
        Some(_) => output.line(text(&value["value"])),
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A status that differs from the golden one in what is asked for.
    fn status(state: &str, phase: &str, serving: bool) -> Status {
        let golden = include_str!("../../../../host/tests/golden/status.json");
        let mut status: Status = serde_json::from_str(golden).unwrap();
        status.state = state.to_owned();
        status.serving = serving;
        status.settings.in_force = serving;
        status.password_needed = state == "awaiting-password";
        status.supervisor.phase = serde_json::from_value(phase.into()).unwrap();
        status
    }

    #[test]
    fn saved_on_its_way_and_failed_are_told_apart() {
        let check = |phase: &str, serving: bool, expected: Stands| {
            let status = status("serving", phase, serving);
            assert_eq!(Stands::of(&status), expected, "{phase}");
        };
        check("serving", true, Stands::InForce);
        check("waiting", false, Stands::Restarting);
        check("starting", false, Stands::Restarting);
        check("reloading", false, Stands::OnItsWay);
        check("serving", false, Stands::Down);
        check("stopped", false, Stands::Down);
        let locked = status("awaiting-password", "stopped", false);
        assert_eq!(Stands::of(&locked), Stands::WaitsForPassword);
        let mut held = status("serving", "serving", false);
        held.settings.in_force = true;
        (held.supervisor.workers, held.supervisor.connections) = (Some(4), Some(4));
        assert_eq!(Stands::of(&held), Stands::InForce);
        assert!(held.why().contains("slow client"), "{}", held.why());
        let mut taking_over = status("reloading", "reloading", true);
        taking_over.settings.in_force = false;
        assert_eq!(Stands::of(&taking_over), Stands::OnItsWay);
        taking_over.settings.reason = Some("isso.cfg is not in force".to_owned());
        assert_eq!(Stands::of(&taking_over), Stands::Refused);
    }
}
