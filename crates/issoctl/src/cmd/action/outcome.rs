//! Reports whether the settings that an action saved are in force.

use isso_host::Status;
use isso_host::actions::{OutcomeText, outcome_text, password_task_reason};
use isso_host::daemon::Phase;
use serde::Serialize;

use crate::failure::Failure;
use crate::language;
use crate::locate::DataFolder;
use crate::output::{BOLD, GOOD, Output, WARN};

/// Whether saved settings are in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum SettingsOutcome {
    /// Isso serves with the saved settings.
    InForce,
    /// Isso starts with them once there is an admin password.
    WaitsForPassword,
    /// Isso is still reloading.
    OnItsWay,
    /// Isso is being restarted after a crash.
    Restarting,
    /// The settings cannot be used, and Isso serves with the previous ones.
    Refused,
    /// Isso does not serve.
    Down,
}

impl SettingsOutcome {
    /// Derives the outcome from the status of the host.
    pub(super) fn of(status: &Status) -> Self {
        let settings = &status.settings;
        let phase = &status.supervisor.phase;
        let is_starting = *phase == Phase::Waiting || *phase == Phase::Starting;
        match (&settings.reason, status.serving) {
            (Some(_), true) => Self::Refused,
            // If slow clients occupy every worker, the settings are in force all the same.
            (None, _) if settings.in_force && status.held_by_clients().is_some() => Self::InForce,
            (None, true) if settings.in_force => Self::InForce,
            (None, true) => Self::OnItsWay,
            (None, false) if status.password_needed => Self::WaitsForPassword,
            (None, false) if is_starting => Self::Restarting,
            (None, false) if *phase == Phase::Reloading => Self::OnItsWay,
            (_, false) => Self::Down,
        }
    }
}

/// Reports whether the settings are in force. An Isso that waits for a password is no failure of the action.
pub(super) fn report_outcome(
    outcome: SettingsOutcome,
    status: &Status,
    data: &DataFolder,
    output: Output,
) -> Result<(), Failure> {
    let language = language::of_environment();
    let say = |outcome| outcome_text(outcome, language);
    let reason = status.settings.reason.clone();
    let reason = reason.unwrap_or_else(|| status.why());
    let failure = |outcome, exit, hint: &str| Err(Failure::plain(say(outcome)).exit(exit).hint(hint));
    let see_status = "see `issoctl status`";
    let see_logs = "see what it printed: `issoctl logs`";
    match outcome {
        SettingsOutcome::InForce => {
            output.note(&format!("{GOOD}{}{GOOD:#}", say(OutcomeText::InForce)));
            if !status.serving {
                output.note(&format!("{WARN}{}{WARN:#}", status.why()));
            }
            Ok(())
        }
        SettingsOutcome::WaitsForPassword => {
            output.note(&format!(
                "{WARN}{}{WARN:#} {}\n  {BOLD}{}{BOLD:#}",
                say(OutcomeText::Waits),
                password_task_reason(language),
                data.with_folder("issoctl action run set-admin-password")
            ));
            Ok(())
        }
        SettingsOutcome::OnItsWay => {
            let finishing = status.finishing().unwrap_or_else(|| see_status.to_owned());
            failure(OutcomeText::NotYet, Failure::ON_ITS_WAY, &finishing)
        }
        SettingsOutcome::Restarting => {
            let outcome = OutcomeText::Restarting(&reason);
            failure(outcome, Failure::NOT_RUNNING, see_logs)
        }
        SettingsOutcome::Refused => failure(OutcomeText::Refused(&reason), Failure::FAILED, see_status),
        SettingsOutcome::Down => failure(OutcomeText::Down(&reason), Failure::NOT_RUNNING, see_logs),
    }
}

#[cfg(test)]
mod tests {
    use isso_tests::golden_status as status;

    use super::*;

    #[test]
    fn outcomes_are_told_apart_by_the_status() {
        let check = |phase: &str, serving: bool, expected: SettingsOutcome| {
            let status: Status = status("serving", phase, serving);
            assert_eq!(SettingsOutcome::of(&status), expected, "{phase}");
        };
        check("serving", true, SettingsOutcome::InForce);
        check("waiting", false, SettingsOutcome::Restarting);
        check("starting", false, SettingsOutcome::Restarting);
        check("reloading", false, SettingsOutcome::OnItsWay);
        check("serving", false, SettingsOutcome::Down);
        check("stopped", false, SettingsOutcome::Down);
        let locked = status("awaiting-password", "stopped", false);
        assert_eq!(SettingsOutcome::of(&locked), SettingsOutcome::WaitsForPassword);
        let mut held: Status = status("serving", "serving", false);
        held.settings.in_force = true;
        (held.supervisor.workers, held.supervisor.connections) = (Some(4), Some(4));
        assert_eq!(SettingsOutcome::of(&held), SettingsOutcome::InForce);
        assert!(held.why().contains("slow client"), "{}", held.why());
        let mut taking_over: Status = status("reloading", "reloading", true);
        taking_over.settings.in_force = false;
        assert_eq!(SettingsOutcome::of(&taking_over), SettingsOutcome::OnItsWay);
        taking_over.settings.reason = Some("isso.cfg is not in force".to_owned());
        assert_eq!(SettingsOutcome::of(&taking_over), SettingsOutcome::Refused);
    }
}
