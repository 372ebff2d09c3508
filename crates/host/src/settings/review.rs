//! Settings that change beside a running Isso.

use isso_cfg::{Found, VolumeError};
use isso_lifecycle::Review;

use super::{Desk, Papers, Trouble};

impl Desk {
    pub(super) fn look(&self) -> Result<Review, VolumeError> {
        loop {
            let Some(base) = self.papers().accepted.clone() else {
                return Ok(Review::Unchanged);
            };
            let review = self.volume.review(&base)?;
            for note in &review.notes {
                tracing::warn!("{note}");
            }
            let mut papers = self.papers();
            // Isso may have refused meanwhile what the file was compared with.
            if papers.accepted.as_ref() == Some(&base) {
                return Ok(papers.take(review.found));
            }
        }
    }
}

impl Papers {
    /// Takes in what a look at the file found.
    fn take(&mut self, found: Found) -> Review {
        match found {
            Found::Changed(cfg) => {
                self.trouble = None;
                self.given_up = None;
                self.failures = 0;
                self.accepted = Some(cfg);
                return Review::Changed;
            }
            Found::Same => self.trouble = None,
            Found::Refused(diagnostics) => {
                let trouble = Trouble::of_file(&diagnostics);
                if self.trouble.as_ref() != Some(&trouble) {
                    tracing::warn!("{}; Isso goes on with the settings before", trouble.reason);
                }
                self.trouble = Some(trouble);
            }
        }
        Review::Unchanged
    }
}
