//! Makes files in which the rare things of the format are common.

use proptest::prelude::*;
use proptest::sample::{Index, select};

/// White space to Python, and a few characters that only look like it.
const SPACES: &[&str] = &[
    " ", "  ", "    ", "\t", " \t", "\u{a0}", "\u{b}", "\u{c}", "\u{1c}", "\u{1d}", "\u{1e}", "\u{1f}", "\u{85}",
    "\u{1680}", "\u{2009}", "\u{2028}", "\u{2029}", "\u{202f}", "\u{3000}", "\u{180e}", "\u{200b}", "\u{feff}",
];

const KEYS: &[&str] = &[
    "k", "K", "host", "Host", "max-age", "a b", "a  b", "password", "İ", "i\u{307}", "ΑΣ", "ας", "ß", "ẞ", "Ǆ", "ǅ",
    "\u{212a}", "[", "[x", "]", "x]", "%(k)s", "$HOME", "k#", "k;", "\0", "é", "e\u{301}", "\"k\"", "0", "_",
    "\u{feff}",
];

const VALUES: &[&str] = &[
    "",
    "v",
    "v w",
    "https://a.example",
    "# c",
    "; c",
    "v # c",
    "v ; c",
    "= x",
    ": x",
    "a=b",
    "a:b",
    "[s]",
    "[",
    "]",
    "%",
    "%(k)s",
    "$HOME",
    "\"q\"",
    "\0",
    "é",
    "\u{1f600}",
    "x\u{a0}y",
    "x\u{2028}y",
    "x\u{c}y",
    "\u{200b}",
    "İ",
];

const HEADERS: &[&str] = &[
    "[a]",
    "[b]",
    "[c]",
    "[general]",
    "[General]",
    "[smtp]",
    "[DEFAULT]",
    "[default]",
    "[ a ]",
    "[a]b",
    "[a]]",
    "[[a]",
    "[]",
    "[]]",
    "[",
    "[a",
    "]",
    "[a] # c",
    "[a=b]",
    "[a] = b",
    "[é]",
    "[ ]",
    "[\u{a0}]",
    "[#]",
    "[a][b]",
];

const COMMENTS: &[&str] = &["#", ";", "# c", "; c", "#k = v", ";[a]", "#\u{85}"];

const LINE_ENDS: &[&str] = &["\n", "\r\n", "\r"];

/// A file, well formed more often than not.
pub fn file() -> impl Strategy<Value = String> {
    let lines = prop::collection::vec((line(), select(LINE_ENDS)), 0..12);
    let opening = mostly(20, &[""], &["\u{feff}"]);
    let first = mostly(8, &["[a]", "[b]", "[general]"], &[""]);
    let line_end = select(&["\n", "\n", "\n", "\n", "\r\n", "\r\n", "\r", "mixed"][..]);
    let last_line_end = prop::bool::weighted(0.8);
    (opening, first, lines, line_end, last_line_end).prop_map(|(opening, first, lines, line_end, last_line_end)| {
        let mut text = opening.to_owned();
        for (line, own_line_end) in std::iter::once((first.to_owned(), "\n")).chain(lines) {
            text.push_str(&line);
            text.push_str(if line_end == "mixed" { own_line_end } else { line_end });
        }
        if !last_line_end {
            text.truncate(text.trim_end_matches(['\n', '\r']).len());
        }
        text
    })
}

/// A file with a few of its bytes changed, at random or for something that means much to the
/// parser.
pub fn mutation(corpus: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let token = select([KEYS, VALUES, HEADERS, COMMENTS, SPACES, LINE_ENDS, &["=", ":"]].concat());
    let piece = prop_oneof![
        4 => token.prop_map(|token| token.as_bytes().to_vec()),
        1 => any::<u8>().prop_map(|byte| vec![byte]),
        2 => Just(Vec::new()),
    ];
    let change = (any::<Index>(), 0..4_usize, piece);
    let start = prop_oneof![select(corpus), file().prop_map(String::into_bytes),];
    (start, prop::collection::vec(change, 1..4)).prop_map(|(mut bytes, changes)| {
        for (at, removed, piece) in changes {
            let start = at.index(bytes.len() + 1);
            let end = (start + removed).min(bytes.len());
            bytes.splice(start..end, piece);
        }
        bytes
    })
}

/// A section, mostly one that is likely to be there.
pub fn section() -> impl Strategy<Value = &'static str> {
    mostly(
        4,
        &["a", "b", "c", "general", "DEFAULT"],
        &["", " a ", "a]", "[a", "new", "a\nb", "é", "#"],
    )
}

/// A key, mostly one that is likely to be there.
pub fn key() -> impl Strategy<Value = &'static str> {
    mostly(
        4,
        KEYS,
        &["", " k", "k\u{1f}", "a=b", "a:b", "#k", ";k", "a\nb", "[new]", "new"],
    )
}

/// A value of one line or several, mostly one that can be written.
pub fn value() -> impl Strategy<Value = String> {
    let line =
        (mostly(12, &[""], SPACES), mostly(12, VALUES, &["\r"])).prop_map(|(trail, line)| format!("{line}{trail}"));
    (any::<bool>(), prop::collection::vec(line, 1..6)).prop_map(|(one, mut lines)| {
        lines.truncate(if one { 1 } else { lines.len() });
        lines.join("\n")
    })
}

/// A line. Every part of it is drawn and the kind says which are used, because a union of
/// strategies is much slower.
fn line() -> impl Strategy<Value = String> {
    let kind = select(
        &[
            "option", "option", "option", "header", "comment", "key", "blank", "value",
        ][..],
    );
    let indent = mostly(5, &["", "", "    "], SPACES);
    let header = (mostly(1, &["number"], HEADERS), 0..20);
    // The number keeps most keys of a file apart.
    let key = (select(KEYS), mostly(2, &["number"], &[""]), 0..50);
    let space = || mostly(6, &["", " ", " "], SPACES);
    let option = (space(), select(&["=", ":"][..]), space());
    let trail = mostly(6, &[""], SPACES);
    (
        kind,
        indent,
        header,
        key,
        option,
        select(VALUES),
        select(COMMENTS),
        trail,
    )
        .prop_map(
            |(
                kind,
                indent,
                (header, section),
                (key, suffix, number),
                (before, delimiter, after),
                value,
                comment,
                trail,
            )| {
                let key = if suffix == "number" {
                    format!("{key}{number}")
                } else {
                    key.to_owned()
                };
                let statement = match kind {
                    "option" => format!("{key}{before}{delimiter}{after}{value}"),
                    "header" if header == "number" => format!("[s{section}]"),
                    "header" => header.to_owned(),
                    "comment" => comment.to_owned(),
                    "key" => key,
                    "value" => value.to_owned(),
                    _ => String::new(),
                };
                format!("{indent}{statement}{trail}")
            },
        )
}

/// One of the common strings, or once in a while one of the rare.
fn mostly(
    weight: u32,
    common: &'static [&'static str],
    rare: &'static [&'static str],
) -> impl Strategy<Value = &'static str> {
    (0..=weight, select(common), select(rare)).prop_map(|(dice, common, rare)| if dice == 0 { rare } else { common })
}
