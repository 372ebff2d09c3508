//! Mends a file that Python's parser refuses.
//!
//! The lines are sorted into blocks, each a key with its value and the comments above it. Then every section is written
//! once, with the blocks of all places that name it:
//!
//! - of a key that appears twice, the last stays: people add at the end what they want to change;
//! - keys before the first header go to the section that knows them, if only one does, or to `[general]`;
//! - a line without a key, and a value that continues a key without one, are left out;
//! - a byte order mark is removed, and bytes that are not UTF-8 are taken for Latin-1.

use std::borrow::Cow;
use std::collections::HashMap;

use indexmap::IndexMap;

use crate::document::Document;
use crate::keys::{self, Kind};
use crate::python::{self, Line};
use crate::unindented;

/// Reads as much of a file as can be read; `None` if Python would refuse the rest as well.
pub(super) fn salvage(bytes: &[u8]) -> Option<Document> {
    let text = decode(bytes);
    let text = unindented::indent(&text).unwrap_or(text);
    let mut sorter = Sorter::default();
    python::lines(&text).for_each(|line| sorter.line(line, &text[line.start..line.next]));
    Document::parse(sorter.write()).ok()
}

fn decode(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|&byte| char::from(byte)));
    }
    match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    }
}

/// A key with its value and the comments above it, as lines of the file.
struct Block<'t> {
    key: String,
    lines: Vec<&'t str>,
    delimited: bool,
    readable: bool,
    /// The lines of further blocks that go on with the list of this one.
    again: Vec<Vec<&'t str>>,
}

#[derive(Default)]
struct Section<'t> {
    header: Vec<&'t str>,
    blocks: Vec<Block<'t>>,
}

#[derive(Default)]
struct Sorter<'t> {
    sections: IndexMap<String, Section<'t>>,
    /// The section of the last header, by its place in that map.
    current: Option<usize>,
    /// The section of the block that the next line may continue; the block is its last.
    open: Option<usize>,
    indent: usize,
    /// Comments and blank lines, until it is known what they belong to.
    waiting: Vec<&'t str>,
}

impl<'t> Sorter<'t> {
    fn line(&mut self, line: Line<'t>, raw: &'t str) {
        let content = python::strip(line.text);
        if content.is_empty() || python::is_comment(content) {
            self.waiting.push(raw);
            return;
        }
        let indent = python::indent(line.text).chars().count();
        if self.open.is_some() && indent > self.indent {
            let waiting = std::mem::take(&mut self.waiting);
            if let Some(block) = self.open_block() {
                block.lines.extend(waiting);
                block.lines.push(raw);
                block.readable = block.delimited;
            }
            return;
        }
        self.open = None;
        self.indent = indent;
        match python::header(content) {
            Some(name) => self.header(name, raw),
            None => self.key(content, raw),
        }
    }

    fn header(&mut self, name: &str, raw: &'t str) {
        let index = self.section(name);
        if self.sections[index].header.is_empty() {
            let mut header = std::mem::take(&mut self.waiting);
            header.push(raw);
            self.sections[index].header = header;
        }
        self.current = Some(index);
    }

    fn key(&mut self, content: &str, raw: &'t str) {
        let (key, value) = python::key_and_value(content);
        let key = python::lower(key).into_owned();
        let mut lines = std::mem::take(&mut self.waiting);
        let section = match self.current {
            Some(section) => Some(section),
            None => keys::section_of(&key).map(|name| self.section(name)),
        };
        if let Some(section) = section.filter(|_| !key.is_empty()) {
            lines.push(raw);
            self.sections[section].blocks.push(Block {
                key,
                lines,
                delimited: value.is_some(),
                readable: true,
                again: Vec::new(),
            });
            self.open = Some(section);
        }
    }

    /// The place of a section, which is added where it is missing.
    fn section(&mut self, name: &str) -> usize {
        let entry = self.sections.entry(name.to_owned());
        let place = entry.index();
        entry.or_default();
        place
    }

    fn open_block(&mut self) -> Option<&mut Block<'t>> {
        self.sections[self.open?].blocks.last_mut()
    }

    /// Joins lists that have an item on each line and whose key appears several times.
    fn join_lists(&mut self) {
        for (name, section) in &mut self.sections {
            for block in std::mem::take(&mut section.blocks) {
                let is_list = block.readable
                    && block.delimited
                    && keys::find(name, &block.key).is_some_and(|key| key.kind == Kind::Lines);
                let same = |first: &&mut Block<'_>| first.readable && first.delimited && first.key == block.key;
                let first = match is_list {
                    true => section.blocks.iter_mut().find(same),
                    false => None,
                };
                match first {
                    Some(first) => first.again.push(block.lines),
                    None => section.blocks.push(block),
                }
            }
        }
    }

    fn write(mut self) -> String {
        self.join_lists();
        let mut text = String::new();
        for (name, section) in &self.sections {
            if section.header.is_empty() {
                add(&mut text, &format!("[{name}]"));
            }
            section.header.iter().for_each(|line| add(&mut text, line));
            let readable = || section.blocks.iter().filter(|block| block.readable).enumerate();
            let last: HashMap<&str, usize> = readable().map(|(at, block)| (block.key.as_str(), at)).collect();
            let stays = readable().filter(|(at, block)| last[block.key.as_str()] == *at);
            for (_, block) in stays {
                block.lines.iter().for_each(|line| add(&mut text, line));
                for line in block.again.iter().flatten() {
                    add(&mut text, &item(line));
                }
            }
        }
        self.waiting.iter().for_each(|line| add(&mut text, line));
        text
    }
}

/// A line of a list whose key appears again: an indentation replaces the key.
fn item(line: &str) -> Cow<'_, str> {
    let content = python::strip(line);
    if line.starts_with(python::is_space) || content.is_empty() || python::is_comment(content) {
        return Cow::Borrowed(line);
    }
    match python::key_and_value(content) {
        (_, None | Some("")) => Cow::Borrowed(""),
        (_, Some(value)) => Cow::Owned(format!("    {value}\n")),
    }
}

/// Adds a line, with a line break if it has none, as the last line of a file.
fn add(text: &mut String, line: &str) {
    if line.is_empty() {
        return;
    }
    text.push_str(line);
    if !line.ends_with(['\n', '\r']) {
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: impl AsRef<[u8]>, expected: &str) {
        assert_eq!(salvage(bytes.as_ref()).unwrap().as_str(), expected);
    }

    #[test]
    fn the_last_of_two_keys_stays() {
        check(
            "[smtp]\nto =\n  a\n  b\nport = 1\n# better\nTo = c\n  d",
            "[smtp]\nport = 1\n# better\nTo = c\n  d\n",
        );
    }

    #[test]
    fn a_list_that_is_begun_anew_is_one_list() {
        check(
            "[general]\nhost = https://a.example\n# mine\nHost: https://b.example\nmax-age = 1h\nhost =\n    https://c.example",
            "[general]\nhost = https://a.example\n# mine\n    https://b.example\n    https://c.example\nmax-age = 1h\n",
        );
        check(
            "[general]\nhost\nhost = https://b.example\n",
            "[general]\nhost = https://b.example\n",
        );
    }

    #[test]
    fn sections_are_joined() {
        check(
            "[admin]\npassword = a\n\n# mine\n[general]\nhost = x\n[admin]\r\nenabled = true\r\npassword = b\r\n# end\n",
            "[admin]\nenabled = true\r\npassword = b\r\n\n# mine\n[general]\nhost = x\n# end\n",
        );
    }

    #[test]
    fn keys_above_all_headers_find_their_section() {
        check(
            "# top\nhost = x\npurge-after = 1d\npassword = y\nfoo = z\n[general]\nmax-age = 1h\n",
            "[general]\n# top\nhost = x\nmax-age = 1h\n[moderation]\npurge-after = 1d\n",
        );
    }

    #[test]
    fn unreadable_lines_are_left_out() {
        check(
            "[general]\n= nothing\nhost = x\nname\n  y\nmax-age = 1h\n",
            "[general]\nhost = x\nmax-age = 1h\n",
        );
    }

    #[test]
    fn other_encodings_are_recognised() {
        check(
            b"\xef\xbb\xbf[admin]\npassword = p\xe4ss\n",
            "[admin]\npassword = päss\n",
        );
    }
}
