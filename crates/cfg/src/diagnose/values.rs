//! Values that are not of their key's kind.

use super::context::{Context, Stage};
use crate::diagnostic::{Code, Severity};
use crate::expand;
use crate::keys::{self, Key, Kind};
use crate::number;
use crate::timedelta::{Timedelta, TimedeltaError};
use crate::typed::parse_bool;

pub(super) fn check(context: &mut Context<'_>) {
    for key in keys::ALL {
        let Some(value) = context.doc.own(key) else {
            continue;
        };
        let Some(value) = value else {
            no_value(context, key);
            continue;
        };
        if let Some(reference) = expand::replaced(value) {
            expanded(context, key, &reference);
            continue;
        }
        match key.kind {
            Kind::Bool => boolean(context, key, value),
            Kind::Int => integer(context, key, value),
            Kind::Timedelta => timedelta(context, key, value),
            Kind::Text => text(context, key, value),
            Kind::Secret => one_line(context, key, value),
            Kind::List => list(context, key),
            Kind::Lines => {}
        }
    }
}

fn no_value(context: &mut Context<'_>, key: &'static Key) {
    let message = format!(
        "{} has neither = nor value, and {}",
        key.name,
        context.consequence(key)
    );
    context.note(
        key,
        context.severity(key),
        Code::NoValue,
        message,
        format!("Write {} = and a value, or delete the line.", key.name),
    );
}

fn expanded(context: &mut Context<'_>, key: &'static Key, reference: &expand::Reference<'_>) {
    // A variable of this name is passed on to Isso because somebody may want exactly this; only in a password it is more
    // likely an accident.
    let meant = reference.is_invited() && key.kind != Kind::Secret;
    let severity = if meant {
        Severity::Warning
    } else {
        Severity::Misread
    };
    let name = if key.kind == Kind::Secret {
        "a $NAME in it"
    } else {
        reference.text
    };
    let message =
        format!("Isso replaces {name} by the value of that environment variable, if there is one");
    let fix = if meant {
        "Keep it if the variable is meant; it is not checked what it holds."
    } else {
        "Choose a value without it: a dollar sign cannot be escaped."
    };
    context.note(key, severity, Code::Expanded, message, fix);
}

fn boolean(context: &mut Context<'_>, key: &'static Key, value: &str) {
    if parse_bool(value).is_some() {
        return;
    }
    let message = format!(
        "{} is neither true nor false, and {}",
        key.name,
        context.consequence(key)
    );
    let fix = match without_comment(value).filter(|value| parse_bool(value).is_some()) {
        Some(word) => format!("Write {word} alone: a comment needs a line of its own."),
        None => "Write true or false.".to_owned(),
    };
    context.note(key, context.severity(key), Code::NotABoolean, message, fix);
}

fn integer(context: &mut Context<'_>, key: &'static Key, value: &str) {
    let Some(number) = number::getint(value) else {
        let message = format!(
            "{} is not a whole number, and {}",
            key.name,
            context.consequence(key)
        );
        let fix = match without_comment(value).filter(|value| number::int(value).is_some()) {
            Some(number) => format!("Write {number} alone: a comment needs a line of its own."),
            None => format!("Write a number, such as {}.", key.seed()),
        };
        return context.note(key, context.severity(key), Code::NotANumber, message, fix);
    };
    if number::int(value).is_none() {
        let message = format!("Isso reads this as a span of time, and so as the number {number}");
        return context.note(
            key,
            Severity::Misread,
            Code::TimedeltaMisread,
            message,
            format!("Write {number}, or the number that is meant."),
        );
    }
    let nobody = match *key {
        keys::RATELIMIT => "no comment at all is accepted",
        keys::DIRECT_REPLY => "no comment is accepted but replies",
        _ => return,
    };
    if number <= 0 && context.stage(key) != Stage::Dormant {
        let message = format!("with {} = {number} {nobody}", key.name);
        context.note(
            key,
            Severity::Misread,
            Code::OutOfRange,
            message,
            "Write a number above zero.",
        );
    }
}

fn timedelta(context: &mut Context<'_>, key: &'static Key, value: &str) {
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

fn text(context: &mut Context<'_>, key: &'static Key, value: &str) {
    if value.contains('\n') {
        one_line(context, key, value);
    } else if let Some(word) = without_comment(value) {
        let message = format!(
            "Isso takes all of the line for the value of {}, and not \"{word}\" alone",
            key.name
        );
        context.note(
            key,
            Severity::Misread,
            Code::InlineComment,
            message,
            "Put the comment on a line of its own.",
        );
    }
}

fn one_line(context: &mut Context<'_>, key: &'static Key, value: &str) {
    if value.contains('\n') {
        let message = format!(
            "the value of {} goes on in the indented lines below, and Isso wants one line",
            key.name
        );
        context.note(
            key,
            Severity::Misread,
            Code::SeveralLines,
            message,
            "Put the value on one line, and what is not part of it to the line's beginning.",
        );
    }
}

/// Isso splits a list at commas alone, so a line break inside an item stays there.
fn list(context: &mut Context<'_>, key: &'static Key) {
    let lines = context.lines(key);
    for pair in lines.windows(2) {
        if !pair[0].text.ends_with(',') && !pair[1].text.starts_with(',') {
            let message = format!(
                "Isso takes this line and the one above it for one item of {}",
                key.name
            );
            context.note_item(
                key,
                &pair[1],
                Severity::Misread,
                Code::SeveralLines,
                message,
                "Separate the items by commas.",
            );
        }
    }
    if let Some(item) = context
        .list(key)
        .iter()
        .find(|item| without_comment(item.text).is_some())
    {
        let message = format!(
            "what looks like a comment is part of an item of {}",
            key.name
        );
        context.note_item(
            key,
            item,
            Severity::Misread,
            Code::InlineComment,
            message,
            "Put the comment on a line of its own.",
        );
    }
}

/// What stands before something that looks like a comment behind a value.
pub(super) fn without_comment(value: &str) -> Option<&str> {
    let marker = value
        .char_indices()
        .zip(value.chars().skip(1))
        .find(|((_, before), c)| before.is_whitespace() && matches!(c, '#' | ';'));
    marker.map(|((at, _), _)| value[..at].trim_end())
}
