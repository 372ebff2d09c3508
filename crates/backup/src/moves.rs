//! Renames that are on the disk when they are done.
//!
//! A file system may bring two renames to the disk in another order than they were made in. So each is flushed, in the
//! folder that the file left and in the one that it came to, before the next one begins: whatever a power cut leaves is
//! a state in between two moves, from which the plan of a restore leads on.

use std::fs;
use std::io;
use std::io::ErrorKind::{NotADirectory, NotFound};
use std::path::{Path, PathBuf};

use isso_cfg::{folder_of, sync_folder};

/// The replacement of one file by another, or by none.
pub(crate) struct Move {
    pub place: PathBuf,
    pub before: PathBuf,
    pub new: Option<PathBuf>,
}

impl Move {
    /// Moves the old file away and the new one in. May be repeated: if the new file has left, it is in its place
    /// already.
    pub fn apply(&self) -> io::Result<()> {
        if let Some(new) = &self.new
            && !is_there(new)?
        {
            return Ok(());
        }
        if is_there(&self.place)? {
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

    /// Moves the new file back, and then the old one.
    pub fn revert(&self) -> io::Result<()> {
        if let Some(new) = &self.new
            && !is_there(new)?
        {
            rename(&self.place, new)?;
        }
        if is_there(&self.before)? {
            rename(&self.before, &self.place)?;
        }
        Ok(())
    }
}

/// Whether there is something of this name, even a link that leads nowhere. An error of the disk is returned: a file
/// that cannot be examined must neither count as missing nor be overwritten.
pub(crate) fn is_there(path: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if matches!(error.kind(), NotFound | NotADirectory) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Renames a file, and flushes both folders. After an error the rename may have been made, and not be on the disk.
pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    flush(from, to)
}

/// Brings a rename to the disk.
pub(crate) fn flush(from: &Path, to: &Path) -> io::Result<()> {
    let (left, entered) = (folder_of(from), folder_of(to));
    sync_folder(entered)?;
    match left == entered {
        true => Ok(()),
        false => sync_folder(left),
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
    sync_folder(folder_of(folder))
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_file_that_cannot_be_examined_does_not_count_as_missing() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        symlink("loop", path("loop")).unwrap();
        File::create(path("file")).unwrap();
        assert!(is_there(&path("loop")).unwrap());
        assert!(!is_there(&path("file/below")).unwrap());
        let unknown = path("loop/below");
        is_there(&unknown).unwrap_err();
        // A new file that was not seen was not moved, so the old one stays, and no other is put in its place.
        for (place, new) in [("file", "loop/below"), ("loop/below", "file")] {
            let step = Move {
                place: path(place),
                before: path("before"),
                new: Some(path(new)),
            };
            step.apply().unwrap_err();
            assert!(!path("before").exists() && path("file").exists());
        }
        let step = Move {
            place: path("file"),
            before: unknown,
            new: None,
        };
        step.revert().unwrap_err();
    }
}
