//! Passwords that reach Isso exactly as they were typed.

use std::fmt;

use crate::expand;
use crate::python::strip;

/// A password that `isso.cfg` can carry unchanged all the way into Isso.
///
/// Only [`expose`](Secret::expose) gives the text; `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes a password as typed, or says why Isso would see another one.
    ///
    /// A password with a `$NAME` is refused even if there is no such variable now: it may be set later, or on the
    /// machine where a backup is put back.
    pub fn parse(text: &str) -> Result<Secret, SecretError> {
        if text.is_empty() {
            return Err(SecretError::Empty);
        }
        if text.contains(['\n', '\r']) {
            return Err(SecretError::LineBreak);
        }
        if strip(text) != text {
            return Err(SecretError::OuterSpace);
        }
        if let Some(reference) = expand::references(text).next() {
            return Err(SecretError::Expanded {
                reference: reference.text.to_owned(),
            });
        }
        Ok(Secret(text.to_owned()))
    }

    /// Takes a password for a mail server: as [`parse`](Secret::parse), and ASCII only.
    ///
    /// Python's smtplib encodes credentials as ASCII, and Isso, which tries them when it starts, does not survive the
    /// error. <https://github.com/python/cpython/blob/3.11/Lib/smtplib.py>
    pub fn parse_smtp(text: &str) -> Result<Secret, SecretError> {
        let secret = Secret::parse(text)?;
        if secret.0.is_ascii() {
            Ok(secret)
        } else {
            Err(SecretError::NotAscii)
        }
    }

    /// The password itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The reason for which a text cannot be a password in `isso.cfg`. Of the password, only a `$NAME` is shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// There is none.
    #[error("the password is empty")]
    Empty,
    /// White space at an end, which the parser trims.
    #[error("the password begins or ends with a space, which Isso would drop")]
    OuterSpace,
    /// More than one line.
    #[error("the password contains a line break")]
    LineBreak,
    /// The name of a variable, which Isso replaces where it is set.
    #[error(
        "Isso would replace {reference} in the password by the environment variable of that name, where there is one"
    )]
    Expanded {
        /// The reference, as it stands in the password.
        reference: String,
    },
    /// Not ASCII, where a mail server is concerned.
    #[error(
        "the password contains a character that Isso cannot send to a mail server: only ASCII letters, digits and signs are possible"
    )]
    NotAscii,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_kept_as_typed_or_refused_with_the_reason() {
        let check = |text: &str, expected: Result<(), SecretError>| {
            assert_eq!(
                Secret::parse(text).map(|secret| assert_eq!(secret.expose(), text)),
                expected,
                "{text:?}"
            );
        };
        for fine in [
            "a#b;c%d=e:f",
            "# not a comment",
            "in the middle",
            "${",
            "$",
            "pä$",
            "a$-b$ c${",
            "[x]",
            "\"quoted\"",
            "=",
        ] {
            check(fine, Ok(()));
        }
        check("", Err(SecretError::Empty));
        check(" a", Err(SecretError::OuterSpace));
        check("a\t", Err(SecretError::OuterSpace));
        check("a\u{3000}", Err(SecretError::OuterSpace));
        check("a\nb", Err(SecretError::LineBreak));
        check("a\rb", Err(SecretError::LineBreak));
        check(
            "x${LC_CTYPE}",
            Err(SecretError::Expanded {
                reference: "${LC_CTYPE}".into(),
            }),
        );
        check("pä$$wörd", Err(SecretError::Expanded { reference: "$w".into() }));
        check(
            "$ISSO_ADMIN",
            Err(SecretError::Expanded {
                reference: "$ISSO_ADMIN".into(),
            }),
        );
    }

    #[test]
    fn a_mail_server_takes_ascii() {
        assert_eq!(Secret::parse_smtp("pässword"), Err(SecretError::NotAscii));
        assert_eq!(
            Secret::parse_smtp("p~ssword").map(|s| s.expose().to_owned()),
            Ok("p~ssword".to_owned())
        );
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Secret::parse("hunter2").unwrap()), "Secret(…)");
    }
}
