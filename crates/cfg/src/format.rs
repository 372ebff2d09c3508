//! Python's `str.format` with one text as argument, as Isso fills in the address of a picture.
//!
//! It follows CPython: <https://github.com/python/cpython/blob/v3.11.7/Objects/stringlib/unicode_format.h> for fields
//! and <https://github.com/python/cpython/blob/v3.11.7/Python/formatter_unicode.c> for what stands behind their colon.

use crate::digits::leading_digits;

/// A format with its argument filled in.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Filled {
    pub text: String,
    /// How many fields there are, and in how many of them the argument stands unchanged.
    pub fields: usize,
    pub whole: usize,
}

/// Fills in the only argument of a format, number 0; `None` if Python would raise an error.
pub(crate) fn fill(format: &str, argument: &str) -> Option<Filled> {
    let mut filler = Filler {
        argument,
        next: 0,
        automatic: None,
        fields: 0,
        whole: 0,
    };
    let text = filler.fill(format, 2)?;
    Some(Filled {
        text,
        fields: filler.fields,
        whole: filler.whole,
    })
}

struct Filler<'a> {
    argument: &'a str,
    /// The number of the next field without one.
    next: u128,
    /// Whether fields go without a number; Python allows no mixture.
    automatic: Option<bool>,
    fields: usize,
    whole: usize,
}

impl Filler<'_> {
    fn fill(&mut self, format: &str, depth: usize) -> Option<String> {
        let mut text = String::new();
        let mut rest = format;
        while let Some(at) = rest.find(['{', '}']) {
            text.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                text.push_str(brace);
                rest = after;
            } else if brace == "}" {
                return None;
            } else {
                let (value, after) = self.field(rest, depth)?;
                text.push_str(&value);
                rest = after;
            }
        }
        text.push_str(rest);
        Some(text)
    }

    /// Fills in the field that begins after an opening brace, and gives the text that follows it.
    fn field<'f>(&mut self, field: &'f str, depth: usize) -> Option<(String, &'f str)> {
        let end = end_of_name(field)?;
        let value = self.value(&field[..end])?;
        let mut rest = &field[end..];
        let mut converted = None;
        if let Some(after) = rest.strip_prefix('!') {
            let conversion = after.chars().next()?;
            converted = Some(conversion);
            rest = &after[conversion.len_utf8()..];
            if !rest.starts_with([':', '}']) {
                return None;
            }
        }
        let (spec, after) = match rest.strip_prefix(':') {
            Some(spec) => {
                let end = end_of_spec(spec)?;
                (&spec[..end], &spec[end + 1..])
            }
            None => ("", &rest[1..]),
        };
        let value = match (value, converted) {
            (value, None) => value,
            (Value::Text(text), Some('s')) => Value::Text(text),
            (Value::Text(text), Some('r' | 'a')) => Value::Text(format!("'{text}'")),
            (Value::Other, Some('s' | 'r' | 'a')) => Value::Text("<object>".to_owned()),
            _ => return None,
        };
        let spec = if spec.contains('{') {
            // The field's own numbering goes on inside; deeper than this Python does not follow.
            (depth > 1).then(|| self.fill(spec, depth - 1))??
        } else {
            spec.to_owned()
        };
        let text = match value {
            Value::Text(text) => apply(&spec, &text)?,
            Value::Other if spec.is_empty() => "<object>".to_owned(),
            Value::Other => return None,
        };
        self.fields += 1;
        self.whole += usize::from(text == self.argument);
        Some((text, after))
    }

    /// Looks up a field's name: a number or none, then attributes and indices.
    fn value(&mut self, name: &str) -> Option<Value> {
        let end = name.find(['.', '[']).unwrap_or(name.len());
        let (first, mut rest) = name.split_at(end);
        let automatic = first.is_empty();
        let number = match leading_digits(first) {
            Some((number, "")) => number,
            None if automatic => self.next,
            _ => return None,
        };
        self.next += u128::from(automatic);
        if *self.automatic.get_or_insert(automatic) != automatic || number != 0 {
            return None;
        }
        let mut value = Value::Text(self.argument.to_owned());
        while !rest.is_empty() {
            value = if let Some(after) = rest.strip_prefix('[') {
                let (index, after) = after.split_once(']')?;
                let (index, "") = leading_digits(index)? else {
                    return None;
                };
                let Value::Text(text) = value else {
                    return None;
                };
                rest = after;
                Value::Text(text.chars().nth(usize::try_from(index).ok()?)?.to_string())
            } else {
                let after = rest.strip_prefix('.')?;
                let end = after.find(['.', '[']).unwrap_or(after.len());
                let (attribute, after) = after.split_at(end);
                if !matches!(value, Value::Text(_)) || !is_attribute(attribute) {
                    return None;
                }
                rest = after;
                Value::Other
            };
        }
        Some(value)
    }
}

enum Value {
    Text(String),
    /// An object that is no text, which an attribute leads to.
    Other,
}

/// Where a field's name ends. An index in brackets may hold anything.
fn end_of_name(field: &str) -> Option<usize> {
    let mut bracket = false;
    for (at, c) in field.char_indices() {
        match c {
            ']' if bracket => bracket = false,
            _ if bracket => {}
            '[' => bracket = true,
            '{' => return None,
            '}' | ':' | '!' => return Some(at),
            _ => {}
        }
    }
    None
}

/// Finds the end of the format specification after the colon, counting the braces in it.
fn end_of_spec(spec: &str) -> Option<usize> {
    let mut open = 1;
    for (at, c) in spec.char_indices() {
        match c {
            '{' => open += 1,
            '}' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Some(at);
        }
    }
    None
}

/// The attributes of a Python text.
fn is_attribute(name: &str) -> bool {
    const METHODS: &str = " capitalize casefold center count encode endswith expandtabs find format format_map index isalnum isalpha \
        isascii isdecimal isdigit isidentifier islower isnumeric isprintable isspace istitle isupper join ljust lower lstrip maketrans \
        partition removeprefix removesuffix replace rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip \
        swapcase title translate upper zfill __class__ __doc__ __len__ __str__ __repr__ __hash__ __format__ ";
    !name.is_empty() && !name.contains(' ') && METHODS.contains(&format!(" {name} "))
}

/// Lays a text out by `[[fill]align][0][width][.precision][s]`. A part that only numbers may have is an error.
fn apply(spec: &str, text: &str) -> Option<String> {
    let is_align = |c: Option<char>| c.filter(|c| "<>=^".contains(*c));
    let mut chars = spec.chars();
    let (first, second) = (chars.next(), chars.next());
    let (fill, align, mut rest) = match (is_align(first), is_align(second)) {
        (_, Some(align)) => (first, Some(align), chars.as_str()),
        (Some(align), None) => (None, Some(align), &spec[1..]),
        (None, None) => (None, None, spec),
    };
    let mut fill = fill;
    if fill.is_none()
        && let Some(after) = rest.strip_prefix('0')
    {
        fill = Some('0');
        rest = after;
    }
    let width = take_number(&mut rest)?.unwrap_or(0);
    let mut text = text.to_owned();
    if let Some(after) = rest.strip_prefix('.') {
        rest = after;
        let precision = take_number(&mut rest)??;
        text = text.chars().take(precision).collect();
    }
    if !matches!(rest, "" | "s") || align == Some('=') {
        return None;
    }
    // A huge width would fill the memory, and its exact size does not matter to the caller.
    let padding = width.min(1000).saturating_sub(text.chars().count());
    let before = match align {
        Some('>') => padding,
        Some('^') => padding / 2,
        _ => 0,
    };
    let fill = |count| std::iter::repeat_n(fill.unwrap_or(' '), count);
    Some(fill(before).chain(text.chars()).chain(fill(padding - before)).collect())
}

/// Takes the digits that a text begins with, if any; `None` if Python refuses so large a number.
fn take_number(rest: &mut &str) -> Option<Option<usize>> {
    let Some((number, after)) = leading_digits(rest) else {
        return Some(None);
    };
    *rest = after;
    let number = i64::try_from(number).ok()?;
    Some(usize::try_from(number).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_filled_in_as_python_does() {
        let check = |format: &str, expected: Option<&str>| {
            assert_eq!(
                fill(format, "abcd").map(|filled| filled.text).as_deref(),
                expected,
                "{format:?}"
            );
        };
        check("x{}y", Some("xabcdy"));
        check("{0}{00}{٠}", Some("abcdabcdabcd"));
        check("{}?d={{}}", Some("abcd?d={}"));
        check(
            "{0[1]}{0!r}{0:>5}{0:.2}{0:x^6s}{0:05}",
            Some("b'abcd' abcdabxabcdxabcd0"),
        );
        check("{0:{0:.0}}", Some("abcd"));
        for wrong in [
            "{}{}", "{0}{}", "{1}", "{a}", "{ }", "{-1}", "{0.x}", "{0.}", "{0[x]}", "{0[9]}", "{0[]}", "{0[0]x}",
            "{!x}", "{!}", "{:d}", "{:=9}", "{:+}", "{:#}", "{:,}", "{:.}", "{:{}}", "{0:{0}}", "{", "}", "{{}", "{}}",
            "{!rr}", "{:", "{a{b}}",
        ] {
            check(wrong, None);
        }
    }
}
