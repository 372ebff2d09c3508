//! What the checks found.

use isso_actions::Language;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::checks::Check;
use crate::tr;

/// What all checks found: the JSON that `issoctl doctor --json` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The version of this format.
    pub version: u32,
    /// The findings, in the order of the checks.
    pub checks: Vec<Finding>,
}

impl Report {
    /// Makes a report of findings.
    pub fn new(checks: Vec<Finding>) -> Self {
        Self { version: 1, checks }
    }

    /// Whether a check has failed.
    pub fn has_failed(&self) -> bool {
        self.checks.iter().any(|it| it.status == Status::Fail)
    }
}

/// What one check found, of one website where it looks at each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The id of the check.
    pub id: String,
    /// The website, address or page that was looked at, if there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// How it is.
    pub status: Status,
    /// What was seen, in one sentence. Of a pass, what is right.
    pub cause: String,
    /// What to do, in one sentence; `None` if nothing is to be done.
    pub fix: Option<String>,
    /// What was asked and answered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// The action that does what `fix` says, if one can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mend: Option<Mend>,
}

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// All is well.
    Pass,
    /// There is nothing to check, for the reason in `cause`.
    Skip,
    /// It cannot be told from here, for the reason in `cause`.
    Unknown,
    /// Some visitors will meet a problem, or something else wants attention.
    Warn,
    /// Visitors cannot read or write comments.
    Fail,
}

impl Status {
    /// Every status, the worst first.
    pub const ALL: [Self; 5] = [Self::Fail, Self::Warn, Self::Unknown, Self::Skip, Self::Pass];

    /// The name of checks that went like this, as a heading.
    pub fn label(self, language: Language) -> String {
        match self {
            Self::Pass => tr!(language, "status.pass"),
            Self::Skip => tr!(language, "status.skip"),
            Self::Unknown => tr!(language, "status.unknown"),
            Self::Warn => tr!(language, "status.warn"),
            Self::Fail => tr!(language, "status.fail"),
        }
    }
}

/// A request and its answer, or another thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// What was asked, such as `GET https://comments.example.org/info` with the headers that matter.
    pub asked: String,
    /// What was answered: the status line and the headers that matter, or an error.
    pub answered: Vec<String>,
}

/// An action that mends what was found. Running it with the values of before undoes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mend {
    /// The id of the action.
    pub action: String,
    /// The fields to change; the others keep their values.
    pub fields: serde_json::Map<String, Value>,
}

impl Finding {
    /// What a check found, without a fix, evidence or mend.
    pub fn new(check: &Check, status: Status, cause: String) -> Self {
        Self {
            id: check.id.to_owned(),
            subject: None,
            status,
            cause,
            fix: None,
            evidence: Vec::new(),
            mend: None,
        }
    }

    /// Says what was looked at.
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// Says what to do.
    pub fn fix(mut self, fix: String) -> Self {
        self.fix = Some(fix);
        self
    }

    /// Shows what was asked and answered.
    pub fn evidence(mut self, evidence: impl IntoIterator<Item = Evidence>) -> Self {
        self.evidence.extend(evidence);
        self
    }

    /// Names the action that does what the fix says.
    pub fn mend(mut self, action: &str, fields: serde_json::Map<String, Value>) -> Self {
        self.mend = Some(Mend {
            action: action.to_owned(),
            fields,
        });
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_written_as_in_the_golden_file() {
        let golden = include_str!("../tests/golden/report.json");
        let report: Report = serde_json::from_str(golden).unwrap();
        let written = serde_json::to_string_pretty(&report).unwrap();
        assert_eq!(written + "\n", golden);
    }
}
