//! What a person has most likely done where the parser only sees the consequence.
//!
//! The parser's answer stands: a file is refused at the same lines. What changes is what the person is advised to do.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::keys::{self, Kind};
use crate::python::{self, strip};
use crate::unindented;

/// So many problems of a file get advice of their own.
const EXPLAINED: usize = 50;

/// Puts a better advice in place of the general one where the text shows the cause.
pub(super) fn explain(text: &str, problems: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let raw: Vec<&str> = python::lines(text).map(|line| line.text).collect();
    let lines: Vec<&str> = raw.iter().map(|line| strip(line)).collect();
    let unindented = unindented::find(text);
    let mut reported = Vec::new();
    let mut explained = Vec::new();
    for mut problem in problems {
        // Each cause is looked for in all lines above, and no person reads so many pieces of advice.
        if explained.len() >= EXPLAINED {
            explained.push(problem);
            continue;
        }
        let here = problem.line - 1;
        let items = unindented
            .iter()
            .find(|items| (items.first..=items.last).contains(&problem.line));
        let fix = match (problem.code, items) {
            (Code::DuplicateKey | Code::MissingKey, Some(items)) => {
                // The lines have one cause, however many of them the parser stumbles over.
                if !reported.contains(&items.first) {
                    reported.push(items.first);
                    // Lines of their own are indented by a repair; of other lists it keeps what the parser would.
                    let code = match items.key.kind {
                        Kind::Lines => Code::NotIndented,
                        _ => problem.code,
                    };
                    explained.push(items.diagnostic(Severity::Refused, code));
                }
                continue;
            }
            (Code::DuplicateKey, None) => duplicate_key(&raw, &lines, here),
            (Code::DuplicateSection, None) => duplicate_section(&lines[here + 1..]),
            (Code::MissingKey, None) => missing_key(&lines, lines[here]),
            (Code::MissingSectionHeader, None) => missing_header(&lines, lines[here]),
            _ => None,
        };
        problem.fix = fix.unwrap_or(problem.fix);
        explained.push(problem);
    }
    explained
}

/// What to do about a second line of a key. Where a header above is no header, the keys below it count to the section
/// above.
fn duplicate_key(raw: &[&str], lines: &[&str], here: usize) -> Option<String> {
    let start = lines[..here].iter().rposition(|line| is_header(line));
    let below_header = start.map_or(0, |start| start + 1);
    let broken = |at: usize| Some((at, broken_header(lines[at])?));
    if let Some((at, section)) = (below_header..here).rev().find_map(broken) {
        return Some(format!(
            "Write [{section}] on line {}: as it stands there it is no section header, so this line counts to the section above.",
            at + 1
        ));
    }
    let start = start.unwrap_or_default();
    let said = setting(lines[here]);
    let first = (start..here).find(|&at| said.is_some() && setting(lines[at]) == said);
    // A value that goes on below may be another one.
    let goes_on = |at: usize| {
        raw.get(at + 1)
            .is_some_and(|line| line.starts_with(python::is_space) && !strip(line).is_empty())
    };
    match first {
        Some(first) if !goes_on(first) && !goes_on(here) => {
            Some(format!("Delete this line: line {} says the same.", first + 1))
        }
        _ => list_again(&lines[start..here], lines[here], start),
    }
}

/// What to do about a list that is begun anew for each of its items, as other programs want it.
fn list_again(above: &[&str], line: &str, start: usize) -> Option<String> {
    let (name, value) = setting(line)?;
    let section = python::header(above.first()?)?;
    let key = keys::find(section, name.strip_suffix("[]").unwrap_or(&name))?;
    let (at, first) = above.iter().enumerate().find_map(|(at, line)| {
        let (other, first) = setting(line)?;
        (other == name).then_some((at, first))
    })?;
    match key.kind {
        _ if value.is_empty() || value.contains('@') => None,
        Kind::Lines => Some(format!(
            "Delete this line, and put {value} on an indented line of its own below line {}.",
            start + at + 1
        )),
        Kind::List if !first.is_empty() => Some(format!(
            "In [{section}], replace the line of {name} by {name} = {first}, {value}. Delete line {}.",
            start + above.len() + 1
        )),
        _ => None,
    }
}

fn duplicate_section(below: &[&str]) -> Option<String> {
    let next = below.iter().find(|line| !line.is_empty() && !python::is_comment(line));
    next.is_none_or(|line| is_header(line))
        .then(|| "Delete this header: there is nothing below it.".to_owned())
}

fn missing_key(lines: &[&str], line: &str) -> Option<String> {
    let fix = if lines.iter().any(|line| line.starts_with("<<<<<<<")) && line.starts_with("=======") {
        "Keep one side of the merge, and delete the lines that begin with <<<<<<<, ======= and >>>>>>>."
    } else if line.len() > 1 && line.chars().all(|c| "=:-~ ".contains(c)) {
        "Put # before it: a line between sections is a comment."
    } else {
        return None;
    };
    Some(fix.to_owned())
}

fn missing_header(lines: &[&str], line: &str) -> Option<String> {
    if let Some(section) = broken_header(line) {
        return Some(format!("Write [{section}]."));
    }
    if line.starts_with('{') {
        let fix =
            "Write it as sections and keys instead of JSON: [general], and below it host = https://blog.example.org.";
        return Some(fix.to_owned());
    }
    if line.chars().all(|c| "-=~*/".contains(c)) || line.starts_with("//") || line.starts_with("--") {
        return Some("Put # before it, if it is a comment.".to_owned());
    }
    let (key, _) = python::key_and_value(line);
    let header = format!("[{}]", keys::section_of(&python::lower(key))?);
    Some(match lines.iter().position(|line| *line == header) {
        Some(at) => format!("Move it below {header}, which is on line {}.", at + 1),
        None => format!("Put the line {header} above it."),
    })
}

/// The section that a line most likely begins, though Python sees none in it: a bracket is missing, or it is written as
/// in YAML.
pub(crate) fn broken_header(line: &str) -> Option<String> {
    if is_header(line) || line.contains('=') {
        return None;
    }
    let name = strip(
        line.trim_start_matches(['[', '(', '{', '<'])
            .trim_end_matches([']', ')', '}', '>', ':']),
    );
    let known = keys::ALL
        .iter()
        .map(|key| key.section)
        .find(|section| section.eq_ignore_ascii_case(name));
    match known {
        // One of the words for `notify` is the name of a section, too.
        Some(section) if line != "smtp" => Some(section.to_owned()),
        None if line.starts_with('[') && !name.is_empty() && !name.contains(python::is_space) => Some(name.to_owned()),
        _ => None,
    }
}

fn is_header(line: &str) -> bool {
    python::header(line).is_some()
}

/// The key and the value of a line, if it has a delimiter.
fn setting(line: &str) -> Option<(String, &str)> {
    let (key, value) = python::key_and_value(line);
    Some((python::lower(key).into_owned(), value?))
}
