//! Reads gunicorn's command line, as far as `supervise` has to understand it.
//!
//! [argparse](https://docs.python.org/3/library/argparse.html) accepts a long option by any unambiguous prefix, and
//! several short options in one word. Options in a configuration file are checked in gunicorn itself, by the
//! configuration that issoctl passes to it.

use std::ffi::{OsStr, OsString};
use std::path::Path;

/// Where gunicorn finds further arguments.
pub const VARIABLE: &str = "GUNICORN_CMD_ARGS";

/// An option that `supervise` must refuse.
#[derive(Debug, PartialEq, Eq)]
pub struct Refused {
    /// The word in which it stands.
    pub word: String,
    /// What is wrong with it.
    pub why: &'static str,
    /// What to do.
    pub hint: &'static str,
}

type Why = (&'static str, &'static str);
const ONE_AT_A_TIME: Why = (
    "stands in the way of two gunicorns taking turns",
    "leave it out; issoctl does its work",
);
const TLS: Why = (
    "has gunicorn speak TLS, which issoctl does not speak with it",
    "leave it out, and put a reverse proxy with TLS before Isso",
);
const NO_WORKER: Why = (
    "leaves no worker to answer requests",
    "give it one worker or more, such as -w 4",
);
/// Options with which gunicorn cannot run beside its successor, runs no server, or cannot answer issoctl's probes.
const REFUSED: [(&str, &str, Why); 8] = [
    ("-p", "--pid", ONE_AT_A_TIME),
    ("-D", "--daemon", ONE_AT_A_TIME),
    ("", "--reload", ONE_AT_A_TIME),
    ("", "--reuse-port", ONE_AT_A_TIME),
    ("", "--check-config", ONE_AT_A_TIME),
    ("", "--print-config", ONE_AT_A_TIME),
    ("", "--certfile", TLS),
    ("", "--keyfile", TLS),
];
/// Variables that issoctl sets for gunicorn and Isso. The option `-e` would overwrite them.
const OUR_VARIABLES: [&str; 2] = ["ISSO_SETTINGS", "NOTIFY_SOCKET"];
/// Short options that take no value, so that another one may follow in the same word.
const FLAGS: &str = "DRhv";

/// An option that `supervise` must refuse, if there is one.
pub fn refused(words: &[OsString]) -> Option<Refused> {
    let refused = |option: Given| {
        // gunicorn itself refuses an ambiguous prefix.
        let is = |short: &str, long: &str| {
            option.name == short || (option.name.starts_with("--") && long.starts_with(&option.name))
        };
        let known = REFUSED.iter().find(|(short, long, _)| is(short, long));
        let is_zero = option.value.trim().parse::<i64>() == Ok(0);
        let (why, hint) = match known {
            Some((_, _, why)) => *why,
            None if option.is("-w", "--workers") && is_zero => NO_WORKER,
            None => return None,
        };
        let word = option.word;
        Some(Refused { word, why, hint })
    };
    options(words).into_iter().find_map(refused)
}

/// The word with an option that sets one of these variables.
pub fn sets_our_variable(words: &[OsString]) -> Option<String> {
    let sets = |option: &Given| {
        let name = option.value.split('=').next().unwrap_or_default();
        option.is("-e", "--env") && OUR_VARIABLES.contains(&name)
    };
    options(words).into_iter().find(sets).map(|it| it.word)
}

/// Whether the options name a configuration file.
pub fn names_configuration(words: &[OsString]) -> bool {
    let names = |option: &Given| {
        let is_begun = "--config".starts_with(&option.name) && option.name.len() > "--con".len();
        option.name == "-c" || is_begun
    };
    options(words).iter().any(names)
}

/// Splits the arguments in a variable as gunicorn does.
pub fn split(variable: Option<&OsStr>) -> Vec<OsString> {
    let text = variable.map(OsStr::to_string_lossy).unwrap_or_default();
    let words = shell_words::split(&text).unwrap_or_else(|_| text.split_whitespace().map(str::to_owned).collect());
    words.into_iter().map(Into::into).collect()
}

/// Whether gunicorn has a configuration of its own, in any of the ways it knows.
pub fn has_configuration(arguments: &[OsString], inherited: &[OsString]) -> bool {
    names_configuration(arguments) || names_configuration(inherited) || Path::new("gunicorn.conf.py").exists()
}

/// An option on the command line.
struct Given {
    word: String,
    /// With its dashes.
    name: String,
    /// The value, or the next word if the option takes no value.
    value: String,
}

impl Given {
    fn is(&self, short: &str, long: &str) -> bool {
        self.name == short || self.name == long
    }
}

fn options(words: &[OsString]) -> Vec<Given> {
    let texts: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
    let mut found = Vec::new();
    for (at, text) in texts.iter().enumerate() {
        let next = texts.get(at + 1).map_or("", |next| next);
        let mut add = |name: String, value: &str| {
            found.push(Given {
                word: text.clone().into_owned(),
                name,
                value: value.to_owned(),
            });
        };
        if text == "--" {
            continue;
        }
        if text.starts_with("--") {
            let (name, value) = text.split_once('=').unwrap_or((text, next));
            add(name.to_owned(), value);
            continue;
        }
        let letters = text.strip_prefix('-').unwrap_or_default();
        for (at, letter) in letters.char_indices() {
            let rest = &letters[at + letter.len_utf8()..];
            let value = if rest.is_empty() { next } else { rest };
            add(format!("-{letter}"), value.strip_prefix('=').unwrap_or(value));
            if !FLAGS.contains(letter) {
                break;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        let found = refused(&split(Some(text.as_ref())));
        assert_eq!(found.map(|it| it.word).as_deref(), expected, "{text}");
    }

    #[test]
    fn a_refused_option_is_found_however_it_is_written() {
        check("-w 4 --daem isso.run", Some("--daem"));
        check("-w4 -D isso.run", Some("-D"));
        check("-RD", Some("-RD"));
        check("-pPID", Some("-pPID"));
        check("--pid=/run/isso.pid", Some("--pid=/run/isso.pid"));
        check("--pi x", Some("--pi"));
        check("--reu", Some("--reu"));
        check("--print", Some("--print"));
        check("-n 'a --daemon' --daemon", Some("--daemon"));
        check("--certf x --keyfile=y", Some("--certf"));
        check("--keyfile=y", Some("--keyfile=y"));
        check("-w 0", Some("-w"));
        check("-Rw0", Some("-Rw0"));
        check("--workers=0 isso.run", Some("--workers=0"));
        let why = refused(&split(Some("-w 0".as_ref()))).map(|it| it.why);
        assert_eq!(why, Some(NO_WORKER.0));
    }

    #[test]
    fn other_options_are_accepted() {
        check(
            "-b 0.0.0.0:8080 -w 4 --preload --worker-tmp-dir /dev/shm isso.run",
            None,
        );
        check("-n -w --reload-engine poll -u D -kD -R --check", Some("--check"));
        check(
            "--reload-engine poll --pythonpath /x --paste y --name=-D -kD --cert-reqs 0 -w 10",
            None,
        );
        check("", None);
    }

    #[test]
    fn a_variable_of_ours_is_found() {
        let found = |text: &str| sets_our_variable(&split(Some(text.as_ref())));
        for text in [
            "-e ISSO_SETTINGS=/x",
            "-eISSO_SETTINGS=",
            "-e=ISSO_SETTINGS=/x",
            "-ReISSO_SETTINGS=/x",
            "-Re ISSO_SETTINGS=/x",
            "--env=NOTIFY_SOCKET=/x",
            "--env NOTIFY_SOCKET=/x",
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
        for text in ["--control-socket x", "--check-config", "-w 4", "--capture-output"] {
            assert!(!names(text), "{text}");
        }
    }
}
