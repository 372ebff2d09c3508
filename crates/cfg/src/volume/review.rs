//! Reviews an `isso.cfg` that a person may have edited while Isso runs with other settings.

use std::io;

use super::check::refused;
use super::files::{is_read_only, make_folder, read, write};
use super::last_good::ends_within_a_line_of;
use super::saving::read_until_stable;
use super::{Note, Volume, VolumeError};
use crate::atomic::folder_of;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::document::Document;
use crate::{keys, password};

/// The outcome of [`Volume::review`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// How the file compares with the settings in force.
    pub found: Found,
    /// What was put right, for the log.
    pub notes: Vec<Note>,
}

/// An edited `isso.cfg`, compared with the settings that Isso runs with.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "there is one of them at a time")]
pub enum Found {
    /// It [means the same](Document::means_the_same).
    Same,
    /// It means something else, and Isso may run with it.
    Changed(Document),
    /// Isso would not start with it, would not accept comments, or must not run with it. Holds at least one problem, in
    /// the order of the lines.
    Refused(Vec<Diagnostic>),
}

/// Does the work of [`Volume::review`].
pub(super) fn review(volume: &Volume, in_force: &Document) -> Result<Review, VolumeError> {
    let plan = read_until_stable(|| ReviewPlan::at(volume, in_force), |plan| plan.to_write.is_some());
    let Some(ToWrite { else_refused, .. }) = plan.to_write else {
        return Ok(plan.review);
    };
    let cause = match put_right(volume, in_force) {
        Err(VolumeError::Folder { source, .. } | VolumeError::Write { source, .. }) => source,
        Err(VolumeError::Lock { source, .. }) if is_read_only(&source) => source,
        done => return done,
    };
    Ok(ReviewPlan::refused(unwritable(else_refused, &cause)).review)
}

/// Reads the file again under the lock, because an action may have written it meanwhile, and puts right what is still
/// wrong.
fn put_right(volume: &Volume, in_force: &Document) -> Result<Review, VolumeError> {
    let _lock = volume.lock()?;
    let plan = ReviewPlan::at(volume, in_force);
    if let Some(ToWrite { text, .. }) = plan.to_write {
        make_folder(folder_of(&volume.config))?;
        write(&volume.config, text.as_str().as_bytes())?;
        // The file is right now, even if the list of repairs cannot be written.
        let _ = volume.record_repairs(&plan.review.notes);
    }
    Ok(plan.review)
}

/// What a review of the file comes to, and what it still has to write. Making a plan writes nothing.
struct ReviewPlan {
    /// The review, as it is true once `to_write` is written.
    review: Review,
    to_write: Option<ToWrite>,
}

/// The text that a review is to write.
struct ToWrite {
    text: Document,
    /// The problems to report if it cannot be written.
    else_refused: Vec<Diagnostic>,
}

impl ReviewPlan {
    fn at(volume: &Volume, in_force: &Document) -> ReviewPlan {
        let bytes = match read(&volume.config) {
            Ok(bytes) => bytes.unwrap_or_default(),
            Err(error) => return ReviewPlan::refused(vec![unreadable(volume, &error)]),
        };
        if bytes.trim_ascii().is_empty() {
            let path = volume.config_path();
            let to_write = ToWrite {
                text: in_force.clone(),
                else_refused: vec![missing(volume)],
            };
            return ReviewPlan::found(Found::Same).after(vec![Note::PutBack { path }], to_write);
        }
        let cfg = match volume.document(&bytes) {
            Ok(cfg) => cfg,
            Err(problems) => return ReviewPlan::refused(problems),
        };
        if let Some(problem) = cut_off(volume, &cfg, in_force) {
            return ReviewPlan::refused(vec![problem]);
        }
        let mut problems = refused(&cfg);
        problems.extend(password::refused(&cfg));
        problems.extend(untrusted_password(&cfg, in_force));
        if !problems.is_empty() {
            problems.sort_by_key(|problem| (problem.line, problem.column));
            return ReviewPlan::refused(problems);
        }
        let else_refused = volume.check_enforced(&cfg);
        let mut text = cfg;
        match volume.enforce(&mut text) {
            Ok(keys) if keys.is_empty() => ReviewPlan::found(compare(volume, text, in_force)),
            Ok(keys) => {
                let notes = keys.into_iter().map(|key| Note::Enforced { key }).collect();
                let found = compare(volume, text.clone(), in_force);
                ReviewPlan::found(found).after(notes, ToWrite { text, else_refused })
            }
            Err(error) => ReviewPlan::refused(unwritable(else_refused, &io::Error::other(error))),
        }
    }

    fn found(found: Found) -> ReviewPlan {
        ReviewPlan {
            review: Review {
                found,
                notes: Vec::new(),
            },
            to_write: None,
        }
    }

    fn refused(problems: Vec<Diagnostic>) -> ReviewPlan {
        ReviewPlan::found(Found::Refused(problems))
    }

    fn after(mut self, notes: Vec<Note>, to_write: ToWrite) -> ReviewPlan {
        self.review.notes = notes;
        self.to_write = Some(to_write);
        self
    }
}

/// Finds a file whose writer was stopped, for example by a full disk. It must not count as an edit, because it may hold
/// half of a password.
fn cut_off(volume: &Volume, cfg: &Document, in_force: &Document) -> Option<Diagnostic> {
    let (text, whole) = (cfg.as_str(), in_force.as_str());
    let is_cut_off = ends_within_a_line_of(whole.as_bytes(), text.as_bytes()) || volume.is_cut_off(text.as_bytes());
    if !is_cut_off || cfg.means_the_same(in_force) {
        return None;
    }
    let message = "the file ends in the midst of a line, as if it could not be saved to its end";
    let fix = "Save the file again; if its last line is as you want it, with a line break at its end. Isso goes on with the settings \
               it has.";
    // The last line may be half a password, so it is not shown.
    let at = at(volume, text.lines().count().max(1));
    Some(at.refused(Code::CutOff, message).fix(fix))
}

/// Finds a new password beside a panel that is off: a start would not trust it either.
fn untrusted_password(cfg: &Document, in_force: &Document) -> Option<Diagnostic> {
    let untrusted = cfg.untrusted_password()?;
    let password = |cfg: &Document| cfg.read_text(&keys::ADMIN_PASSWORD);
    if password(cfg) == password(in_force) {
        return None;
    }
    let message = "[admin] enabled is not on, and the password beside it is a new one: Isso is run with its admin panel, and with no \
                   password that was meant for a panel that is off";
    let fix = "Write enabled = true under [admin] if that password is one that you chose; else run the action set-admin-password.";
    let at = Diagnostic::at((untrusted.line, untrusted.column), untrusted.text);
    Some(at.refused(untrusted.code, message).fix(fix))
}

fn compare(volume: &Volume, cfg: Document, in_force: &Document) -> Found {
    if cfg.means_the_same(in_force) {
        return Found::Same;
    }
    match volume.check_database_folder(&cfg) {
        Some(problem) => Found::Refused(vec![problem]),
        None => Found::Changed(cfg),
    }
}

fn unwritable(mut refused: Vec<Diagnostic>, cause: &io::Error) -> Vec<Diagnostic> {
    for problem in &mut refused {
        problem.message = format!("{}, and it could not be put right here: {cause}", problem.message);
    }
    refused
}

fn unreadable(volume: &Volume, error: &VolumeError) -> Diagnostic {
    let cause = match error {
        VolumeError::Read { source, .. } => source.to_string(),
        other => other.to_string(),
    };
    let message = format!("the file could not be read: {cause}");
    let fix = "Put an ordinary file in its place that may be read; Isso goes on with the settings it has.";
    at(volume, 1).refused(Code::Unreadable, message).fix(fix)
}

fn missing(volume: &Volume) -> Diagnostic {
    let fix = "Put the file back; Isso goes on with the settings it has.";
    at(volume, 1)
        .refused(Code::Missing, "the file is missing or empty")
        .fix(fix)
}

/// Begins a diagnostic of a line of which nothing is shown but the path of the file.
fn at(volume: &Volume, line: usize) -> Place {
    Diagnostic::at((line, 1), volume.config.display().to_string())
}
