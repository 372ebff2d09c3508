//! Values that are not of their key's kind.

use super::context::{Context, FailsAt};
use super::spans;
use crate::diagnostic::Code;
use crate::keys::{self, Key, Kind};
use crate::number;
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
        if context.doc.is_undecided(key) {
            continue;
        }
        match key.kind {
            Kind::Bool => boolean(context, key, value),
            Kind::Int => integer(context, key, value),
            Kind::Timedelta => spans::check(context, key, value),
            Kind::Text => text(context, key, value),
            Kind::Secret => one_line(context, key, value),
            // A plugin that cannot be found is fatal, so its list has a stricter check.
            Kind::List if *key == keys::MISTUNE_PLUGINS => {}
            Kind::List => list(context, key),
            // Whether these are known words and addresses is for the checks of their sections to say.
            Kind::Word | Kind::Lines => {}
        }
    }
}

fn no_value(context: &mut Context<'_>, key: &'static Key) {
    let reason = format!("{} has neither = nor value", key.name);
    let fix = format!("Write {} = and a value, or delete the line.", key.name);
    context.at(key).unusable(Code::NoValue, reason).fix(fix);
}

fn boolean(context: &mut Context<'_>, key: &'static Key, value: &str) {
    if parse_bool(value).is_some() {
        return;
    }
    let reason = format!("{} is neither true nor false", key.name);
    let fix = match without_comment(value).filter(|value| parse_bool(value).is_some()) {
        Some(word) => format!("Write {word} alone: a comment needs a line of its own."),
        None => "Write true or false.".to_owned(),
    };
    context.at(key).unusable(Code::NotABoolean, reason).fix(fix);
}

fn integer(context: &mut Context<'_>, key: &'static Key, value: &str) {
    let Some(number) = number::getint(value) else {
        let reason = format!("{} is not a whole number", key.name);
        let fix = match without_comment(value).filter(|value| number::int(value).is_some()) {
            Some(number) => format!("Write {number} alone: a comment needs a line of its own."),
            None => format!("Write a number, such as {}.", key.seed()),
        };
        return context.at(key).unusable(Code::NotANumber, reason).fix(fix);
    };
    if number::int(value).is_none() {
        let message = format!("Isso reads this as a span of time, and so as the number {number}");
        let fix = format!("Write {number}, or the number that is meant.");
        return context.at(key).misread(Code::TimedeltaMisread, message).fix(fix);
    }
    let effect = match *key {
        keys::RATELIMIT => "no comment at all is accepted",
        keys::DIRECT_REPLY => "no comment is accepted but replies",
        _ => return,
    };
    if number <= 0 && context.fails_at(key) != FailsAt::Never {
        let message = format!("with {} = {number} {effect}", key.name);
        let fix = "Write a number above zero; for no limit a large one, such as 1000.";
        context.at(key).misread(Code::OutOfRange, message).fix(fix);
    }
}

/// The advice on what looks like a comment behind a value.
pub(super) const COMMENT_ELSEWHERE: &str = "Put the comment on a line of its own.";

fn text(context: &mut Context<'_>, key: &'static Key, value: &str) {
    if value.contains('\n') {
        one_line(context, key, value);
    } else if let Some(word) = without_comment(value) {
        let name = key.name;
        let message = format!("Isso takes all of the line for the value of {name}, and not \"{word}\" alone");
        context
            .at(key)
            .misread(Code::InlineComment, message)
            .fix(COMMENT_ELSEWHERE);
    }
}

fn one_line(context: &mut Context<'_>, key: &'static Key, value: &str) {
    if value.contains('\n') {
        let name = key.name;
        let message = format!("the value of {name} goes on in the indented lines below, and Isso wants one line");
        let fix = "Put the value on one line, and what is not part of it to the line's beginning.";
        context.at(key).misread(Code::SeveralLines, message).fix(fix);
    }
}

/// Isso splits a list at commas alone, so a line break inside an item stays there.
fn list(context: &mut Context<'_>, key: &'static Key) {
    let lines = context.lines(key);
    for pair in lines.windows(2) {
        if !pair[0].text.ends_with(',') && !pair[1].text.starts_with(',') {
            let message = format!("Isso takes this line and the one above it for one item of {}", key.name);
            let at = context.at_item(key, &pair[1]);
            at.misread(Code::SeveralLines, message)
                .fix("Separate the items by commas.");
        }
    }
    let mut items = context.list(key).into_iter();
    if let Some(item) = items.find(|item| without_comment(item.text).is_some()) {
        let message = format!("what looks like a comment is part of an item of {}", key.name);
        let at = context.at_item(key, &item);
        at.misread(Code::InlineComment, message).fix(COMMENT_ELSEWHERE);
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
