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
    let runs = unindented::find(text);
    let mut told = Vec::new();
    let mut explained = Vec::new();
    for mut problem in problems {
        // Each cause is looked for in all lines above, and no person reads so many pieces of advice.
        if explained.len() >= EXPLAINED {
            explained.push(problem);
            continue;
        }
        let run = runs.iter().find(|run| (run.first..=run.last).contains(&problem.line));
        match (problem.code, run) {
            (Code::DuplicateKey | Code::MissingKey, Some(run)) => {
                // The lines have one cause, however many of them the parser stumbles over.
                if !told.contains(&run.first) {
                    told.push(run.first);
                    // Lines of their own are indented by a repair; of other lists it keeps what the parser would.
                    let code = match run.key.kind {
                        Kind::Lines => Code::NotIndented,
                        _ => problem.code,
                    };
                    explained.push(run.diagnostic(Severity::Refused, code));
                }
                continue;
            }
            (Code::DuplicateKey, None) => duplicate_key(&raw, &lines, &mut problem),
            (Code::DuplicateSection, None) => duplicate_section(&lines, &mut problem),
            (Code::MissingKey, None) => missing_key(&lines, &mut problem),
            (Code::MissingSectionHeader, None) => missing_header(&lines, &mut problem),
            _ => {}
        }
        explained.push(problem);
    }
    explained
}

/// A header that is no header lets the keys below it count to the section above.
fn duplicate_key(raw: &[&str], lines: &[&str], problem: &mut Diagnostic) {
    let here = problem.line - 1;
    let above = lines[..here]
        .iter()
        .enumerate()
        .rev()
        .take_while(|(_, line)| !is_header(line));
    for (at, line) in above {
        if let Some(section) = broken_header(line) {
            problem.fix = format!(
                "Write [{section}] on line {}: as it stands there it is no section header, so this line counts to the section above.",
                at + 1
            );
            return;
        }
    }
    let start = lines[..here]
        .iter()
        .rposition(|line| is_header(line))
        .unwrap_or_default();
    let first = (start..here).find(|&at| same_setting(lines[at], lines[here]));
    // A value that goes on below may be another one.
    let goes_on = |at: usize| {
        raw.get(at + 1)
            .is_some_and(|line| line.starts_with(python::is_space) && !strip(line).is_empty())
    };
    if let Some(first) = first.filter(|&first| !goes_on(first) && !goes_on(here)) {
        problem.fix = format!("Delete this line: line {} says the same.", first + 1);
    } else if let Some(fix) = list_again(&lines[start..here], lines[here], start) {
        problem.fix = fix;
    }
}

/// What to do about a list that is begun anew for each of its items, as other programs want it.
fn list_again(above: &[&str], line: &str, start: usize) -> Option<String> {
    let parts = |line: &str| {
        let (name, value) = line.split_once(['=', ':'])?;
        Some((
            python::lower(python::rstrip(name)).into_owned(),
            strip(value).to_owned(),
        ))
    };
    let (name, value) = parts(line)?;
    let section = super::reader::header(above.first()?)?;
    let key = keys::find(section, name.strip_suffix("[]").unwrap_or(&name))?;
    let (at, first) = above.iter().enumerate().find_map(|(at, line)| {
        parts(line)
            .filter(|(other, _)| *other == name)
            .map(|(_, value)| (at, value))
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

fn duplicate_section(lines: &[&str], problem: &mut Diagnostic) {
    let below = lines[problem.line..].iter().find(|line| says_something(line));
    if below.is_none_or(|line| is_header(line)) {
        "Delete this header: there is nothing below it.".clone_into(&mut problem.fix);
    }
}

fn missing_key(lines: &[&str], problem: &mut Diagnostic) {
    let line = lines[problem.line - 1];
    if lines.iter().any(|line| line.starts_with("<<<<<<<")) && line.starts_with("=======") {
        "Keep one side of the merge, and delete the lines that begin with <<<<<<<, ======= and >>>>>>>."
            .clone_into(&mut problem.fix);
    } else if line.len() > 1 && line.chars().all(|c| "=:-~ ".contains(c)) {
        "Put # before it: a line between sections is a comment.".clone_into(&mut problem.fix);
    }
}

fn missing_header(lines: &[&str], problem: &mut Diagnostic) {
    let line = lines[problem.line - 1];
    let key = python::lower(python::rstrip(line.split(['=', ':']).next().unwrap_or_default()));
    let mut homes = keys::ALL
        .iter()
        .filter(|known| known.name == key)
        .map(|known| known.section);
    let home = homes.next().filter(|home| *home == "general" || homes.next().is_none());
    if let Some(section) = broken_header(line) {
        problem.fix = format!("Write [{section}].");
    } else if line.starts_with('{') {
        "Write it as sections and keys instead of JSON: [general], and below it host = https://blog.example.org."
            .clone_into(&mut problem.fix);
    } else if line.chars().all(|c| "-=~*/".contains(c)) || line.starts_with("//") || line.starts_with("--") {
        "Put # before it, if it is a comment.".clone_into(&mut problem.fix);
    } else if let Some(home) = home {
        let header = format!("[{home}]");
        problem.fix = match lines.iter().position(|line| *line == header) {
            Some(at) => format!("Move it below {header}, which is on line {}.", at + 1),
            None => format!("Put the line {header} above it."),
        };
    }
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
    super::reader::header(line).is_some()
}

fn says_something(line: &str) -> bool {
    !line.is_empty() && !line.starts_with(['#', ';'])
}

/// Whether two lines give one key the same value.
fn same_setting(one: &str, other: &str) -> bool {
    let parts = |line: &str| {
        let (key, value) = line.split_once(['=', ':'])?;
        Some((python::lower(python::rstrip(key)).into_owned(), strip(value).to_owned()))
    };
    parts(one).is_some_and(|one| Some(one) == parts(other))
}
