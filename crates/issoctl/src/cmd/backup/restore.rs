//! `issoctl backup restore`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use isso_backup::{Origin, Prepared, count, may_swap, prepare, restore_into};
use isso_cfg::Volume;
use isso_lifecycle::Event;
use serde_json::json;

use super::progress::watched;
use super::{bytes, comments, confirm, open, time};
use crate::api::{Client, Status};
use crate::cli::RestoreArgs;
use crate::data::DataDir;
use crate::error::Failure;
use crate::host::{self, NotRestored};
use crate::language;
use crate::output::{BOLD, GOOD, Output, WARN};
use crate::service::Problem;

/// Puts a backup back: shows what that means, prepares it, and then has it put in place.
pub async fn run(data: &DataDir, output: Output, args: RestoreArgs) -> Result<ExitCode, Failure> {
    let origin = open(data, &args.backup)?;
    if let Some(into) = args.into {
        return unpack(origin, into, output).await;
    }
    data.create()?;
    let _backups = data.lock_backups()?;
    let client = Client::connect(data)?;
    // Without a host, none may come up meanwhile.
    let _host = match client {
        Some(_) => None,
        None => Some(data.lock()?),
    };
    let volume = data.volume();
    if let Some(client) = &client {
        need_one_folder(client).await?;
    }
    plan(&origin, &volume, output);
    may_swap(volume.root(), &origin.files()).map_err(unprepared)?;
    if !args.yes {
        confirm("Put it back?")?;
    }
    let root = volume.root().to_owned();
    let prepared = watched(move |watch| prepare(&origin, &root, watch))
        .await?
        .map_err(unprepared)?;
    let before = match &client {
        Some(client) => {
            let language = language::of_environment();
            client.restore(prepared.path(), language).await?.before
        }
        None => swap(&volume, prepared.path()).await?,
    };
    let status = match &client {
        Some(client) => Some(client.status(true).await?),
        None => None,
    };
    if output.json {
        output.json(&json!({
            "database": prepared.database,
            "before": before,
            "serving": status.as_ref().map(|it| it.serving),
        }));
    } else {
        report(&prepared, before.as_deref(), output);
    }
    status.map_or(Ok(()), |status| tell(status, data, output))?;
    Ok(ExitCode::SUCCESS)
}

/// The files of `supervise` may lie anywhere, and are renamed nowhere.
async fn need_one_folder(client: &Client) -> Result<(), Failure> {
    if client.files().await?.are_together() {
        return Ok(());
    }
    Err(Failure::plain(
        "the files of this Isso do not lie in one folder, so they cannot be put in place at once",
    )
    .hint("unpack the backup with --into DIR, stop Isso, and put the files where they belong"))
}

/// How Isso is with what was put back.
fn tell(status: Status, data: &DataDir, output: Output) -> Result<(), Failure> {
    if status.serving {
        output.note(&format!("{GOOD}Isso serves it.{GOOD:#}"));
    } else if status.password_needed {
        let command = data.spell("issoctl action run set-admin-password");
        output.note(&format!(
            "{WARN}Isso waits for an admin password:{WARN:#} {command}"
        ));
    } else {
        let reason = status.why();
        return Err(
            Failure::plain(format!("it is put back, but Isso does not serve: {reason}"))
                .exit(Failure::NOT_RUNNING)
                .hint("see what it printed: `issoctl logs`"),
        );
    }
    Ok(())
}

/// The same machine does it without an Isso to stop.
async fn swap(volume: &Volume, prepared: &Path) -> Result<Option<PathBuf>, Failure> {
    let restores = host::offline(volume);
    // Files that cannot be settled are about to be replaced.
    let _ = restores.host.send(Event::Init).await;
    match restores.restore(prepared.to_owned()).await {
        Ok(restored) => Ok(restored.before),
        Err(NotRestored::Refused(refusal)) => {
            Err(Problem::of_refusal(&refusal, language::of_environment()).into())
        }
        Err(NotRestored::Failed(reason)) => Err(Failure::plain(reason)),
    }
}

/// Shows what will be replaced with what.
fn plan(origin: &Origin, volume: &Volume, output: Output) {
    let described = origin.describe();
    let now = count(&volume.db_path());
    let line = |name: &str, text: String| output.note(&format!("{BOLD}{name:<10}{BOLD:#}{text}"));
    line("Backup", origin.path().display().to_string());
    line("From", time(described.created));
    line(
        "Holds",
        format!(
            "{} ({})",
            comments(described.database),
            bytes(described.size)
        ),
    );
    line(
        "Replaces",
        match (now, volume.db_path().exists()) {
            (Some(now), _) => comments(Some(now)),
            (None, true) => "a database whose comments could not be counted just now".to_owned(),
            (None, false) => comments(None),
        },
    );
    let (root, has) = (volume.root(), origin.files());
    for file in ["config/isso.cfg", "start9/store.json", "db/comments.db"] {
        let becomes = match (has.contains(&file), root.join(file).exists()) {
            (true, true) => "is replaced",
            (true, false) => "is put there",
            (false, true) => "stays as it is",
            (false, false) => continue,
        };
        output.note(&format!("          {file} {becomes}"));
    }
}

fn report(prepared: &Prepared, before: Option<&Path>, output: Output) {
    let found = comments(prepared.database);
    output.line(&format!("{GOOD}Put back{GOOD:#} {found}."));
    if let Some(before) = before {
        output.note(&format!("What was there is kept in {}.", before.display()));
    }
    for finding in &prepared.diagnostics {
        output.note(&format!("{WARN}isso.cfg:{WARN:#} {finding}"));
    }
}

async fn unpack(origin: Origin, into: PathBuf, output: Output) -> Result<ExitCode, Failure> {
    let folder = into.clone();
    let prepared = watched(move |watch| restore_into(&origin, &folder, watch))
        .await?
        .map_err(unprepared)?;
    if output.json {
        output.json(&json!({ "into": into, "database": prepared.database }));
    } else {
        report(&prepared, None, output);
    }
    Ok(ExitCode::SUCCESS)
}

fn unprepared(error: isso_backup::PrepareError) -> Failure {
    Failure::new("nothing was put back", error)
}
