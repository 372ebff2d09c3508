//! Makes files in which the rare things of the format are common.

use proptest::prelude::*;
use proptest::sample::{Index, select};

/// White space to Python, and a few characters that only look like it.
const SPACES: &[&str] = &[
    " ", "  ", "    ", "\t", " \t", "\u{a0}", "\u{b}", "\u{c}", "\u{1c}", "\u{1d}", "\u{1e}",
    "\u{1f}", "\u{85}", "\u{1680}", "\u{2009}", "\u{2028}", "\u{2029}", "\u{202f}", "\u{3000}",
    "\u{180e}", "\u{200b}", "\u{feff}",
];

const KEYS: &[&str] = &[
    "k", "K", "host", "Host", "max-age", "a b", "a  b", "password", "İ", "i\u{307}", "ΑΣ", "ας",
    "ß", "ẞ", "Ǆ", "ǅ", "K", "[", "[x", "]", "x]", "%(k)s", "$HOME", "k#", "k;", "\0", "é",
    "e\u{301}", "\"k\"", "0", "_", "\u{feff}",
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
    let line_end = prop_oneof![
        6 => Just(Some("\n")),
        2 => Just(Some("\r\n")),
        1 => Just(Some("\r")),
        1 => Just(None),
    ];
    let lines = prop::collection::vec((line(), select(LINE_ENDS)), 0..12);
    let opening = prop_oneof![
        20 => Just(""),
        1 => Just("\u{feff}"),
    ];
    let first = prop_oneof![
        1 => Just(None),
        8 => header().prop_map(Some),
    ];
    let last_line_end = prop::bool::weighted(0.8);
    (opening, first, lines, line_end, last_line_end).prop_map(
        |(opening, first, lines, line_end, last_line_end)| {
            let mut text = opening.to_owned();
            for (line, own_line_end) in first.map(|header| (header, "\n")).into_iter().chain(lines)
            {
                text.push_str(&line);
                text.push_str(line_end.unwrap_or(own_line_end));
            }
            if !last_line_end {
                text.truncate(text.trim_end_matches(['\n', '\r']).len());
            }
            text
        },
    )
}

/// A file with a few of its bytes changed, at random or for something that means much to the parser.
pub fn mutation(corpus: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let token = select(
        [
            KEYS,
            VALUES,
            HEADERS,
            COMMENTS,
            SPACES,
            LINE_ENDS,
            &["=", ":"],
        ]
        .concat(),
    );
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
pub fn section() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => select(vec!["a", "b", "c", "general", "DEFAULT"]).prop_map(str::to_owned),
        1 => select(vec!["", " a ", "a]", "[a", "new", "a\nb", "é", "#"]).prop_map(str::to_owned),
    ]
}

/// A key, mostly one that is likely to be there.
pub fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => select(KEYS).prop_map(str::to_owned),
        1 => select(vec!["", " k", "k\u{1f}", "a=b", "a:b", "#k", ";k", "a\nb", "[new]", "new"]).prop_map(str::to_owned),
    ]
}

/// A value of one line or several, mostly one that can be written.
pub fn value() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        12 => select(VALUES).prop_map(str::to_owned),
        1 => (space(), select(VALUES)).prop_map(|(space, value)| format!("{value}{space}")),
        1 => Just("\r".to_owned()),
    ];
    prop_oneof![
        2 => line.clone(),
        1 => prop::collection::vec(line, 1..6).prop_map(|lines| lines.join("\n")),
    ]
}

fn line() -> impl Strategy<Value = String> {
    let statement = prop_oneof![
        8 => option(),
        4 => header(),
        2 => select(COMMENTS).prop_map(str::to_owned),
        2 => select(KEYS).prop_map(str::to_owned),
        3 => Just(String::new()),
        3 => select(VALUES).prop_map(str::to_owned),
    ];
    let indent = prop_oneof![
        5 => Just(""),
        3 => Just("    "),
        2 => space(),
    ];
    let trail = prop_oneof![
        6 => Just(""),
        1 => space(),
    ];
    (indent, statement, trail)
        .prop_map(|(indent, statement, trail)| format!("{indent}{statement}{trail}"))
}

fn option() -> impl Strategy<Value = String> {
    // The number keeps most keys of a file apart.
    let key = prop_oneof![
        2 => select(KEYS).prop_map(str::to_owned),
        3 => (select(KEYS), 0..50).prop_map(|(key, number)| format!("{key}{number}")),
    ];
    let space = || {
        prop_oneof![
            2 => Just(""),
            4 => Just(" "),
            1 => space(),
        ]
    };
    (
        key,
        space(),
        select(vec!["=", ":"]),
        space(),
        select(VALUES),
    )
        .prop_map(|(key, before, delimiter, after, value)| {
            format!("{key}{before}{delimiter}{after}{value}")
        })
}

fn header() -> impl Strategy<Value = String> {
    prop_oneof![
        5 => (0..20).prop_map(|number| format!("[s{number}]")),
        5 => select(HEADERS).prop_map(str::to_owned),
    ]
}

fn space() -> impl Strategy<Value = &'static str> {
    select(SPACES)
}
