//! `issoctl action run`.

use std::io::{IsTerminal, stderr, stdin};
use std::process::ExitCode;

use isso_actions::{OutcomeText, outcome_text, password_task_reason};
use serde_json::Value;

use super::{Actions, ask, input, text};
use crate::api::Status;
use crate::cli::RunArgs;
use crate::data::DataDir;
use crate::error::Failure;
use crate::fields;
use crate::language;
use crate::output::{BOLD, GOOD, Output, WARN};
use crate::service::Shown;

/// Runs an action, shows its result, and waits until Isso has the settings.
pub async fn run(
    data: &DataDir,
    actions: &Actions,
    output: Output,
    args: RunArgs,
) -> Result<ExitCode, Failure> {
    actions.settle(data, &args.id).await?;
    let shown = actions.show(&args.id).await?;
    let input = input(actions, shown, &args, output).await?;
    let ran = actions.run(data, &args.id, input).await;
    let ran = ran.map_err(|failure| explain(failure, &args))?;
    let in_force = match actions {
        Actions::Api(client) if ran.settings_changed && !args.no_wait => {
            Some(client.status(true).await?)
        }
        _ => None,
    };
    if output.json {
        output.json(&ran.result);
    } else {
        print_result(&ran.result, output);
    }
    if let Some(warning) = &ran.warning {
        output.note(&format!("{WARN}{warning}{WARN:#}"));
    }
    in_force.map_or(Ok(()), |status| tell(&status, data, output))?;
    Ok(ExitCode::SUCCESS)
}

/// What the form is filled in with: the JSON given, the fields given, or answers to questions.
async fn input(
    actions: &Actions,
    shown: Shown,
    args: &RunArgs,
    output: Output,
) -> Result<Value, Failure> {
    if let Some(given) = &args.input {
        return input::read(&args.id, &shown.form, given);
    }
    if !args.fields.is_empty() {
        return fields::assign(&shown.form, shown.prefill, &args.fields);
    }
    if !fields::asks_something(&shown.form) {
        return Ok(shown.prefill);
    }
    let is_person = stdin().is_terminal() && stderr().is_terminal() && !output.json;
    if is_person {
        return ask::fill_in(actions, shown, output).await;
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
        Some(field)
            if !args.fields.is_empty() && !given(field.split('[').next().unwrap_or(field)) =>
        {
            let hint = format!(
                "what stands in isso.cfg for it will not do: give {field}=… as well; `issoctl config check` names the line"
            );
            failure.hint(hint)
        }
        _ => failure,
    }
}

/// Tells whether Isso has what was saved. A gate that waits for a password is no failure of the action.
fn tell(status: &Status, data: &DataDir, output: Output) -> Result<(), Failure> {
    let language = language::of_environment();
    let say = |outcome| outcome_text(outcome, language);
    let status_command = "see `issoctl status`";
    match (&status.settings.reason, status.serving) {
        (Some(reason), true) => {
            Err(Failure::plain(say(OutcomeText::Refused(reason))).hint(status_command))
        }
        (None, true) if status.settings.in_force => {
            output.note(&format!("{GOOD}{}{GOOD:#}", say(OutcomeText::InForce)));
            Ok(())
        }
        (None, true) => Err(Failure::plain(say(OutcomeText::NotYet)).hint(status_command)),
        (None, false) if status.password_needed => {
            output.note(&format!(
                "{WARN}{}{WARN:#} {}\n  {BOLD}{}{BOLD:#}",
                say(OutcomeText::Waits),
                password_task_reason(language),
                data.spell("issoctl action run set-admin-password")
            ));
            Ok(())
        }
        (reason, false) => {
            let reason = reason.clone().unwrap_or_else(|| status.why());
            let message = say(OutcomeText::Down(&reason));
            Err(Failure::plain(message)
                .exit(Failure::NOT_RUNNING)
                .hint("see what it printed: `issoctl logs`"))
        }
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
