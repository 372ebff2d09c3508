//! The `$NAME` that Isso replaces in every value.
//!
//! Isso passes each value through Python's `os.path.expandvars`, and there is no way to escape a dollar sign. A name
//! that is not in the environment stays as it is written, and what a variable holds is not looked through again.
//!
//! <https://docs.python.org/3/library/os.path.html#os.path.expandvars>

/// A `$NAME` or `${NAME}` in a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reference<'v> {
    /// Where the dollar sign stands, in bytes.
    pub start: usize,
    /// The whole of it.
    pub text: &'v str,
    /// The name alone.
    pub name: &'v str,
}

/// Every match of `\$(\w+|\{[^}]*\})`, where `\w` is ASCII.
pub(crate) fn references(value: &str) -> impl Iterator<Item = Reference<'_>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let start = from + value[from..].find('$')?;
            let after = &value[start + 1..];
            from = start + 1;
            let (name, length) = match after.strip_prefix('{') {
                Some(braced) => match braced.find('}') {
                    Some(end) => (&braced[..end], end + 2),
                    None => continue,
                },
                None => {
                    let end = after
                        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                        .unwrap_or(after.len());
                    (&after[..end], end)
                }
            };
            if length == 0 {
                continue;
            }
            from += length;
            return Some(Reference {
                start,
                text: &value[start..from],
                name,
            });
        }
    })
}

/// The value with each reference replaced for which there is something to put in its place.
pub(crate) fn replace<'e>(value: &str, mut with: impl FnMut(&Reference<'_>) -> Option<&'e str>) -> String {
    let mut text = String::with_capacity(value.len());
    let mut from = 0;
    for reference in references(value) {
        if let Some(replacement) = with(&reference) {
            text.push_str(&value[from..reference.start]);
            text.push_str(replacement);
            from = reference.start + reference.text.len();
        }
    }
    text.push_str(&value[from..]);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_found_as_python_finds_them() {
        let check = |value: &str, expected: &[&str]| {
            let found: Vec<&str> = references(value).map(|found| found.text).collect();
            assert_eq!(found, expected, "{value:?}");
        };
        check("a$ISSO_SETTINGS", &["$ISSO_SETTINGS"]);
        check("${LC_CTYPE}x", &["${LC_CTYPE}"]);
        check("$$A", &["$A"]);
        check("$A$B", &["$A", "$B"]);
        check("${x $A", &["$A"]);
        check("$A_é", &["$A_"]);
        check("${a b}${}", &["${a b}", "${}"]);
        check("${a\nb}", &["${a\nb}"]);
        check("$ $- ${ $é no dollar", &[]);
    }
}
