//! The state machine of one hook, and what the package has to do after it.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use isso_actions::{Action, Language, NoticeTitle, notice_title, password_task_reason};
use isso_cfg::{Contents, Note, Volume};
use isso_lifecycle::{
    Archive, BackupRequest, Config, Daemon, Event, Gate, PortError, Ports, Refusal, RestoreRequest,
    Review, State,
};
use tokio::sync::{mpsc, watch};

use super::protocol::{Announced, Level, Notice, Orders, Request, Task};
use super::{addresses, texts};
use crate::cmd::supervise::DATABASE;
use crate::data::DataDir;
use crate::host::{self, ActionsPort, TaskFlag};
use crate::service::Service;
use crate::surroundings::Surroundings;

/// Whether a hook may put the volume right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Isso is down: what it would refuse is repaired.
    Settle,
    /// Isso may be up, and a person may be typing: the files are taken as they are.
    AsFound,
}

/// The state machine of one hook.
pub struct Host {
    /// The actions, and the machine itself.
    pub service: Service,
    /// The language of the answer.
    pub language: Language,
    task: watch::Receiver<bool>,
    notes: Arc<Mutex<Vec<Note>>>,
    notices: Vec<Notice>,
    /// Whether it is known how the task ought to stand.
    looked: bool,
    refusal: Option<String>,
}

impl Host {
    /// Builds the machine and has it look at the volume.
    pub async fn begin(data: &DataDir, request: &Request, look: Look) -> Host {
        let volume = Volume::new(data.path(), DATABASE);
        let surroundings = Surroundings::Host(addresses::facts(request));
        let notes = Arc::<Mutex<Vec<Note>>>::default();
        let flag = watch::Sender::new(false);
        let task = flag.subscribe();
        let ports = Ports {
            config: Box::new(Files {
                volume: volume.clone(),
                look,
                notes: Arc::clone(&notes),
            }),
            tasks: Box::new(TaskFlag(flag)),
            actions: Box::new(ActionsPort {
                volume: volume.clone(),
                surroundings: surroundings.clone(),
            }),
            daemon: Box::new(Elsewhere),
            archive: Box::new(Elsewhere),
        };
        let (_, no_events) = mpsc::channel(1);
        let (_, no_ends) = mpsc::channel(1);
        let mut host = Host {
            service: Service {
                volume,
                surroundings,
                host: host::spawn(ports, no_events, no_ends),
            },
            language: Language::of(&request.language),
            task,
            notes,
            notices: Vec::new(),
            looked: false,
            refusal: None,
        };
        match host.service.host.send(Event::Init).await {
            Ok(_) => host.looked = true,
            // An action says better what is wrong with the file.
            Err(_) if look == Look::AsFound => {}
            Err(refusal) => host.refuse(&refusal),
        }
        host
    }

    /// Sends what happened. A refusal becomes part of the orders.
    pub async fn send(&mut self, event: Event) {
        if let Err(refusal) = self.service.host.send(event).await {
            self.refuse(&refusal);
        }
    }

    /// Whether Isso is to be started now.
    pub fn starts(&self) -> bool {
        self.service.host.state() == State::Starting
    }

    /// Has the hook refused, for a reason in the person's language. The first reason counts.
    pub fn refuse_because(&mut self, reason: String) {
        self.refusal.get_or_insert(reason);
    }

    /// Has the person notified.
    pub fn notify(&mut self, level: Level, title: NoticeTitle, message: String) {
        self.notices.push(Notice {
            level,
            title: notice_title(title, self.language),
            message,
        });
    }

    /// What the package has to do.
    pub fn orders(mut self) -> Orders {
        let repairs = self.repairs();
        if !repairs.is_empty() {
            self.notify(Level::Warning, NoticeTitle::Repaired, repairs);
        }
        Orders {
            task: self.looked.then(|| self.task()),
            actions: self.actions(),
            notices: self.notices,
            refusal: self.refusal,
        }
    }

    fn refuse(&mut self, refusal: &Refusal) {
        self.refuse_because(texts::refusal(refusal, self.language));
    }

    fn task(&self) -> Task {
        let action = Action::SetAdminPassword.id();
        match *self.task.borrow() {
            true => Task::Raise {
                action,
                reason: password_task_reason(self.language),
            },
            false => Task::Clear { action },
        }
    }

    /// The actions as they are announced; with a file that cannot be read, as on a fresh volume.
    fn actions(&self) -> Vec<Announced> {
        let contents = self.service.volume.read();
        let contents = contents.unwrap_or_else(|_| Contents::fresh());
        let announced = |action: Action| Announced {
            id: action.id(),
            metadata: action.metadata(self.language, &contents),
        };
        Action::ALL.into_iter().map(announced).collect()
    }

    /// What was put right in a person's files. What was made anew or enforced is no news.
    fn repairs(&self) -> String {
        let notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        let tells = |note: &&Note| {
            !matches!(
                note,
                Note::Seeded { .. } | Note::Enforced { .. } | Note::Closed { .. }
            )
        };
        let lines: Vec<_> = notes.iter().filter(tells).map(Note::to_string).collect();
        lines.join("\n")
    }
}

/// The volume, seen from a hook.
struct Files {
    volume: Volume,
    look: Look,
    notes: Arc<Mutex<Vec<Note>>>,
}

#[async_trait]
impl Config for Files {
    async fn settle(&mut self) -> Result<Gate, PortError> {
        if self.look == Look::AsFound {
            return self.gate().await;
        }
        let settled = self.volume.settle()?;
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        notes.extend(settled.notes);
        Ok(gate(settled.usable_password))
    }

    async fn gate(&mut self) -> Result<Gate, PortError> {
        Ok(gate(self.volume.has_usable_password()?))
    }

    /// The supervisor watches the file itself.
    async fn review(&mut self) -> Result<Review, PortError> {
        Ok(Review::Unchanged)
    }
}

fn gate(usable_password: bool) -> Gate {
    match usable_password {
        true => Gate::Open,
        false => Gate::Locked,
    }
}

/// What the package and StartOS do themselves, before a hook or after it: Isso is started in its own
/// container once `main` has answered, and stopped before a backup or a restore; the volume is copied
/// after `backup` and before `init`.
struct Elsewhere;

#[async_trait]
impl Daemon for Elsewhere {
    async fn start(&mut self) -> Result<(), PortError> {
        Ok(())
    }

    async fn reload(&mut self) -> Result<(), PortError> {
        Ok(())
    }

    async fn stop(&mut self) -> Result<(), PortError> {
        Ok(())
    }
}

#[async_trait]
impl Archive for Elsewhere {
    async fn begin_backup(&mut self, _: &BackupRequest) -> Result<(), PortError> {
        Ok(())
    }

    async fn begin_restore(&mut self, _: &RestoreRequest) -> Result<(), PortError> {
        Ok(())
    }
}
