//! Which backups of a folder are kept.

use std::collections::HashSet;
use std::str::FromStr;

use time::OffsetDateTime;

/// How many backups to keep: the last one of each of the newest days, weeks and months that have one, in UTC. Written
/// as `daily=7,weekly=4,monthly=6`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Retention {
    daily: usize,
    weekly: usize,
    monthly: usize,
}

/// Why rules are refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RetentionError {
    /// A rule does not have the known form.
    #[error(
        "`{0}` is no rule; name how many to keep of days, weeks or months, with commas between: daily=7,weekly=4,monthly=6"
    )]
    Rule(String),
    /// A rule stands there twice.
    #[error("`{0}` is said twice; leave one of them out")]
    Twice(String),
    /// The rules keep no backup.
    #[error("these rules keep nothing; name at least one, such as daily=7")]
    Nothing,
}

impl FromStr for Retention {
    type Err = RetentionError;

    fn from_str(text: &str) -> Result<Retention, RetentionError> {
        let mut retention = Retention::default();
        let mut said = Vec::new();
        for rule in text.split(',').map(str::trim) {
            let unknown = || RetentionError::Rule(rule.to_owned());
            let (name, number) = rule.split_once('=').ok_or_else(unknown)?;
            let count = match name.trim() {
                "daily" => &mut retention.daily,
                "weekly" => &mut retention.weekly,
                "monthly" => &mut retention.monthly,
                _ => return Err(unknown()),
            };
            if said.contains(&name.trim()) {
                return Err(RetentionError::Twice(name.trim().to_owned()));
            }
            said.push(name.trim());
            *count = number.trim().parse().map_err(|_| unknown())?;
        }
        match retention {
            Retention {
                daily: 0,
                weekly: 0,
                monthly: 0,
            } => Err(RetentionError::Nothing),
            retention => Ok(retention),
        }
    }
}

impl Retention {
    /// Says for each of these times, the newest first, whether a backup of it is kept. The first one always is.
    pub(crate) fn of(&self, newest_first: &[OffsetDateTime]) -> Vec<bool> {
        let day = |time: OffsetDateTime| (time.year(), time.ordinal());
        let week = |time: OffsetDateTime| {
            let (year, week, _) = time.to_iso_week_date();
            (year, u16::from(week))
        };
        let month = |time: OffsetDateTime| (time.year(), u16::from(u8::from(time.month())));
        let mut kept = vec![false; newest_first.len()];
        if let Some(newest) = kept.first_mut() {
            *newest = true;
        }
        mark(&mut kept, newest_first, self.daily, day);
        mark(&mut kept, newest_first, self.weekly, week);
        mark(&mut kept, newest_first, self.monthly, month);
        kept
    }
}

/// Marks the first backup of each of so many periods.
fn mark(
    kept: &mut [bool],
    newest_first: &[OffsetDateTime],
    count: usize,
    period: impl Fn(OffsetDateTime) -> (i32, u16),
) {
    let mut seen = HashSet::new();
    for (time, kept) in newest_first.iter().zip(kept) {
        if seen.len() < count && seen.insert(period(*time)) {
            *kept = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::datetime;
    use time::{Duration, OffsetDateTime};

    use super::*;

    /// Which of backups so many hours old are kept.
    fn check(rules: &str, hours: &[i64], expected: &[i64]) {
        let now = datetime!(2026-11-24 15:00 UTC);
        let times: Vec<OffsetDateTime> = hours.iter().map(|&h| now - Duration::hours(h)).collect();
        let kept = rules.parse::<Retention>().unwrap().of(&times);
        let left = hours.iter().zip(kept).filter(|(_, kept)| *kept);
        assert_eq!(left.map(|(hours, _)| *hours).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn the_last_of_each_day_is_kept() {
        check("daily=2", &[0, 1, 14, 16, 20, 48], &[0, 16]);
        check("daily=3", &[0, 1, 16, 100, 101, 200], &[0, 16, 100]);
    }

    #[test]
    fn weeks_begin_on_monday_and_months_on_the_first() {
        // 24 November 2026 is a Tuesday.
        check("weekly=2", &[0, 24, 39, 40, 200], &[0, 40]);
        check("monthly=2", &[0, 24 * 23, 24 * 24, 24 * 30], &[0, 24 * 24]);
    }

    #[test]
    fn rules_add_up() {
        check(
            "daily=1, weekly=2,monthly=2",
            &[0, 24, 40, 24 * 24, 24 * 60],
            &[0, 40, 24 * 24],
        );
    }

    #[test]
    fn the_newest_is_kept_whatever_the_rules() {
        check("daily=0,monthly=1", &[0, 1], &[0]);
        assert_eq!(Retention::default().of(&[datetime!(2026-01-01 0:00 UTC)]), [true]);
    }

    #[test]
    fn rules_that_are_not_understood_are_refused() {
        for rules in ["", "daily", "daily=x", "hourly=3", "daily=-1", "daily=7;weekly=4"] {
            assert!(
                matches!(rules.parse::<Retention>(), Err(RetentionError::Rule(_))),
                "{rules}"
            );
        }
        assert_eq!("daily=0".parse::<Retention>(), Err(RetentionError::Nothing));
    }

    proptest! {
        #[test]
        fn no_more_are_kept_than_the_rules_say(
            hours in proptest::collection::btree_set(0i64..20_000, 0..60),
            daily in 0usize..9, weekly in 0usize..9, monthly in 0usize..9,
        ) {
            let now = datetime!(2026-11-24 15:00 UTC);
            let times: Vec<_> = hours.iter().map(|&h| now - Duration::hours(h)).collect();
            let kept = Retention { daily, weekly, monthly }.of(&times);
            let count = kept.iter().filter(|kept| **kept).count();
            prop_assert!(count <= (daily + weekly + monthly).max(1));
            prop_assert!(kept.first().copied().unwrap_or(true));
            // Enough room for all keeps all that are the only ones of their day.
            let days: HashSet<_> = times.iter().map(|it| it.date()).collect();
            let all = Retention { daily: days.len(), weekly: 0, monthly: 0 }.of(&times);
            prop_assert_eq!(all.iter().filter(|kept| **kept).count(), days.len());
        }
    }
}
