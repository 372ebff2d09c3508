//! Writes a new value where an old one stands, keeping the lines that stay and the comments among them.

use std::collections::{HashMap, VecDeque};

use super::Document;
use super::editor::Splice;
use super::reading::Entry;
use super::style::{self, Spacing};
use crate::python;

/// Plans the replacement of a value.
pub(super) fn value(document: &Document, entry: &Entry, value: &str) -> Splice {
    // White space at the end of the last line goes or stays with that line.
    let line_end = document.text[entry.value.end..].find(['\n', '\r']);
    let end = line_end.map_or(document.text.len(), |length| entry.value.end + length);
    let range = entry.value.start..end;
    let old = OldValue::read(&document.text[range.clone()]);
    let mut new_lines = value.split('\n');
    let first = new_lines.next().unwrap_or_default();

    let mut out = Output {
        text: String::new(),
        line_end: style::line_end_of(&document.text, entry.key.end),
        indent: String::new(),
    };
    out.indent = match old
        .rows
        .iter()
        .map(|row| row.line.text)
        .find(|line| !python::strip(line).is_empty())
    {
        Some(line) => python::indent(line).to_owned(),
        None => format!("{}{}", &document.text[entry.start..entry.key.start], style::INDENT),
    };
    write_first(&mut out, document, entry, old.first, first);
    write_rest(&mut out, &old.rows, &new_lines.collect::<Vec<_>>());
    Splice { range, text: out.text }
}

/// The lines of the present value.
struct OldValue<'t> {
    first: &'t str,
    rows: Vec<Row<'t>>,
}

/// A line of a value after the first, with the comments above it.
struct Row<'t> {
    comments: Vec<Piece<'t>>,
    line: Piece<'t>,
}

/// A line as it stands in the file, and the line end before it.
#[derive(Clone, Copy)]
struct Piece<'t> {
    line_end: &'t str,
    text: &'t str,
}

impl<'t> OldValue<'t> {
    fn read(text: &'t str) -> Self {
        let mut lines = python::lines(text);
        let first = lines.next().map_or("", |line| line.text);
        let mut end = first.len();
        let mut rows = Vec::new();
        let mut comments = Vec::new();
        for line in lines {
            let piece = Piece {
                line_end: &text[end..line.start],
                text: line.text,
            };
            end = line.start + line.text.len();
            if python::is_comment(python::strip(line.text)) {
                comments.push(piece);
            } else {
                rows.push(Row {
                    comments: std::mem::take(&mut comments),
                    line: piece,
                });
            }
        }
        OldValue { first, rows }
    }
}

/// The new text of the value.
struct Output {
    text: String,
    /// For lines that are new.
    line_end: &'static str,
    /// For lines that are new.
    indent: String,
}

impl Output {
    fn piece(&mut self, piece: Piece<'_>) {
        self.line_end(piece.line_end);
        self.text.push_str(piece.text);
    }

    /// Writes the comments above a row that goes.
    fn comments_of(&mut self, rows: &[Row<'_>], goes: &[bool], place: usize) {
        if goes[place] {
            rows[place].comments.iter().for_each(|comment| self.piece(*comment));
        }
    }

    fn new_line(&mut self, line: &str) {
        self.line_end(self.line_end);
        if !line.is_empty() {
            self.text.push_str(&self.indent);
            self.text.push_str(line);
        }
    }

    fn line_end(&mut self, line_end: &str) {
        // In a file of mixed line ends, a lone CR must not melt into one line end with the LF that comes to follow it.
        let melts = self.text.ends_with('\r') && line_end == "\n";
        self.text.push_str(if melts { "\r" } else { line_end });
    }
}

/// Writes the first line, and before it the delimiter that a key without a value lacks.
fn write_first(out: &mut Output, document: &Document, entry: &Entry, old: &str, new: &str) {
    let old_value = python::strip(old);
    if !entry.delimited {
        out.text.push_str(&Spacing::for_new_key(document, None).before(new));
    } else if old_value.is_empty() && !new.is_empty() && document.text[..entry.value.start].ends_with(['=', ':']) {
        let spaced = Spacing::of(&document.text, entry).is_some_and(|spacing| spacing.before(new).ends_with(' '));
        out.text.push_str(if spaced { " " } else { "" });
    }
    out.text.push_str(new);
    out.text.push_str(&old[old_value.len()..]);
}

/// Writes the other lines. One that was there before comes with its bytes and the comments above it; one that is new
/// takes the place of a line that goes, and the comments above that.
fn write_rest(out: &mut Output, rows: &[Row<'_>], new_lines: &[&str]) {
    let mut places: HashMap<&str, VecDeque<usize>> = HashMap::new();
    for (place, row) in rows.iter().enumerate() {
        places.entry(python::strip(row.line.text)).or_default().push_back(place);
    }
    let kept: Vec<Option<usize>> = new_lines
        .iter()
        .map(|line| places.get_mut(line).and_then(VecDeque::pop_front))
        .collect();
    let mut goes = vec![true; rows.len()];
    for &place in kept.iter().flatten() {
        goes[place] = false;
    }

    // All rows before this one are dealt with, except those that come later because the order changes.
    let mut next = 0;
    for (line, place) in new_lines.iter().zip(kept) {
        match place {
            Some(place) => {
                while next < place {
                    out.comments_of(rows, &goes, next);
                    next += 1;
                }
                next = next.max(place + 1);
                rows[place].comments.iter().for_each(|comment| out.piece(*comment));
                out.piece(rows[place].line);
            }
            None => {
                if goes.get(next).copied().unwrap_or(false) {
                    out.comments_of(rows, &goes, next);
                    next += 1;
                }
                out.new_line(line);
            }
        }
    }
    for place in next..rows.len() {
        out.comments_of(rows, &goes, place);
    }
}
