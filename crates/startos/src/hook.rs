//! Runs the state machine of one hook, and collects what the package has to do afterwards.

use std::path::Path;

use async_trait::async_trait;
use isso_host::actions::{
    Action, Language, NoticeTitle, notice_title, password_task_reason, public_address_is_gone,
    public_address_task_reason,
};
use isso_host::cfg::{Contents, Volume, keys};
use isso_host::lifecycle::{
    Daemon, Event, Gate, PortError, Ports, Refusal, RestoreRequest, Restorer, Review, SettingsFiles, State,
};
use isso_host::{ActionService, Commands, Examiner, HostInfoSource, IMAGE_DATABASE, IssoPython, TaskFlag, spawn};
use tokio::sync::{mpsc, watch};

use crate::protocol::{Announced, Level, Notice, Orders, Request, Severity, Task};
use crate::{addresses, texts};

/// Where StartOS unpacks the image of Isso, for packages to make containers of it. Where it does not, actions go
/// without a preview.
const IMAGE: &str = "/media/startos/images/isso";
/// The Python in that image.
const IMAGE_PYTHON: &str = "/isso/bin/python3";

/// A hook in progress: the state machine, and the orders for the package.
pub struct HookRun {
    /// The actions, and the handle of the state machine.
    pub service: ActionService,
    /// The language of the answer.
    pub language: Language,
    task: watch::Receiver<bool>,
    /// Whether the request has addresses of the service. Without any, the hook does not know whether the public address
    /// is gone: it did not ask, or StartOS, which has just started, has not found its network yet.
    knows_addresses: bool,
    notices: Vec<Notice>,
    /// Why the volume could not be prepared. Without a prepared volume, the hook does not know whether to raise the
    /// task.
    unprepared: Option<Refusal>,
    refusal: Option<String>,
}

impl HookRun {
    /// Starts the state machine, which prepares the volume unless Isso runs on it.
    pub async fn start(data: &Path, request: &Request, commands: Commands) -> HookRun {
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
                python: IssoPython::in_image(IMAGE, IMAGE_PYTHON),
                host: spawn(ports, no_events, no_ends),
                examiner: Examiner::of_startos(commands, data.to_owned()),
            },
            language: Language::of(&request.language),
            task,
            knows_addresses: request.addresses.as_ref().is_some_and(|known| !known.is_empty()),
            notices: Vec::new(),
            unprepared: None,
            refusal: None,
        };
        hook.unprepared = hook.service.host.send(Event::Init).await.err();
        hook
    }

    /// Refuses the hook if the volume could not be prepared.
    pub fn refuse_if_unprepared(&mut self) {
        if let Some(refusal) = self.unprepared.take() {
            self.refuse_event(&refusal);
            self.unprepared = Some(refusal);
        }
    }

    /// Sends an event to the state machine. Its refusal becomes part of the orders.
    pub async fn send(&mut self, event: Event) {
        if let Err(refusal) = self.service.host.send(event).await {
            self.refuse_event(&refusal);
        }
    }

    /// Whether the state machine wants Isso started.
    pub fn wants_start(&self) -> bool {
        self.service.host.state() == State::Starting
    }

    /// Refuses the hook, with a reason in the person's language. The first reason counts.
    pub fn refuse(&mut self, reason: String) {
        self.refusal.get_or_insert(reason);
    }

    /// Adds a notification for the person.
    pub fn notify(&mut self, level: Level, title: NoticeTitle, message: String) {
        self.notices.push(Notice {
            level,
            title: notice_title(title, self.language),
            message,
        });
    }

    /// Returns what the package has to do.
    pub fn into_orders(mut self) -> Orders {
        let actions = self.actions();
        let repaired = repairs(&self.service.volume, self.language);
        self.notices.extend(repaired);
        Orders {
            tasks: self.tasks(),
            actions,
            notices: self.notices,
            refusal: self.refusal,
        }
    }

    fn refuse_event(&mut self, refusal: &Refusal) {
        self.refuse(texts::refusal(refusal, self.language));
    }

    /// The tasks of which this hook knows whether they stand.
    fn tasks(&self) -> Vec<Task> {
        if self.unprepared.is_some() {
            return Vec::new();
        }
        let mut tasks = vec![self.password_task()];
        tasks.extend(self.address_task());
        tasks
    }

    fn password_task(&self) -> Task {
        let action = Action::SetAdminPassword.id();
        match *self.task.borrow() {
            true => Task::Raise {
                action,
                severity: Severity::Critical,
                reason: password_task_reason(self.language),
            },
            false => Task::Clear { action },
        }
    }

    /// Stands while StartOS no longer has the public address that was chosen among its own.
    ///
    /// A server for which none was chosen gets no task: most send no mail, and lose nothing without it. An address that
    /// StartOS never had, such as that of another proxy, is none of its business either.
    pub fn address_task(&self) -> Option<Task> {
        if self.unprepared.is_some() || !self.knows_addresses {
            return None;
        }
        let contents = self.service.volume.contents().ok()?;
        let host_info = self.service.info_source.host_info(&self.service.volume);
        let action = Action::SetPublicAddress.id();
        Some(match public_address_is_gone(&contents, &host_info) {
            true => Task::Raise {
                action,
                severity: Severity::Important,
                reason: public_address_task_reason(&contents.cfg.read_text(&keys::PUBLIC_ENDPOINT), self.language),
            },
            false => Task::Clear { action },
        })
    }

    /// Describes all actions. If `isso.cfg` cannot be read, they are those of a fresh volume.
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

/// Takes the repairs that a hook or the supervisor has recorded in the volume, as one notice.
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

/// Prepares and reads the settings of the volume for a hook.
struct HookSettings(Volume);

#[async_trait]
impl SettingsFiles for HookSettings {
    /// Does nothing while Isso runs: settings with a password are in force then, whatever the file says at the moment,
    /// and the supervisor takes care of the file.
    async fn prepare(&mut self) -> Result<Gate, PortError> {
        let Some(_unused) = self.0.keep_unused() else {
            return Ok(Gate::Open);
        };
        Ok(gate(self.0.prepare()?.usable_password))
    }

    async fn gate(&mut self) -> Result<Gate, PortError> {
        Ok(gate(self.0.has_usable_password()?))
    }

    /// Does nothing, because the supervisor watches the file itself.
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

/// Ports that do nothing, because StartOS and the package do the work before or after the hook. The package starts Isso
/// in its own container once `main` has answered, and StartOS stops it before a backup or a restore. StartOS copies the
/// volume after `backup`, and puts a copy back before `init`.
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
