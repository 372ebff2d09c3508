//! The few pieces of Python's text handling on which the meaning of `isso.cfg` depends.

use std::borrow::Cow;

/// Says whether Python's `str.isspace` holds for a character, which is also what `str.strip` removes and `\s` matches.
///
/// Python counts the four ASCII separators (FS, GS, RS, US) as white space because their bidirectional class says so;
/// Unicode's own `White_Space` property, and with it Rust, does not.
/// <https://docs.python.org/3/library/stdtypes.html#str.isspace>
pub(crate) fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)
}

/// Removes white space at both ends, as `str.strip` does.
pub(crate) fn strip(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// Removes white space at the end, as `str.rstrip` does.
pub(crate) fn rstrip(text: &str) -> &str {
    text.trim_end_matches(is_space)
}

/// Returns the name in a section header, or nothing when the stripped line is not one.
///
/// `SECTCRE` is `\[(?P<header>.+)\]`, matched at the start and greedy: the name reaches to the last `]` of the line,
/// and whatever stands behind it is ignored.
pub(crate) fn header(line: &str) -> Option<&str> {
    let name = line.strip_prefix('[')?;
    let name = &name[..name.rfind(']')?];
    (!name.is_empty()).then_some(name)
}

/// Says whether a stripped line is a comment.
pub(crate) fn is_comment(line: &str) -> bool {
    line.starts_with(['#', ';'])
}

/// Splits a stripped line at its first delimiter, as `OPTCRE_NV` does: the key as it is spelled, and the value, if
/// there is a delimiter.
pub(crate) fn key_and_value(line: &str) -> (&str, Option<&str>) {
    match line.split_once(['=', ':']) {
        Some((key, value)) => (rstrip(key), Some(strip(value))),
        None => (line, None),
    }
}

/// Returns the white space at the start of a line.
pub(crate) fn indent(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches(is_space).len()]
}

/// Lower-cases as `str.lower` does: the full Unicode mapping, with the final sigma.
///
/// The two differ for characters alone that are younger than the Unicode tables of either side.
pub(crate) fn lower(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase()) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.to_lowercase())
    }
}

/// One line of a file opened in text mode, without its line end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line<'t> {
    /// Counted from 1.
    pub number: usize,
    /// Where the line begins, in bytes.
    pub start: usize,
    /// The characters before the line end.
    pub text: &'t str,
    /// Where the next line begins, in bytes.
    pub next: usize,
}

/// Splits a text as Python's universal newlines do: after `\n`, `\r\n` and a lone `\r`, and after nothing else.
///
/// Form feed, NEL and the Unicode separators end a line for `str.splitlines`, but not for a file.
/// <https://docs.python.org/3/library/functions.html#open-newline-parameter>
pub(crate) fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut start = 0;
    let mut number = 0;
    std::iter::from_fn(move || {
        let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
        let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let line_end = match &rest.as_bytes()[length..] {
            [b'\r', b'\n', ..] => 2,
            [] => 0,
            _ => 1,
        };
        number += 1;
        let line = Line {
            number,
            start,
            text: &rest[..length],
            next: start + length + line_end,
        };
        start = line.next;
        Some(line)
    })
}
