//! Renames that are on the disk when they are done.
//!
//! A file system may bring two renames to the disk in another order than they were made in. So each is flushed, in the folder that the
//! file left and in the one that it came to, before the next one begins: whatever a power cut leaves is a state in between two
//! moves, from which the plan of a restore leads on.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// One file that gives way to another, or to none.
pub(crate) struct Move {
    pub place: PathBuf,
    pub before: PathBuf,
    pub new: Option<PathBuf>,
}

impl Move {
    /// Repeatable: a new file that has left is in its place already.
    pub fn go(&self) -> io::Result<()> {
        if self.new.as_ref().is_some_and(|new| !new.exists()) {
            return Ok(());
        }
        if fs::symlink_metadata(&self.place).is_ok() {
            make_folder(&self.before)?;
            rename(&self.place, &self.before)?;
        }
        match &self.new {
            None => Ok(()),
            Some(new) => {
                make_folder(&self.place)?;
                rename(new, &self.place)
            }
        }
    }

    pub fn undo(&self) -> io::Result<()> {
        if let Some(new) = self.new.as_ref().filter(|new| !new.exists()) {
            rename(&self.place, new)?;
        }
        if fs::symlink_metadata(&self.before).is_ok() {
            rename(&self.before, &self.place)?;
        }
        Ok(())
    }
}

/// The one way in which a restore renames. After an error the rename may have been made, and not be on the disk.
pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    flush(from, to)
}

/// Brings a rename to the disk.
pub(crate) fn flush(from: &Path, to: &Path) -> io::Result<()> {
    let (left, entered) = (folder_of(from), folder_of(to));
    sync(entered)?;
    match left == entered {
        true => Ok(()),
        false => sync(left),
    }
}

/// Makes the folder that a file is to be in.
fn make_folder(file: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    let folder = folder_of(file);
    if folder.is_dir() {
        return Ok(());
    }
    make_folder(folder)?;
    fs::DirBuilder::new().mode(0o700).create(folder)?;
    sync(folder_of(folder))
}

/// The folder around a path; the one around a relative path has no name.
fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

pub(crate) fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
