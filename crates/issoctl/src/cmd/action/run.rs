//! `issoctl action run`.

use std::process::ExitCode;

use dialoguer::Confirm;
use isso_host::actions::ActionResult;
use isso_host::doctor::Mend;
use isso_host::{ActionDetails, ActionOutcome, Status};
use serde::Serialize;
use serde_json::Value;

use super::change::Change;
use super::outcome::{SettingsOutcome, report_outcome};
use super::reach::Actions;
use super::{ask, input};
use crate::cli::RunArgs;
use crate::failure::Failure;
use crate::locate::DataFolder;
use crate::output::{BOLD, Output, WARN};
use crate::terminal::{Questions, by_keys, is_person};

/// Runs an action, shows its result, and waits until Isso has the settings.
pub async fn run(data: &DataFolder, actions: &Actions, output: Output, args: RunArgs) -> Result<ExitCode, Failure> {
    actions.prepare(data, &args.id).await?;
    let shown = actions.show(&args.id).await?;
    let input = input(actions, shown, &args, output).await?;
    let ran = Ran::run(data, actions, &args.id, input, !args.no_wait).await;
    let ran = ran.map_err(|failure| explain(failure, &args))?;
    if output.json {
        output.json(&Printed {
            result: &ran.done.result,
            settings: ran.outcome(),
        });
    } else {
        print_result(&ran.done.result, output);
    }
    ran.report(data, output)?;
    if let Some(offer) = &ran.done.offer
        && is_person()
        && !output.json
    {
        take_offer(data, actions, offer, &args, output).await?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Shows what an action proposes, and runs it if the person agrees.
async fn take_offer(
    data: &DataFolder,
    actions: &Actions,
    offer: &Mend,
    args: &RunArgs,
    output: Output,
) -> Result<(), Failure> {
    let change = Change::plan(actions.show(&offer.action).await?, offer);
    if change.fields.is_empty() {
        return Ok(());
    }
    change.print(output);
    let question = || by_keys(|| Confirm::new().with_prompt("Change it?").default(true).interact());
    if !Questions::start()?.ask(question).await? {
        return Ok(());
    }
    let ran = Ran::run(data, actions, &offer.action, change.input.clone(), !args.no_wait).await?;
    print_result(&ran.done.result, output);
    ran.report(data, output)
}

/// An action that was run.
pub struct Ran {
    /// What it did.
    done: ActionOutcome,
    /// The status after its settings were put in force or refused, if it changed any and that was waited for.
    status: Option<Status>,
}

impl Ran {
    /// Runs an action, and waits until Isso has the settings if that is wanted.
    pub async fn run(data: &DataFolder, actions: &Actions, id: &str, input: Value, wait: bool) -> Result<Ran, Failure> {
        let done = actions.run(data, id, input).await?;
        let status = match actions {
            Actions::Api(client) if done.settings_changed && wait => Some(client.status(true).await?),
            _ => None,
        };
        Ok(Ran { done, status })
    }

    /// Says on stderr whether Isso has the settings, or fails and says why not.
    pub fn report(&self, data: &DataFolder, output: Output) -> Result<(), Failure> {
        if let Some(warning) = &self.done.warning {
            output.note(&format!("{WARN}{warning}{WARN:#}"));
        }
        match (self.outcome(), &self.status) {
            (Some(outcome), Some(status)) => report_outcome(outcome, status, data, output),
            _ => Ok(()),
        }
    }

    fn outcome(&self) -> Option<SettingsOutcome> {
        self.status.as_ref().map(SettingsOutcome::of)
    }
}

/// The result for programs.
#[derive(Serialize)]
struct Printed<'a> {
    #[serde(flatten)]
    result: &'a ActionResult,
    /// Whether Isso has the settings, if the command has waited for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    settings: Option<SettingsOutcome>,
}

/// What the form is filled in with: the JSON given, the fields given, or answers to questions.
async fn input(actions: &Actions, shown: ActionDetails, args: &RunArgs, output: Output) -> Result<Value, Failure> {
    let form = shown.form.unwrap_or_default();
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
    if form.may_be_empty() {
        return Ok(shown.prefill);
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

/// The value itself goes to stdout alone, so that `$(issoctl action run …)` yields just that.
fn print_result(result: &ActionResult, output: Output) {
    output.note(&format!("{BOLD}{}{BOLD:#}", result.title));
    if let Some(message) = &result.message {
        output.note(message);
    }
    if let Some(value) = result.value() {
        output.line(value);
    }
}
