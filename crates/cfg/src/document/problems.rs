//! The sentences for what Python's parser refuses.
//!
//! Every text here is safe to log: of a line that holds or could hold a value, only the part before it is shown.

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::python::{self, Line};

pub(super) fn byte_order_mark() -> Diagnostic {
    let message = "the file begins with a byte order mark, which makes its first line unreadable";
    let fix = "Save the file as UTF-8 without a byte order mark (BOM).";
    let at = Diagnostic::at((1, 1), "\u{feff}".escape_unicode().to_string());
    at.refused(Code::ByteOrderMark, message).fix(fix)
}

/// Reports each line of a file that is not UTF-8, at its first wrong byte; of what is no text, the first alone.
pub(super) fn not_utf8(bytes: &[u8]) -> Vec<Diagnostic> {
    let is_utf_16 = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    let is_text = !bytes.contains(&0) && !is_utf_16;
    let mut problems: Vec<Diagnostic> = Vec::new();
    let (mut line, mut column) = (1, 1);
    for chunk in bytes.utf8_chunks() {
        for part in python::lines(chunk.valid()) {
            (line, column) = match part.start + part.text.len() == part.next {
                true => (line, column + part.text.chars().count()),
                false => (line + 1, 1),
            };
        }
        if chunk.invalid().is_empty() {
            continue;
        }
        if problems.last().is_none_or(|last| last.line != line) {
            let message = format!("the file is not UTF-8: the byte here is 0x{:02x}", chunk.invalid()[0]);
            let fix = "Save the file in the encoding UTF-8.";
            let at = Diagnostic::at((line, column), chunk.invalid().escape_ascii().to_string());
            problems.push(at.refused(Code::NotUtf8, message).fix(fix));
        }
        // It counts as one character.
        column += 1;
        if let [first] = &mut problems[..]
            && !is_text
        {
            if !is_utf_16 {
                "the file is no text, and so no isso.cfg".clone_into(&mut first.message);
                "Name the file with Isso's settings, or put it back in place of this one.".clone_into(&mut first.fix);
            }
            break;
        }
    }
    problems
}

pub(super) fn missing_section_header(line: Line<'_>, content: &str) -> Diagnostic {
    let message = "the line stands before the first section header";
    let fix = "Put the header of its section above it, such as [general].";
    let at = at(line, safe_key(content));
    at.refused(Code::MissingSectionHeader, message).fix(fix)
}

pub(super) fn duplicate_section(line: Line<'_>, content: &str, name: &str, first: usize) -> Diagnostic {
    let header = &content[..name.len() + 2];
    let message = format!("the section {header} appears again; the first is on line {first}");
    let fix = "Move the keys below it to the first and delete this header.";
    at(line, header).refused(Code::DuplicateSection, message).fix(fix)
}

pub(super) fn duplicate_key(line: Line<'_>, content: &str, section: &str, first: usize) -> Diagnostic {
    let shown = safe_key(content);
    let key = python::lower(&shown);
    let message = format!("the key {key} appears again in [{section}]; the first is on line {first}");
    let fix = "Keep one of the two lines. A key is the same in upper and lower case.";
    at(line, &*shown).refused(Code::DuplicateKey, message).fix(fix)
}

pub(super) fn missing_key(line: Line<'_>, content: &str) -> Diagnostic {
    let delimiter = &content[..1];
    let message = format!("nothing stands before the {delimiter}, so the line names no key");
    let fix = "Write the key before it; indent the line if it continues the value above.";
    at(line, delimiter).refused(Code::MissingKey, message).fix(fix)
}

pub(super) fn continued_without_value(line: Line<'_>, key_line: usize) -> Diagnostic {
    let message = format!("the indented line continues the key on line {key_line}, which has no = and so no value");
    let fix = "Put = after the key, or take the spaces at the start of this line away.";
    // The line is most likely the value itself, so it is not shown.
    at(line, "").refused(Code::ContinuedWithoutValue, message).fix(fix)
}

/// Begins a diagnostic of a line's first character that is not white space.
fn at(line: Line<'_>, shown: impl Into<String>) -> Place {
    Diagnostic::at((line.number, 1 + python::indent(line.text).chars().count()), shown)
}

/// Returns what can be shown of a line that holds a key. A person who forgets the delimiter makes the value a part of
/// the key, and no key of Isso has a space.
fn safe_key(content: &str) -> String {
    let key = content.split(['=', ':']).next().unwrap_or_default();
    match python::rstrip(key).split_once(python::is_space) {
        Some((word, _)) => format!("{word} …"),
        None => python::rstrip(key).to_owned(),
    }
}
