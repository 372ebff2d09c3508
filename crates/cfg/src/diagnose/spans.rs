//! Spans of time, of which Isso reads the part that it understands and uses what it read without a second thought.

use super::context::{Context, FailsAt};
use super::values::{COMMENT_ELSEWHERE, without_comment};
use crate::diagnostic::{Code, Severity};
use crate::digits::leading_digits;
use crate::keys::{self, Key};
use crate::number;
use crate::timedelta::{Timedelta, TimedeltaError};

pub(super) fn check(context: &mut Context<'_>, key: &'static Key, value: &str) {
    let Ok(read) = Timedelta::from_isso(value) else {
        return match number::getint(value) {
            Some(seconds) => bare_number(context, key, seconds),
            None => no_span(context, key, value),
        };
    };
    let meant = Timedelta::parse(value);
    match &meant {
        Ok(meant) if read == *meant => return soon(context, key, read),
        _ if without_comment(value).and_then(|value| Timedelta::from_isso(value).ok()) == Some(read) => {
            let message = format!("Isso reads {read} and ignores the rest, which looks like a comment");
            let at = context.at(key);
            return at.warning(Code::InlineComment, message).fix(COMMENT_ELSEWHERE);
        }
        Err(TimedeltaError::TooLong) => return too_long(context, key, i128::from(read.seconds())),
        _ => {}
    }
    let (why, fix) = match meant {
        Ok(meant) => (
            ": it wants weeks, days, hours, minutes, seconds in this order",
            format!("Write {meant}."),
        ),
        Err(_) => ("", half_read(value, read)),
    };
    let message = format!("Isso reads {read} and ignores the rest{why}");
    context.at(key).misread(Code::TimedeltaMisread, message).fix(fix);
}

/// What to write for a value of which Isso reads the beginning.
fn half_read(value: &str, read: Timedelta) -> String {
    // A number at the end counts the next smaller unit: 1h30 is an hour and a half.
    let unfinished = Timedelta::parse(&format!("{value}m")).or_else(|_| Timedelta::parse(&format!("{value}s")));
    match (calendar(value), unfinished) {
        (Some(meant), _) => format!("Write {meant}. Isso knows neither months nor years."),
        (None, Ok(meant)) if value.ends_with(|c: char| c.is_ascii_digit()) => format!("Write {meant}."),
        _ => format!("Write {read}, if that is meant."),
    }
}

fn no_span(context: &mut Context<'_>, key: &'static Key, value: &str) {
    let fix = match (Timedelta::parse(value), calendar(value)) {
        (Ok(meant), _) => format!("Write {meant}."),
        (_, Some(meant)) => format!("Write {meant}. Isso knows neither months nor years."),
        _ if is_endless(value) && *key != keys::SMTP_TIMEOUT => {
            "Write 520w. Isso knows no time without end, and these are ten years.".to_owned()
        }
        _ => "Write for example 15m, 12h or 30d.".to_owned(),
    };
    let reason = format!("{} is not a span of time to Isso", key.name);
    context.at(key).unusable(Code::NotATimedelta, reason).fix(fix);
}

const HOUR: i128 = 3600;

/// Warns of a queue that is emptied within the hour: `6m` is often meant as six months.
fn soon(context: &mut Context<'_>, key: &'static Key, read: Timedelta) {
    if *key == keys::PURGE_AFTER && i128::from(read.seconds()) < HOUR && context.fails_at(key) != FailsAt::Never {
        let message = format!(
            "comments that wait for approval are deleted after {read}, where m stands for minutes and s for seconds"
        );
        let fix = "Write days or weeks, for example 30d, if a longer time is meant.";
        context.at(key).warning(Code::OutOfRange, message).fix(fix);
    }
}

/// A span in months or years, of 30 and 365 days: `1y`, `6 months`.
fn calendar(value: &str) -> Option<Timedelta> {
    let (count, unit) = leading_digits(value.trim())?;
    let days = match unit.trim().to_lowercase().as_str() {
        "mo" | "mon" | "month" | "months" => 30,
        "y" | "yr" | "year" | "years" => 365,
        _ => return None,
    };
    let seconds = count.checked_mul(days * 24 * 3600)?;
    Timedelta::from_seconds(u64::try_from(seconds).ok()?)
}

/// Words that other programs take for no limit.
fn is_endless(value: &str) -> bool {
    let word = value.trim().to_lowercase();
    matches!(
        word.as_str(),
        "never" | "forever" | "unlimited" | "infinite" | "inf" | "none" | "off" | "no" | "∞"
    )
}

/// A number without a unit counts seconds.
fn bare_number(context: &mut Context<'_>, key: &'static Key, seconds: i128) {
    if seconds <= 0 {
        const NO_EDITING: &str = "visitors cannot edit or delete their comments";
        let (severity, message) = match *key {
            keys::PURGE_AFTER => (
                Severity::Misread,
                "Isso deletes comments that wait for approval at once",
            ),
            // Zero may well be meant so; a number below it is other programs' word for no limit.
            keys::MAX_AGE if seconds == 0 => (Severity::Warning, NO_EDITING),
            keys::MAX_AGE => (Severity::Misread, NO_EDITING),
            // Sockets refuse such a time-out with an error that Isso does not expect.
            _ => (
                context.severity(key),
                "Isso cannot wait for no time at all, and does not start when it tries a mail server",
            ),
        };
        let severity = match context.fails_at(key) {
            FailsAt::Never => Severity::Warning,
            _ => severity,
        };
        let fix = match *key {
            keys::MAX_AGE | keys::PURGE_AFTER => {
                "Write a span above zero, for example 15m or 30d; for no limit write 520w."
            }
            _ => "Write a span above zero, for example 10s.",
        };
        return context.at(key).problem(severity, Code::OutOfRange, message).fix(fix);
    }
    if seconds > i128::from(Timedelta::MAX.seconds()) {
        return too_long(context, key, seconds);
    }
    let few = if *key == keys::PURGE_AFTER { HOUR } else { 60 };
    if seconds < few && *key != keys::SMTP_TIMEOUT {
        let message = format!("a number without a unit counts seconds: Isso reads {seconds}s");
        let fix = format!("Write {seconds}s, or the unit that is meant: {seconds}m, {seconds}d.");
        context.at(key).warning(Code::BareNumber, message).fix(fix);
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
    let fix = format!("Write a shorter span, for example {}.", key.seed());
    context.at(key).problem(severity, Code::OutOfRange, message).fix(fix);
}
