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

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

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

/// The volume of one Isso server: a data folder, or a lone `isso.cfg` in any place.
///
/// | [`new`](Volume::new) | [`of_config`](Volume::of_config) | what it is |
/// |---|---|---|
/// | `config/isso.cfg` | the file | the settings |
/// | `config/isso.cfg.last-good` | beside it | the settings that Isso last ran with |
/// | `db/comments.db` | where `dbpath` says | the database; only its folder is made here |
/// | `start9/store.json` | none | the mail server as it was selected |
/// | `start9/repairs.txt` | none | [repairs](Volume::recording_repairs) that no notification has reported yet |
/// | `.lock` | beside the file | the lock that every writer of the files holds |
/// | `.in-use` | beside the file | the [lock](Volume::mark_in_use) that a supervisor holds while Isso runs |
///
/// Reading takes no lock and writes nothing, so it works on a read-only volume. Files are replaced whole, so a reader
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

    /// The volume of a lone `isso.cfg`, perhaps in a folder where nothing can be written. `dbpath` is where the
    /// database is, both for Isso and for this process.
    ///
    /// There is no `store.json`: it reads as no mail, and an update does not keep the selection.
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

    /// The same volume, with the path at which this process finds the database: `dbpath` may be relative, or begin with
    /// `~`.
    pub fn with_database_at(self, database: PathBuf) -> Volume {
        Volume { database, ..self }
    }

    /// The same volume, whose settings are read as Isso sees them in this environment. By default no variable is known.
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

    /// Waits until no process changes the files. Another process may begin a change right afterwards.
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

    /// Where this process finds the database.
    pub fn db_path(&self) -> PathBuf {
        self.database.clone()
    }

    /// Makes the volume fit to run Isso: makes folders, seeds missing or empty files, repairs what Isso would refuse,
    /// puts the enforced keys right, and removes the temporary files of a killed writer.
    ///
    /// A good file is not touched. A bad one may be in the middle of a save, so it is read four times in 150 ms before
    /// it is repaired. The text from before a repair stays beside the new file, as `isso.cfg.rejected-<time>` or
    /// `store.json.damaged-<time>`. A missing or empty `isso.cfg` is made from the [last good one](Volume::last_good),
    /// password included, or else from the template. So is one that ends in the midst of a line of the last good one:
    /// it may hold half of a password. It may be called at any moment, and again.
    ///
    /// A folder outside of [`root`](Volume::root) is not made: if the folder of the database is missing, a disk may not
    /// be mounted, and a database made there would be lost. Where nothing may be written, a file that Isso must not run
    /// with is an error that says what to change.
    pub fn prepare(&self) -> Result<PreparedVolume, VolumeError> {
        prepare::prepare(self)
    }

    /// Compares `isso.cfg` with the settings `in_force` of a running Isso. A file with which Isso must not run is never
    /// repaired: it is [refused](Found::Refused), with the lines that are wrong, and Isso goes on as it is. So is a
    /// file that was cut off while it was saved: it ends, without a line break, in the midst of a line that is longer
    /// in the settings in force or in the [last good ones](Volume::last_good).
    ///
    /// A review writes in two cases, under the lock: it puts the enforced keys right in a file that is good otherwise,
    /// and it makes a missing or empty file again from `in_force`. If that cannot be written, the file is refused. An
    /// editor may empty a file for an instant before it fills it, so the file is read four times in 150 ms first.
    ///
    /// # Errors
    ///
    /// When the lock cannot be taken, though writing seems possible. A folder or another thing in the file's place is
    /// no error: it is refused.
    pub fn review(&self, in_force: &Document) -> Result<Review, VolumeError> {
        review::review(self, in_force)
    }

    /// Keeps settings that Isso served with, as `isso.cfg.last-good` beside `isso.cfg`. Does nothing if the file holds
    /// them already, or nothing may be written.
    pub fn remember(&self, good: &Document) -> Result<(), VolumeError> {
        last_good::remember(self, good)
    }

    /// The settings that were kept last, with the enforced keys put right; `None` if Isso must not run with them.
    pub fn last_good(&self) -> Option<Document> {
        last_good::read(self)
    }

    /// Gives `isso.cfg` another date, and leaves its text as it is. So a host that watches the file, perhaps in another
    /// container, looks at everything again that Isso reads when it starts.
    pub fn touch(&self) -> io::Result<()> {
        // Opening a pipe would wait for a writer.
        if !fs::metadata(&self.config)?.is_file() {
            return Err(io::Error::other("it is not a file"));
        }
        File::open(&self.config)?.set_modified(SystemTime::now())
    }

    fn lock(&self) -> Result<Lock, VolumeError> {
        let path = self.root.join(".lock");
        Lock::acquire(&path, self.lock_timeout).map_err(|source| VolumeError::Lock { path, source })
    }
}
