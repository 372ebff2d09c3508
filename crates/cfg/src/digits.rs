//! Decimal digits of every script, as Python's `\d` matches them.

/// Reads the digits that a text begins with, of any script, as the regular expression `\d+` would; gives value and
/// rest.
pub(crate) fn leading_digits(text: &str) -> Option<(u128, &str)> {
    let end = text.find(|c| digit(c).is_none()).unwrap_or(text.len());
    if end == 0 {
        return None;
    }
    let value = text[..end].chars().filter_map(digit).fold(0u128, |value, digit| {
        value.saturating_mul(10).saturating_add(u128::from(digit))
    });
    Some((value, &text[end..]))
}

/// The value of a decimal digit of any script.
pub(crate) fn digit(c: char) -> Option<u32> {
    let after = ZEROS.partition_point(|&zero| zero <= c);
    let zero = ZEROS[..after].last()?;
    let value = u32::from(c) - u32::from(*zero);
    (value < 10).then_some(value)
}

/// The zero of every script's decimal digits; its nine siblings follow each of them.
///
/// These are the characters of general category Nd in Unicode 14, the version of CPython 3.11.
/// <https://www.unicode.org/Public/14.0.0/ucd/extracted/DerivedGeneralCategory.txt>
#[rustfmt::skip]
const ZEROS: [char; 66] = [
    '\u{30}', '\u{660}', '\u{6f0}', '\u{7c0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}',
    '\u{b66}', '\u{be6}', '\u{c66}', '\u{ce6}', '\u{d66}', '\u{de6}', '\u{e50}', '\u{ed0}',
    '\u{f20}', '\u{1040}', '\u{1090}', '\u{17e0}', '\u{1810}', '\u{1946}', '\u{19d0}', '\u{1a80}',
    '\u{1a90}', '\u{1b50}', '\u{1bb0}', '\u{1c40}', '\u{1c50}', '\u{a620}', '\u{a8d0}', '\u{a900}',
    '\u{a9d0}', '\u{a9f0}', '\u{aa50}', '\u{abf0}', '\u{ff10}', '\u{104a0}', '\u{10d30}', '\u{11066}',
    '\u{110f0}', '\u{11136}', '\u{111d0}', '\u{112f0}', '\u{11450}', '\u{114d0}', '\u{11650}', '\u{116c0}',
    '\u{11730}', '\u{118e0}', '\u{11950}', '\u{11c50}', '\u{11d50}', '\u{11da0}', '\u{16a60}', '\u{16ac0}',
    '\u{16b50}', '\u{1d7ce}', '\u{1d7d8}', '\u{1d7e2}', '\u{1d7ec}', '\u{1d7f6}', '\u{1e140}', '\u{1e2f0}',
    '\u{1e950}', '\u{1fbf0}',
];
