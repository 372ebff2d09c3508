//! Why a backup is not read.

use std::io;
use std::path::PathBuf;

use crate::manifest::FORMAT;
use crate::progress::Cancelled;

/// Why a file is no backup, or a damaged one.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The file cannot be read.
    #[error("cannot read {0}")]
    Read(PathBuf, #[source] io::Error),
    /// The file is something else.
    #[error("{0} is no backup of issoctl")]
    NotABackup(PathBuf),
    /// The file ends too early.
    #[error("the backup {0} is cut off: its end is missing")]
    Truncated(PathBuf),
    /// A later issoctl made it, with another layout.
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
    /// A file in the backup holds other bytes than were put into it.
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
    /// Another program wrote to a database while it was copied.
    #[error("{0} changed while it was copied, so the copy is good for nothing")]
    Changing(PathBuf),
    /// A file cannot be written where it is unpacked.
    #[error("cannot write {0}")]
    Write(PathBuf, #[source] io::Error),
    /// The caller has cancelled the work.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}
