//! Reviews an edit of `isso.cfg` while Isso runs.

use isso_cfg::{Found, VolumeError};
use isso_database::KeyState;
use isso_lifecycle::Review;

use super::{ActiveSettings, SettingsProblem, SettingsState};

impl ActiveSettings {
    /// Compares the file, and the state of the session key, with what Isso was last given.
    pub(super) fn review(&self) -> Result<Review, VolumeError> {
        let review = self.try_to_review();
        self.changed.send_replace(());
        review
    }

    fn try_to_review(&self) -> Result<Review, VolumeError> {
        loop {
            let Some(base) = self.state().accepted.clone() else {
                return Ok(Review::Unchanged);
            };
            let session_key = self.look_at_session_key();
            let review = self.volume.review(&base)?;
            for note in &review.notes {
                tracing::warn!("{note}");
            }
            let mut state = self.state();
            // Isso may have refused the settings meanwhile with which the file was compared.
            if state.accepted.as_ref() == Some(&base) {
                let file = state.apply(review.found);
                return Ok(match state.apply_session_key(session_key) {
                    Review::Changed => Review::Changed,
                    Review::Unchanged => file,
                });
            }
        }
    }
}

impl SettingsState {
    /// Applies what a review of the file found.
    fn apply(&mut self, found: Found) -> Review {
        match found {
            Found::Changed(cfg) => {
                self.problem = None;
                self.given_up = None;
                self.failures = 0;
                self.accepted = Some(cfg);
                return Review::Changed;
            }
            Found::Same => self.problem = None,
            Found::Refused(diagnostics) => {
                let problem = SettingsProblem::of_file(&diagnostics);
                if self.problem.as_ref() != Some(&problem) {
                    tracing::warn!("{}; Isso goes on with the settings before", problem.reason);
                }
                self.problem = Some(problem);
            }
        }
        Review::Unchanged
    }

    /// Notes that there is another session key. The settings may be the same, or a file that was refused.
    fn apply_session_key(&mut self, found: Option<KeyState>) -> Review {
        match found {
            Some(found) if found != self.session_key => {
                self.session_key = found;
                self.session_key_problem = None;
                Review::Changed
            }
            _ => Review::Unchanged,
        }
    }
}
