//! Spans of time, as Isso reads them and as people write them.
//!
//! Isso reads weeks, days, hours, minutes and seconds in that order and silently ignores the rest: it takes `30m1h` for
//! half an hour and `1h30` for one hour. So a span that a person types is read in full or refused, and is written in
//! the one spelling that Isso and people read alike.

use std::fmt;

use crate::digits::leading_digits;
use crate::python::strip;

/// A span of time, at least one second long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timedelta {
    seconds: u64,
}

impl Timedelta {
    /// The longest span that [`parse`](Timedelta::parse) accepts: a hundred years.
    ///
    /// Isso would accept more, and then fail to compute a date: a cookie cannot expire after the year 9999.
    pub const MAX: Timedelta = Timedelta { seconds: 36_500 * DAY };

    /// A span of so many seconds; `None` for zero and beyond [`MAX`](Timedelta::MAX).
    pub fn from_seconds(seconds: u64) -> Option<Timedelta> {
        (1..=Timedelta::MAX.seconds)
            .contains(&seconds)
            .then_some(Timedelta { seconds })
    }

    /// Reads a span as people write it: `1h30m`, `30m 1h`, `90 min`, `2 weeks`, `1 day, 2 hours`, in either case.
    ///
    /// A number needs a unit, and a unit may appear once.
    pub fn parse(text: &str) -> Result<Timedelta, TimedeltaError> {
        let lower = text.to_lowercase();
        let mut rest = strip(&lower);
        if rest.is_empty() {
            return Err(TimedeltaError::Empty);
        }
        let mut seen = [false; UNITS.len()];
        let mut seconds: u128 = 0;
        while !rest.is_empty() {
            let (count, after) = leading_digits(rest).ok_or_else(|| TimedeltaError::NotANumber(word(rest)))?;
            let after = after.trim_start();
            let end = after.find(|c: char| !c.is_alphabetic()).unwrap_or(after.len());
            let (name, after) = after.split_at(end);
            if name.is_empty() {
                return Err(TimedeltaError::NoUnit(count.to_string()));
            }
            let index = UNITS
                .iter()
                .position(|unit| unit.names.contains(&name))
                .ok_or_else(|| TimedeltaError::UnknownUnit(name.to_owned()))?;
            if std::mem::replace(&mut seen[index], true) {
                return Err(TimedeltaError::Repeated(name.to_owned()));
            }
            seconds = seconds.saturating_add(count.saturating_mul(u128::from(UNITS[index].seconds)));
            let after = after.trim_start();
            rest = match after.strip_prefix(',') {
                Some(next) if next.trim_start().is_empty() => {
                    return Err(TimedeltaError::NotANumber(",".to_owned()));
                }
                Some(next) => next.trim_start(),
                None => after,
            };
        }
        if seconds == 0 {
            return Err(TimedeltaError::Zero);
        }
        u64::try_from(seconds)
            .ok()
            .and_then(Timedelta::from_seconds)
            .ok_or(TimedeltaError::TooLong)
    }

    /// Reads exactly what Isso's `timedelta` reads, ignoring what it ignores.
    ///
    /// [`TooLong`](TimedeltaError::TooLong) is Python's `OverflowError`, every other error its `ValueError`.
    /// <https://github.com/isso-comments/isso/blob/0.14.0/isso/config.py>
    pub fn from_isso(text: &str) -> Result<Timedelta, TimedeltaError> {
        let mut rest = text;
        let mut seconds: u128 = 0;
        for unit in &UNITS {
            let Some((count, after)) = leading_digits(rest) else {
                break;
            };
            if let Some(after) = after.strip_prefix(unit.names[0]) {
                seconds = seconds.saturating_add(count.saturating_mul(u128::from(unit.seconds)));
                rest = after.strip_prefix(' ').unwrap_or(after);
            }
        }
        match u64::try_from(seconds) {
            Ok(0) => Err(TimedeltaError::Zero),
            Ok(seconds) if seconds < (PYTHON_MAX_DAYS + 1) * DAY => Ok(Timedelta { seconds }),
            _ => Err(TimedeltaError::TooLong),
        }
    }

    /// The length in seconds.
    pub fn seconds(self) -> u64 {
        self.seconds
    }
}

impl fmt::Display for Timedelta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.seconds;
        for unit in &UNITS {
            let count = rest / unit.seconds;
            rest %= unit.seconds;
            if count > 0 {
                write!(f, "{count}{}", unit.names[0])?;
            }
        }
        Ok(())
    }
}

/// The reason for which a text is no span of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimedeltaError {
    /// Nothing was given.
    #[error("a length of time is missing")]
    Empty,
    /// A number without a unit.
    #[error("{0} has no unit: write for example {0}m or {0}d")]
    NoUnit(String),
    /// A word that is no unit.
    #[error("\"{0}\" is not a unit of time: use weeks, days, hours, minutes or seconds")]
    UnknownUnit(String),
    /// The same unit twice.
    #[error("the unit \"{0}\" appears twice")]
    Repeated(String),
    /// A word where a number belongs.
    #[error("\"{0}\" is not a number: write for example 15m or 1h30m")]
    NotANumber(String),
    /// Zero, however it is spelled.
    #[error("the length of time must be more than zero")]
    Zero,
    /// More than [`MAX`](Timedelta::MAX).
    #[error("the length of time is too long: a hundred years is the most")]
    TooLong,
}

/// The most days a Python `timedelta` holds. <https://docs.python.org/3/library/datetime.html#timedelta-objects>
const PYTHON_MAX_DAYS: u64 = 999_999_999;
const DAY: u64 = 24 * 60 * 60;

/// A unit, by the letter Isso knows first and then by the words people use.
struct Unit {
    seconds: u64,
    names: &'static [&'static str],
}

/// The units, in the order in which Isso looks for them.
const UNITS: [Unit; 5] = [
    Unit {
        seconds: 7 * DAY,
        names: &["w", "wk", "wks", "week", "weeks"],
    },
    Unit {
        seconds: DAY,
        names: &["d", "day", "days"],
    },
    Unit {
        seconds: 60 * 60,
        names: &["h", "hr", "hrs", "hour", "hours"],
    },
    Unit {
        seconds: 60,
        names: &["m", "min", "mins", "minute", "minutes"],
    },
    Unit {
        seconds: 1,
        names: &["s", "sec", "secs", "second", "seconds"],
    },
];

/// The first word of a text, for an error.
fn word(text: &str) -> String {
    text.split_whitespace().next().unwrap_or(text).to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_of_people_are_read() {
        let check = |text: &str, expected: &str| {
            assert_eq!(Timedelta::parse(text).unwrap().to_string(), expected, "{text:?}");
        };
        check("1h30m", "1h30m");
        check("30m 1h", "1h30m");
        check("90m", "1h30m");
        check("90 min", "1h30m");
        check("2 weeks", "2w");
        check("14d", "2w");
        check("1 day, 2 hours", "1d2h");
        check(" 15M ", "15m");
        check("3 Hours 2 Secs", "3h2s");
        check("٥m", "5m");
        check("36500d", "5214w2d");
    }

    #[test]
    fn a_text_that_is_no_span_is_refused() {
        use TimedeltaError::*;
        let check = |text: &str, expected: TimedeltaError| {
            assert_eq!(Timedelta::parse(text), Err(expected), "{text:?}");
        };
        check("", Empty);
        check(" ", Empty);
        check("15", NoUnit("15".into()));
        check("1h30", NoUnit("30".into()));
        check("1y", UnknownUnit("y".into()));
        check("1 month", UnknownUnit("month".into()));
        check("soon", NotANumber("soon".into()));
        check("-5m", NotANumber("-5m".into()));
        check("1h and 5m", NotANumber("and".into()));
        check("1h,", NotANumber(",".into()));
        check("1h 2h", Repeated("h".into()));
        check("1.5h", NoUnit("1".into()));
        check("0m", Zero);
        check("36501d", TooLong);
        check(&format!("{}w", "9".repeat(60)), TooLong);
    }

    #[test]
    fn isso_ignores_what_it_does_not_understand() {
        let check = |text: &str, expected: Option<u64>| {
            assert_eq!(
                Timedelta::from_isso(text).ok().map(Timedelta::seconds),
                expected,
                "{text:?}"
            );
        };
        check("1h30m", Some(5400));
        check("30m1h", Some(1800));
        check("1h30", Some(3600));
        check("3w 12h 57m", Some(3 * 604_800 + 12 * 3600 + 57 * 60));
        check("1h  30m", Some(3600));
        check("15 m", None);
        check("0m", None);
        check("1y", None);
        check("15M", None);
        check("15min", Some(900));
        check("999999999d", Some(999_999_999 * DAY));
        check("1000000000d", None);
    }

    proptest! {
        #[test]
        fn a_written_span_is_read_back(seconds in 1..=Timedelta::MAX.seconds) {
            let span = Timedelta::from_seconds(seconds).unwrap();
            prop_assert_eq!(Timedelta::parse(&span.to_string()), Ok(span));
            prop_assert_eq!(Timedelta::from_isso(&span.to_string()), Ok(span));
        }

        #[test]
        fn strange_texts_cause_no_panic(text in "\\PC*") {
            let _ = Timedelta::parse(&text);
            let _ = Timedelta::from_isso(&text);
        }
    }
}
