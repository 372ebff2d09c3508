//! The folder that holds everything an Isso server is: settings, database, and what StartOS remembers.

mod error;
mod settle;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub use self::error::VolumeError;
pub use self::settle::{Note, Settled};
use crate::atomic;
use crate::diagnose::diagnose;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::document::{Document, EditError};
use crate::keys;
use crate::lock::Lock;
use crate::store::Store;

/// The volume of one Isso server.
///
/// | path | what it is |
/// |---|---|
/// | `config/isso.cfg` | the settings |
/// | `db/comments.db` | the database; only its folder is made here |
/// | `start9/store.json` | the mail server as it was selected |
/// | `.lock` | the lock that every writer of the two files holds |
///
/// Reading takes no lock and writes nothing, so it works on a read-only volume: files are replaced whole, and a reader
/// finds the old one or the new one. An update that changes both files replaces `store.json` first; a crash in between
/// leaves a selection whose credentials have not reached `isso.cfg`, which saving the form again puts right.
#[derive(Debug, Clone)]
pub struct Volume {
    root: PathBuf,
    dbpath: String,
}

/// What the two files of a volume say.
#[derive(Debug, Clone, PartialEq)]
pub struct Contents {
    /// `config/isso.cfg`.
    pub cfg: Document,
    /// `start9/store.json`.
    pub store: Store,
}

impl Contents {
    /// What a volume holds that nobody has touched yet.
    pub fn fresh() -> Contents {
        Contents {
            cfg: crate::repair::seed(),
            store: Store::default(),
        }
    }
}

/// What an update did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Updated<T> {
    /// What the edit returned.
    pub value: T,
    /// Whether the bytes of `isso.cfg` are others now.
    pub cfg_changed: bool,
}

impl Volume {
    /// The volume in a folder. `dbpath` is where Isso finds the database, as `[general] dbpath` must say it: in a
    /// container that is another path than the one here.
    pub fn new(root: impl Into<PathBuf>, dbpath: impl Into<String>) -> Volume {
        Volume {
            root: root.into(),
            dbpath: dbpath.into(),
        }
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where `isso.cfg` is.
    pub fn config_path(&self) -> PathBuf {
        self.root.join("config/isso.cfg")
    }

    /// Where `store.json` is.
    pub fn store_path(&self) -> PathBuf {
        self.root.join("start9/store.json")
    }

    /// Where the database is, seen from here.
    pub fn db_path(&self) -> PathBuf {
        self.root.join("db/comments.db")
    }

    /// Makes the volume fit to run Isso: makes folders, seeds what is missing or empty, repairs what Isso would refuse,
    /// enforces what must hold, and removes what a killed writer left.
    ///
    /// A file that is fine is not touched. A file that is not stays beside the repaired one, as
    /// `isso.cfg.rejected-<time>` or `store.json.damaged-<time>`. It may be called at any moment, and again.
    pub fn settle(&self) -> Result<Settled, VolumeError> {
        settle::settle(self)
    }

    /// Says whether somebody could log in: there is an admin password, and it is not the one everybody knows.
    pub fn has_usable_password(&self) -> Result<bool, VolumeError> {
        match self.read_document() {
            Ok(cfg) => Ok(usable_password(&cfg)),
            Err(VolumeError::Missing { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Reads both files. A missing `store.json` reads as no mail.
    pub fn read(&self) -> Result<Contents, VolumeError> {
        Ok(Contents {
            cfg: self.read_document()?,
            store: self.read_store()?,
        })
    }

    /// Says everything that is wrong with `isso.cfg`, as it stands, in the order of its lines.
    ///
    /// Beside what [`diagnose()`](crate::diagnose()) finds these are the values that the next write will put right, and a
    /// database folder that is missing.
    pub fn check(&self) -> Result<Vec<Diagnostic>, VolumeError> {
        let cfg = match self.read_document() {
            Ok(cfg) => cfg,
            Err(VolumeError::Invalid { diagnostics, .. }) => return Ok(diagnostics),
            Err(error) => return Err(error),
        };
        let mut found = diagnose(&cfg);
        found.extend(self.check_enforced(&cfg));
        found.sort_by_key(|diagnostic| (diagnostic.line, diagnostic.column));
        Ok(found)
    }

    /// Changes the files under the lock: reads them, runs `edit`, enforces what must hold, and writes what changed.
    ///
    /// Nothing is written when `edit` fails. Other writers wait meanwhile, so `edit` must be quick.
    pub fn update<T, E: From<VolumeError>>(
        &self,
        edit: impl FnOnce(&mut Contents) -> Result<T, E>,
    ) -> Result<Updated<T>, E> {
        let _lock = self.lock()?;
        let before = self.read()?;
        let mut after = before.clone();
        let value = edit(&mut after)?;
        self.enforce(&mut after.cfg)?;
        if after.store != before.store {
            let path = self.store_path();
            make_folder(&self.root.join("start9"))?;
            write(&path, after.store.to_text().as_bytes())?;
        }
        let cfg_changed = after.cfg != before.cfg;
        if cfg_changed {
            write(&self.config_path(), after.cfg.as_str().as_bytes())?;
        }
        Ok(Updated { value, cfg_changed })
    }

    fn lock(&self) -> Result<Lock, VolumeError> {
        let path = self.root.join(".lock");
        Lock::acquire(&path).map_err(|source| VolumeError::Lock { path, source })
    }

    fn read_document(&self) -> Result<Document, VolumeError> {
        let path = self.config_path();
        let bytes = read(&path)?.ok_or_else(|| VolumeError::Missing { path: path.clone() })?;
        Document::from_bytes(&bytes)
            .map_err(|diagnostics| VolumeError::Invalid { path, diagnostics })
    }

    fn read_store(&self) -> Result<Store, VolumeError> {
        let path = self.store_path();
        match read(&path)? {
            Some(bytes) => {
                Store::from_bytes(&bytes).map_err(|source| VolumeError::Store { path, source })
            }
            None => Ok(Store::default()),
        }
    }

    /// Puts the enforced keys right, and says which of them were wrong.
    fn enforce(&self, cfg: &mut Document) -> Result<Vec<&'static keys::Key>, VolumeError> {
        let enforce = |cfg: &mut Document| -> Result<_, EditError> {
            Ok([
                (&keys::DBPATH, cfg.write_text(&keys::DBPATH, &self.dbpath)?),
                (
                    &keys::ADMIN_ENABLED,
                    cfg.write_bool(&keys::ADMIN_ENABLED, true)?,
                ),
            ])
        };
        let written = enforce(cfg).map_err(|source| VolumeError::Enforce { source })?;
        Ok(written
            .into_iter()
            .filter(|(_, changed)| *changed)
            .map(|(key, _)| key)
            .collect())
    }

    fn check_enforced(&self, cfg: &Document) -> Vec<Diagnostic> {
        let at = |key: &keys::Key| {
            let span = cfg
                .own(key)
                .and_then(|_| cfg.span(key.section, key.name))
                .or_else(|| cfg.header_span(key.section));
            span.map_or((1, 1), |span| (span.line, span.column))
        };
        let finding = |key: &keys::Key, severity, code, message: String, fix: &str| {
            let (line, column) = at(key);
            Diagnostic {
                severity,
                code,
                line,
                column,
                text: cfg.read_text(key),
                message,
                fix: fix.to_owned(),
            }
        };
        let mut found = Vec::new();
        if cfg.effective(&keys::DBPATH) != Some(&self.dbpath) {
            let message = format!(
                "[general] dbpath is not {}, where the database is kept",
                self.dbpath
            );
            found.push(finding(
                &keys::DBPATH,
                Severity::Warning,
                Code::Enforced,
                message,
                "It is put right before Isso starts.",
            ));
        }
        if cfg.read_bool(&keys::ADMIN_ENABLED) != Some(true) {
            let message = "[admin] enabled is not on, so nobody could approve comments".to_owned();
            found.push(finding(
                &keys::ADMIN_ENABLED,
                Severity::Warning,
                Code::Enforced,
                message,
                "It is put right before Isso starts.",
            ));
        }
        let folder = self.root.join("db");
        if !folder.is_dir() {
            let message = format!(
                "the folder of the database, {}, is missing",
                folder.display()
            );
            found.push(finding(
                &keys::DBPATH,
                Severity::Refused,
                Code::DatabaseFolder,
                message,
                "It is made before Isso starts.",
            ));
        }
        found
    }
}

/// An absent key is as bad as no password: Isso then takes the one in its documentation.
fn usable_password(cfg: &Document) -> bool {
    let password = cfg.read_text(&keys::ADMIN_PASSWORD);
    !password.is_empty() && password != keys::ADMIN_PASSWORD.default
}

/// Reads a file, unless there is none.
fn read(path: &Path) -> Result<Option<Vec<u8>>, VolumeError> {
    let failed = |source| VolumeError::Read {
        path: path.to_owned(),
        source,
    };
    match fs::metadata(path) {
        // Opening a pipe would wait for somebody to write into it.
        Ok(there) if !there.is_file() => Err(failed(io::Error::other("it is not a file"))),
        Ok(_) => fs::read(path).map(Some).map_err(failed),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

fn write(path: &Path, contents: &[u8]) -> Result<(), VolumeError> {
    atomic::write(path, contents).map_err(|source| VolumeError::Write {
        path: path.to_owned(),
        source,
    })
}

fn make_folder(path: &Path) -> Result<(), VolumeError> {
    use std::os::unix::fs::DirBuilderExt;
    let mut builder = fs::DirBuilder::new();
    let made = builder.recursive(true).mode(0o700).create(path);
    made.map_err(|source| VolumeError::Folder {
        path: path.to_owned(),
        source,
    })
}
