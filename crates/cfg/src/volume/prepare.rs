//! Makes a volume fit to run Isso.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::SystemTime;

use time::OffsetDateTime;

use super::files::{folder, is_read_only, make_folder, read, write};
use super::saving::wait_until_saved;
use super::{Note, Volume, VolumeError, enforce, refused};
use crate::atomic;
use crate::document::Document;
use crate::keys;
use crate::repair::{self, Repair};
use crate::store::{Store, StoreError};

/// A volume that Isso can be started on, if it has a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreparedVolume {
    /// Whether a person could log in to the admin panel; Isso must not run otherwise.
    pub usable_password: bool,
    /// What was done, for the log.
    pub notes: Vec<Note>,
}

/// Does the work of [`Volume::prepare`].
pub(super) fn prepare(volume: &Volume) -> Result<PreparedVolume, VolumeError> {
    make_folder(volume.root())?;
    wait_until_saved(volume);
    let _lock = match volume.lock() {
        Err(error) if matches!(&error, VolumeError::Lock { source, .. } if is_read_only(source)) => {
            return check_read_only(volume, error);
        }
        lock => lock?,
    };
    let mut notes = Vec::new();
    let cfg = prepare_files(volume, &mut notes);
    // They are recorded even if a later step failed. A list that cannot be written is no reason to keep Isso down.
    let _ = volume.record_repairs(&notes);
    Ok(PreparedVolume {
        usable_password: cfg?.has_usable_password(),
        notes,
    })
}

fn prepare_files(volume: &Volume, notes: &mut Vec<Note>) -> Result<Document, VolumeError> {
    let mut files = vec![volume.config_path()];
    files.extend(volume.store_path());
    for path in files.iter().chain([&volume.database]) {
        if path.starts_with(volume.root()) {
            make_way_for_folder(folder(path), volume, notes)?;
            make_folder(folder(path))?;
        }
    }
    for path in &files {
        make_way(path, notes)?;
    }
    files.push(volume.last_good_path());
    for path in files {
        atomic::remove_leftovers(&path).map_err(|source| VolumeError::Write { path, source })?;
    }
    if let Some(path) = &volume.store {
        prepare_store(path, notes)?;
    }
    prepare_config(volume, notes)
}

/// Prepares a volume in which nothing can be written: Isso must be able to run with it as it is.
fn check_read_only(volume: &Volume, error: VolumeError) -> Result<PreparedVolume, VolumeError> {
    let cfg = match volume.read_document() {
        Err(VolumeError::Missing { .. }) => return Err(error),
        cfg => cfg?,
    };
    let mut diagnostics = refused(&cfg);
    diagnostics.extend(volume.check_enforced(&cfg));
    if !diagnostics.is_empty() {
        diagnostics.sort_by_key(|diagnostic| (diagnostic.line, diagnostic.column));
        return Err(VolumeError::Invalid {
            path: volume.config_path(),
            diagnostics,
        });
    }
    Ok(PreparedVolume {
        usable_password: cfg.has_usable_password(),
        notes: Vec::new(),
    })
}

fn prepare_config(volume: &Volume, notes: &mut Vec<Note>) -> Result<Document, VolumeError> {
    let path = &volume.config;
    let bytes = read(path)?.unwrap_or_default();
    let Repair {
        mut cfg,
        rejected,
        from_template,
    } = if bytes.trim_ascii().is_empty() {
        seed(volume, notes)
    } else {
        repair(volume, &bytes, notes)
    };
    let panel_was_on = cfg.read_bool(&keys::ADMIN_ENABLED) == Some(true);
    let untrusted = volume.enforce_panel(&mut cfg).map_err(enforce)?;
    if untrusted {
        notes.push(Note::PasswordTakenOut { path: path.to_owned() });
    }
    let mut enforced = volume.enforce(&mut cfg).map_err(enforce)?;
    if !panel_was_on && cfg.read_bool(&keys::ADMIN_ENABLED) == Some(true) {
        enforced.push(&keys::ADMIN_ENABLED);
    }
    // The template is ours, and no news to anybody.
    if !from_template {
        notes.extend(enforced.into_iter().map(|key| Note::Enforced { key }));
    }
    if rejected || untrusted {
        notes.push(set_aside(path, "rejected", &bytes)?);
    }
    if cfg.as_str().as_bytes() == bytes {
        close(path, notes)?;
    } else {
        write(path, cfg.as_str().as_bytes())?;
    }
    Ok(cfg)
}

/// What an `isso.cfg` with something in it becomes.
fn repair(volume: &Volume, bytes: &[u8], notes: &mut Vec<Note>) -> Repair {
    let is_cut_off = volume.is_cut_off(bytes);
    // What is repaired in a part of a file is no news if all of it is at hand.
    let mut reported = Vec::new();
    let mut mended = repair::repair(volume.environment(), bytes, &mut reported);
    if !is_cut_off {
        notes.append(&mut reported);
    }
    if !mended.from_template && !is_cut_off {
        return mended;
    }
    mended.rejected = true;
    let path = volume.config_path();
    match volume.last_good() {
        Some(cfg) => {
            // It may be what a person wrote, and it may be half of a password, which must not count. So it is kept, and
            // reported.
            notes.push(match is_cut_off {
                true => Note::CutOff { path },
                false => Note::MadeFromLastGood { path },
            });
            Repair {
                cfg,
                from_template: false,
                ..mended
            }
        }
        None => {
            notes.push(Note::MadeAnew { path });
            mended
        }
    }
}

/// What a missing or empty `isso.cfg` becomes.
fn seed(volume: &Volume, notes: &mut Vec<Note>) -> Repair {
    let path = volume.config_path();
    let last_good = volume.last_good();
    notes.push(match last_good {
        Some(_) => Note::SeededFromLastGood { path },
        // Isso was used here, with settings.
        None if volume.db_path().exists() => Note::Lost { path },
        None => Note::Seeded { path },
    });
    Repair {
        rejected: false,
        from_template: last_good.is_none(),
        cfg: last_good.unwrap_or_else(|| repair::seed().with_environment(volume.environment())),
    }
}

fn prepare_store(path: &Path, notes: &mut Vec<Note>) -> Result<(), VolumeError> {
    let bytes = read(path)?.unwrap_or_default();
    if bytes.trim_ascii().is_empty() {
        notes.push(Note::Seeded { path: path.to_owned() });
    } else {
        match Store::from_bytes(&bytes) {
            Ok(_) => return close(path, notes),
            Err(error) => notes.push(Note::StoreDamaged { reason: reason(&error) }),
        }
        notes.push(set_aside(path, "damaged", &bytes)?);
    }
    write(path, Store::default().to_text().as_bytes())
}

/// Keeps what stood in a file beside it, as `<file>.<what>-<time>`.
pub(super) fn set_aside(path: &Path, what: &str, bytes: &[u8]) -> Result<Note, VolumeError> {
    let kept = atomic::write_beside(path, &format!("{what}-{}", now()), bytes);
    let kept = kept.map_err(|source| VolumeError::SetAside {
        path: path.to_owned(),
        source,
    })?;
    Ok(Note::SetAside {
        path: path.to_owned(),
        kept,
    })
}

/// Moves out of a file's place what is no file, or cannot be read. A link is as good as what it names.
fn make_way(path: &Path, notes: &mut Vec<Note>) -> Result<(), VolumeError> {
    let is_in_the_way = match fs::metadata(path) {
        Ok(there) => there.is_file() && is_closed_to_us(path) || !there.is_file(),
        // A link to nowhere: what it names could not be made where there is no folder for it.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::symlink_metadata(path).is_ok() && !atomic::resolve(path).is_ok_and(|target| folder(&target).is_dir())
        }
        Err(_) => true,
    };
    if is_in_the_way {
        move_aside(path, notes)?;
    }
    Ok(())
}

/// Whether a file is there that we may not read: in a container, a file may belong to a user that it does not know.
fn is_closed_to_us(path: &Path) -> bool {
    File::open(path).is_err_and(|error| error.kind() == io::ErrorKind::PermissionDenied)
        // One that is ours we open to ourselves.
        && fs::set_permissions(path, Permissions::from_mode(atomic::MODE)).is_err()
}

/// Moves a file, or whatever else is no folder, out of the place of a folder in the volume.
fn make_way_for_folder(path: &Path, volume: &Volume, notes: &mut Vec<Note>) -> Result<(), VolumeError> {
    let is_there = fs::symlink_metadata(path).is_ok();
    if path != volume.root() && is_there && !path.is_dir() {
        move_aside(path, notes)?;
    }
    Ok(())
}

fn move_aside(path: &Path, notes: &mut Vec<Note>) -> Result<(), VolumeError> {
    let kept = atomic::move_aside(path, &format!("rejected-{}", now())).map_err(|source| VolumeError::SetAside {
        path: path.to_owned(),
        source,
    })?;
    notes.push(Note::SetAside {
        path: path.to_owned(),
        kept,
    });
    Ok(())
}

/// Takes the rights of others away from a file that needs no writing, for it holds passwords.
fn close(path: &Path, notes: &mut Vec<Note>) -> Result<(), VolumeError> {
    let failed = |source| VolumeError::Write {
        path: path.to_owned(),
        source,
    };
    let mode = fs::metadata(path).map_err(failed)?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    match fs::set_permissions(path, Permissions::from_mode(atomic::MODE)) {
        Ok(()) => notes.push(Note::Closed { path: path.to_owned() }),
        // It is somebody else's file, and it is for them to close it.
        Err(error) if is_read_only(&error) => {}
        Err(error) => return Err(failed(error)),
    }
    Ok(())
}

/// Where JSON stops making sense is safe to tell; the text there may be a password.
fn reason(error: &StoreError) -> String {
    match error {
        StoreError::Json(source) => format!("{error}: line {}, column {}", source.line(), source.column()),
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
