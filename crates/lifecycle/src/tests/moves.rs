//! The moves: everything that can happen to the machine and to its world.

use std::sync::Arc;

use crate::{DaemonEvent, Event, Invocation, RestoreRequest};

/// What settings hold, as far as the machine is concerned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) enum Text {
    /// No usable password.
    #[default]
    Locked,
    /// A usable password.
    Good,
    /// A usable password, and something else than in `Good`.
    Other,
}

impl Text {
    pub(super) fn has_password(self) -> bool {
        self != Text::Locked
    }

    /// Another text with a password.
    pub(super) fn with_password(self) -> Text {
        match self {
            Text::Good => Text::Other,
            Text::Locked | Text::Other => Text::Good,
        }
    }

    /// A text that differs in something else than the password.
    pub(super) fn otherwise(self) -> Text {
        match self {
            Text::Locked => Text::Locked,
            Text::Good | Text::Other => self.with_password(),
        }
    }
}

/// An event, or a change that no event reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Move {
    Init,
    Start,
    Stop,
    SetPassword,
    DropPassword,
    OtherSettings,
    EmbedCode,
    SettingsChanged,
    /// The file is edited by hand, and the machine is not told.
    Edit {
        to: Text,
    },
    Ready,
    Exited,
    /// A report about a process that was stopped or replaced since.
    StaleExited,
    RestartDue,
    Backup,
    BackupFinished {
        well: bool,
    },
    Restore,
    /// A restore that succeeded, from a backup with these settings.
    Restored {
        to: Text,
    },
    RestoreFailed,
}

impl Move {
    pub(super) const ALL: [Move; 22] = [
        Move::Init,
        Move::Start,
        Move::Stop,
        Move::SetPassword,
        Move::DropPassword,
        Move::OtherSettings,
        Move::EmbedCode,
        Move::SettingsChanged,
        Move::Edit { to: Text::Locked },
        Move::Edit { to: Text::Good },
        Move::Edit { to: Text::Other },
        Move::Ready,
        Move::Exited,
        Move::StaleExited,
        Move::RestartDue,
        Move::Backup,
        Move::BackupFinished { well: true },
        Move::BackupFinished { well: false },
        Move::Restore,
        Move::Restored { to: Text::Good },
        Move::Restored { to: Text::Locked },
        Move::RestoreFailed,
    ];

    /// The event that the move sends to the machine; an action is sent as `action`. None for an edit, of which the
    /// machine hears nothing.
    pub(super) fn event(self, action: Arc<dyn Invocation>) -> Option<Event> {
        let end = |well| {
            if well { Ok(()) } else { Err("disk full".into()) }
        };
        Some(match self {
            Move::Init => Event::Init,
            Move::Start => Event::Start,
            Move::Stop => Event::Stop,
            Move::SetPassword | Move::DropPassword | Move::OtherSettings | Move::EmbedCode => Event::Invoke(action),
            Move::SettingsChanged => Event::SettingsChanged,
            Move::Edit { .. } => return None,
            Move::Ready => Event::Daemon(DaemonEvent::Ready),
            Move::Exited | Move::StaleExited => Event::Daemon(DaemonEvent::Exited("killed".into())),
            Move::RestartDue => Event::Daemon(DaemonEvent::RestartDue),
            Move::Backup => Event::Backup,
            Move::BackupFinished { well } => Event::BackupFinished(end(well)),
            Move::Restore => Event::Restore(RestoreRequest { from: "/b".into() }),
            Move::Restored { .. } => Event::RestoreFinished(end(true)),
            Move::RestoreFailed => Event::RestoreFinished(end(false)),
        })
    }
}
