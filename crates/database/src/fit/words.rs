//! The words of a statement, as SQLite reads it.

/// A word or sign of a statement.
#[derive(Debug)]
pub(super) struct Word {
    /// In lower case, and without quotes.
    pub text: String,
    /// In quotes it is a name or text, whatever it says.
    pub is_quoted: bool,
    /// In single quotes it is a text where a name would be something else.
    pub is_text: bool,
}

/// A name is the same with and without quotes.
impl PartialEq for Word {
    fn eq(&self, other: &Word) -> bool {
        self.text == other.text && self.is_text == other.is_text
    }
}

/// Whether a keyword is among the words of a statement.
pub(super) fn has(words: &[Word], keyword: &str) -> bool {
    words.iter().any(|word| !word.is_quoted && word.text == keyword)
}

/// Whether a statement is `CREATE VIRTUAL TABLE`.
pub(super) fn is_virtual(words: &[Word]) -> bool {
    words
        .get(1)
        .is_some_and(|word| !word.is_quoted && word.text == "virtual")
}

/// The words of a statement, without blanks and comments, and without a semicolon at its end.
pub(super) fn words(sql: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut rest = sql.trim_end_matches(|it: char| it.is_ascii_whitespace() || it == ';');
    while let Some(first) = rest.chars().next() {
        let (length, text, is_quoted) = match first {
            _ if rest.starts_with("--") => {
                rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
                continue;
            }
            _ if rest.starts_with("/*") => {
                rest = rest[2..].split_once("*/").map_or("", |(_, rest)| rest);
                continue;
            }
            // Between two words, these are blanks to SQLite.
            '\u{feff}' | '\u{b}' => {
                rest = &rest[first.len_utf8()..];
                continue;
            }
            '"' | '\'' | '`' | '[' => {
                let close = if first == '[' { ']' } else { first };
                let inner = &rest[1..];
                let end = inner.find(close).unwrap_or(inner.len());
                ((end + 2).min(rest.len()), &inner[..end], true)
            }
            _ if is_part(first) => {
                let end = rest.find(|it| !is_part(it)).unwrap_or(rest.len());
                (end, &rest[..end], false)
            }
            sign => (sign.len_utf8(), &rest[..sign.len_utf8()], false),
        };
        if !first.is_ascii_whitespace() {
            words.push(Word {
                text: text.to_lowercase(),
                is_quoted,
                is_text: first == '\'',
            });
        }
        rest = &rest[length..];
    }
    words
}

/// Whether a character belongs to a word (<https://www.sqlite.org/draft/tokenreq.html>).
fn is_part(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_' || !character.is_ascii()
}
