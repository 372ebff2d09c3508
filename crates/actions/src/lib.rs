//! What a person has done to an Isso server: the five actions, their forms, checks, effects and words.
//!
//! An [`Action`] is announced by its [`Metadata`], asks for what its [`Form`] names, shows what stands there now
//! ([`Action::prefill`]), and is carried out by [`Action::run`]. All of it serialises as StartOS' SDK does, so the shim
//! of the StartOS package, the command line and a web page share one description. Forms and metadata are read back into
//! the types that they were made from, so a program at the other end of the API lists, fills in and checks a form with
//! the same code. Nothing here draws, asks or prints.
//!
//! # How a run goes
//!
//! 1. The input is held against the form ([`Form::check`]), whatever the host has checked already.
//! 2. Under the volume's lock the texts become typed values (origins, lengths of time, secrets), and every field that
//!    is wrong is reported with its path.
//! 3. The settings that the action owns are written. A setting that means the same as before is left as it is written.
//!
//! A run waits for nothing but the volume's lock. What has to wait on the network, [`Action::after`] does: it tries the
//! mail server and adds what it answered to the result. It changes nothing, so it may be dropped at any moment.
//!
//! # Guarantees
//!
//! - A run that fails has changed nothing.
//! - No password is in an error, in a log or in `Debug` output. It is in [`Action::prefill`] and in the result of
//!   `set-admin-password`, where a person asked for it.
//! - A [`Form`] that was read back from JSON takes and refuses the same inputs as the one that was sent.
//! - Every text is ready in each [`Language`].
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
mod closest;
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
mod metadata;
mod result;
mod set_admin_password;
mod set_websites;
mod texts;

pub use action::Action;
pub use closest::closest;
pub use configure_smtp::follow_system_smtp;
pub use done::Done;
pub use error::{ActionError, InputError};
pub use form::Form;
pub use host_info::{HostInfo, Security, SystemSmtp};
pub use i18n::Language;
pub use input_problem::InputProblem;
pub use metadata::{AllowedStatuses, Metadata, Visibility};
pub use result::{ActionResult, ResultValue};
pub use texts::{
    DatabaseText, HealthText, Interface, NoticeTitle, OutcomeText, database_text, health_text, interface_text,
    notice_title, outcome_text, password_task_reason, refusal_text,
};

rust_i18n::i18n!("locales", fallback = "en_US");
