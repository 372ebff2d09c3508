//! gunicorn's command line, as far as `supervise` has to understand it.
//!
//! [argparse](https://docs.python.org/3/library/argparse.html) takes a long option by any beginning that no other one has, and short
//! ones in one word. What a configuration file says, gunicorn itself is asked for, by the configuration that it gets from us.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::path::Path;

/// Where gunicorn finds further arguments.
pub const VARIABLE: &str = "GUNICORN_CMD_ARGS";

/// What cannot go on beside a successor, or runs no server.
const REFUSED: [&str; 6] = [
    "--pid",
    "--daemon",
    "--reload",
    "--reuse-port",
    "--check-config",
    "--print-config",
];
/// Variables that tell gunicorn and Isso what we give them, and that the option `-e` would set to something else.
const OURS: [&str; 2] = ["ISSO_SETTINGS", "NOTIFY_SOCKET"];
/// Short options that take no value, so that another one may follow in the same word.
const FLAGS: &str = "DRhv";

/// The word with an option that `supervise` must refuse.
pub fn refused(words: &[OsString]) -> Option<String> {
    let is_refused = |option: &Word| match option {
        // A beginning that is too short is refused by gunicorn, too.
        Word::Long(name) => REFUSED.iter().any(|it| it.starts_with(name)),
        Word::Short(letter) => matches!(letter, 'p' | 'D'),
    };
    let texts = words.iter().map(|word| word.to_string_lossy());
    texts
        .filter(|text| options(text).iter().any(is_refused))
        .map(Cow::into_owned)
        .next()
}

/// The word with a variable that is ours, wherever gunicorn takes one.
pub fn sets_ours(words: &[OsString]) -> Option<String> {
    let is_ours = |text: &str| {
        let value = match text.strip_prefix("-e") {
            Some(value) => value,
            None => text.strip_prefix("--env=").unwrap_or(text),
        };
        let name = value.split_once('=').map(|(name, _)| name);
        name.is_some_and(|name| OURS.contains(&name))
    };
    let mut texts = words.iter().map(|word| word.to_string_lossy());
    texts.find(|text| is_ours(text)).map(Cow::into_owned)
}

/// Whether they name a configuration.
pub fn names_configuration(words: &[OsString]) -> bool {
    let names = |option: &Word| match option {
        Word::Long(name) => "--config".starts_with(name) && name.len() > "--con".len(),
        Word::Short(letter) => *letter == 'c',
    };
    let mut texts = words.iter().map(|word| word.to_string_lossy());
    texts.any(|text| options(&text).iter().any(names))
}

/// The arguments in a variable, as gunicorn splits them.
pub fn split(variable: Option<&OsStr>) -> Vec<OsString> {
    let text = variable.map(OsStr::to_string_lossy).unwrap_or_default();
    let words = shell_words::split(&text)
        .unwrap_or_else(|_| text.split_whitespace().map(str::to_owned).collect());
    words.into_iter().map(Into::into).collect()
}

/// Whether gunicorn has a configuration of its own, in any of the ways it knows.
pub fn has_configuration(arguments: &[OsString], inherited: &[OsString]) -> bool {
    names_configuration(arguments)
        || names_configuration(inherited)
        || Path::new("gunicorn.conf.py").exists()
}

enum Word<'a> {
    /// With its dashes and without its value.
    Long(&'a str),
    Short(char),
}

fn options(text: &str) -> Vec<Word<'_>> {
    if text.starts_with("--") {
        let name = text.split('=').next().unwrap_or_default();
        return match name {
            "--" => Vec::new(),
            name => vec![Word::Long(name)],
        };
    }
    let mut found = Vec::new();
    for letter in text.strip_prefix('-').unwrap_or_default().chars() {
        found.push(Word::Short(letter));
        if !FLAGS.contains(letter) {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(
            refused(&split(Some(text.as_ref()))).as_deref(),
            expected,
            "{text}"
        );
    }

    #[test]
    fn what_cannot_be_supervised_is_found_however_it_is_written() {
        check("-w 4 --daem isso.run", Some("--daem"));
        check("-w4 -D isso.run", Some("-D"));
        check("-RD", Some("-RD"));
        check("-pPID", Some("-pPID"));
        check("--pid=/run/isso.pid", Some("--pid=/run/isso.pid"));
        check("--pi x", Some("--pi"));
        check("--reu", Some("--reu"));
        check("--print", Some("--print"));
        check("-n 'a --daemon' --daemon", Some("--daemon"));
    }

    #[test]
    fn what_can_be_is_let_through() {
        check(
            "-b 0.0.0.0:8080 -w 4 --preload --worker-tmp-dir /dev/shm isso.run",
            None,
        );
        check(
            "-n -w --reload-engine poll -u D -kD -R --check",
            Some("--check"),
        );
        check(
            "--reload-engine poll --pythonpath /x --paste y --name=-D -kD",
            None,
        );
        check("", None);
    }

    #[test]
    fn a_variable_of_ours_is_found() {
        let found = |text: &str| sets_ours(&split(Some(text.as_ref())));
        for text in [
            "-e ISSO_SETTINGS=/x",
            "-eISSO_SETTINGS=",
            "--env=NOTIFY_SOCKET=/x",
            "--en NOTIFY_SOCKET=/x",
        ] {
            assert!(found(text).is_some(), "{text}");
        }
        assert_eq!(
            found("-e X=ISSO_SETTINGS=1 -n ISSO_SETTINGS -e ISSO_SETTINGS_OLD=/x"),
            None
        );
    }

    #[test]
    fn a_configuration_is_found() {
        let names = |text: &str| names_configuration(&split(Some(text.as_ref())));
        for text in ["-c x", "-cx", "--config=x", "--confi x", "-Rc x"] {
            assert!(names(text), "{text}");
        }
        for text in [
            "--control-socket x",
            "--check-config",
            "-w 4",
            "--capture-output",
        ] {
            assert!(!names(text), "{text}");
        }
    }
}
