//! Notes on what was done to the files, for the log and for notifications.

use std::fmt;
use std::path::PathBuf;

use crate::diagnostic::Diagnostic;
use crate::keys::{self, Key};

/// One thing that a preparation or a review did. Its text holds no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// A file that was missing or empty was made.
    Seeded {
        /// The file.
        path: PathBuf,
    },
    /// An `isso.cfg` that was missing or empty beside a database was made from the template, for want of a last good
    /// one.
    Lost {
        /// The file.
        path: PathBuf,
    },
    /// An `isso.cfg` that was missing or empty was made from the last good one.
    SeededFromLastGood {
        /// The file.
        path: PathBuf,
    },
    /// An `isso.cfg` that was missing or empty, while Isso runs, was made from the settings that Isso runs with.
    PutBack {
        /// The file.
        path: PathBuf,
    },
    /// A file, or another thing in its place, was kept under another name.
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
    /// So little of the file could be read that it was made from the last good one.
    MadeFromLastGood {
        /// The file.
        path: PathBuf,
    },
    /// A file that ended in the midst of a line was made from the last good one.
    CutOff {
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
    /// An enforced key was put right.
    Enforced {
        /// The key.
        key: &'static Key,
    },
    /// The admin password of a file that had the admin panel off was taken out.
    PasswordTakenOut {
        /// The file.
        path: PathBuf,
    },
    /// `store.json` was damaged.
    StoreDamaged {
        /// How.
        reason: String,
    },
    /// A file that other users could read was closed to them.
    Closed {
        /// The file.
        path: PathBuf,
    },
}

impl Note {
    /// Whether a person should be notified: a file or value that the person wrote was changed. A new file and an
    /// enforced key are no news.
    pub fn is_news(&self) -> bool {
        !matches!(self, Note::Seeded { .. } | Note::Enforced { .. } | Note::Closed { .. })
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::Seeded { path } => write!(
                f,
                "{} was missing or empty: made with the default settings",
                path.display()
            ),
            Note::Lost { path } => write!(
                f,
                "{} was missing or empty, and no settings that worked are kept beside it: made with the default settings, without a \
                 password",
                path.display()
            ),
            Note::SeededFromLastGood { path } => write!(
                f,
                "{} was missing or empty: made again from the last settings that worked, password included",
                path.display()
            ),
            Note::PutBack { path } => write!(
                f,
                "{} was missing or empty: made again from the settings that Isso runs with",
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
            Note::MadeFromLastGood { path } => write!(
                f,
                "{} could not be mended: made again from the last settings that worked, password included",
                path.display()
            ),
            Note::CutOff { path } => write!(
                f,
                "{} ended in the midst of a line, as if it could not be saved to its end: made again from the last settings that \
                 worked, password included",
                path.display()
            ),
            Note::Replaced { diagnostic, key, value } => {
                write!(
                    f,
                    "{diagnostic}; [{}] {} is now \"{}\"",
                    key.section,
                    key.name,
                    value.trim().replace('\n', ", ")
                )
            }
            Note::Enforced { key } if **key == keys::ADMIN_ENABLED => write!(
                f,
                "[admin] enabled was not on: turned on, for Isso is run with its admin panel"
            ),
            Note::Enforced { key } => write!(f, "[{}] {} was put right", key.section, key.name),
            Note::PasswordTakenOut { path } => write!(
                f,
                "{} had the admin panel off: its password for the panel is not taken over; set one with the action set-admin-password",
                path.display()
            ),
            Note::StoreDamaged { reason } => write!(
                f,
                "store.json was damaged ({reason}): made anew. Mail goes on as isso.cfg has it; which mail server was selected \
                 is forgotten, and selected again by saving Email notifications"
            ),
            Note::Closed { path } => write!(f, "{} could be read by others: closed to them", path.display()),
        }
    }
}
