//! Making a volume fit to run Isso.

use std::fmt;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use time::OffsetDateTime;

use super::{Volume, VolumeError, make_folder, read, usable_password, write};
use crate::atomic;
use crate::diagnostic::Diagnostic;
use crate::document::Document;
use crate::keys::Key;
use crate::repair::{self, Repair};
use crate::store::{Store, StoreError};

/// What settling found and did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// Whether somebody could log in; Isso must not run otherwise.
    pub usable_password: bool,
    /// What was done, for the log.
    pub notes: Vec<Note>,
}

/// One thing that settling did. Its text holds no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// A file that was missing or empty was made.
    Seeded {
        /// The file.
        path: PathBuf,
    },
    /// A file, or something else in its place, was kept under another name.
    SetAside {
        /// Where it was.
        path: PathBuf,
        /// Where it is.
        kept: PathBuf,
    },
    /// Something that Isso's parser refuses was mended or left out.
    Mended {
        /// What was wrong.
        diagnostic: Diagnostic,
    },
    /// So little of the file could be read that it was made anew.
    MadeAnew {
        /// The file.
        path: PathBuf,
    },
    /// A value that Isso would refuse was replaced.
    Replaced {
        /// What was wrong.
        diagnostic: Diagnostic,
        /// The key.
        key: &'static Key,
        /// What stands there now.
        value: String,
    },
    /// A key that must hold was put right.
    Enforced {
        /// The key.
        key: &'static Key,
    },
    /// `store.json` was damaged.
    StoreDamaged {
        /// How.
        reason: String,
    },
    /// A file that others could read was closed to them.
    Closed {
        /// The file.
        path: PathBuf,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::Seeded { path } => write!(
                f,
                "{} was missing or empty: made with the default settings",
                path.display()
            ),
            Note::SetAside { path, kept } => {
                write!(f, "{} is kept as {}", path.display(), kept.display())
            }
            Note::Mended { diagnostic } => write!(f, "mended: {diagnostic}"),
            Note::MadeAnew { path } => write!(
                f,
                "{} could not be mended: made with the default settings",
                path.display()
            ),
            Note::Replaced {
                diagnostic,
                key,
                value,
            } => {
                write!(
                    f,
                    "{diagnostic}; [{}] {} is now \"{}\"",
                    key.section,
                    key.name,
                    value.trim().replace('\n', ", ")
                )
            }
            Note::Enforced { key } => write!(f, "[{}] {} was put right", key.section, key.name),
            Note::StoreDamaged { reason } => write!(
                f,
                "store.json was damaged ({reason}): made anew, without mail"
            ),
            Note::Closed { path } => write!(
                f,
                "{} could be read by others: closed to them",
                path.display()
            ),
        }
    }
}

/// Does the work of [`Volume::settle`].
pub(super) fn settle(volume: &Volume) -> Result<Settled, VolumeError> {
    make_folder(volume.root())?;
    let _lock = volume.lock()?;
    let mut notes = Vec::new();
    for path in [volume.config_path(), volume.store_path(), volume.db_path()] {
        make_folder(path.parent().unwrap_or(volume.root()))?;
    }
    for path in [volume.config_path(), volume.store_path()] {
        make_way(&path, &mut notes)?;
        atomic::remove_leftovers(&path).map_err(|source| VolumeError::Write {
            path: path.clone(),
            source,
        })?;
    }
    settle_store(volume, &mut notes)?;
    let cfg = settle_config(volume, &mut notes)?;
    Ok(Settled {
        usable_password: usable_password(&cfg),
        notes,
    })
}

fn settle_config(volume: &Volume, notes: &mut Vec<Note>) -> Result<Document, VolumeError> {
    let path = volume.config_path();
    let bytes = read(&path)?.unwrap_or_default();
    let Repair { mut cfg, rejected } = if bytes.trim_ascii().is_empty() {
        notes.push(Note::Seeded { path: path.clone() });
        Repair {
            cfg: repair::seed(),
            rejected: false,
        }
    } else {
        repair::repair(&bytes, &path, notes)
    };
    for key in volume.enforce(&mut cfg)? {
        notes.push(Note::Enforced { key });
    }
    if rejected {
        set_aside(&path, "rejected", &bytes, notes)?;
    }
    if cfg.as_str().as_bytes() == bytes {
        close(&path, notes)?;
    } else {
        write(&path, cfg.as_str().as_bytes())?;
    }
    Ok(cfg)
}

fn settle_store(volume: &Volume, notes: &mut Vec<Note>) -> Result<(), VolumeError> {
    let path = volume.store_path();
    let bytes = read(&path)?.unwrap_or_default();
    if bytes.trim_ascii().is_empty() {
        notes.push(Note::Seeded { path: path.clone() });
    } else {
        match Store::from_bytes(&bytes) {
            Ok(_) => return close(&path, notes),
            Err(error) => notes.push(Note::StoreDamaged {
                reason: reason(&error),
            }),
        }
        set_aside(&path, "damaged", &bytes, notes)?;
    }
    write(&path, Store::default().to_text().as_bytes())
}

/// Keeps what stood in a file beside it, as `<file>.<what>-<time>`.
fn set_aside(
    path: &Path,
    what: &str,
    bytes: &[u8],
    notes: &mut Vec<Note>,
) -> Result<(), VolumeError> {
    let kept = atomic::write_beside(path, &format!("{what}-{}", now()), bytes);
    let kept = kept.map_err(|source| VolumeError::SetAside {
        path: path.to_owned(),
        source,
    })?;
    notes.push(Note::SetAside {
        path: path.to_owned(),
        kept,
    });
    Ok(())
}

/// Moves a folder, or whatever else is no file, out of a file's place. A link is as good as what it names.
fn make_way(path: &Path, notes: &mut Vec<Note>) -> Result<(), VolumeError> {
    match fs::metadata(path) {
        Ok(there) if !there.is_file() => {
            let kept =
                atomic::move_aside(path, &format!("rejected-{}", now())).map_err(|source| {
                    VolumeError::SetAside {
                        path: path.to_owned(),
                        source,
                    }
                })?;
            notes.push(Note::SetAside {
                path: path.to_owned(),
                kept,
            });
            Ok(())
        }
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(VolumeError::Read {
            path: path.to_owned(),
            source,
        }),
        _ => Ok(()),
    }
}

/// Takes the rights of others away from a file that needs no writing, for it holds passwords.
fn close(path: &Path, notes: &mut Vec<Note>) -> Result<(), VolumeError> {
    let failed = |source| VolumeError::Write {
        path: path.to_owned(),
        source,
    };
    let mode = fs::metadata(path).map_err(failed)?.permissions().mode();
    if mode & 0o077 != 0 {
        fs::set_permissions(path, Permissions::from_mode(atomic::MODE)).map_err(failed)?;
        notes.push(Note::Closed {
            path: path.to_owned(),
        });
    }
    Ok(())
}

/// Where JSON stops making sense is safe to tell; the text there may be a password.
fn reason(error: &StoreError) -> String {
    match error {
        StoreError::Json(source) => format!(
            "{error}: line {}, column {}",
            source.line(),
            source.column()
        ),
        _ => error.to_string(),
    }
}

/// The time as it appears in file names: UTC, to the second, without separators that some systems refuse.
fn now() -> String {
    let now = OffsetDateTime::from(SystemTime::now());
    let (year, month, day) = (now.year(), u8::from(now.month()), now.day());
    format!(
        "{year:04}{month:02}{day:02}T{:02}{:02}{:02}Z",
        now.hour(),
        now.minute(),
        now.second()
    )
}
