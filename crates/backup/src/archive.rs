//! Reading a backup, and telling what is wrong with it.

use std::fs::File;
use std::io::{self, Read, Write};
use std::ops::Range;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use blake3::Hasher;
use isso_cfg::SETTINGS_MAX;
use nix::fcntl::OFlag;
use time::UtcOffset;

use crate::container::{self, Seal};
use crate::manifest::{DATABASE, FORMAT, MEMBERS, Manifest, Member};
use crate::progress::{BackupStep, Cancelled, Progress, check_cancelled};
use crate::ustar;

/// The name of a backup ends so.
pub(crate) const SUFFIX: &str = ".isso-backup.tar.zst";
/// The first member.
pub(crate) const MANIFEST: &str = "manifest.json";
/// A manifest is some hundred bytes, and this the most that is read of its frame.
const FRAME_MAX: u64 = 64 * 1024;

/// Why a backup is not one, or not a good one.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The file cannot be read.
    #[error("cannot read {0}")]
    Read(PathBuf, #[source] io::Error),
    /// It is something else.
    #[error("{0} is no backup of issoctl")]
    NotABackup(PathBuf),
    /// It ends too early.
    #[error("the backup {0} is cut off: its end is missing")]
    Truncated(PathBuf),
    /// Another layout.
    #[error(
        "the backup {path} was made by a later issoctl: it has format {found}, and this one knows formats up to {FORMAT}"
    )]
    LaterFormat {
        /// The backup.
        path: PathBuf,
        /// Its format.
        found: u32,
    },
    /// Its manifest names files that no backup has, or in another order.
    #[error("the backup {path} holds `{member}`, which does not belong there")]
    UnexpectedMember {
        /// The backup.
        path: PathBuf,
        /// The file that does not belong.
        member: String,
    },
    /// Another file than the manifest names, or none.
    #[error("the backup {path} has `{found}` where `{expected}` ought to be")]
    WrongMember {
        /// The backup.
        path: PathBuf,
        /// As its manifest says.
        expected: String,
        /// What is there.
        found: String,
    },
    /// A file of settings that would be read into memory as a whole.
    #[error("the backup {path} holds `{member}`, which is larger than any settings are (1 MiB)")]
    TooLarge {
        /// The backup.
        path: PathBuf,
        /// The file.
        member: String,
    },
    /// Other bytes than were written.
    #[error("the backup {path} is damaged: `{member}` is not what was put into it")]
    Damaged {
        /// The backup.
        path: PathBuf,
        /// What is damaged.
        member: String,
    },
    /// The members are whole, the file around them is not.
    #[error("the backup {0} is damaged: it is not what was written")]
    Altered(PathBuf),
    /// A database that is copied as it is, and that another program writes to.
    #[error("{0} changed while it was copied, so the copy is good for nothing")]
    Changing(PathBuf),
    /// Where the files are put.
    #[error("cannot write {0}")]
    Write(PathBuf, #[source] io::Error),
    /// Nobody wants it any more.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// A backup that says what it is. Whether it is whole, only reading all of it tells.
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
    /// Reads the manifest, and looks whether the file has its end.
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

    /// Reads everything, hands each file to what `sink` makes for it, and says whether all of it is what was written.
    ///
    /// What a sink was given counts only when this succeeds.
    pub(crate) fn read<W: Write>(
        &self,
        sink: impl FnMut(&str) -> Result<W, ArchiveError>,
        done: impl FnMut(W) -> Result<(), ArchiveError>,
        progress: &dyn Progress,
    ) -> Result<(), ArchiveError> {
        let read = self.read_all(sink, done, progress);
        // What cannot be read because it was cancelled, is not damaged.
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

/// The first frame, if it holds a manifest and nothing else, and where in it the text of the manifest is.
fn read_head(file: &File) -> Option<(Vec<u8>, Range<usize>)> {
    // What zstd adds to bytes that it cannot compress.
    const FRAME: u64 = 1024;
    // All of the frame: its checksum comes last, and what is listed or pruned depends on these bytes alone.
    let frame = container::frames(file, FRAME_MAX + FRAME, &()).ok()?;
    let frame = frame.single_frame();
    let mut head = Vec::new();
    frame.take(FRAME_MAX).read_to_end(&mut head).ok()?;
    if head.len() as u64 == FRAME_MAX {
        return None;
    }
    let mut rest = &head[..];
    let entry = ustar::next(&mut rest).ok()??;
    if !entry.is_plain || entry.path != MANIFEST {
        return None;
    }
    let begin = head.len() - rest.len();
    let (text, mut rest) = rest.split_at_checked(usize::try_from(entry.size).ok()?)?;
    ustar::padding(&mut rest, entry.size).ok()?;
    let text = begin..begin + text.len();
    rest.is_empty().then_some((head, text))
}

fn understand(path: &Path, text: &[u8]) -> Result<Manifest, ArchiveError> {
    #[derive(serde::Deserialize)]
    struct Format {
        format: u32,
    }
    let damaged = |_| ArchiveError::Damaged {
        path: path.to_owned(),
        member: MANIFEST.to_owned(),
    };
    // What else stands in another format, this program cannot know.
    let Format { format } = serde_json::from_slice(text).map_err(damaged)?;
    if format > FORMAT {
        return Err(ArchiveError::LaterFormat {
            path: path.to_owned(),
            found: format,
        });
    }
    let mut manifest: Manifest = serde_json::from_slice(text).map_err(damaged)?;
    // Another zone is no reason to refuse it; a time that no calendar has in UTC is.
    let utc = manifest.created.checked_to_offset(UtcOffset::UTC);
    manifest.created = utc.ok_or_else(|| ArchiveError::Damaged {
        path: path.to_owned(),
        member: MANIFEST.to_owned(),
    })?;
    let mut known = MEMBERS.iter();
    for member in &manifest.members {
        if !known.any(|known| *known == member.path) {
            const ENOUGH: usize = 100;
            return Err(ArchiveError::UnexpectedMember {
                path: path.to_owned(),
                member: member.path.chars().take(ENOUGH).collect(),
            });
        }
        if member.path != DATABASE && member.size > SETTINGS_MAX {
            return Err(ArchiveError::TooLarge {
                path: path.to_owned(),
                member: member.path.clone(),
            });
        }
    }
    Ok(manifest)
}

fn is_named_like_a_backup(path: &Path) -> bool {
    path.to_string_lossy().ends_with(SUFFIX)
}
