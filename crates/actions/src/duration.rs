//! Lengths of time, kept in the spelling of the person who typed them where Isso understands it.
//!
//! Any sensible spelling is accepted and turned into Isso's grammar. A text that follows the grammar already stays as
//! it is, so that `30d` does not come back as `4w2d`.

use isso_cfg::{Document, EditError, Key, Timedelta, TimedeltaError};
use regex_lite::Regex;

/// A length of time and its spelling.
pub(crate) struct Duration {
    span: Timedelta,
    pub text: String,
}

impl Duration {
    pub fn parse(text: &str) -> Result<Self, TimedeltaError> {
        Timedelta::parse(text).map(|span| Self::spelled(text.trim(), span))
    }

    /// The length of time that Isso reads from the key; `None` where Isso reads none.
    pub fn read(cfg: &Document, key: &Key) -> Option<Self> {
        let span = cfg.read_timedelta(key)?;
        Some(Self::spelled(&cfg.read_text(key), span))
    }

    /// Writes the length of time, unless the present value means the same.
    pub fn write(&self, cfg: &mut Document, key: &Key) -> Result<bool, EditError> {
        if cfg.read_timedelta(key) == Some(self.span) {
            return Ok(false);
        }
        cfg.write_text(key, &self.text)
    }

    fn spelled(text: &str, span: Timedelta) -> Self {
        // https://github.com/isso-comments/isso/blob/0.14.0/isso/config.py (`timedelta`)
        let grammar = Regex::new(r"^(\d+w ?)?(\d+d ?)?(\d+h ?)?(\d+m ?)?(\d+s)?$")
            .expect("the expression is fixed, and every test of a duration compiles it");
        let text = if grammar.is_match(text) {
            text.to_owned()
        } else {
            span.to_string()
        };
        Self { span, text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn isso_grammar_stays_and_the_rest_is_turned_into_it() {
        for (typed, expected) in [
            ("30d", "30d"),
            (" 90m ", "90m"),
            ("1h 30m", "1h 30m"),
            ("30m 1h", "1h30m"),
            ("90 min", "1h30m"),
            ("2 weeks", "2w"),
            ("1h, 30m", "1h30m"),
            ("30D", "4w2d"),
        ] {
            let duration = Duration::parse(typed).unwrap();
            assert_eq!(duration.text, expected, "{typed}");
            assert_eq!(Timedelta::from_isso(&duration.text), Ok(duration.span), "{typed}");
        }
    }
}
