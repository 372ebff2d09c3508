//! The files of an Isso server: settings, database, and the mail server that was selected.

mod change;
mod check;
mod enforced;
mod error;
mod files;
mod in_use;
mod last_good;
mod note;
mod pending_repairs;
mod prepare;
mod read;
mod review;
mod saving;
mod set_aside;
mod update;

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use self::change::{Change, MASK, Mended, mend};
pub use self::error::VolumeError;
use self::files::is_read_only;
pub use self::files::{SETTINGS_MAX, read as read_file};
pub use self::in_use::{PrepareGuard, RunMark};
pub use self::note::Note;
pub use self::prepare::PreparedVolume;
pub use self::read::Contents;
pub use self::review::{Found, Review};
pub use self::update::Updated;
use crate::atomic::folder_of;
use crate::document::Document;
use crate::environment::Environment;
use crate::lock::Lock;

/// The volume of one Isso server: a folder of ours, or an `isso.cfg` that stands somewhere else.
///
/// | [`new`](Volume::new) | [`of_config`](Volume::of_config) | what it is |
/// |---|---|---|
/// | `config/isso.cfg` | the file | the settings |
/// | `config/isso.cfg.last-good` | beside it | the settings that Isso last ran with |
/// | `db/comments.db` | where `dbpath` says | the database; only its folder is made here |
/// | `start9/store.json` | none | the mail server as it was selected |
/// | `start9/repairs.txt` | none | [repairs](Volume::recording_repairs) that the person was not notified of yet |
/// | `.lock` | beside the file | the lock that every writer of the files holds |
/// | `.in-use` | beside the file | the [lock](Volume::mark_in_use) that says that Isso runs on the volume |
///
/// Reading takes no lock and writes nothing, so it works on a read-only volume: files are replaced whole, and a reader
/// finds the old one or the new one. An update that changes both files replaces `store.json` first; a crash in between
/// leaves a selection whose credentials have not reached `isso.cfg`, which saving the form again puts right.
#[derive(Debug, Clone)]
pub struct Volume {
    root: PathBuf,
    config: PathBuf,
    store: Option<PathBuf>,
    database: PathBuf,
    dbpath: String,
    environment: Environment,
    records_repairs: bool,
    lock_timeout: Option<Duration>,
}

impl Volume {
    /// The volume in a folder. `dbpath` is where Isso finds the database, as `[general] dbpath` must say it: in a
    /// container that is another path than the one here.
    pub fn new(root: impl Into<PathBuf>, dbpath: impl Into<String>) -> Volume {
        let root = root.into();
        Volume {
            config: root.join("config/isso.cfg"),
            store: Some(root.join("start9/store.json")),
            database: root.join("db/comments.db"),
            dbpath: dbpath.into(),
            environment: Environment::default(),
            records_repairs: false,
            lock_timeout: None,
            root,
        }
    }

    /// The volume of an `isso.cfg` that stands alone, perhaps where nothing can be written. `dbpath` is where the
    /// database is, for Isso and from here.
    ///
    /// There is no `store.json`: it reads as no mail, and what an update says of it is not kept.
    pub fn of_config(config: impl Into<PathBuf>, dbpath: impl Into<String>) -> Volume {
        let (config, dbpath) = (config.into(), dbpath.into());
        Volume {
            root: folder_of(&config).to_owned(),
            store: None,
            database: PathBuf::from(&dbpath),
            dbpath,
            environment: Environment::default(),
            records_repairs: false,
            lock_timeout: None,
            config,
        }
    }

    /// The same volume, with its database at this place as seen from here: `dbpath` may be relative, or begin with `~`.
    pub fn with_database_at(self, database: PathBuf) -> Volume {
        Volume { database, ..self }
    }

    /// The same volume, with the settings read as Isso sees them in this environment. Without one, nothing is known of
    /// any variable.
    pub fn with_environment(self, environment: Environment) -> Volume {
        Volume { environment, ..self }
    }

    /// The same volume, with a limit to the time that an operation waits for the lock: it then fails with
    /// [`VolumeError::Lock`]. Without a limit, a process that is stopped while it holds the lock keeps every other
    /// waiting.
    pub fn with_lock_timeout(self, timeout: Duration) -> Volume {
        Volume {
            lock_timeout: Some(timeout),
            ..self
        }
    }

    /// Waits until no process changes the files. Another one may begin at once, but that takes no longer than a change
    /// does.
    pub fn wait_until_unlocked(&self) -> Result<(), VolumeError> {
        // Where there is no folder, or nothing may be written, no process changes anything.
        match self.lock() {
            Err(VolumeError::Lock { source, .. })
                if is_read_only(&source) || source.kind() == io::ErrorKind::NotFound =>
            {
                Ok(())
            }
            lock => lock.map(drop),
        }
    }

    /// The environment in which the settings are read.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// The folder that holds the lock, and with [`new`](Volume::new) everything else.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where `isso.cfg` is.
    pub fn config_path(&self) -> PathBuf {
        self.config.clone()
    }

    /// Where `store.json` is, if there is one.
    pub fn store_path(&self) -> Option<PathBuf> {
        self.store.clone()
    }

    /// Where Isso finds the database, as `[general] dbpath` must say it.
    pub fn dbpath(&self) -> &str {
        &self.dbpath
    }

    /// Where the database is, seen from here.
    pub fn db_path(&self) -> PathBuf {
        self.database.clone()
    }

    /// Makes the volume fit to run Isso: makes folders, seeds what is missing or empty, repairs what Isso would refuse,
    /// enforces what must hold, and removes what a killed writer left.
    ///
    /// A file that is fine is not touched. One that is not may just be being saved: it is looked at four times in 150
    /// ms before that is believed. A file that was repaired stays beside the new one, as `isso.cfg.rejected-<time>` or
    /// `store.json.damaged-<time>`. A missing or empty `isso.cfg` is made from the [last good one](Volume::last_good),
    /// password included, or else from the template. One that ends in the midst of a line of the last good one is made
    /// from it, too: it may hold half of a password. It may be called at any moment, and again.
    ///
    /// A folder outside of [`root`](Volume::root) is not made: where the folder of a database is missing, something
    /// else is amiss, and a database that is made there may be gone tomorrow. Where nothing may be written, a file that
    /// Isso must not run with is an error that says what to change.
    pub fn prepare(&self) -> Result<PreparedVolume, VolumeError> {
        prepare::prepare(self)
    }

    /// Looks at `isso.cfg` while Isso runs with the settings `in_force`. A file with which Isso must not run is never
    /// repaired: it is [refused](Found::Refused), with the lines that are wrong, and Isso goes on as it is. So is a
    /// file that was cut off while it was saved: it ends, without a line break, in the midst of a line that is longer
    /// in the settings in force or in the [last good ones](Volume::last_good).
    ///
    /// Two things are put right at once, under the lock: the enforced keys in a file that is good otherwise, and a file
    /// that is missing or empty, which becomes that of `in_force` again. Where they cannot be written, the file is
    /// refused. As an editor may empty a file for an instant before it fills it, they are looked at four times in 150
    /// ms before they are believed.
    ///
    /// # Errors
    ///
    /// When the lock cannot be taken, though writing seems possible. Whatever stands in the file's place is no error.
    pub fn review(&self, in_force: &Document) -> Result<Review, VolumeError> {
        review::review(self, in_force)
    }

    /// Keeps settings that Isso ran well with, as `isso.cfg.last-good` beside `isso.cfg`. They are not written again
    /// when they stand there already, and not kept where nothing may be written.
    pub fn remember(&self, good: &Document) -> Result<(), VolumeError> {
        last_good::remember(self, good)
    }

    /// The settings that were kept last, with the enforced keys put right; `None` if Isso could not be run with them.
    pub fn last_good(&self) -> Option<Document> {
        last_good::read(self)
    }

    fn lock(&self) -> Result<Lock, VolumeError> {
        let path = self.root.join(".lock");
        Lock::acquire(&path, self.lock_timeout).map_err(|source| VolumeError::Lock { path, source })
    }
}
