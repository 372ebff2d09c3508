//! Whether Isso has what an action saved.

use isso_host::Status;
use isso_host::actions::{OutcomeText, outcome_text, password_task_reason};
use isso_host::daemon::Phase;
use serde::Serialize;

use crate::failure::Failure;
use crate::language;
use crate::locate::DataFolder;
use crate::output::{BOLD, GOOD, Output, WARN};

/// How Isso stands to what was saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Stands {
    /// It serves with it.
    InForce,
    /// It is to start once there is a password.
    WaitsForPassword,
    /// It is taking it over.
    OnItsWay,
    /// It is being started again, after a crash.
    Restarting,
    /// It serves with the settings before, and will.
    Refused,
    /// It does not serve.
    Down,
}

impl Stands {
    /// What a status says of it.
    pub(super) fn of(status: &Status) -> Self {
        let settings = &status.settings;
        let is_starting = matches!(status.supervisor.phase, Phase::Waiting | Phase::Starting);
        match (&settings.reason, status.serving) {
            (Some(_), true) => Self::Refused,
            // Slow clients may keep every worker, which is no matter of the settings.
            (None, _) if settings.in_force && status.held_by_clients().is_some() => Self::InForce,
            (None, true) if settings.in_force => Self::InForce,
            (None, true) => Self::OnItsWay,
            (None, false) if status.password_needed => Self::WaitsForPassword,
            (None, false) if is_starting => Self::Restarting,
            (None, false) if status.supervisor.phase == Phase::Reloading => Self::OnItsWay,
            (_, false) => Self::Down,
        }
    }
}

/// Tells whether Isso has what was saved. A gate that waits for a password is no failure of the action.
pub(super) fn tell(stands: Stands, status: &Status, data: &DataFolder, output: Output) -> Result<(), Failure> {
    let language = language::of_environment();
    let say = |outcome| outcome_text(outcome, language);
    let reason = status.settings.reason.clone();
    let reason = reason.unwrap_or_else(|| status.why());
    let failure = |outcome, exit, hint: &str| Err(Failure::plain(say(outcome)).exit(exit).hint(hint));
    let see_status = "see `issoctl status`";
    let see_logs = "see what it printed: `issoctl logs`";
    match stands {
        Stands::InForce => {
            output.note(&format!("{GOOD}{}{GOOD:#}", say(OutcomeText::InForce)));
            if !status.serving {
                output.note(&format!("{WARN}{}{WARN:#}", status.why()));
            }
            Ok(())
        }
        Stands::WaitsForPassword => {
            output.note(&format!(
                "{WARN}{}{WARN:#} {}\n  {BOLD}{}{BOLD:#}",
                say(OutcomeText::Waits),
                password_task_reason(language),
                data.with_folder("issoctl action run set-admin-password")
            ));
            Ok(())
        }
        Stands::OnItsWay => {
            let finishing = status.finishing().unwrap_or_else(|| see_status.to_owned());
            failure(OutcomeText::NotYet, Failure::ON_ITS_WAY, &finishing)
        }
        Stands::Restarting => {
            let outcome = OutcomeText::Restarting(&reason);
            failure(outcome, Failure::NOT_RUNNING, see_logs)
        }
        Stands::Refused => failure(OutcomeText::Refused(&reason), Failure::FAILED, see_status),
        Stands::Down => failure(OutcomeText::Down(&reason), Failure::NOT_RUNNING, see_logs),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A status that differs from the golden one in what is asked for.
    fn status(state: &str, phase: &str, serving: bool) -> Status {
        let golden = include_str!("../../../../host/tests/golden/status.json");
        let mut status: Status = serde_json::from_str(golden).unwrap();
        status.state = serde_json::from_value(state.into()).unwrap();
        status.serving = serving;
        status.settings.in_force = serving;
        status.password_needed = state == "awaiting-password";
        status.supervisor.phase = serde_json::from_value(phase.into()).unwrap();
        status
    }

    #[test]
    fn saved_on_its_way_and_failed_are_told_apart() {
        let check = |phase: &str, serving: bool, expected: Stands| {
            let status = status("serving", phase, serving);
            assert_eq!(Stands::of(&status), expected, "{phase}");
        };
        check("serving", true, Stands::InForce);
        check("waiting", false, Stands::Restarting);
        check("starting", false, Stands::Restarting);
        check("reloading", false, Stands::OnItsWay);
        check("serving", false, Stands::Down);
        check("stopped", false, Stands::Down);
        let locked = status("awaiting-password", "stopped", false);
        assert_eq!(Stands::of(&locked), Stands::WaitsForPassword);
        let mut held = status("serving", "serving", false);
        held.settings.in_force = true;
        (held.supervisor.workers, held.supervisor.connections) = (Some(4), Some(4));
        assert_eq!(Stands::of(&held), Stands::InForce);
        assert!(held.why().contains("slow client"), "{}", held.why());
        let mut taking_over = status("reloading", "reloading", true);
        taking_over.settings.in_force = false;
        assert_eq!(Stands::of(&taking_over), Stands::OnItsWay);
        taking_over.settings.reason = Some("isso.cfg is not in force".to_owned());
        assert_eq!(Stands::of(&taking_over), Stands::Refused);
    }
}
