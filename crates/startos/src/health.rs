//! The hook `health`: it asks the supervisor in the same container for the status of Isso.

use std::path::Path;

use isso_host::actions::{DatabaseText, HealthText, Language, database_text, health_text};
use isso_host::cfg::Volume;
use isso_host::daemon::Phase;
use isso_host::lifecycle::State;
use isso_host::{Client, IMAGE_DATABASE, Status};

use crate::error::HookError;
use crate::hook::repairs;
use crate::protocol::{Health, HealthResult, Request};

/// Asks the supervisor, which requests `/info` from Isso and knows the state of the database.
///
/// The answer also has StartOS notify the person of the supervisor's repairs, because the supervisor itself cannot.
pub async fn run(data: &Path, request: &Request, volume: Option<&Path>) -> Result<Health, HookError> {
    let language = Language::of(&request.language);
    let status = match Client::connect(data)? {
        Some(client) => Some(client.status(false).await?),
        None => None,
    };
    let (result, message) = if let Some(damage) = status.as_ref().and_then(damage) {
        let message = database_text(DatabaseText::Corrupt(damage), language);
        (HealthResult::Failure, message)
    } else if let Some(reason) = status.as_ref().and_then(unwritable) {
        let message = database_text(DatabaseText::Unsaved(&reason), language);
        (HealthResult::Failure, message)
    } else if let Some(reason) = status.as_ref().and_then(unreadable) {
        let message = health_text(HealthText::Down(&reason), language);
        (HealthResult::Failure, message)
    } else {
        let (result, text) = match &status {
            Some(status) => summarize(status),
            None => (HealthResult::Starting, HealthText::Unsupervised),
        };
        (result, health_text(text, language))
    };
    Ok(Health {
        result,
        message,
        notices: volume
            .and_then(|volume| repairs(&Volume::new(volume, IMAGE_DATABASE), language))
            .into_iter()
            .collect(),
    })
}

/// What is damaged in the database, while Isso serves. Isso may still answer most requests, but the admin has to know.
fn damage(status: &Status) -> Option<&str> {
    let damage = status.database.damage.as_deref();
    damage.filter(|_| status.serving)
}

/// Why Isso, which serves, cannot save comments.
fn unwritable(status: &Status) -> Option<String> {
    let unwritable = status.database.unwritable.as_ref();
    unwritable.filter(|_| status.serving).map(ToString::to_string)
}

/// Why Isso, which runs, cannot read the database. SQLite may have to write in order to read, such as when it finds the
/// journal of another user; then the folder that cannot be written is the cause.
fn unreadable(status: &Status) -> Option<String> {
    let unwritable = status.database.unwritable.as_ref()?;
    let error = status.probe.error.as_ref()?;
    let phase = &status.supervisor.phase;
    let runs = *phase == Phase::Serving || *phase == Phase::Reloading;
    runs.then(|| format!("{error}; {unwritable}"))
}

/// Summarizes the status for StartOS. A bad line in `isso.cfg` is reported although Isso still answers.
fn summarize(status: &Status) -> (HealthResult, HealthText<'_>) {
    let reason = status.settings.reason.as_deref();
    if !status.serving {
        let reason = status.supervisor.last_exit.as_deref().or(reason);
        return match reason.or(status.probe.error.as_deref()) {
            _ if status.state == State::Starting => (HealthResult::Starting, HealthText::Starting),
            Some(reason) => (HealthResult::Failure, HealthText::Down(reason)),
            None => (HealthResult::Starting, HealthText::Starting),
        };
    }
    match reason {
        Some(reason) => (HealthResult::Loading, HealthText::NotInForce(reason)),
        None if !status.settings.in_force => (HealthResult::Loading, HealthText::Reloading),
        None => (HealthResult::Success, HealthText::Ready),
    }
}

#[cfg(test)]
mod tests {
    use isso_host::database::Unwritable;
    use isso_tests::golden_status as status;

    use super::*;

    fn check(phase: &str, serving: bool, saved: Option<&str>, read: Option<&str>) {
        let mut status: Status = status("serving", phase, serving);
        status.probe.error = (!serving).then(|| "it cannot read".to_owned());
        status.database.unwritable = Some(Unwritable {
            reason: "it is full".to_owned(),
            fix: "free some room".to_owned(),
        });
        assert_eq!(unwritable(&status).as_deref(), saved, "{phase}");
        assert_eq!(unreadable(&status).as_deref(), read, "{phase}");
        status.database.unwritable = None;
        assert_eq!((unwritable(&status), unreadable(&status)), (None, None));
    }

    #[test]
    fn a_database_that_cannot_be_written_is_the_cause_while_isso_runs() {
        check("serving", true, Some("it is full; free some room"), None);
        let both = "it cannot read; it is full; free some room";
        check("serving", false, None, Some(both));
        check("reloading", false, None, Some(both));
        // A start that is refused reports its own reason.
        check("waiting", false, None, None);
    }
}
