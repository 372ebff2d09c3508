//! `issoctl doctor --fix`: runs the action that mends what a check has found.

use dialoguer::Confirm;
use isso_host::doctor::{Mend, Report, Status, examine};
use serde::Serialize;

use super::show::Printer;
use super::{exit_code, looks, unless_ended};
use crate::cli::DoctorArgs;
use crate::cmd::action::{Actions, Change, Ran};
use crate::failure::Failure;
use crate::language;
use crate::locate::DataFolder;
use crate::output::{BOLD, GOOD, Output};
use crate::terminal::{Questions, by_keys, is_person};

/// What `--json` prints.
#[derive(Serialize)]
struct Printed<'a> {
    #[serde(flatten)]
    report: &'a Report,
    /// What was changed.
    mended: &'a [Change],
}

/// Mends what the check finds, and examines again, until nothing is left that an action mends: the check may look at
/// several websites. Returns the exit code, which is not 0 if something is left to be done by hand.
pub async fn run(data: &DataFolder, output: Output, args: &DoctorArgs, id: &str) -> Result<u8, Failure> {
    if !args.yes && (output.json || !is_person()) {
        let message = "--fix asks before it changes anything, and nobody can answer here";
        return Err(Failure::usage(message).hint("add --yes to have it changed without a question"));
    }
    let printer = Printer {
        width: id.len(),
        verbose: args.verbose,
        language: language::of_environment(),
        data,
        output,
    };
    let mut tried: Vec<Mend> = Vec::new();
    let mut mended: Vec<Change> = Vec::new();
    loop {
        let looks = looks(data, args, &[id.to_owned()]).await?;
        let report = unless_ended(async { Ok(examine(&looks, |_| {}).await) }).await?;
        let mut mends = report.checks.iter().filter_map(|finding| finding.mend.as_ref());
        let next = mends.find(|mend| !tried.contains(mend)).cloned();
        if output.json && next.is_none() {
            let (report, mended) = (&report, &mended);
            output.json(&Printed { report, mended });
        } else if !output.json {
            report.checks.iter().for_each(|finding| printer.print(finding));
        }
        let Some(mend) = next else {
            return Ok(end(&report, &mended, output));
        };
        mended.extend(apply(data, output, args, &mend).await?);
        tried.push(mend);
    }
}

/// Shows what a mend changes, asks, and runs its action. `None` if it would change nothing.
async fn apply(data: &DataFolder, output: Output, args: &DoctorArgs, mend: &Mend) -> Result<Option<Change>, Failure> {
    let actions = Actions::reach(data)?;
    actions.prepare(data, &mend.action).await?;
    let change = Change::plan(actions.show(&mend.action).await?, mend);
    if change.fields.is_empty() {
        return Ok(None);
    }
    change.print(output);
    if !args.yes {
        let question = || by_keys(|| Confirm::new().with_prompt("Change it?").default(true).interact());
        if !Questions::start()?.ask(question).await? {
            return Err(Failure::plain("nothing was changed"));
        }
    }
    let ran = Ran::run(data, &actions, &mend.action, change.input.clone(), true).await?;
    output.note(&format!("{GOOD}Changed.{GOOD:#} To undo it:"));
    output.note(&format!("  {BOLD}{}{BOLD:#}", data.with_folder(&change.undo())));
    ran.report(data, output)?;
    Ok(Some(change))
}

/// Says what is left, and returns the exit code.
fn end(report: &Report, mended: &[Change], output: Output) -> u8 {
    let wants_attention = |status| matches!(status, Status::Fail | Status::Warn | Status::Unknown);
    let is_well = !report.checks.iter().any(|finding| wants_attention(finding.status));
    match (is_well, mended) {
        (true, []) => output.note("There is nothing to mend."),
        (true, _) => {}
        (false, _) => output.note("No action mends this: do by hand what stands behind the arrow."),
    }
    match (is_well, mended) {
        (false, []) => Failure::FAILED,
        _ => exit_code(report),
    }
}
