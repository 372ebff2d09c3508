//! State shared by all handlers: the ports, the port calls to make again, and the reply being built.

use std::error::Error;

use crate::answer::{Operation, PortFailure, Refusal, Reply};
use crate::error::PortError;
use crate::event::{DaemonEvent, Event, Invocation, RestoreRequest};
use crate::ports::{Effect, Gate, Ports, Review};

/// The handlers, and the entry and exit actions, get it with every event.
pub(crate) struct Context {
    pub(crate) ports: Ports,
    pub(crate) pending: Pending,
    /// An event the machine sends to itself, taken before the next one from outside.
    pub(crate) follow_up: Option<Event>,
    refusal: Option<Refusal>,
    /// An action was carried out.
    invoked: bool,
    failure: Option<PortFailure>,
}

/// The port calls to make again. A transition cannot be undone, so calls that failed in its entry and exit actions are
/// made again with each event until they succeed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) struct Pending {
    /// A process or a back-off may be there: a start was commanded, and no stop since succeeded.
    pub(crate) daemon_busy: bool,
    /// Whether the task has to be shown or taken away.
    pub(crate) task: Option<Task>,
}

/// How the critical task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Task {
    Raised,
    Cleared,
}

impl Context {
    pub(crate) fn new(ports: Ports) -> Context {
        Context {
            ports,
            pending: Pending::default(),
            follow_up: None,
            refusal: None,
            invoked: false,
            failure: None,
        }
    }

    /// Returns the answer to the event that was just handled, and clears it for the next event.
    pub(crate) fn answer(&mut self) -> Result<Reply, Refusal> {
        let failure = self.failure.take();
        match (std::mem::take(&mut self.invoked), self.refusal.take(), failure) {
            (true, _, failure) => Ok(Reply { failure }),
            (false, Some(refusal), _) => Err(refusal),
            (false, None, Some(failure)) => Err(Refusal::Failed(failure)),
            (false, None, None) => Ok(Reply::default()),
        }
    }

    pub(crate) fn refuse(&mut self, refusal: Refusal) {
        self.refusal = Some(refusal);
    }

    /// Whether anything has failed since the event came.
    pub(crate) fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    /// Logs a failure. The answer names the first one of the event.
    pub(crate) fn fail(&mut self, operation: Operation, source: PortError) {
        let failure = PortFailure { operation, source };
        tracing::error!(error = &failure as &dyn Error, "{failure}");
        self.failure.get_or_insert(failure);
    }

    /// Prepares the files and checks for the password. What cannot be read counts as locked.
    pub(crate) async fn prepare(&mut self) -> Gate {
        let prepared = self.ports.settings.prepare().await;
        self.open_only_if_seen(Operation::Prepare, prepared)
    }

    /// Checks for the password before a restart. What cannot be read counts as locked.
    pub(crate) async fn gate(&mut self) -> Gate {
        let seen = self.ports.settings.gate().await;
        self.open_only_if_seen(Operation::Look, seen)
    }

    fn open_only_if_seen(&mut self, operation: Operation, seen: Result<Gate, PortError>) -> Gate {
        seen.unwrap_or_else(|source| {
            self.fail(operation, source);
            Gate::Locked
        })
    }

    /// Reviews the settings beside a running Isso, and returns whether there are new ones to put in force.
    ///
    /// Settings that cannot be read are not put in force: the running Isso goes on with those it has.
    pub(crate) async fn review(&mut self) -> bool {
        match self.ports.settings.review().await {
            Ok(review) => review == Review::Changed,
            Err(source) => {
                self.fail(Operation::Review, source);
                false
            }
        }
    }

    pub(crate) async fn show(&mut self, task: Task) {
        self.pending.task = Some(task);
        let (operation, shown) = match task {
            Task::Raised => (Operation::RaiseTask, self.ports.tasks.raise().await),
            Task::Cleared => (Operation::ClearTask, self.ports.tasks.clear().await),
        };
        if self.succeeds(operation, shown) {
            self.pending.task = None;
        }
    }

    /// Shows the task, or takes it away, where that failed before.
    pub(crate) async fn retry_task(&mut self) {
        if let Some(task) = self.pending.task {
            self.show(task).await;
        }
    }

    /// Starts Isso. A start that fails counts as an exit.
    pub(crate) async fn start(&mut self) {
        self.pending.daemon_busy = true;
        let started = self.ports.daemon.start().await;
        if let Err(source) = started {
            self.follow_up = Some(Event::Daemon(DaemonEvent::Exited(source.to_string())));
            self.fail(Operation::Start, source);
        }
    }

    pub(crate) async fn reload(&mut self) -> bool {
        let begun = self.ports.daemon.reload().await;
        self.succeeds(Operation::Reload, begun)
    }

    /// Stops Isso if it may run, and returns whether no process is left.
    pub(crate) async fn stop(&mut self) -> bool {
        if self.pending.daemon_busy {
            let stopped = self.ports.daemon.stop().await;
            self.pending.daemon_busy = !self.succeeds(Operation::Stop, stopped);
        }
        !self.pending.daemon_busy
    }

    /// Runs an action. Settings that it changed are handled like those that change by hand.
    pub(crate) async fn invoke(&mut self, invocation: &dyn Invocation) {
        match invocation.run().await {
            Ok(effect) => {
                if effect == Effect::Settings {
                    self.follow_up = Some(Event::SettingsChanged);
                }
                self.invoked = true;
            }
            Err(source) => self.refuse(Refusal::Action(source)),
        }
    }

    pub(crate) async fn begin_restore(&mut self, request: &RestoreRequest) -> bool {
        let begun = self.ports.restorer.begin_restore(request).await;
        self.succeeds(Operation::Restore, begun)
    }

    fn succeeds(&mut self, operation: Operation, result: Result<(), PortError>) -> bool {
        result.map_err(|source| self.fail(operation, source)).is_ok()
    }
}
