//! `issoctl backup create`.

use std::path::Path;
use std::process::ExitCode;

use isso_host::backup::{Create, CreateError, Created, Pruned, Retention, SnapshotError, is_unfinished, prune};
use isso_host::cfg::Volume;
use isso_host::{Client, FolderLock};
use serde_json::json;
use time::OffsetDateTime;

use super::progress::with_progress;
use super::words::{bytes, comments, to_json, to_texts};
use crate::cli::CreateArgs;
use crate::failure::Failure;
use crate::language;
use crate::locate::DataFolder;
use crate::output::{GOOD, Output, WARN};
use crate::waiting::waiting;

/// Creates a backup, and deletes the backups that `--keep` does not keep.
pub async fn run(data: &DataFolder, output: Output, args: CreateArgs) -> Result<ExitCode, Failure> {
    let to = args.to.unwrap_or_else(|| data.backups());
    let to =
        std::path::absolute(&to).map_err(|source| Failure::new(format!("no such place: {}", to.display()), source))?;
    require_folder_name(&to)?;
    if Client::connect(data.path())?.is_none() {
        data.require_isso()?;
    }
    if !data.may_only_read() {
        data.create()?;
    }
    let _lock = data.lock_backups_unless_read_only()?;
    let created = match Client::connect(data.path())? {
        Some(client) => with_running_host(&client, &to).await?,
        None => {
            finish_restore(data).await?;
            without_host(data, &to).await?
        }
    };
    let Pruned { deleted, future } = match &args.keep {
        Some(keep) => prune_old(&to, keep, &created.path)?,
        None => Pruned::default(),
    };
    let Created {
        path,
        size,
        manifest,
        altered,
    } = created;
    if output.json {
        let mut value = to_json(&path, size, &manifest);
        value["deleted"] = to_texts(&deleted);
        value["future"] = to_texts(&future);
        value["altered"] = json!(altered);
        output.json(&value);
        return Ok(ExitCode::SUCCESS);
    }
    output.line(&path.display().to_string());
    let (found, size) = (comments(manifest.database), bytes(size));
    output.note(&format!("{GOOD}Backed up{GOOD:#} {found} ({size})."));
    if let Some(altered) = altered {
        output.note(&format!(
            "{WARN}A restore will refuse its database, which is not as Isso makes it:{WARN:#} {altered}."
        ));
    }
    for path in deleted {
        output.note(&format!("Deleted {}.", path.display()));
    }
    for path in future {
        output.note(&format!(
            "{WARN}Kept beside the rules:{WARN:#} {} is dated in the future.",
            path.display()
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// Refuses the name of a file, because the backup would make a folder of that name.
fn require_folder_name(to: &Path) -> Result<(), Failure> {
    const ENDS: [&str; 6] = [".zst", ".tar", ".gz", ".tgz", ".zip", ".db"];
    let name = to.to_string_lossy();
    let is_named_like_a_file = !to.exists() && ENDS.iter().any(|end| name.ends_with(end));
    if to.is_file() || is_named_like_a_file {
        let message = format!("{} is the name of a file, and --to takes a folder", to.display());
        return Err(Failure::usage(message).hint("name the folder alone; each backup in it is named after its time"));
    }
    Ok(())
}

/// Creates a backup while a host runs, and reports its begin and end to the host.
async fn with_running_host(client: &Client, to: &Path) -> Result<Created, Failure> {
    let files = client.files().await?;
    let backup = waiting(client.backup(to, language::of_environment())).await?;
    let created = create(files.volume(), files.isso, false, to).await;
    let error = created.as_ref().err().map(Failure::line);
    // The report fails if the host has ended meanwhile; the backup is good anyway.
    let _ = waiting(backup.end(error)).await;
    created
}

/// Finishes a restore that was interrupted. Until then some files are old and some are new.
async fn finish_restore(data: &DataFolder) -> Result<(), Failure> {
    if data.may_only_read() {
        return match is_unfinished(data.path()) {
            true => Err(Failure::plain(
                "no backup was made: a restore was broken off here, and cannot be finished where nothing may be written",
            )
            .hint("copy the folder to where it can be written, and back that up with --data COPY")),
            false => Ok(()),
        };
    }
    // A process that holds the folder's lock finishes the restore itself.
    let Ok(FolderLock::Held(_lock)) = data.lock().await else {
        return Ok(());
    };
    isso_host::backup::finish(data.path()).map_err(|error| Failure::new("no backup was made", error))?;
    Ok(())
}

/// Creates a backup while no host runs. An Isso may start at any moment and must be able to write, so the first copy
/// has a time limit. If a slow disk needs longer, a second copy holds the folder's lock, for which `up` waits.
async fn without_host(data: &DataFolder, to: &Path) -> Result<Created, Failure> {
    let create = async |idle| try_to_create(data.volume(), None, idle, to).await;
    Ok(limited_at_first(data, create).await??)
}

/// Calls `create` with the limit of a copy beside a running Isso. If that takes too long, locks the folder and calls it
/// again without a limit.
async fn limited_at_first(
    data: &DataFolder,
    create: impl AsyncFn(bool) -> Result<Result<Created, CreateError>, Failure>,
) -> Result<Result<Created, CreateError>, Failure> {
    // No Isso runs on a disk that is mounted read-only.
    let created = create(data.is_read_only()).await?;
    if let Err(CreateError::Snapshot(SnapshotError::TooLarge(_))) = created
        && let FolderLock::Held(_lock) = data.lock_for_command().await?
    {
        return create(true).await;
    }
    Ok(created)
}

async fn create(volume: Volume, isso: Option<String>, idle: bool, to: &Path) -> Result<Created, Failure> {
    Ok(try_to_create(volume, isso, idle, to).await??)
}

async fn try_to_create(
    volume: Volume,
    isso: Option<String>,
    idle: bool,
    to: &Path,
) -> Result<Result<Created, CreateError>, Failure> {
    let to = to.to_owned();
    with_progress(move |progress| {
        let create = Create {
            volume: &volume,
            to: &to,
            isso,
            idle,
        };
        create.run(progress)
    })
    .await
}

/// Deletes the backups in the folder that the rules do not keep. The new backup stays.
fn prune_old(folder: &Path, keep: &Retention, made: &Path) -> Result<Pruned, Failure> {
    prune(folder, keep, made, OffsetDateTime::now_utc())
        .map_err(|error| Failure::new("the backup was made, but older ones could not be deleted", error))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[tokio::test]
    async fn a_copy_that_takes_too_long_is_repeated_without_a_limit_while_up_waits() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::locate(Some(folder.path().to_owned())).unwrap();
        let tries = RefCell::new(Vec::new());
        let created = limited_at_first(&data, async |idle| {
            tries.borrow_mut().push((idle, data.taken_by().is_some()));
            let error = SnapshotError::TooLarge("comments.db".into());
            Ok(Err(CreateError::Snapshot(error)))
        });
        let created = created.await.unwrap();
        assert!(matches!(
            created,
            Err(CreateError::Snapshot(SnapshotError::TooLarge(_)))
        ));
        assert_eq!(*tries.borrow(), [(false, false), (true, true)]);
        assert!(data.taken_by().is_none(), "the folder is free again");
    }
}
