//! Undoes a restore.

use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;

use isso_cfg::sync_folder;

use crate::backup_dir::NOT_SERVED;
use crate::companions::{COMPANIONS, Companion};
use crate::moves::is_there;
use crate::names::free_name;
use crate::plan::{PLAN, Plan};
use crate::restored::Restored;

/// Makes a restore ready to be undone. Returns the folder to give to [`swap`](crate::swap()): it holds the files from
/// before the restore. The swap keeps the restored files beside the backups, for Isso may have saved comments in them.
///
/// The files before lie in their folder until the swap begins, and again after one that fails.
pub fn stage_undo(root: &Path, restored: &Restored) -> io::Result<PathBuf> {
    let before = restored.before.as_ref();
    let before = before.ok_or(io::ErrorKind::NotFound)?;
    let (mut files, mut removed) = (Vec::new(), Vec::new());
    for file in &restored.files {
        match is_there(&before.join(file))? {
            true => files.push(file.clone()),
            false => removed.push(file.clone()),
        }
    }
    for companion in COMPANIONS.iter().map(Companion::name) {
        if is_there(&before.join(&companion))? {
            files.push(companion);
        }
    }
    let home = before.strip_prefix(root).map_err(io::Error::other)?;
    let plan = Plan {
        before: free_name(root, NOT_SERVED),
        removed,
        home: Some(home.to_owned()),
        files,
    };
    match fs::remove_file(before.join(PLAN)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    plan.write(before)?;
    sync_folder(before)?;
    Ok(before.clone())
}
