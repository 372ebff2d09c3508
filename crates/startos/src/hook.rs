//! The state machine of one hook, and what the package has to do after it.

use std::path::Path;

use async_trait::async_trait;
use isso_host::actions::{Action, Language, NoticeTitle, notice_title, password_task_reason};
use isso_host::cfg::{Contents, Volume};
use isso_host::lifecycle::{
    Daemon, Event, Gate, PortError, Ports, Refusal, RestoreRequest, Restorer, Review, SettingsFiles, State,
};
use isso_host::{ActionService, HostInfoSource, IMAGE_DATABASE, TaskFlag, spawn};
use tokio::sync::{mpsc, watch};

use crate::protocol::{Announced, Level, Notice, Orders, Request, Task};
use crate::{addresses, texts};

/// The state machine of one hook.
pub struct HookRun {
    /// The actions, and the machine itself.
    pub service: ActionService,
    /// The language of the answer.
    pub language: Language,
    task: watch::Receiver<bool>,
    notices: Vec<Notice>,
    /// Why the volume could not be settled, and so how the task ought to stand is not known.
    unprepared: Option<Refusal>,
    refusal: Option<String>,
}

impl HookRun {
    /// Builds the machine and has it settle the volume, unless Isso runs on it.
    pub async fn start(data: &Path, request: &Request) -> HookRun {
        let volume = Volume::new(data, IMAGE_DATABASE).recording_repairs();
        let info_source = HostInfoSource::Given(addresses::host_info(request));
        let flag = watch::Sender::new(false);
        let task = flag.subscribe();
        let ports = Ports {
            settings: Box::new(HookSettings(volume.clone())),
            tasks: Box::new(TaskFlag(flag)),
            daemon: Box::new(NoopPorts),
            restorer: Box::new(NoopPorts),
        };
        let (_, no_events) = mpsc::channel(1);
        let (_, no_ends) = mpsc::channel(1);
        let mut hook = HookRun {
            service: ActionService {
                volume,
                info_source,
                host: spawn(ports, no_events, no_ends),
            },
            language: Language::of(&request.language),
            task,
            notices: Vec::new(),
            unprepared: None,
            refusal: None,
        };
        hook.unprepared = hook.service.host.send(Event::Init).await.err();
        hook
    }

    /// Has the hook refused if the volume could not be settled.
    pub fn refuse_if_unprepared(&mut self) {
        if let Some(refusal) = self.unprepared.take() {
            self.refuse_event(&refusal);
            self.unprepared = Some(refusal);
        }
    }

    /// Sends what happened. A refusal becomes part of the orders.
    pub async fn send(&mut self, event: Event) {
        if let Err(refusal) = self.service.host.send(event).await {
            self.refuse_event(&refusal);
        }
    }

    /// Whether Isso is to be started now.
    pub fn wants_start(&self) -> bool {
        self.service.host.state() == State::Starting
    }

    /// Has the hook refused, for a reason in the person's language. The first reason counts.
    pub fn refuse(&mut self, reason: String) {
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
    pub fn into_orders(mut self) -> Orders {
        let actions = self.actions();
        let repaired = repairs(&self.service.volume, self.language);
        self.notices.extend(repaired);
        Orders {
            task: self.unprepared.is_none().then(|| self.task()),
            actions,
            notices: self.notices,
            refusal: self.refusal,
        }
    }

    fn refuse_event(&mut self, refusal: &Refusal) {
        self.refuse(texts::refusal(refusal, self.language));
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
        let contents = self.service.volume.contents();
        let contents = contents.unwrap_or_else(|_| Contents::fresh());
        let announced = |action: Action| Announced {
            id: action.id(),
            metadata: action.metadata(self.language, &contents),
        };
        Action::ALL.into_iter().map(announced).collect()
    }
}

/// A notice of what was put right in a person's files, by whichever process, and not told yet.
pub fn repairs(volume: &Volume, language: Language) -> Option<Notice> {
    let lines = volume.take_repairs().unwrap_or_else(|error| {
        tracing::warn!("{error}");
        Vec::new()
    });
    (!lines.is_empty()).then(|| Notice {
        level: Level::Warning,
        title: notice_title(NoticeTitle::Repaired, language),
        message: lines.join("\n"),
    })
}

/// The volume, seen from a hook.
struct HookSettings(Volume);

#[async_trait]
impl SettingsFiles for HookSettings {
    /// Isso that runs has settings with a password in force, whatever the file says at the moment; the supervisor sees
    /// to the file.
    async fn prepare(&mut self) -> Result<Gate, PortError> {
        let Some(_unused) = self.0.keep_unused() else {
            return Ok(Gate::Open);
        };
        Ok(gate(self.0.prepare()?.usable_password))
    }

    async fn gate(&mut self) -> Result<Gate, PortError> {
        Ok(gate(self.0.has_usable_password()?))
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
struct NoopPorts;

#[async_trait]
impl Daemon for NoopPorts {
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
impl Restorer for NoopPorts {
    async fn begin_restore(&mut self, _: &RestoreRequest) -> Result<(), PortError> {
        Ok(())
    }
}
