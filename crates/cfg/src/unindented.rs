//! Items of a list that were not indented, so that Python takes each for a key of its own.
//!
//! ```ini
//! host =
//! https://blog.example.org
//! https://www.example.org
//! ```
//!
//! To Python this is an empty `host` and twice the key `https`.

use std::net::IpAddr;

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::keys::{self, Key, Kind};
use crate::markup_items;
use crate::python::{self, strip};

/// Items of a list that begin at the left, on lines below the list.
#[derive(Debug)]
pub(crate) struct UnindentedItems {
    pub key: &'static Key,
    /// The line of the key.
    pub key_line: usize,
    /// The first of these lines and the last; between them stand at most comments and blank lines.
    pub first: usize,
    pub last: usize,
    /// The items on these lines, freed of what other notations put around them.
    pub items: Vec<String>,
    /// What the key has already.
    present: Vec<String>,
    column: usize,
    text: String,
    /// Whether the lines hold nothing but the items.
    bare: bool,
}

/// Finds all unindented items of a text, whether Python accepts it or not.
pub(crate) fn find(text: &str) -> Vec<UnindentedItems> {
    let mut found: Vec<UnindentedItems> = Vec::new();
    let mut section = "";
    let mut above: Option<(&'static Key, usize, Vec<String>)> = None;
    let mut indent = 0;
    let mut open = false;
    for line in python::lines(text) {
        let content = strip(line.text);
        if content.is_empty() || python::is_comment(content) {
            continue;
        }
        let depth = python::indent(line.text).chars().count();
        if open && depth > indent {
            if let Some((_, _, present)) = &mut above {
                present.push(content.to_owned());
            }
            continue;
        }
        indent = depth;
        if let Some(name) = python::header(content) {
            (section, above, open) = (name, None, false);
            continue;
        }
        open = true;
        let items = match &above {
            Some((key, ..)) => items_of(key, content),
            None => Vec::new(),
        };
        match &above {
            Some((key, key_line, present)) if !items.is_empty() => {
                let bare = items == [content];
                match found.last_mut().filter(|group| group.key_line == *key_line) {
                    Some(group) => {
                        group.last = line.number;
                        group.items.extend(items);
                        group.bare &= bare;
                    }
                    None => found.push(UnindentedItems {
                        key,
                        key_line: *key_line,
                        first: line.number,
                        last: line.number,
                        present: present
                            .iter()
                            .flat_map(|line| line.split(','))
                            .map(strip)
                            .filter(|item| !item.is_empty())
                            .map(str::to_owned)
                            .collect(),
                        column: 1 + depth,
                        text: items[0].clone(),
                        items,
                        bare,
                    }),
                }
            }
            _ => {
                let (name, value) = python::key_and_value(content);
                let key = keys::find(section, &python::lower(name));
                let list = key.filter(|key| matches!(key.kind, Kind::Lines | Kind::List));
                above = list.map(|key| (key, line.number, vec![value.unwrap_or_default().to_owned()]));
            }
        }
    }
    found
}

impl UnindentedItems {
    /// Says what is wrong, at the first of the lines.
    pub fn diagnostic(&self, severity: Severity, code: Code) -> Diagnostic {
        let UnindentedItems { key, key_line, .. } = self;
        let name = key.name;
        let message = if self.first == self.last {
            format!("this line begins at the left, as a key does, so it is no part of {name} on line {key_line}")
        } else {
            format!("these lines begin at the left, as keys do, so they are no part of {name} on line {key_line}")
        };
        // A name and a password may stand before the host.
        let text = self.text.rsplit_once('@').map_or(self.text.as_str(), |(_, host)| host);
        let place = Diagnostic::at((self.first, self.column), text);
        place.problem(severity, code, message).fix(self.fix())
    }

    /// Says what to do, to the letter.
    pub fn fix(&self) -> String {
        let UnindentedItems { key, first, last, .. } = self;
        let (lines, they) = match last - first {
            0 => (format!("line {first}"), "it belongs"),
            _ => (format!("lines {first} to {last}"), "they belong"),
        };
        if key.kind == Kind::List {
            let items: Vec<&str> = self.present.iter().chain(&self.items).map(String::as_str).collect();
            return format!(
                "In [{}], replace the line of {} by {} = {}. Delete {lines}.",
                key.section,
                key.name,
                key.name,
                items.join(", ")
            );
        }
        let bare = if self.bare {
            ""
        } else {
            ", with nothing on a line but the address"
        };
        format!("Indent {lines} by four spaces{bare}: {they} to {}.", key.name)
    }
}

/// Indents the unindented items of lists that have an item on each line; `None` if there are none.
pub(crate) fn indent(text: &str) -> Option<String> {
    let mut found = find(text);
    found.retain(|group| group.key.kind == Kind::Lines);
    let first = found.first()?.first;
    let mut straight = String::new();
    for line in python::lines(text) {
        let content = strip(line.text);
        let raw = &text[line.start..line.next];
        let group = found
            .iter()
            .find(|group| (group.first..=group.last).contains(&line.number));
        match group.map(|group| items_of(group.key, content)) {
            Some(items) if line.number >= first && !items.is_empty() => {
                for item in items {
                    straight.extend(["    ", &item]);
                    straight.push_str(if raw.ends_with(['\n', '\r']) {
                        &raw[line.text.len()..]
                    } else {
                        "\n"
                    });
                }
            }
            _ => straight.push_str(raw),
        }
    }
    Some(straight)
}

/// The items of a list that a line holds instead of a key, none if it may well be a key.
fn items_of(key: &Key, content: &str) -> Vec<String> {
    if *key == keys::HOST || *key == keys::TRUSTED_PROXIES {
        let is_item = if *key == keys::HOST { is_website } else { is_proxy };
        let words: Vec<&str> = words(without_number(content)).collect();
        let all = !words.is_empty() && words.iter().all(|word| is_item(word));
        return if all {
            words.into_iter().map(str::to_owned).collect()
        } else {
            Vec::new()
        };
    }
    if content.contains(['=', ':']) {
        return Vec::new();
    }
    let words: Vec<&str> = words(content).collect();
    let known = |word: &&str| match *key {
        keys::NOTIFY => matches!(word.to_lowercase().as_str(), "stdout" | "smtp"),
        keys::MISTUNE_PARAMETERS => matches!(*word, "escape" | "hard_wrap"),
        _ => markup_items::is_item(key, word),
    };
    if words.iter().all(known) {
        words.into_iter().map(str::to_owned).collect()
    } else {
        Vec::new()
    }
}

/// A line without the number of its item, as in `1. https://blog.example.org`.
fn without_number(content: &str) -> &str {
    let rest = content.trim_start_matches(|c: char| c.is_ascii_digit());
    match rest.strip_prefix(['.', ')']) {
        Some(item) if rest.len() < content.len() && item.starts_with(python::is_space) => item,
        _ => content,
    }
}

/// The words of a line without what YAML, TOML, JSON and prose put around them.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c == ',' || c == ';' || python::is_space(c))
        .map(bare)
        .filter(|word| !word.is_empty())
}

/// A text without bullets, brackets and quotation marks around it, and without white space of any width.
pub(crate) fn bare(text: &str) -> &str {
    const AROUND: &str = "\"'`“”„‟‘’‚‛«»‹›<>[](){}|,;*•·–—\\";
    let around = |c: char| AROUND.contains(c) || is_invisible(c) || python::is_space(c);
    let text = text.trim_matches(around);
    let text = text
        .strip_prefix('-')
        .or_else(|| text.strip_prefix('+'))
        .unwrap_or(text);
    text.trim_matches(around)
}

/// Whether a character takes no room, though Python keeps it: zero-width spaces and joiners, marks of direction and of
/// byte order.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

fn is_website(word: &str) -> bool {
    let lower = word.to_lowercase();
    if lower.starts_with("http://") || lower.starts_with("https://") || lower.starts_with("//") {
        return true;
    }
    let host = lower.split('/').next().unwrap_or_default();
    let (name, port) = host.split_once(':').unwrap_or((host, "80"));
    let named = name == "localhost"
        || name
            .split_once('.')
            .is_some_and(|(first, rest)| !first.is_empty() && !rest.is_empty());
    named && port.parse::<u16>().is_ok() && name.chars().all(|c| c.is_alphanumeric() || ".-_".contains(c))
}

fn is_proxy(word: &str) -> bool {
    word.split('/')
        .next()
        .is_some_and(|address| address.parse::<IpAddr>().is_ok())
}
