//! `issoctl backup restore`.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use isso_host::api::{NOT_TOGETHER, NOT_TOGETHER_HINT, RestoreAnswer, RestoreUndone};
use isso_host::backup::{RestoreSource, StageError, check_places, litestream, restore_into, stage};
use isso_host::cfg::{Document, Volume, keys};
use isso_host::database::{User, users};
use isso_host::lifecycle::Event;
use isso_host::{Client, FolderLock, Status, offline};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::plan::Plan;
use super::progress::with_progress;
use super::source;
use super::words::confirm;
use crate::cli::RestoreArgs;
use crate::failure::Failure;
use crate::language;
use crate::locate::DataFolder;
use crate::output::{GOOD, Output, WARN};
use crate::signals::TermSignals;
use crate::waiting::waiting;

/// Another program may be about to close the database, such as an Isso whose `up` was killed.
const IN_USE_WAIT: Duration = Duration::from_secs(5);

/// Puts a backup back: prepares it, shows what that means, and then has it put in place.
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
    // Without a host, none may come up meanwhile.
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
    // What is replaced can be told of no more afterwards.
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
        // A password that names a variable is for the host to judge.
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

/// A copy of what is there, put in its place, would only lose what is written meanwhile.
fn require_another(source: &RestoreSource, root: &Path) -> Result<(), Failure> {
    let identity = |path: &Path| fs::metadata(path).ok().map(|it| (it.dev(), it.ino()));
    for file in source.files() {
        let Some(from) = source.path_of(file) else {
            continue;
        };
        let is_there = identity(&root.join(file));
        if is_there.is_some() && identity(from) == is_there {
            return Err(Failure::usage(format!(
                "{} is in place already, so there is nothing to put back",
                from.display()
            ))
            .hint("name a backup (`issoctl backup list`), or the files of another Isso"));
        }
    }
    Ok(())
}

/// No other program may go on with the database that is replaced: what such a program copies or writes then would be
/// neither the old comments nor the new ones.
async fn require_free(database: &Path, client: Option<&Client>, plan: &Plan<'_>) -> Result<(), Failure> {
    let host = client.and_then(Client::host);
    let end = Instant::now() + IN_USE_WAIT;
    let mut found = users(database, host);
    while !found.is_empty() && Instant::now() < end {
        sleep(IN_USE_WAIT / 50).await;
        found = users(database, host);
    }
    let state = litestream(database);
    if let Some(state) = &state {
        return Err(Failure::plain(format!(
            "nothing was put back: Litestream copies this database ({}), and would go on with the old one: its copies would be \
             silently wrong",
            state.display()
        ))
        .hint(format!(
            "stop Litestream, restore with --force, remove {}, and start Litestream with a new replica path",
            state.display()
        ))
        .details(json!({ "litestream": state, "users": of_users(&found), "plan": plan.to_json() })));
    }
    if found.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = found
        .iter()
        .map(|it| format!("{} (process {})", it.name, it.pid))
        .collect();
    Err(Failure::plain(format!(
        "nothing was put back: the database is in use by {}, which would go on with the old one",
        names.join(", ")
    ))
    .hint("end that program and restore again, or say --force")
    .details(json!({ "litestream": null, "users": of_users(&found), "plan": plan.to_json() })))
}

fn of_users(users: &[User]) -> Vec<Value> {
    let value = |it: &User| json!({ "pid": it.pid, "name": it.name });
    users.iter().map(value).collect()
}

/// What the host would refuse is told before anything is staged.
async fn require_one_folder(client: &Client) -> Result<(), Failure> {
    if client.files().await?.are_together() {
        return Ok(());
    }
    Err(Failure::plain(NOT_TOGETHER).hint(NOT_TOGETHER_HINT))
}

/// How Isso is with what was put back.
fn report_outcome(status: Status, before: Option<&Path>, data: &DataFolder, output: Output) -> Result<(), Failure> {
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

/// Isso served before and did not with what was put back, so the host has put the files before in place again, or tried
/// to.
fn not_served(undone: &RestoreUndone, before: Option<&Path>, status: Option<&Status>) -> Failure {
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

/// How the files before are put back by hand.
fn or_put_back(before: Option<&Path>) -> String {
    before.map_or(String::new(), |before| {
        let before = source::quoted(before);
        format!(", or put back what was there: `issoctl backup restore {before}`")
    })
}

/// The same machine does it without an Isso to stop.
async fn swap(volume: &Volume, staged: &Path) -> Result<Option<PathBuf>, Failure> {
    // The next settling would finish a swap that was broken off; to wait for its end takes less.
    let _signals = TermSignals::new()?;
    let host = offline(volume);
    // Files that cannot be settled are about to be replaced.
    let _ = host.send(Event::Init).await;
    let language = language::of_environment();
    let (restored, _) = host.restore(staged.to_owned(), language).await?;
    Ok(restored.before)
}

fn report_restored(plan: &Plan<'_>, before: Option<&Path>, output: Output) {
    output.line(&format!("{GOOD}Put back{GOOD:#} {}.", plan.brings()));
    if let Some(before) = before {
        output.note(&format!("What was there is kept in {}.", before.display()));
    }
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
            "into": into,
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
    source::cannot_stage("nothing was put back", error)
}
