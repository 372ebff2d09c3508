//! Reads a backup, and says what is wrong with it.

mod error;
mod head;

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use blake3::Hasher;
use nix::fcntl::OFlag;

pub use self::error::ArchiveError;
use self::head::{read_head, understand};
use crate::container::{self, Seal};
use crate::manifest::{MANIFEST, Manifest, Member};
use crate::progress::{BackupStep, Progress, check_cancelled};
use crate::ustar;

/// The name of a backup ends so.
pub(crate) const SUFFIX: &str = ".isso-backup.tar.zst";
/// A backup whose manifest was read. Whether the rest is whole shows only when all of it is read.
#[derive(Debug)]
pub struct Archive {
    path: PathBuf,
    file: File,
    seal: [u8; 32],
    /// The tar archive up to the end of the manifest.
    head: Vec<u8>,
    manifest: Manifest,
}

impl Archive {
    /// Reads the manifest, and checks that the file has its end.
    pub fn open(path: &Path) -> Result<Archive, ArchiveError> {
        let unread = |error| ArchiveError::Read(path.to_owned(), error);
        let mut options = File::options();
        // Opening a pipe would wait for a writer.
        let options = options.read(true).custom_flags(OFlag::O_NONBLOCK.bits());
        Archive::of_file(path, options.open(path).map_err(unread)?)
    }

    /// Does the same with a file that is already open; `path` is for messages.
    pub(crate) fn of_file(path: &Path, mut file: File) -> Result<Archive, ArchiveError> {
        let unread = |error| ArchiveError::Read(path.to_owned(), error);
        if !file.metadata().map_err(unread)?.is_file() {
            return Err(ArchiveError::NotABackup(path.to_owned()));
        }
        let seal = container::seal(&mut file).map_err(unread)?;
        let head = read_head(&file);
        let (seal, (head, text)) = match (seal, head) {
            (Seal::There(seal), Some((head, text))) => (seal, (head, text)),
            (Seal::There(_), None) => {
                return Err(ArchiveError::Damaged {
                    path: path.to_owned(),
                    member: MANIFEST.to_owned(),
                });
            }
            (Seal::Missing, Some(_)) => return Err(ArchiveError::Truncated(path.to_owned())),
            (Seal::Missing, None) if is_named_like_a_backup(path) => {
                return Err(ArchiveError::Truncated(path.to_owned()));
            }
            (Seal::Missing, None) => return Err(ArchiveError::NotABackup(path.to_owned())),
        };
        let manifest = understand(path, &head[text])?;
        Ok(Archive {
            path: path.to_owned(),
            file,
            seal,
            head,
            manifest,
        })
    }

    /// What the backup says of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the whole backup, writes each file to what `sink` makes for it, and checks that all of it is what was
    /// written. What a sink was given counts only when this succeeds.
    pub(crate) fn read<W: Write>(
        &self,
        sink: impl FnMut(&str) -> Result<W, ArchiveError>,
        done: impl FnMut(W) -> Result<(), ArchiveError>,
        progress: &dyn Progress,
    ) -> Result<(), ArchiveError> {
        let read = self.read_all(sink, done, progress);
        // An error of a cancelled read does not mean that the backup is damaged.
        check_cancelled(progress)?;
        read
    }

    fn read_all<W: Write>(
        &self,
        mut sink: impl FnMut(&str) -> Result<W, ArchiveError>,
        mut done: impl FnMut(W) -> Result<(), ArchiveError>,
        progress: &dyn Progress,
    ) -> Result<(), ArchiveError> {
        progress.begin(BackupStep::Unpack, self.manifest.size());
        let mut frames = self.frames(progress)?;
        // Must be the bytes whose manifest was read when the backup was opened.
        let mut head = vec![0; self.head.len()];
        let read = frames.read_exact(&mut head);
        if read.is_err() || head != self.head {
            return Err(self.damaged(MANIFEST));
        }
        for member in &self.manifest.members {
            self.find(&mut frames, member)?;
            let damaged = |_| self.damaged(&member.path);
            let mut to = sink(&member.path)?;
            let mut hasher = Hasher::new();
            let mut block = vec![0; 256 * 1024];
            let mut left = member.size;
            while left > 0 {
                check_cancelled(progress)?;
                let most = usize::try_from(left).map_or(block.len(), |left| left.min(block.len()));
                let read = frames.read(&mut block[..most]).map_err(damaged)?;
                if read == 0 {
                    return Err(self.damaged(&member.path));
                }
                hasher.update(&block[..read]);
                to.write_all(&block[..read])
                    .map_err(|error| ArchiveError::Write(PathBuf::from(&member.path), error))?;
                progress.advance(read as u64);
                left -= read as u64;
            }
            check_cancelled(progress)?;
            if hasher.finalize().to_hex().as_str() != member.blake3 {
                return Err(self.damaged(&member.path));
            }
            ustar::padding(&mut frames, member.size).map_err(damaged)?;
            done(to)?;
        }
        match ustar::next(&mut frames) {
            Ok(None) => {}
            Ok(Some(entry)) => {
                return Err(ArchiveError::UnexpectedMember {
                    path: self.path.clone(),
                    member: entry.path,
                });
            }
            Err(_) => return Err(ArchiveError::Altered(self.path.clone())),
        }
        ustar::end(&mut frames).map_err(|_| ArchiveError::Altered(self.path.clone()))?;
        match container::is_sealed(frames, self.seal) {
            Ok(true) => Ok(()),
            Ok(false) => Err(ArchiveError::Altered(self.path.clone())),
            Err(error) => Err(ArchiveError::Read(self.path.clone(), error)),
        }
    }

    /// Reads the header of a member, which has to be the one that the manifest names next.
    fn find(&self, frames: &mut impl Read, member: &Member) -> Result<(), ArchiveError> {
        let entry = ustar::next(frames).map_err(|_| self.damaged(&member.path))?;
        let found = match entry {
            Some(entry) if entry.is_plain && entry.path == member.path => {
                return match entry.size == member.size {
                    true => Ok(()),
                    false => Err(self.damaged(&member.path)),
                };
            }
            Some(entry) if entry.is_plain => entry.path,
            Some(entry) => format!("{}, which is no plain file,", entry.path),
            None => "nothing".to_owned(),
        };
        Err(ArchiveError::WrongMember {
            path: self.path.clone(),
            expected: member.path.clone(),
            found,
        })
    }

    fn frames<'a>(&'a self, progress: &'a dyn Progress) -> Result<container::Frames<'a>, ArchiveError> {
        use std::io::Seek;
        let begin = || {
            (&self.file).rewind()?;
            container::frames(&self.file, u64::MAX, progress)
        };
        begin().map_err(|error| ArchiveError::Read(self.path.clone(), error))
    }

    fn damaged(&self, member: &str) -> ArchiveError {
        ArchiveError::Damaged {
            path: self.path.clone(),
            member: member.to_owned(),
        }
    }
}

fn is_named_like_a_backup(path: &Path) -> bool {
    path.to_string_lossy().ends_with(SUFFIX)
}
