//! Files that belong to another file of a volume and are called after it.

use std::io;
use std::path::{Path, PathBuf};

use isso_cfg::resolve;

use crate::beside::with_suffix;
use crate::manifest::{CONFIG, DATABASE};

/// What belongs to a file that is replaced, and would be taken for a part of the new one.
pub(crate) const COMPANIONS: [Companion; 6] = [
    Companion::of(DATABASE, "-journal", Beside::Target),
    Companion::of(DATABASE, "-wal", Beside::Target),
    Companion::of(DATABASE, "-shm", Beside::Target),
    Companion::of(DATABASE, ".exists", Beside::Link),
    Companion::of(DATABASE, ".checked", Beside::Link),
    Companion::of(CONFIG, ".last-good", Beside::Link),
];

/// A file that belongs to another one and is called after it.
pub(crate) struct Companion {
    /// The file that it belongs to.
    pub of: &'static str,
    suffix: &'static str,
    beside: Beside,
}

/// Where a companion lies, if the file that it belongs to is a link.
#[derive(Clone, Copy)]
enum Beside {
    /// SQLite follows links before it names its files.
    Target,
    Link,
}

impl Companion {
    const fn of(of: &'static str, suffix: &'static str, beside: Beside) -> Companion {
        Companion { of, suffix, beside }
    }

    /// Where it is in the volume at `root`.
    pub fn place(&self, root: &Path) -> io::Result<PathBuf> {
        let link = root.join(self.of);
        let file = match self.beside {
            Beside::Target => resolve(&link)?,
            Beside::Link => link,
        };
        Ok(with_suffix(&file, self.suffix))
    }

    /// Where it stands in a volume, where nothing is a link.
    pub fn name(&self) -> String {
        format!("{}{}", self.of, self.suffix)
    }
}
