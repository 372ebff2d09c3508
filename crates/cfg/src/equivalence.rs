//! Compares two files by what they mean to Isso.

use crate::document::Document;
use crate::keys::{self, Key, Kind, Read};
use crate::number;
use crate::python::strip;
use crate::typed::{items, parse_bool, same_websites};

impl Document {
    /// Says whether Isso, as issoctl runs it, would behave the same with both files. Comments, order, spacing and keys
    /// that Isso does not know do not count, and neither does the spelling of a value, such as `yes` for `true` or
    /// `15m` for `900`.
    ///
    /// An absent key equals one with Isso's default. A key without a value equals only a key without a value. If a
    /// value names a variable, the values that Isso sees are compared; if it is unknown what Isso sees, the spellings
    /// are.
    ///
    /// In doubt the files differ: a needless reload does no harm.
    pub fn means_the_same(&self, other: &Document) -> bool {
        keys::ALL
            .iter()
            .filter(|key| key.read != Read::Never)
            .all(|key| same(key, self, other))
    }
}

fn same(key: &Key, one: &Document, other: &Document) -> bool {
    let undecided = one.is_undecided(key) || other.is_undecided(key);
    match (one.effective(key), other.effective(key)) {
        (_, _) if undecided => one.written(key) == other.written(key),
        (one, other) if one == other => true,
        (Some(one), Some(other)) => same_value(key, one, other),
        _ => false,
    }
}

/// Compares two spellings as Isso reads values of this kind.
/// <https://github.com/isso-comments/isso/blob/0.14.0/isso/config.py>
fn same_value(key: &Key, one: &str, other: &str) -> bool {
    fn read<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
        one.is_some() && one == other
    }
    match key.kind {
        Kind::Bool => read(parse_bool(one), parse_bool(other)),
        Kind::Int | Kind::Timedelta => read(number::getint(one), number::getint(other)),
        // Isso keeps empty items, and some of its readers object to them.
        Kind::List => one.split(',').map(strip).eq(other.split(',').map(strip)),
        Kind::Lines => {
            let (one, other) = (items(one, '\n'), items(other, '\n'));
            one == other || (*key == keys::HOST && same_websites(&one, &other))
        }
        Kind::Text | Kind::Word | Kind::Secret => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::Environment;

    const FILE: &str = "[general]\nhost = localhost\nmax-age = 15m\nnotify = stdout\n[admin]\nenabled = true\npassword = x\n[guard]\nratelimit = 2\n";

    fn document(text: &str) -> Document {
        Document::parse(text).unwrap()
    }

    /// Compares a file with itself after a replacement, both ways.
    fn check(old: &str, new: &str, expected: bool) {
        assert!(FILE.contains(old), "{old}");
        let (one, other) = (document(FILE), document(&FILE.replacen(old, new, 1)));
        assert_eq!(one.means_the_same(&other), expected, "{old:?} → {new:?}");
        assert_eq!(other.means_the_same(&one), expected, "{new:?} → {old:?}");
    }

    #[test]
    fn changes_that_isso_does_not_read_do_not_count() {
        check("[general]", "# mine\n\n[general]", true);
        check("ratelimit = 2", "  RateLimit:2  ", true);
        check("max-age = 15m", "max_age = 1h", true);
        check("[general]", "[DEFAULT]\nmax-age = 1h\n[general]", true);
        check("[guard]", "[mine]\nratelimit = 3\n[guard]", true);
        check("max-age", "log-file = /tmp/log\nmax-age", true);
        check("[guard]", "[server]\nlisten = x\nreload\n[guard]", true);
        check(
            "[admin]\nenabled = true\npassword = x\n",
            "[admin]\npassword = x\nenabled = true\n",
            true,
        );
    }

    #[test]
    fn a_spelling_of_the_same_value_is_the_same() {
        check("= true", "= Yes", true);
        check("= 15m", "= 900", true);
        check("= 15m", "= 15min", true);
        check("= 2", "= 02", true);
        check("= stdout", "= stdout ", true);
        check("host = localhost", "host =\n  http://localhost/\n", true);
        check("= stdout", "= $HOME", false);
        check("= 15m", "= $AGE", false);
    }

    #[test]
    fn an_absent_key_says_the_default() {
        check("max-age = 15m\n", "", true);
        check("notify = stdout\n", "", true);
        check("ratelimit = 2\n", "", true);
        check("password = x\n", "", false);
        check("enabled = true\n", "", false);
        check("host = localhost\n", "", false);
    }

    #[test]
    fn another_value_is_a_change() {
        check("= true", "= no", false);
        check("= true", "= tru", false);
        check("= 15m", "= 16m", false);
        check("= 15m", "= soon", false);
        check("= 2", "= 3", false);
        check("= stdout", "= stdout, smtp", false);
        check("= stdout", "= stdout,", false);
        check("= x", "= X", false);
        check("host = localhost", "host =\n  localhost\n  https://a.example\n", false);
        check("host = localhost", "host = https://localhost", false);
    }

    #[test]
    fn a_key_without_a_value_differs_from_every_value() {
        check("max-age = 15m", "max-age", false);
        check("max-age = 15m", "max-age =", false);
        let without = document("[general]\nmax-age\n");
        assert!(without.means_the_same(&document("[general]\n# mine\nmax-age\n")));
        assert!(!without.means_the_same(&document("[general]\nmax-age =\n")));
        assert!(
            !document("[general]\nhost\n").means_the_same(&document("[general]\nhost =\n")),
            "Isso fails on the first in another way"
        );
    }

    #[test]
    fn an_unknown_variable_is_compared_as_it_is_spelled() {
        let with = |value: &str| document(&format!("[general]\nhost =\n  {value}\n"));
        assert!(with("$ISSO_SITE").means_the_same(&with("$ISSO_SITE")));
        assert!(!with("$ISSO_SITE").means_the_same(&with("${ISSO_SITE}")));
        assert!(!with("$ISSO_SITE").means_the_same(&with("http://$ISSO_SITE")));
    }

    #[test]
    fn a_known_variable_is_compared_as_isso_sees_it() {
        let environment = Environment::of_up([("AGE".into(), "15m".into()), ("B".into(), "16m".into())]);
        let document = |text: &str| document(text).with_environment(&environment);
        let with = |value: &str| document(&FILE.replace("15m", value));
        assert!(with("$AGE").means_the_same(&with("900")));
        assert!(with("${AGE}").means_the_same(&with("$AGE")));
        assert!(!with("$AGE").means_the_same(&with("$B")));
        assert!(!with("$AGE").means_the_same(&with("$NONE")));
        let site = |value: &str| document(&format!("[general]\nhost =\n  {value}\n"));
        assert!(site("$SITE.example").means_the_same(&site("http://$SITE.example")));
    }

    #[test]
    fn values_that_isso_cannot_read_differ() {
        let with = |value: &str| document(&format!("[guard]\nratelimit = {value}\n"));
        assert!(!with("abc").means_the_same(&with("abd")));
        assert!(with("abc").means_the_same(&with("abc")));
    }
}
