//! Spans of time, of which Isso reads the part that it understands and uses what it read without a second thought.

use super::context::{Context, Stage};
use crate::diagnostic::{Code, Severity};
use crate::keys::{self, Key};
use crate::number;
use crate::timedelta::{Timedelta, TimedeltaError};

pub(super) fn check(context: &mut Context<'_>, key: &'static Key, value: &str) {
    let meant = Timedelta::parse(value);
    match (Timedelta::from_isso(value), &meant) {
        (Ok(read), Ok(meant)) if read == *meant => {}
        (Ok(read), Ok(meant)) => {
            let message = format!(
                "Isso reads {read} and ignores the rest: it wants weeks, days, hours, minutes, seconds in this order"
            );
            context.note(
                key,
                Severity::Misread,
                Code::TimedeltaMisread,
                message,
                format!("Write {meant}."),
            );
        }
        (Ok(read), Err(TimedeltaError::TooLong)) => {
            too_long(context, key, i128::from(read.seconds()));
        }
        (Ok(read), Err(_)) => {
            let message = format!("Isso reads {read} and ignores the rest");
            context.note(
                key,
                Severity::Misread,
                Code::TimedeltaMisread,
                message,
                format!("Write {read}, if that is meant."),
            );
        }
        (Err(_), _) => match number::getint(value) {
            Some(seconds) => bare_number(context, key, seconds),
            None => {
                let message = format!(
                    "{} is not a span of time to Isso, and {}",
                    key.name,
                    context.consequence(key)
                );
                let fix = match meant {
                    Ok(meant) => format!("Write {meant}."),
                    Err(_) => "Write for example 15m, 12h or 30d.".to_owned(),
                };
                context.note(
                    key,
                    context.severity(key),
                    Code::NotATimedelta,
                    message,
                    fix,
                );
            }
        },
    }
}

/// A number without a unit counts seconds.
fn bare_number(context: &mut Context<'_>, key: &'static Key, seconds: i128) {
    if seconds <= 0 {
        let (severity, message) = match *key {
            keys::PURGE_AFTER => (
                Severity::Misread,
                "Isso deletes comments that wait for approval at once",
            ),
            keys::MAX_AGE => (Severity::Misread, "nobody can edit or delete a comment"),
            // Sockets refuse such a time-out with an error that Isso does not expect.
            _ => (
                context.severity(key),
                "Isso cannot wait for no time at all, and does not start when it tries a mail server",
            ),
        };
        let severity = if context.stage(key) == Stage::Dormant {
            Severity::Warning
        } else {
            severity
        };
        return context.note(
            key,
            severity,
            Code::OutOfRange,
            message,
            "Write a span above zero, for example 15m or 30d.",
        );
    }
    if seconds > i128::from(Timedelta::MAX.seconds()) {
        return too_long(context, key, seconds);
    }
    if seconds < 60 && *key != keys::SMTP_TIMEOUT {
        let message = format!("a number without a unit counts seconds: Isso reads {seconds}s");
        context.note(
            key,
            Severity::Warning,
            Code::BareNumber,
            message,
            format!("Write {seconds}s, or the unit that is meant: {seconds}m, {seconds}d."),
        );
    }
}

/// Isso accepts spans that later break what it does with them.
fn too_long(context: &mut Context<'_>, key: &'static Key, seconds: i128) {
    // A cookie's date ends with the year 9999: https://docs.python.org/3/library/datetime.html#datetime.MAXYEAR
    const COOKIE: i128 = 251_000_000_000;
    // Sleeping and waiting are counted in nanoseconds, in 64 bits.
    const SLEEP: i128 = i64::MAX as i128 / 1_000_000_000;
    let (severity, message) = match *key {
        keys::MAX_AGE if seconds > COOKIE => (
            Severity::Refused,
            "the span reaches beyond the year 9999: Isso answers every new comment with an error",
        ),
        keys::SMTP_TIMEOUT if seconds > SLEEP => (
            context.severity(key),
            "the time is too long to wait for, and Isso does not start when it tries a mail server",
        ),
        keys::PURGE_AFTER if seconds > SLEEP => (
            Severity::Warning,
            "the span is too long to wait for: old comments are looked for at start alone",
        ),
        _ => return,
    };
    context.note(
        key,
        severity,
        Code::OutOfRange,
        message,
        format!("Write a shorter span, for example {}.", key.seed()),
    );
}
