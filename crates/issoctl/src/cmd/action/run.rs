//! `issoctl action run`.

use std::io::{IsTerminal, Read};
use std::path::Path;
use std::process::ExitCode;

use isso_actions::{OutcomeText, outcome_text, password_task_reason};
use serde_json::Value;

use super::{Actions, text};
use crate::api::Status;
use crate::cli::RunArgs;
use crate::data::DataDir;
use crate::error::Failure;
use crate::fields;
use crate::language;
use crate::output::{BOLD, GOOD, Output, WARN};

/// Runs an action, shows its result, and waits until Isso has the settings.
pub async fn run(
    data: &DataDir,
    actions: &Actions,
    output: Output,
    args: RunArgs,
) -> Result<ExitCode, Failure> {
    let shown = actions.show(&args.id).await?;
    let input = match &args.input {
        Some(path) => read_input(path)?,
        None if shown.form.is_null() && args.fields.is_empty() => Value::Null,
        None if args.fields.is_empty() => {
            return Err(Failure::usage(format!(
                "`{}` has a form, and nothing was filled in",
                args.id
            ))
            .hint(format!(
                "see its fields with `issoctl action show {}`",
                args.id
            )));
        }
        None => fields::assign(&shown.form, shown.prefill, &args.fields)?,
    };
    let ran = actions.run(data, &args.id, input).await?;
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

fn read_input(path: &Path) -> Result<Value, Failure> {
    let stdin = path == Path::new("-");
    if stdin && std::io::stdin().is_terminal() {
        Output { json: false }.note("Type the form as JSON, then Ctrl-D:");
    }
    let mut text = String::new();
    let read = if stdin {
        std::io::stdin().read_to_string(&mut text)
    } else {
        std::fs::File::open(path).and_then(|mut file| file.read_to_string(&mut text))
    };
    read.map_err(|source| Failure::new(format!("cannot read {}", path.display()), source))?;
    serde_json::from_str(&text).map_err(|source| {
        // serde_json names line and column, and quotes nothing of what might be a password.
        Failure::new(format!("{} does not hold JSON", path.display()), source).exit(Failure::USAGE)
    })
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
