//! Why an action was not carried out.

use isso_cfg::{Code, Diagnostic, EditError, VolumeError};
use isso_database::RenewalError;

use crate::i18n::{Language, tr};
use crate::input_problem::InputProblem;
use crate::texts::database_error_text;

/// Why an action was not carried out. Nothing has changed then, save for a session key of which Isso is not told
/// ([`RenewalError::Unnoticed`]).
///
/// The person who ran the action reads these texts, so unlike other errors they are whole sentences. `Display` gives
/// them in English.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.localized(Language::English))]
pub enum ActionError {
    /// There is no such action.
    UnknownAction(String),
    /// Fields of the input are wrong: all of them, in the order of the form.
    Input(Vec<InputError>),
    /// The input selects the system's mail server, and the system has none.
    NoSystemSmtp,
    /// No browser can reach this server yet.
    NoAddress,
    /// A mail is to be sent, and the settings send none.
    NoMail,
    /// A mail is to be sent, and the sender in `isso.cfg` is no address.
    NoSender,
    /// The mail was not sent. The text says at which step and why, in the language in which the action was run.
    MailNotSent(String),
    /// Isso renders comments by misaka, which knows nothing of mistune's plugins.
    Misaka,
    /// Isso does not take the settings that would be saved.
    RefusedByIsso(String),
    /// The system's random number generator failed.
    Randomness(#[source] rand::rngs::SysError),
    /// The action cannot read what its form let through, which is a bug.
    Mismatch,
    /// `isso.cfg` cannot hold the change.
    Edit(#[from] EditError),
    /// The files could not be read or written.
    Volume(#[from] VolumeError),
    /// There is no new session key.
    SessionKey(#[from] RenewalError),
}

impl ActionError {
    /// The error as one or more sentences for the person who ran the action.
    ///
    /// The names of fields are in the language in which the action was run.
    pub fn localized(&self, language: Language) -> String {
        match self {
            Self::UnknownAction(id) => tr!(language, "error.unknown-action", id = id),
            Self::Input(errors) => {
                let lines: Vec<_> = errors.iter().map(|error| error.localized(language)).collect();
                lines.join("\n")
            }
            Self::NoSystemSmtp => tr!(language, "error.no-system-smtp"),
            Self::NoAddress => tr!(language, "error.no-address"),
            Self::NoMail => tr!(language, "error.no-mail"),
            Self::NoSender => tr!(language, "error.no-sender"),
            Self::MailNotSent(reason) => reason.clone(),
            Self::Misaka => tr!(language, "error.misaka"),
            Self::RefusedByIsso(reason) => tr!(language, "error.refused-by-isso", reason = reason),
            Self::Randomness(_) => tr!(language, "error.randomness"),
            Self::Mismatch => tr!(language, "error.mismatch"),
            Self::Edit(EditError::Value { section, key, .. }) => {
                tr!(language, "error.edit-value", section = section, key = key)
            }
            Self::Edit(error) => tr!(language, "error.edit-refused", cause = error),
            Self::Volume(error) => volume(language, error),
            Self::SessionKey(error) => session_key(language, error),
        }
    }

    /// The first wrong field, as in `guard.ratelimit` or `websites[1]`, where a field is wrong.
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Input(errors) => errors.first().map(|error| error.path.as_str()),
            _ => None,
        }
    }
}

impl From<Vec<InputError>> for ActionError {
    fn from(errors: Vec<InputError>) -> Self {
        Self::Input(errors)
    }
}

/// A wrong field of an input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.localized(Language::English))]
pub struct InputError {
    /// The field's place in the input, as in `guard.ratelimit` or `websites[1]`.
    pub path: String,
    /// The field's name in the form.
    pub label: String,
    /// What is wrong.
    pub problem: InputProblem,
}

impl InputError {
    /// The error as a sentence for the person who filled in the form.
    pub fn localized(&self, language: Language) -> String {
        let problem = self.problem.localized(language);
        tr!(
            language,
            "error.field",
            label = self.label,
            path = self.path,
            problem = problem
        )
    }
}

fn volume(language: Language, error: &VolumeError) -> String {
    match error {
        VolumeError::Folder { path, source } => {
            tr!(language, "volume.folder", path = path.display(), cause = source)
        }
        VolumeError::Lock { path, source } => tr!(language, "volume.lock", path = path.display(), cause = source),
        VolumeError::Read { path, source } => tr!(language, "volume.read", path = path.display(), cause = source),
        VolumeError::Write { path, source } => tr!(language, "volume.write", path = path.display(), cause = source),
        VolumeError::SetAside { path, source } => {
            tr!(language, "volume.set-aside", path = path.display(), cause = source)
        }
        VolumeError::Missing { path } => tr!(language, "volume.missing", path = path.display()),
        VolumeError::CutOff { path } => tr!(language, "volume.cut-off", path = path.display()),
        VolumeError::Invalid { diagnostics, .. } => {
            let problems: Vec<_> = diagnostics.iter().map(|found| syntax(language, found)).collect();
            tr!(language, "error.syntax", problems = problems.join(" "))
        }
        VolumeError::Store { path, .. } => tr!(language, "volume.damaged", path = path.display()),
        VolumeError::Enforce { .. } => tr!(language, "volume.enforce"),
    }
}

fn session_key(language: Language, error: &RenewalError) -> String {
    match error {
        RenewalError::Database(error) => {
            let cause = database_error_text(error, language);
            tr!(language, "error.session-key", cause = cause)
        }
        RenewalError::Write { source, .. } => tr!(language, "error.session-key", cause = source),
        RenewalError::Randomness(_) => tr!(language, "error.randomness"),
        RenewalError::Unnoticed { path, source } => tr!(
            language,
            "error.session-key-unnoticed",
            path = path.display(),
            cause = source
        ),
    }
}

fn syntax(language: Language, found: &Diagnostic) -> String {
    let text = &found.text;
    let problem = match found.code {
        Code::NotUtf8 => tr!(language, "syntax.not-utf8"),
        Code::ByteOrderMark => tr!(language, "syntax.byte-order-mark"),
        Code::MissingSectionHeader => tr!(language, "syntax.missing-section-header", text = text),
        Code::DuplicateSection => tr!(language, "syntax.duplicate-section", text = text),
        Code::DuplicateKey => tr!(language, "syntax.duplicate-key", text = text),
        Code::MissingKey => tr!(language, "syntax.missing-key"),
        Code::ContinuedWithoutValue => tr!(language, "syntax.continued-without-value"),
        _ => tr!(language, "syntax.other", message = found.message),
    };
    tr!(
        language,
        "error.syntax-at",
        line = found.line,
        column = found.column,
        problem = problem
    )
}
