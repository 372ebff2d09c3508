//! Copying files of a source, which are only read.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::probe;
use crate::archive::ArchiveError;
use crate::beside::{journals, with_suffix};
use crate::progress::{Progress, check_cancelled};
use crate::throttle::ThrottledFile;

/// Copies a database that no process writes to, and the journals that a killed Isso left beside it. Fails if a process
/// does write to it, since the parts of the copy are of different moments then.
pub(crate) fn copy_database(from: &Path, to: &Path, progress: &dyn Progress) -> Result<(), ArchiveError> {
    let state = || {
        let files = journals(from).map(|(_, path)| path);
        let files = std::iter::once(from.to_owned()).chain(files);
        let state = |path: PathBuf| {
            let there = fs::metadata(path).ok()?;
            Some((there.ino(), there.len(), there.modified().ok()))
        };
        files.map(state).collect::<Vec<_>>()
    };
    let before = state();
    copy(from, to, progress)?;
    for (suffix, beside) in journals(from) {
        if beside.exists() {
            copy(&beside, &with_suffix(to, suffix), progress)?;
        }
    }
    match state() == before {
        true => Ok(()),
        false => Err(ArchiveError::Changing(from.to_owned())),
    }
}

pub(super) fn copy(from: &Path, to: &Path, progress: &dyn Progress) -> Result<(), ArchiveError> {
    let unread = |error| ArchiveError::Read(from.to_owned(), error);
    let mut source = probe::open(from).map_err(|error| unread(io::Error::other(error)))?;
    // A file that grows faster than it is copied would be copied for ever.
    let mut left = source.metadata().map_err(unread)?.len();
    let mut target = create(to)?;
    let mut block = vec![0; 256 * 1024];
    loop {
        check_cancelled(progress)?;
        let read = io::Read::read(&mut source, &mut block).map_err(unread)?;
        if read == 0 {
            break;
        }
        let grown = || ArchiveError::Changing(from.to_owned());
        left = left.checked_sub(read as u64).ok_or_else(grown)?;
        let written = target.write_all(&block[..read]);
        written.map_err(|error| ArchiveError::Write(to.to_owned(), error))?;
        progress.advance(read as u64);
    }
    close(target, to)
}

/// Makes a file that only its owner may read, and the folder around it.
pub(super) fn create(path: &Path) -> Result<BufWriter<ThrottledFile>, ArchiveError> {
    use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
    let create = || {
        let folder = path.parent().expect("it is in a folder");
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let mut options = File::options();
        options.create_new(true).write(true).mode(0o600);
        options.open(path).map(ThrottledFile::new).map(BufWriter::new)
    };
    create().map_err(|error| ArchiveError::Write(path.to_owned(), error))
}

/// Brings a file to the disk, and closes it.
pub(super) fn close(file: BufWriter<ThrottledFile>, path: &Path) -> Result<(), ArchiveError> {
    let close = || file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all();
    close().map_err(|error| ArchiveError::Write(path.to_owned(), error))
}
