//! Makes a volume fit to run Isso.

use std::path::Path;

use super::check::refused;
use super::files::{is_read_only, make_folder, read, write};
use super::saving::wait_until_saved;
use super::set_aside::{close, make_way, make_way_for_folder, set_aside};
use super::update::unenforced;
use super::{Note, Volume, VolumeError};
use crate::atomic::{self, folder_of};
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
            make_way_for_folder(folder_of(path), volume, notes)?;
            make_folder(folder_of(path))?;
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
    let untrusted = volume.enforce_panel(&mut cfg).map_err(unenforced)?;
    if untrusted {
        notes.push(Note::PasswordTakenOut { path: path.to_owned() });
    }
    let mut enforced = volume.enforce(&mut cfg).map_err(unenforced)?;
    if !panel_was_on && cfg.read_bool(&keys::ADMIN_ENABLED) == Some(true) {
        enforced.push(&keys::ADMIN_ENABLED);
    }
    // The template is not the person's text, so its changes are no news.
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

/// Repairs an `isso.cfg` that is not empty.
fn repair(volume: &Volume, bytes: &[u8], notes: &mut Vec<Note>) -> Repair {
    let is_cut_off = volume.is_cut_off(bytes);
    // Repairs of a file that was cut off are not reported: the whole file takes its place.
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
            // A person may have written it so, or it holds half of a password, which must not count. So it is kept, and
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

/// Makes the settings for a missing or empty `isso.cfg`.
fn seed(volume: &Volume, notes: &mut Vec<Note>) -> Repair {
    let path = volume.config_path();
    let last_good = volume.last_good();
    notes.push(match last_good {
        Some(_) => Note::SeededFromLastGood { path },
        // Isso has run here, so there were settings.
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

/// Describes a damaged `store.json`. The line and column of a JSON error are shown, and its text is not: it may be a
/// password.
fn reason(error: &StoreError) -> String {
    match error {
        StoreError::Json(source) => format!("{error}: line {}, column {}", source.line(), source.column()),
        _ => error.to_string(),
    }
}
