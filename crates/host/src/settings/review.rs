//! Reviews an edit of `isso.cfg` while Isso runs.

use isso_cfg::{Found, VolumeError};
use isso_lifecycle::Review;

use super::{ActiveSettings, SettingsProblem, SettingsState};

impl ActiveSettings {
    /// Compares the file with what Isso was last given.
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
            let review = self.volume.review(&base)?;
            for note in &review.notes {
                tracing::warn!("{note}");
            }
            let mut state = self.state();
            // Isso may have refused the settings meanwhile with which the file was compared.
            if state.accepted.as_ref() == Some(&base) {
                return Ok(state.apply(review.found));
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
}
