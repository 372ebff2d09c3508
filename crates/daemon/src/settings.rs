//! The settings a generation runs on.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use isso_database::KeyState;
use isso_lifecycle::PortError;
use nix::sys::memfd::{MFdFlags, memfd_create};

/// The text of an `isso.cfg`, as one generation gets it.
///
/// The generation reads a copy that no other process can change. So what was checked is what runs; and a server that
/// died is replaced on the same settings, whatever a person does to the file meanwhile.
#[derive(Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The text. It holds passwords.
    pub text: String,
    /// The environment variables that the text names, for Isso [replaces
    /// `$NAME`](https://isso-comments.de/docs/reference/server-config/) in every value. They may be passwords.
    pub variables: BTreeMap<String, String>,
    /// Differs once the database has another session key, which Isso reads when it starts: a generation that was
    /// started on the same text then has to be replaced all the same.
    pub session_key: KeyState,
    /// How long Isso may take to get ready with it: a start blocks for up to 5 s for each website and
    /// for the SMTP time-out, so it must exceed their sum.
    pub ready_within: Duration,
}

/// Where the supervisor gets the settings, and to which it reports what became of them.
pub trait SettingsSource: Send + Sync {
    /// Returns the settings that the next generation runs on.
    fn next(&self) -> Result<Arc<Snapshot>, PortError>;
    /// Reports that Isso serves on these settings.
    fn in_force(&self, snapshot: &Snapshot);
    /// Reports that Isso was started on these settings and did not get ready.
    fn refused(&self, snapshot: &Snapshot, reason: &str);
}

impl Snapshot {
    /// A file in memory with the text. [`crate::leftover`] finds processes by its name. No child inherits it unless
    /// `attach` lets it.
    pub(crate) fn file(&self, name: &str) -> io::Result<OwnedFd> {
        let file = memfd_create(name, MFdFlags::MFD_CLOEXEC)?;
        let mut file = File::from(file);
        file.write_all(self.text.as_bytes())?;
        Ok(file.into())
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("ready_within", &self.ready_within)
            .finish_non_exhaustive()
    }
}
