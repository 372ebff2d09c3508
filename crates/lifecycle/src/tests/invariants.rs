//! The guarantees of the crate, checked after every event. [`super::world`] checks those that must hold at a port call.

use crate::context::Pending;
use crate::machine::{Machine, Mode};

use super::moves::{Move, Text};
use super::world::{Port, Scenario, WorldState};

/// The machine and its world between two events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Moment {
    pub(super) mode: Mode,
    pub(super) machine: Machine,
    pub(super) pending: Pending,
    pub(super) world: WorldState,
}

impl Moment {
    pub(super) fn of(scenario: &Scenario) -> Moment {
        Moment {
            mode: *scenario.isso.machine.state(),
            machine: *scenario.isso.machine.inner(),
            pending: scenario.isso.context.pending,
            world: scenario.world().state,
        }
    }

    fn is_prepared(&self) -> bool {
        !matches!(self.mode, Mode::Installed {} | Mode::Restoring {})
    }

    fn is_up(&self) -> bool {
        matches!(
            self.mode,
            Mode::Starting {} | Mode::Serving {} | Mode::Reloading {} | Mode::Recovering {}
        )
    }
}

/// Returns the rules that the last move broke.
pub(super) fn broken(before: Moment, made: Move, scenario: &Scenario) -> Vec<&'static str> {
    let after = Moment::of(scenario);
    let world = scenario.world();
    let failed = |port| world.has_failed(port);
    let mut broken = world.violations.clone();
    let mut always = |holds: bool, rule| {
        if !holds {
            broken.push(rule);
        }
    };

    always(
        !after.world.process || after.world.given.is_some_and(Text::has_password),
        "1: Isso runs on settings without a usable password",
    );
    // A stop that fails is the one excuse, and only in the event that tried it.
    always(
        !after.world.process || after.world.seen || failed(Port::Stop) || untold(made),
        "1: Isso runs though the last look found no password",
    );
    always(
        !after.world.process || !after.world.replacing,
        "2: Isso runs while its files are being replaced",
    );
    always(
        after.world.replacing == matches!(after.mode, Mode::Restoring {}),
        "2: the machine is wrong about a restore",
    );
    always(
        !after.is_prepared()
            || after.world.task != after.world.seen
            || failed(Port::Raise)
            || failed(Port::Clear)
            || untold(made),
        "3: the critical task does not follow the password",
    );
    always(
        !after.is_up() || !after.world.task || failed(Port::Clear) || untold(made),
        "3: the critical task stands though Isso has a password",
    );
    let backup_failed = made == (Move::BackupFinished { well: false });
    always(
        !backup_failed || !world.calls.is_empty() || unchanged_by_backup(before, after),
        "4: a failed backup changed something",
    );
    let restore_failed = (made == Move::RestoreFailed && before.world.replacing)
        || (made == Move::Restore && failed(Port::BeginRestore));
    let nothing_else_failed = world
        .calls
        .iter()
        .all(|(port, fails)| !fails || *port == Port::BeginRestore);
    always(
        !restore_failed
            || !nothing_else_failed
            || after.world.process == (after.machine.wanted && after.world.file.has_password()),
        "4: Isso is not as it was after a failed restore",
    );
    always(
        !(failed(Port::Prepare) || failed(Port::Gate)) || locked(after),
        "5: an unreadable state did not count as locked",
    );
    // Only where Isso is down already and is about to be started can a look still lock it.
    always(
        !(before.is_up() && touches_settings(made))
            || failed(Port::Gate)
            || (after.is_up() && after.world.process >= before.world.process),
        "6: a change of the settings took Isso down",
    );
    always(
        !(before.is_up() && touches_settings(made)) || world.calls.iter().all(|(port, _)| *port != Port::Prepare),
        "6: what a person typed was repaired beside a running Isso",
    );
    // A process that counts as gone, by a report that was overtaken, takes nothing by a start.
    let mistaken = before.world.process && matches!(before.mode, Mode::Recovering {});
    let nothing_failed = world.calls.iter().all(|(_, fails)| !fails);
    always(
        !(before.is_up() && is_told_of_settings(made) && nothing_failed)
            || mistaken
            || !after.world.file.has_password()
            || after.world.given == Some(after.world.file),
        "Isso was not given the new settings",
    );
    always(
        !matches!(before.mode, Mode::Recovering {}) || world.calls.iter().all(|(port, _)| *port != Port::Reload),
        "an Isso that is gone was reloaded",
    );

    // Beyond the guarantees: the machine does what the host wants, and knows what it did.
    always(
        !after.is_up() || after.machine.wanted,
        "Isso is up though the host does not want it",
    );
    let wish = match made {
        Move::Start => true,
        Move::Stop => false,
        _ => before.machine.wanted,
    };
    always(after.machine.wanted == wish, "the wish of the host was lost");
    let stops = world
        .calls
        .iter()
        .filter(|(port, _)| matches!(port, Port::Stop | Port::Start));
    let stop_then_start =
        |(first, second): (&(Port, bool), &(Port, bool))| *first == (Port::Stop, true) && second.0 == Port::Start;
    always(
        !stops.clone().zip(stops.skip(1)).any(stop_then_start),
        "Isso was started beside one that would not stop",
    );
    always(
        made != Move::Stop || !after.world.process || failed(Port::Stop),
        "Isso runs after a stop",
    );
    always(
        !after.world.process || after.is_up() || after.pending.daemon_busy,
        "an Isso was forgotten",
    );
    always(
        after.world.saving == after.machine.backing_up,
        "the machine is wrong about a backup",
    );
    always(
        !(after.is_prepared() && after.machine.wanted && !after.pending.daemon_busy) || after.is_up() != locked(after),
        "Isso is wanted and allowed, and nobody starts it",
    );
    broken
}

/// Whether the machine was not told of the move, and so cannot have acted on it.
fn untold(made: Move) -> bool {
    matches!(made, Move::Edit { .. })
}

/// Whether the machine is told that the settings may have changed.
fn is_told_of_settings(made: Move) -> bool {
    matches!(
        made,
        Move::Init | Move::SettingsChanged | Move::SetPassword | Move::DropPassword | Move::OtherSettings
    )
}

/// Whether the settings change, or may have.
fn touches_settings(made: Move) -> bool {
    is_told_of_settings(made) || matches!(made, Move::Edit { .. } | Move::EmbedCode)
}

fn locked(moment: Moment) -> bool {
    matches!(moment.mode, Mode::AwaitingPassword {})
}

fn unchanged_by_backup(before: Moment, after: Moment) -> bool {
    let without_backup = |moment: Moment| {
        let saving = false;
        (moment.mode, WorldState { saving, ..moment.world })
    };
    without_backup(before) == without_backup(after)
}
