//! What checks look at, each looked at once.

use isso_actions::Language;

use crate::patient::{Options, Patient};

/// What checks look at. Each look is taken when a check first asks for it, and kept for the others.
#[derive(Debug)]
pub struct Looks {
    /// The Isso that is examined.
    pub patient: Patient,
    /// How it is examined.
    pub options: Options,
}

impl Looks {
    /// Begins with nothing seen.
    pub fn new(patient: Patient, options: Options) -> Self {
        Self { patient, options }
    }

    /// The language of the findings.
    pub fn language(&self) -> Language {
        self.options.language
    }
}
