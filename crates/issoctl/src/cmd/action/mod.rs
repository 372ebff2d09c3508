//! `issoctl action`.

mod ask;
mod change;
mod input;
mod outcome;
mod reach;
mod run;

use std::process::ExitCode;

use isso_host::{ActionDetails, ActionSummary};
use serde_json::{Value, json};

pub use self::change::Change;
pub use self::reach::Actions;
pub use self::run::Ran;
use crate::cli::ActionCommand;
use crate::failure::Failure;
use crate::fields;
use crate::locate::DataFolder;
use crate::output::{BOLD, DIM, Output, WARN};

/// Lists, shows or runs actions.
pub async fn run(data: &DataFolder, output: Output, command: ActionCommand) -> Result<ExitCode, Failure> {
    let actions = Actions::reach(data)?;
    match command {
        ActionCommand::List => list(&actions.list().await?, output),
        ActionCommand::Show { id, reveal } => show(actions.show(&id).await?, reveal, output),
        ActionCommand::Run(args) => return run::run(data, &actions, output, args).await,
    }
    Ok(ExitCode::SUCCESS)
}

fn list(actions: &[ActionSummary], output: Output) {
    if output.json {
        return output.json(&actions);
    }
    for ActionSummary { id, metadata } in actions {
        output.line(&format!("{BOLD}{id}{BOLD:#}  {}", metadata.name));
        output.line(&format!("    {DIM}{}{DIM:#}", metadata.description));
    }
}

fn show(mut action: ActionDetails, reveal: bool, output: Output) {
    if let (Some(form), false) = (&action.form, reveal) {
        form.mask(&mut action.prefill);
    }
    if output.json {
        return output.json(&action);
    }
    let ActionDetails { listed, form, prefill } = action;
    output.line(&format!("{BOLD}{}{BOLD:#}  {}", listed.id, listed.metadata.name));
    output.line(&listed.metadata.description);
    if let Some(warning) = listed.metadata.warning {
        output.line(&format!("{WARN}{warning}{WARN:#}"));
    }
    let fields = fields::describe(&form.unwrap_or_default(), &prefill);
    if !fields.is_empty() {
        output.line("");
    }
    for field in fields {
        output.line(&format!(
            "  {BOLD}{}{BOLD:#} = {}  {DIM}{}{DIM:#}",
            field.path, field.value, field.label
        ));
    }
}

/// Puts a value where its path in the form leads.
fn set(values: &mut Value, path: &str, value: Value) {
    let mut place = values;
    for part in path.split('.') {
        if !place.is_object() {
            *place = json!({});
        }
        place = &mut place[part];
    }
    *place = value;
}
