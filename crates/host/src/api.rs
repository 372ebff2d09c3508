//! The API of a running `up`: HTTP and JSON over a unix socket in the data folder.
//!
//! | route | what it does |
//! |---|---|
//! | `GET /v1/status` | a [`Status`]; with `?settled=true` once all changes are in force or refused |
//! | `GET /v1/settings?reveal=true` | the settings as Isso sees them, variables replaced: a [`crate::config_view::SettingsView`] |
//! | `GET /v1/check` | what is wrong with them: a [`crate::config_view::SettingsReport`] |
//! | `GET /v1/actions?language=L` | all actions |
//! | `GET /v1/actions/ID?language=L` | one action with its form and what stands in it |
//! | `POST /v1/actions/ID` | runs it: a [`crate::action_service::RunRequest`] in, a [`crate::action_service::ActionOutcome`] out |
//! | `POST /v1/actions/ID/check` | checks the same input and changes nothing: a list of [`crate::action_service::InvalidField`] out |
//! | `GET /v1/doctor?language=L&only=ID,ID` | examines this Isso: each [`Finding`](isso_doctor::Finding) as a line, as soon as it is known |
//! | `GET /v1/files` | where the files are: `Files` |
//! | `POST /v1/backups?language=L` | a backup is made by the client, and lasts while the answer does; its first line is a number |
//! | `DELETE /v1/backups/NUMBER` | says how that ended: an `{"error": …}` |
//! | `POST /v1/restore?language=L` | puts prepared files in place: `{"staging": NAME}`, a folder right in the data folder, in; `{"before": …}` out |
//! | `GET /v1/logs?lines=N&follow=true` | the last N log lines as text, and those that come; with `json=true` an object each |
//! | `POST /v1/stop` | ends `up` |
//!
//! What goes wrong, an unknown route too, is a [`crate::api_error::ApiError`] with a status of 4xx or 5xx. Only the
//! folder's owner can open the socket, so the API asks for no password. It trusts no request all the same: no route
//! takes a path to work on, a body has 2 MB at most, and what may wait for a disk or a lock waits beside the thread
//! that keeps Isso up.

mod api_state;
mod applied;
mod backup;
mod backup_slot;
mod client;
mod doctor;
mod extract;
mod language_query;
mod listener;
mod logs;
mod restore;
mod routes;
mod server;
mod socket;
mod status;
mod status_route;
mod types;

pub use client::{Backup, Client, ClientError, FindingStream, LogStream};
pub use socket::SocketPath;
pub use status::{Probe, Status};
pub use types::{Files, NOT_TOGETHER, NOT_TOGETHER_HINT, RestoreAnswer, RestoreUndone};

pub(crate) use api_state::ApiState;
pub(crate) use backup_slot::BackupSlot;
pub(crate) use server::serve;
pub(crate) use socket::UnpublishedSocket;
