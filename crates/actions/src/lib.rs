//! The actions that a person runs on an Isso server: their forms, checks, effects and texts.
//!
//! A host announces an [`Action`] by its [`Metadata`], shows its [`Form`] filled in with the present settings
//! ([`Action::prefill`]), and runs it ([`Action::run`]). Metadata, forms and results serialise as StartOS' SDK
//! serialises its own, so the StartOS package, the command line and a web page share one description. Forms and
//! metadata are read back into the types that they were made from, so a program at the other end of the API lists,
//! fills in and checks a form with the same code. This crate draws nothing, asks no questions and prints nothing.
//!
//! # How a run goes
//!
//! 1. [`Form::check`] checks the input, also when the host has checked it already.
//! 2. Under the volume's lock the action turns texts into typed values (origins, lengths of time, secrets), and reports
//!    every wrong field with its path.
//! 3. The action writes the settings that it owns. A setting that means the same as before is left as it is written.
//!
//! `sign-out-everywhere` changes no setting: it has [`isso_database`] write another session key.
//!
//! A run waits for nothing but the lock of the volume or the database. [`Action::after`] does what waits on the
//! network: it tries the mail server or sends the test mail, and adds the answers to the result. It changes nothing, so
//! the host may drop it at any moment. [`MailServer`] talks to the mail server as Isso does.
//! Before a run, [`Action::preview`] says what the host should have Isso render with the settings that would be saved.
//!
//! # Guarantees
//!
//! - A run that fails has changed nothing.
//! - No error, log or `Debug` output holds a password. [`Action::prefill`] and the result of `set-admin-password` hold
//!   one, because a person asked for it.
//! - A [`Form`] that was read back from JSON takes and refuses the same inputs as the one that was sent.
//! - Every text exists in each [`Language`].
//!
//! # Example
//!
//! ```
//! use isso_actions::{Action, HostInfo, Language};
//! use isso_cfg::Volume;
//! use serde_json::json;
//!
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path();
//! let volume = Volume::new(folder, "/db/comments.db");
//! volume.prepare()?;
//! let action = Action::find("set-websites")?;
//! let input = json!({ "websites": ["https://Blog.Example.com/"] });
//! let done = action.run(&volume, &HostInfo::default(), Language::English, &input)?;
//! assert!(done.settings_changed);
//! assert_eq!(action.prefill(&volume.read()?), json!({ "websites": ["https://blog.example.com"] }));
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

mod action;
mod check_embedding;
mod closest;
mod configure_feed;
mod configure_formatting;
mod configure_server;
mod configure_smtp;
mod done;
mod duration;
mod embed_code;
mod error;
pub mod form;
mod host_info;
mod i18n;
mod input_problem;
mod mail;
mod metadata;
mod preview;
mod result;
mod send_test_email;
mod set_admin_password;
mod set_public_address;
mod set_reverse_proxies;
mod set_websites;
mod sign_out_everywhere;
mod texts;

pub use action::Action;
pub use check_embedding::{CheckFound, CheckStatus, embedding_failure, embedding_page, embedding_result};
pub use closest::closest;
pub use configure_smtp::follow_system_smtp;
pub use done::Done;
pub use error::{ActionError, InputError};
pub use form::Form;
pub use host_info::{Encryption, HostAddress, HostInfo, Security, SystemSmtp};
pub use i18n::Language;
pub use input_problem::InputProblem;
pub use mail::{MailAnswer, MailFailure, MailServer, MailStep, mail_address, sends_mail};
pub use metadata::{AllowedStatuses, Metadata, Visibility};
pub use preview::{Preview, Rendered};
pub use result::{ActionResult, ResultValue};
pub use set_public_address::public_address_is_gone;
pub use set_websites::twin_offer;
pub use texts::{
    DatabaseText, HealthText, Interface, NoticeTitle, OutcomeText, database_error_text, database_text, health_text,
    interface_text, notice_title, outcome_text, password_task_reason, public_address_task_reason, refusal_text,
};

rust_i18n::i18n!("locales", fallback = "en_US");
