//! The `$NAME` that Isso replaces in every value.
//!
//! Isso passes each value through Python's `os.path.expandvars`, and there is no way to escape a dollar sign. An unknown
//! name stays as it is written, so only names that the server's environment has do harm. That environment is kept
//! minimal; this module knows what remains of it.

/// Finds the first `$NAME` or `${NAME}` that Isso would replace by something else.
///
/// <https://docs.python.org/3/library/os.path.html#os.path.expandvars>
pub(crate) fn replaced(value: &str) -> Option<Reference<'_>> {
    references(value).find(|reference| in_environment(reference.name))
}

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

impl Reference<'_> {
    /// Says whether the person may have meant it: variables named `ISSO_…` are passed on for this very purpose.
    pub fn is_invited(&self) -> bool {
        self.name.starts_with(INVITED) && self.name != "ISSO_SETTINGS"
    }
}

/// Variables of this prefix reach Isso, because upstream documents them as a way to set values.
/// <https://isso-comments.de/docs/reference/server-config/>
const INVITED: &str = "ISSO_";

/// Says whether Isso may run with a variable of this name.
fn in_environment(name: &str) -> bool {
    // gunicorn sets SERVER_SOFTWARE, the supervisor ISSO_SETTINGS and NOTIFY_SOCKET, and Python itself LC_CTYPE when it
    // starts without a locale (https://peps.python.org/pep-0538/).
    matches!(name, "SERVER_SOFTWARE" | "LC_CTYPE" | "NOTIFY_SOCKET") || name.starts_with(INVITED)
}

/// Every match of `\$(\w+|\{[^}]*\})`, where `\w` is ASCII.
fn references(value: &str) -> impl Iterator<Item = Reference<'_>> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_the_environment_are_replaced() {
        let check = |value: &str, expected: Option<&str>| {
            assert_eq!(replaced(value).map(|r| r.text), expected, "{value:?}");
        };
        check("a$ISSO_SETTINGS", Some("$ISSO_SETTINGS"));
        check("${LC_CTYPE}x", Some("${LC_CTYPE}"));
        check("$$SERVER_SOFTWARE", Some("$SERVER_SOFTWARE"));
        check("$HOME$NOTIFY_SOCKET", Some("$NOTIFY_SOCKET"));
        check("${x $ISSO_A", Some("$ISSO_A"));
        check("$ISSO_é", Some("$ISSO_"));
        check("$HOME ${PATH} $ $1 ${} $$", None);
        check("$LC_CTYPEX", None);
        check("${ISSO_", None);
        check("no dollar", None);
    }
}
