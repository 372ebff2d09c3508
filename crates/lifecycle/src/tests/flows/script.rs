//! A flow as a script: events, and the port calls each of them has to cause, in order.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use mockall::Sequence;

use crate::event::MockInvocation;
use crate::ports::{MockDaemon, MockRestorer, MockSettingsFiles, MockTasks};
use crate::tests::run;
use crate::{Effect, Event, Gate, Lifecycle, PortError, Ports, Reply, Review, State};

/// The result of a check for the password.
pub(super) type Look = Result<Gate, ()>;
/// The result of a review.
pub(super) type Reviewed = Result<Review, ()>;
pub(super) const OK: Result<(), ()> = Ok(());
pub(super) const ERR: Result<(), ()> = Err(());

/// A port call with its outcome.
pub(super) enum Call {
    Prepare(Look),
    Look(Look),
    Review(Reviewed),
    Raise(Result<(), ()>),
    Clear(Result<(), ()>),
    Invoke(Result<Effect, ()>),
    Start(Result<(), ()>),
    Reload(Result<(), ()>),
    Stop(Result<(), ()>),
    Restore(Result<(), ()>),
}

/// An event with all that has to follow from it.
pub(super) struct Step {
    event: Event,
    calls: Vec<Call>,
    answer: &'static str,
    pub(super) state: State,
    pub(super) is_backing_up: bool,
}

impl Step {
    /// The same step, after which a backup runs or does not.
    pub(super) fn with_backup(self, is_backing_up: bool) -> Step {
        Step { is_backing_up, ..self }
    }
}

/// A step without a backup. `answer` is `done`, `invoked`, `invoked, then` and a failure's code, or a refusal's code.
pub(super) fn step(event: Event, calls: Vec<Call>, answer: &'static str, state: State) -> Step {
    Step {
        event,
        calls,
        answer,
        state,
        is_backing_up: false,
    }
}

/// Plays `before` and then `then`; every call has to come in its place and in its step.
pub(super) fn check(before: Vec<Step>, then: Vec<Step>) {
    let mut script = Script::default();
    let mut steps = Vec::new();
    for step in before.into_iter().chain(then) {
        let wanted = script.expect(step.calls);
        let event = match step.event {
            Event::Invoke(_) => Event::Invoke(Arc::new(std::mem::take(&mut script.action))),
            event => event,
        };
        steps.push((event, step.answer, (step.state, step.is_backing_up), wanted));
    }
    let made = Arc::clone(&script.made);
    let mut isso = Lifecycle::new(script.ports());
    run(async {
        for (event, answer, standing, wanted) in steps {
            let told = format!("{event:?}");
            let done = match event {
                Event::Invoke(_) => "invoked",
                _ => "done",
            };
            let said = match isso.handle(event).await {
                Ok(Reply { failure: None }) => done.to_owned(),
                Ok(Reply { failure: Some(failure) }) => {
                    format!("{done}, then {}", crate::Refusal::Failed(failure).code())
                }
                Err(refusal) => refusal.code().to_owned(),
            };
            assert_eq!(said, answer, "the answer to {told}");
            assert_eq!(
                (isso.state(), isso.is_backing_up()),
                standing,
                "the state after {told}, and whether a backup runs"
            );
            let made = made.load(Ordering::Relaxed);
            assert_eq!(made, wanted, "the number of port calls up to {told}");
        }
    });
}

#[derive(Default)]
struct Script {
    order: Sequence,
    made: Arc<AtomicUsize>,
    wanted: usize,
    settings: MockSettingsFiles,
    tasks: MockTasks,
    /// Of the step that is being read.
    action: MockInvocation,
    daemon: MockDaemon,
    restorer: MockRestorer,
}

/// Expects one call in the script's order, counts it and answers with `$outcome`.
macro_rules! expect {
    ($script:ident . $port:ident . $call:ident ( $($argument:pat),* ) => $outcome:expr) => {{
        let made = Arc::clone(&$script.made);
        $script.$port.$call().times(1).in_sequence(&mut $script.order).return_once(
            move |$($argument),*| {
                made.fetch_add(1, Ordering::Relaxed);
                $outcome.map_err(|()| PortError::from("broken"))
            },
        );
    }};
}

impl Script {
    /// Adds a step's calls and returns how many there are now.
    fn expect(&mut self, calls: Vec<Call>) -> usize {
        self.wanted += calls.len();
        for call in calls {
            match call {
                Call::Prepare(gate) => expect!(self.settings.expect_prepare() => gate),
                Call::Look(gate) => expect!(self.settings.expect_gate() => gate),
                Call::Review(seen) => expect!(self.settings.expect_review() => seen),
                Call::Raise(end) => expect!(self.tasks.expect_raise() => end),
                Call::Clear(end) => expect!(self.tasks.expect_clear() => end),
                Call::Invoke(effect) => {
                    expect!(self.action.expect_run() => effect);
                }
                Call::Start(end) => expect!(self.daemon.expect_start() => end),
                Call::Reload(end) => expect!(self.daemon.expect_reload() => end),
                Call::Stop(end) => expect!(self.daemon.expect_stop() => end),
                Call::Restore(end) => expect!(self.restorer.expect_begin_restore(_) => end),
            }
        }
        self.wanted
    }

    fn ports(self) -> Ports {
        Ports {
            settings: Box::new(self.settings),
            tasks: Box::new(self.tasks),
            daemon: Box::new(self.daemon),
            restorer: Box::new(self.restorer),
        }
    }
}
