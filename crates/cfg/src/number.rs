//! Whole numbers as Python's `int` and Isso's `getint` read them.

use crate::digits::digit;
use crate::python::strip;
use crate::timedelta::{Timedelta, TimedeltaError};

/// A text with more digits than this is refused by `int`.
/// <https://docs.python.org/3/library/stdtypes.html#int-max-str-digits>
const MAX_DIGITS: usize = 4300;

/// Reads a text as Python's `int` does: white space at the ends, one sign, `_` between digits, digits of any script.
///
/// Numbers beyond 128 bits are held at the limit; no setting of Isso has a meaning for them.
pub(crate) fn int(text: &str) -> Option<i128> {
    let text = strip(text);
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut value: i128 = 0;
    let mut count = 0;
    let mut after_digit = false;
    for c in digits.chars() {
        if let Some(digit) = digit(c) {
            value = value.saturating_mul(10).saturating_add(i128::from(digit));
            count += 1;
            after_digit = true;
        } else if c == '_' && after_digit {
            after_digit = false;
        } else {
            return None;
        }
    }
    (after_digit && count <= MAX_DIGITS).then_some(sign * value)
}

/// Reads a text as Isso's `getint` does: as a span of time in seconds, or else as a number.
///
/// `None` stands for the exception that Isso would raise.
/// <https://github.com/isso-comments/isso/blob/0.14.0/isso/config.py>
pub(crate) fn getint(text: &str) -> Option<i128> {
    match Timedelta::from_isso(text) {
        Ok(span) => Some(i128::from(span.seconds())),
        Err(TimedeltaError::TooLong) => None,
        Err(_) => int(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_python_reads_them() {
        let check = |text: &str, expected: Option<i128>| assert_eq!(int(text), expected, "{text:?}");
        check("587", Some(587));
        check(" \u{a0}+1_000\n", Some(1000));
        check("-5", Some(-5));
        check("٥٨٧", Some(587));
        check("𝟘𝟙", Some(1));
        check("", None);
        check("_1", None);
        check("1_", None);
        check("1__0", None);
        check("- 5", None);
        check("5.0", None);
        check("0x10", None);
        check("²", None);
        check(&"1".repeat(4300), Some(i128::MAX));
        check(&"1".repeat(4301), None);
    }

    #[test]
    fn a_span_of_time_comes_first() {
        let check = |text: &str, expected: Option<i128>| assert_eq!(getint(text), expected, "{text:?}");
        check("2", Some(2));
        check("2m", Some(120));
        check("1h30", Some(3600));
        check("0", Some(0));
        check("0m", None);
        check("15 m", None);
        check("abc", None);
        check("999999999999w", None);
    }
}
