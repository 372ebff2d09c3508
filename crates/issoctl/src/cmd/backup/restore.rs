//! `issoctl backup restore`.

mod free;
mod outcome;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use isso_host::api::RestoreAnswer;
use isso_host::backup::{RestoreSource, StageError, check_places, restore_into, stage};
use isso_host::cfg::{Document, Volume, keys};
use isso_host::lifecycle::Event;
use isso_host::{FolderLock, offline};
use serde_json::json;

use self::free::{require_another, require_free, require_one_folder};
use self::outcome::{not_served, report_outcome, report_restored};
use super::plan::Plan;
use super::progress::with_progress;
use super::source;
use super::words::confirm;
use crate::cli::RestoreArgs;
use crate::errors::stage::stage_error;
use crate::failure::Failure;
use crate::language;
use crate::locate::DataFolder;
use crate::output::{Output, WARN};
use crate::signals::TermSignals;
use crate::waiting::waiting;

/// Restores a backup: stages it, shows the plan, and then moves the files in place.
pub async fn run(
    data: &DataFolder,
    output: Output,
    args: RestoreArgs,
    opened: Option<File>,
) -> Result<ExitCode, Failure> {
    let source = source::open(data, &args.backup, &args.choice, opened).await?;
    if let Some(into) = args.into {
        return unpack_into(data, source, into, output).await;
    }
    data.create()?;
    let _backups = data.lock_backups()?;
    // If no host runs, this lock keeps one from starting during the restore.
    let taken = data.lock().await?;
    let client = match taken {
        FolderLock::Held(_) => None,
        FolderLock::HostRuns => Some(data.client()?),
    };
    let volume = data.volume();
    require_another(&source, volume.root())?;
    if let Some(client) = &client {
        require_one_folder(client).await?;
    }
    check_places(volume.root(), &source.files()).map_err(cannot_stage)?;
    let root = volume.root().to_owned();
    let (source, staged) = with_progress(move |progress| {
        let staged = stage(&source, &root, progress)?;
        Ok((source, staged))
    })
    .await?
    .map_err(cannot_stage)?;
    let plan = Plan::new(&source, &staged.inspection, &volume);
    if !output.json {
        for line in plan.source().into_iter().chain(plan.files()) {
            match args.dry_run {
                true => output.line(&line),
                false => output.note(&line),
            }
        }
    }
    let is_free = args.force || !plan.replaces_database();
    if !is_free {
        require_free(&volume.db_path(), client.as_ref(), &plan).await?;
    }
    if args.dry_run {
        if output.json {
            output.json(&plan.to_json());
        }
        return Ok(ExitCode::SUCCESS);
    }
    if !args.yes {
        confirm("Put it back?").await?;
        if !is_free {
            require_free(&volume.db_path(), client.as_ref(), &plan).await?;
        }
    }
    // The plan reads the files that the restore replaces, so it is made before.
    let mut done = plan.to_json();
    let swapped = match &client {
        Some(client) => {
            let language = language::of_environment();
            waiting(client.restore(staged.name(), language)).await?
        }
        None => RestoreAnswer {
            before: swap(&volume, staged.path()).await?,
            undone: None,
        },
    };
    let before = swapped.before;
    let status = match &client {
        Some(client) => Some(client.status(true).await?),
        None => None,
    };
    if let Some(undone) = &swapped.undone {
        return Err(not_served(undone, before.as_deref(), status.as_ref()));
    }
    if output.json {
        done["before"] = json!(before);
        done["serving"] = json!(status.as_ref().map(|it| it.serving));
        done["passwordNeeded"] = json!(match &status {
            Some(status) => status.password_needed,
            None => has_no_password(&volume),
        });
        output.json(&done);
    } else {
        report_restored(&plan, before.as_deref(), output);
        if let Some(rejected) = &staged.inspection.rejected {
            let kept = volume.root().join(rejected);
            output.note(&format!("isso.cfg as it was is kept as {}.", kept.display()));
        }
    }
    match status {
        Some(status) => report_outcome(status, before.as_deref(), data, output)?,
        // If the password names a variable, only the host knows its value.
        None if has_no_password(&volume) => {
            let command = data.with_folder("issoctl action run set-admin-password");
            output.note(&format!(
                "{WARN}There is no admin password that can be used, and Isso is not run without one:{WARN:#} {command}"
            ));
        }
        None => {}
    }
    Ok(ExitCode::SUCCESS)
}

fn has_no_password(volume: &Volume) -> bool {
    let is_for_the_host = |cfg: &Document| cfg.read_text(&keys::ADMIN_PASSWORD).contains('$');
    volume
        .read()
        .is_ok_and(|it| !it.cfg.has_usable_password() && !is_for_the_host(&it.cfg))
}

/// Puts staged files in place while no host runs. The state machine is that of a host, without an Isso to stop.
async fn swap(volume: &Volume, staged: &Path) -> Result<Option<PathBuf>, Failure> {
    // The next start would finish an interrupted swap, but to let the swap end takes less time.
    let _signals = TermSignals::new()?;
    let host = offline(volume);
    // An error of the present files does not matter, because they are about to be replaced.
    let _ = host.send(Event::Init).await;
    let language = language::of_environment();
    let (restored, _) = host.restore(staged.to_owned(), language).await?;
    Ok(restored.before)
}

async fn unpack_into(
    data: &DataFolder,
    source: RestoreSource,
    into: PathBuf,
    output: Output,
) -> Result<ExitCode, Failure> {
    let folder = into.clone();
    let (source, inspection) = with_progress(move |progress| {
        let inspection = restore_into(&source, &folder, progress)?;
        Ok((source, inspection))
    })
    .await?
    .map_err(cannot_stage)?;
    if output.json {
        output.json(&json!({
            "into": into.to_string_lossy(),
            "database": inspection.database,
            "diagnostics": inspection.diagnostics,
        }));
    } else {
        let volume = data.volume();
        report_restored(&Plan::new(&source, &inspection, &volume), None, output);
        for finding in &inspection.diagnostics {
            output.note(&format!("{WARN}isso.cfg:{WARN:#} {finding}"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn cannot_stage(error: StageError) -> Failure {
    stage_error("nothing was put back", error)
}
