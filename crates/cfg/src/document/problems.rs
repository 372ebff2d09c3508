//! The sentences for what Python's parser refuses.
//!
//! Every text here is safe to log: of a line that holds or could hold a value, only the part before
//! it is shown.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::python::{self, Line};

pub(super) fn byte_order_mark() -> Diagnostic {
    refused(
        Code::ByteOrderMark,
        (1, 1),
        "\u{feff}".escape_unicode().to_string(),
        "the file begins with a byte order mark, which makes its first line unreadable".to_owned(),
        "Save the file as UTF-8 without a byte order mark (BOM).",
    )
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
            problems.push(refused(
                Code::NotUtf8,
                (line, column),
                chunk.invalid().escape_ascii().to_string(),
                format!("the file is not UTF-8: the byte here is 0x{:02x}", chunk.invalid()[0]),
                "Save the file in the encoding UTF-8.",
            ));
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
    refused(
        Code::MissingSectionHeader,
        position(line),
        safe_key(content),
        "the line stands before the first section header".to_owned(),
        "Put the header of its section above it, such as [general].",
    )
}

pub(super) fn duplicate_section(line: Line<'_>, content: &str, name: &str, first: usize) -> Diagnostic {
    let header = &content[..name.len() + 2];
    refused(
        Code::DuplicateSection,
        position(line),
        header.to_owned(),
        format!("the section {header} appears again; the first is on line {first}"),
        "Move the keys below it to the first and delete this header.",
    )
}

pub(super) fn duplicate_key(line: Line<'_>, content: &str, section: &str, first: usize) -> Diagnostic {
    let key = safe_key(content);
    let message = format!(
        "the key {} appears again in [{section}]; the first is on line {first}",
        python::lower(&key)
    );
    refused(
        Code::DuplicateKey,
        position(line),
        key,
        message,
        "Keep one of the two lines. A key is the same in upper and lower case.",
    )
}

pub(super) fn missing_key(line: Line<'_>, content: &str) -> Diagnostic {
    let delimiter = &content[..1];
    refused(
        Code::MissingKey,
        position(line),
        delimiter.to_owned(),
        format!("nothing stands before the {delimiter}, so the line names no key"),
        "Write the key before it; indent the line if it continues the value above.",
    )
}

pub(super) fn continued_without_value(line: Line<'_>, key_line: usize) -> Diagnostic {
    refused(
        Code::ContinuedWithoutValue,
        position(line),
        // The line is most likely the value itself.
        String::new(),
        format!("the indented line continues the key on line {key_line}, which has no = and so no value"),
        "Put = after the key, or take the spaces at the start of this line away.",
    )
}

fn refused(code: Code, (line, column): (usize, usize), text: String, message: String, fix: &str) -> Diagnostic {
    Diagnostic {
        severity: Severity::Refused,
        code,
        line,
        column,
        text,
        message,
        fix: fix.to_owned(),
    }
}

/// The place of a line's first character that is not white space.
fn position(line: Line<'_>) -> (usize, usize) {
    (
        line.number,
        1 + line.text.chars().take_while(|&c| python::is_space(c)).count(),
    )
}

/// Returns what can be shown of a line that holds a key. A person who forgets the delimiter makes
/// the value a part of the key, and no key of Isso has a space.
fn safe_key(content: &str) -> String {
    let key = content.split(['=', ':']).next().unwrap_or_default();
    match python::rstrip(key).split_once(python::is_space) {
        Some((word, _)) => format!("{word} …"),
        None => python::rstrip(key).to_owned(),
    }
}
