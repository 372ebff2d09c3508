//! Reports what a restore did, and whether Isso serves with the restored files.

use std::path::Path;

use isso_host::Status;
use isso_host::api::RestoreUndone;
use serde_json::json;

use crate::cmd::backup::plan::Plan;
use crate::failure::Failure;
use crate::locate::DataFolder;
use crate::output::{GOOD, Output, WARN};
use crate::spelling::quoted;

/// Prints what was restored, and where the previous files are.
pub(super) fn report_restored(plan: &Plan<'_>, before: Option<&Path>, output: Output) {
    output.line(&format!("{GOOD}Put back{GOOD:#} {}.", plan.brings()));
    if let Some(before) = before {
        output.note(&format!("What was there is kept in {}.", before.display()));
    }
}

/// Reports whether Isso serves with the restored files. An Isso that waits for a password is no failure.
pub(super) fn report_outcome(
    status: Status,
    before: Option<&Path>,
    data: &DataFolder,
    output: Output,
) -> Result<(), Failure> {
    if status.serving {
        output.note(&format!("{GOOD}Isso serves it.{GOOD:#}"));
    } else if status.password_needed {
        let command = data.with_folder("issoctl action run set-admin-password");
        output.note(&format!("{WARN}Isso waits for an admin password:{WARN:#} {command}"));
    } else {
        let reason = status.why();
        return Err(
            Failure::plain(format!("it is put back, but Isso does not serve: {reason}"))
                .exit(Failure::NOT_RUNNING)
                .hint(format!("see what it printed: `issoctl logs`{}", or_put_back(before))),
        );
    }
    Ok(())
}

/// The failure after a restore that the host has undone, or has tried to undo: Isso served before, and did not serve
/// with the restored files.
pub(super) fn not_served(undone: &RestoreUndone, before: Option<&Path>, status: Option<&Status>) -> Failure {
    let serving = status.is_some_and(|it| it.serving);
    let details = json!({ "undone": undone, "serving": serving });
    if let Some(failed) = &undone.failed {
        let message = "it is put back, but Isso does not serve with it, and the files before could not be put back";
        return Failure::new(format!("{message}: {failed}"), undone.why.clone())
            .exit(Failure::NOT_RUNNING)
            .hint(format!("see what it printed: `issoctl logs`{}", or_put_back(before)))
            .details(details);
    }
    let now = match serving {
        true => "and serves as before",
        false => "and does not serve with those either",
    };
    let kept = undone.kept.as_ref().map_or(String::new(), |kept| {
        format!("; these files are kept in {}", kept.display())
    });
    let message =
        format!("nothing was put back: Isso does not serve with these files. It has those before again, {now}");
    let failure = Failure::new(message, undone.why.clone())
        .hint(format!("take another backup (`issoctl backup list`){kept}"))
        .details(details);
    match serving {
        true => failure,
        false => failure.exit(Failure::NOT_RUNNING),
    }
}

/// Adds to a hint how to put the previous files back by hand.
fn or_put_back(before: Option<&Path>) -> String {
    before.map_or(String::new(), |before| {
        let before = quoted(before);
        format!(", or put back what was there: `issoctl backup restore {before}`")
    })
}
