//! Decides when the database is due for a check.

use std::time::Duration;

use isso_database::{FileState, Verdict};

/// The shortest time from one check to the next.
pub(super) const MIN_INTERVAL: Duration = Duration::from_secs(300);
/// That time is at least so many times as long as the last check took. So checks take half a percent of the time at
/// most.
const REST_FACTOR: u32 = 200;
/// A database that did not change is checked after this time: a disk can spoil what no process writes to.
const MAX_INTERVAL: Duration = Duration::from_secs(24 * 3600);

/// The later of two verdicts.
pub(super) fn latest(one: Option<Verdict>, other: Option<Verdict>) -> Option<Verdict> {
    one.into_iter().chain(other).max_by_key(|verdict| verdict.checked)
}

/// Whether a check is due: at a start as soon as the file has changed, and later when it has changed and some time has
/// passed.
pub(super) fn is_due(last: Option<&Verdict>, state: &FileState, is_first: bool) -> bool {
    let Some(last) = last else {
        return true;
    };
    let took = Duration::from_millis(last.took_ms);
    let rest = took.saturating_mul(REST_FACTOR).clamp(MIN_INTERVAL, MAX_INTERVAL);
    if last.state == *state {
        return last.age() >= MAX_INTERVAL;
    }
    // Another file was put in its place.
    is_first || last.state.inode != state.inode || last.age() >= rest
}

#[cfg(test)]
mod tests {
    use std::time::{SystemTime, UNIX_EPOCH};

    use super::*;

    fn check(age: u64, took_ms: u64, changed: bool, is_first: bool, expected: bool) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let state = FileState {
            size: 4096,
            inode: 1,
            changed_ns: 1,
        };
        let last = Verdict {
            damage: None,
            change_counter: 1,
            state: state.clone(),
            checked: now.expect("the clock is right").as_secs() - age,
            took_ms,
        };
        let changed_ns = if changed { 2 } else { 1 };
        let state = FileState { changed_ns, ..state };
        let due = is_due(Some(&last), &state, is_first);
        assert_eq!(due, expected, "{age} s after a check of {took_ms} ms");
    }

    #[test]
    fn a_check_is_due_when_the_database_has_changed_and_some_time_has_passed() {
        check(0, 1, true, true, true);
        check(0, 1, true, false, false);
        check(301, 1, true, false, true);
        // A large database, or a slow disk.
        check(301, 10_000, true, false, false);
        check(2001, 10_000, true, false, true);
    }

    #[test]
    fn a_database_that_nobody_writes_to_is_checked_once_a_day() {
        check(3600, 1, false, true, false);
        check(3600, 1, false, false, false);
        check(24 * 3600, 1, false, false, true);
    }

    #[test]
    fn a_verdict_that_could_not_be_kept_beside_the_database_counts() {
        let verdict = |checked| Verdict {
            damage: None,
            change_counter: 1,
            state: FileState {
                size: 4096,
                inode: 1,
                changed_ns: 1,
            },
            checked,
            took_ms: 1,
        };
        let own = Some(verdict(2));
        assert_eq!(latest(None, own.clone()), own);
        assert_eq!(latest(Some(verdict(1)), own.clone()), own);
        assert_eq!(latest(own.clone(), Some(verdict(1))), own);
        assert_eq!(latest(None, None), None);
    }

    #[test]
    fn a_database_without_a_verdict_or_another_file_is_checked_at_once() {
        let state = FileState {
            size: 4096,
            inode: 2,
            changed_ns: 1,
        };
        assert!(is_due(None, &state, false));
        let other = FileState {
            inode: 1,
            ..state.clone()
        };
        let last = Verdict {
            damage: None,
            change_counter: 1,
            state: other,
            checked: u64::MAX / 4,
            took_ms: 1,
        };
        assert!(is_due(Some(&last), &state, false));
    }
}
