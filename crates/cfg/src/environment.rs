//! The environment variables that Isso's settings may name, as far as this process knows them.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::sync::Arc;

use crate::expand::Reference;

/// The environment of the process that starts Isso.
///
/// Isso replaces `$NAME` and `${NAME}` in every value of `isso.cfg`. Isso is given the variables of this environment
/// that its settings name, except those that steer Python, gunicorn or the C library. These are *withheld*, because a
/// word in `isso.cfg` must not change how Isso is run. `issoctl supervise` passes on the variables that steer Python
/// and gunicorn, whether the settings name them or not.
///
/// This crate does not read the environment of its process; the caller hands the variables in.
#[derive(Clone, Default)]
pub struct Environment {
    variables: Arc<BTreeMap<OsString, OsString>>,
    process: Process,
}

/// The process that has an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Process {
    /// `issoctl up`.
    Up,
    /// `issoctl supervise`.
    Supervise,
    /// A command, while no host runs that could be asked.
    Command,
    /// A host in another process, whose environment is guessed: a variable that is missing here may be set there.
    #[default]
    Other,
}

/// What Isso makes of a reference to a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Variable<'e> {
    /// Isso replaces the reference by this value.
    Set(&'e str),
    /// There is no such variable, and Isso takes the reference as text.
    Unset,
    /// Isso is not given the variable, whether it is set or not, and takes the reference as text.
    Withheld(Reason),
    /// Isso always has this variable, with a value that no person chose.
    Internal,
}

/// Why Isso is not given a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    SteersPython,
    SteersGunicorn,
    SteersSystem,
    NotText,
}

impl Environment {
    /// The environment of `issoctl up`.
    pub fn of_up(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Environment {
        Environment::new(variables, Process::Up)
    }

    /// The environment of `issoctl supervise`, which passes on the variables that steer Python and gunicorn.
    pub fn of_supervise(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Environment {
        Environment::new(variables, Process::Supervise)
    }

    /// The environment of a command that reads the settings while no host runs.
    pub fn of_command(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Environment {
        Environment::new(variables, Process::Command)
    }

    /// The environment of a host in another process, guessed from that of the command that works in its place. A
    /// variable may hold another text there, so no value that names one is repaired.
    pub fn of_other_process(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Environment {
        Environment::new(variables, Process::Other)
    }

    fn new(variables: impl IntoIterator<Item = (OsString, OsString)>, process: Process) -> Environment {
        Environment {
            variables: Arc::new(variables.into_iter().collect()),
            process,
        }
    }

    /// The variables that Isso gets whether its settings name them or not.
    pub fn inherited(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        let all = self.variables.iter().filter(|_| self.process == Process::Supervise);
        all.map(|(name, value)| (name.as_os_str(), value.as_os_str()))
            .filter(|(name, _)| name.to_str().is_some_and(is_passed_on))
    }

    /// Says what Isso makes of a reference to this name.
    pub(crate) fn variable(&self, name: &str) -> Variable<'_> {
        if INTERNAL.contains(&name) {
            return Variable::Internal;
        }
        let found = self.variables.get(OsStr::new(name));
        let inherited = self.process == Process::Supervise && is_passed_on(name);
        if let Some(reason) = steers(name)
            && !(found.is_some() && inherited)
        {
            return Variable::Withheld(reason);
        }
        match found.map(|value| value.to_str()) {
            Some(Some(value)) => Variable::Set(value),
            Some(None) => Variable::Withheld(Reason::NotText),
            None => Variable::Unset,
        }
    }

    /// Whether a variable that is not set here is not set for Isso either.
    pub(crate) fn is_complete(&self) -> bool {
        self.process != Process::Other
    }
}

/// Names the environment, as the end of "… from" or "… in".
impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.process {
            Process::Up => "the environment of `issoctl up`",
            Process::Supervise => "the environment of `issoctl supervise`",
            Process::Command => "the environment of this command",
            Process::Other => "the environment in which Isso is run",
        })
    }
}

/// Shows no value, because values are secrets.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment")
            .field("process", &self.process)
            .field("names", &self.variables.keys())
            .finish()
    }
}

impl Reason {
    /// The reason, as a part of a sentence about the variable.
    pub fn text(self) -> &'static str {
        match self {
            Reason::SteersPython => "it steers Python",
            Reason::SteersGunicorn => "it steers gunicorn",
            Reason::SteersSystem => "it steers the C library or one that Python loads",
            Reason::NotText => "what it holds is not UTF-8",
        }
    }
}

impl Reference<'_> {
    /// Whether the reference is meant as one: the name stands in braces, or is of capitals and has a `_`, as in
    /// `$ADMIN_PASSWORD`. A password may contain `$Kq9` or `$ecret_word` by accident.
    pub fn is_deliberate(&self) -> bool {
        const SHORTEST: usize = 5;
        let is_usual = |c: char| matches!(c, 'A'..='Z' | '0'..='9' | '_');
        self.text.starts_with("${")
            || (self.name.len() >= SHORTEST && self.name.contains('_') && self.name.chars().all(is_usual))
    }
}

/// issoctl sets the first two, gunicorn the third, and Python itself the last when it starts without a locale
/// (<https://peps.python.org/pep-0538/>).
const INTERNAL: [&str; 4] = ["ISSO_SETTINGS", "NOTIFY_SOCKET", "SERVER_SOFTWARE", "LC_CTYPE"];

/// Whether `issoctl supervise` passes a variable of this name on, even if no setting names it.
fn is_passed_on(name: &str) -> bool {
    ["PYTHON", "GUNICORN_", "ISSO_"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
        && name != "ISSO_SETTINGS"
        || GUNICORN.contains(&name)
}

/// What gunicorn reads beside `GUNICORN_…`.
const GUNICORN: [&str; 3] = ["FORWARDED_ALLOW_IPS", "SENDFILE", "WEB_CONCURRENCY"];

/// Says which program a variable of this name would steer, beside standing in a value.
///
/// <https://docs.python.org/3/using/cmdline.html#environment-variables>,
/// <https://docs.gunicorn.org/en/stable/settings.html>, `ld.so(8)`, `environ(7)`, `resolv.conf(5)`
fn steers(name: &str) -> Option<Reason> {
    const PYTHON: [&str; 5] = ["LANG", "LANGUAGE", "SSLKEYLOGFILE", "SSL_CERT_DIR", "SSL_CERT_FILE"];
    const SYSTEM: [&str; 9] = [
        "BASH_ENV",
        "GCONV_PATH",
        "GETCONF_DIR",
        "GLIBC_TUNABLES",
        "HOSTALIASES",
        "LOCALDOMAIN",
        "LOCPATH",
        "NLSPATH",
        "RES_OPTIONS",
    ];
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| name.starts_with(prefix));
    if starts(&["PYTHON", "LC_"]) || PYTHON.contains(&name) {
        Some(Reason::SteersPython)
    } else if starts(&["GUNICORN_", "LISTEN_"]) || GUNICORN.contains(&name) {
        Some(Reason::SteersGunicorn)
    } else if starts(&["LD_", "MALLOC_", "OPENSSL_", "SQLITE_"]) || SYSTEM.contains(&name) {
        Some(Reason::SteersSystem)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(process: Process) -> Environment {
        let variables = [
            "A",
            "ISSO_A",
            "ISSO_SETTINGS",
            "LD_PRELOAD",
            "LISTEN_FDS",
            "PYTHONPATH",
            "WEB_CONCURRENCY",
            "LANG",
        ]
        .map(|name| (name.into(), "x".into()));
        Environment::new(variables, process)
    }

    #[test]
    fn variables_that_steer_are_withheld_unless_isso_has_them_anyway() {
        let check = |process, name: &str, expected| {
            assert_eq!(environment(process).variable(name), expected, "{process:?} {name}");
        };
        for process in [Process::Up, Process::Supervise, Process::Command, Process::Other] {
            check(process, "A", Variable::Set("x"));
            check(process, "a", Variable::Unset);
            check(process, "ISSO_SETTINGS", Variable::Internal);
            check(process, "LC_CTYPE", Variable::Internal);
            check(process, "LD_PRELOAD", Variable::Withheld(Reason::SteersSystem));
            check(process, "LC_ALL", Variable::Withheld(Reason::SteersPython));
            check(process, "LANG", Variable::Withheld(Reason::SteersPython));
            check(process, "PYTHONHOME", Variable::Withheld(Reason::SteersPython));
        }
        check(Process::Up, "PYTHONPATH", Variable::Withheld(Reason::SteersPython));
        check(
            Process::Up,
            "WEB_CONCURRENCY",
            Variable::Withheld(Reason::SteersGunicorn),
        );
        check(Process::Supervise, "PYTHONPATH", Variable::Set("x"));
        check(Process::Supervise, "WEB_CONCURRENCY", Variable::Set("x"));
    }

    #[test]
    fn supervise_alone_inherits_what_steers_python_and_gunicorn() {
        let names = |process| -> Vec<String> {
            let environment = environment(process);
            let inherited = environment.inherited();
            inherited.map(|(name, _)| name.to_string_lossy().into_owned()).collect()
        };
        assert_eq!(names(Process::Up), [""; 0]);
        assert_eq!(names(Process::Supervise), ["ISSO_A", "PYTHONPATH", "WEB_CONCURRENCY"]);
    }

    #[test]
    fn debug_shows_no_value() {
        let environment = Environment::of_up([("A".into(), "secret".into())]);
        assert!(!format!("{environment:?}").contains("secret"));
    }
}
