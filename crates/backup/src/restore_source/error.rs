//! Why nothing can be restored from a path.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::kind::Kind;
use crate::archive::ArchiveError;

/// Why nothing can be restored from a path.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A backup of issoctl, which is damaged, or a file of no known kind.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A file of another kind.
    #[error("{path} is {what}, no backup of issoctl")]
    ForeignFile {
        /// The file.
        path: PathBuf,
        /// Its kind.
        what: Kind,
    },
    /// A folder with nothing of an Isso in it.
    #[error("there is neither a database nor an isso.cfg of Isso in {0}")]
    Nothing(PathBuf),
    /// Something that is no file, or too large a file, stands where a file of Isso belongs.
    #[error("{path} cannot be taken: it is {why}")]
    Unusable {
        /// Where it is.
        path: PathBuf,
        /// What it is.
        why: String,
    },
    /// A file or folder cannot be read.
    #[error("cannot read {0}")]
    Read(PathBuf, #[source] io::Error),
    /// A file that is not a database of Isso.
    #[error("{path} is no database of Isso: {why}")]
    NotIsso {
        /// The file.
        path: PathBuf,
        /// What it is instead.
        why: String,
    },
    /// Several files of the same sort.
    #[error("there are several files that could be {of}: {}", names(found))]
    Several {
        /// The sort.
        of: SourceRole,
        /// The files.
        found: Vec<PathBuf>,
    },
    /// A folder that would take too long to search.
    #[error("{0} holds too many files to find those of Isso among them")]
    TooMany(PathBuf),
    /// Files were chosen from a backup of issoctl.
    #[error("{0} is a backup of issoctl, from which no single files are chosen")]
    Chosen(PathBuf),
}

/// A file of Isso that is searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceRole {
    /// `isso.cfg`, under whatever name.
    Settings,
    /// `comments.db`, under whatever name.
    Database,
}

impl fmt::Display for SourceRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SourceRole::Settings => "Isso's settings",
            SourceRole::Database => "Isso's database",
        })
    }
}

fn names(found: &[PathBuf]) -> String {
    let names = found.iter().map(|it| it.display().to_string());
    names.collect::<Vec<_>>().join(", ")
}
