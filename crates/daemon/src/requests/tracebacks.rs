//! The tracebacks of requests in what a gunicorn logs.

/// How much of an exception is shown.
const MAX_EXCEPTION: usize = 200;

/// A failed request, as the log of one gunicorn tells it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Traceback {
    pub(crate) exception: String,
    /// Not another exception of the same request.
    pub(crate) is_new: bool,
    /// Whether the request was to save something.
    pub(crate) saves: bool,
}

/// Finds the tracebacks of requests in the lines of one gunicorn.
///
/// [Isso](https://github.com/isso-comments/isso/blob/0.14.0/isso/__init__.py) logs `…:ERROR: POST /new` and gunicorn
/// `[ERROR] Error handling request POST /new`; the next line begins the traceback. All of one is written at once, so
/// the lines of two workers do not mix.
#[derive(Debug, Default)]
pub(crate) struct Tracebacks {
    at: At,
    saves: bool,
    is_new: bool,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum At {
    #[default]
    Elsewhere,
    /// A request has failed, and its traceback follows.
    Failed,
    Traceback,
    /// After the exception. Another one, which came of it, may follow.
    Exception,
}

impl Tracebacks {
    /// Takes the next line; gives a failure when the line ends its traceback.
    pub(crate) fn line(&mut self, line: &str) -> Option<Traceback> {
        if let Some(method) = failed_method(line) {
            self.at = At::Failed;
            self.saves = ["POST", "PUT", "DELETE"].contains(&method);
            self.is_new = true;
        } else if line.starts_with("Traceback (most recent call last):") {
            self.at = match self.at {
                At::Elsewhere => At::Elsewhere,
                _ => At::Traceback,
            };
        } else if self.at == At::Traceback {
            let exception = exception(line)?;
            self.at = At::Exception;
            return Some(Traceback {
                exception,
                is_new: std::mem::take(&mut self.is_new),
                saves: self.saves,
            });
        } else if !between_exceptions(line) {
            self.at = At::Elsewhere;
        }
        None
    }
}

/// The method of the request that failed, if the line says so.
fn failed_method(line: &str) -> Option<&str> {
    let request = line
        .split_once(":ERROR: ")
        .or_else(|| line.split_once("[ERROR] Error handling request "))
        .map(|(_, request)| request)?;
    let method = request.split(' ').next()?;
    let is_method = !method.is_empty() && method.bytes().all(|it| it.is_ascii_uppercase());
    (is_method && request[method.len()..].starts_with(" /")).then_some(method)
}

fn between_exceptions(line: &str) -> bool {
    line.is_empty()
        || line.starts_with("During handling of the above exception")
        || line.starts_with("The above exception was the direct cause")
}

/// The exception that ends a traceback, up to what it quotes.
fn exception(line: &str) -> Option<String> {
    let class = line.split(':').next()?;
    let begins = line.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_');
    let is_path = |it: char| it.is_ascii_alphanumeric() || it == '_' || it == '.';
    if !begins || !class.chars().all(is_path) {
        return None;
    }
    let unquoted = line.split(['\'', '"', '`', '{', '<']).next()?;
    let words: String = unquoted.chars().take(MAX_EXCEPTION).collect();
    let words = words.trim_end_matches([' ', ':', '(', ',', '[']);
    Some(words.escape_debug().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(log: &str, expected: &[(&str, bool, bool)]) {
        let mut tracebacks = Tracebacks::default();
        let found: Vec<_> = log.lines().filter_map(|it| tracebacks.line(it)).collect();
        let expected = expected.iter().map(|(exception, is_new, saves)| Traceback {
            exception: (*exception).to_owned(),
            is_new: *is_new,
            saves: *saves,
        });
        assert_eq!(found, expected.collect::<Vec<_>>(), "{log}");
    }

    const LOCKED: &str = "2026-01-01 00:00:00,000:ERROR: POST /new\nTraceback (most recent call last):\n  \
         File \"x.py\", line 1, in new\n    rv = self.comments.add(uri, data)\n         ^^^^\n\
         sqlite3.OperationalError: database is locked\n";

    #[test]
    fn the_exception_of_a_request_is_found() {
        let found = ("sqlite3.OperationalError: database is locked", true, true);
        check(LOCKED, &[found]);
        check(
            &format!("{LOCKED}2026-01-01 00:00:01,000:INFO: x\n{LOCKED}"),
            &[found, found],
        );
        let get = LOCKED.replace("POST /new", "GET /");
        check(&get, &[(found.0, true, false)]);
        let gunicorn = LOCKED.replace(
            "2026-01-01 00:00:00,000:ERROR: POST",
            "[2026-01-01 00:00:00 +0000] [7] [ERROR] Error handling request PUT",
        );
        check(&gunicorn, &[found]);
        check(
            &LOCKED.replace("Error: database is locked", "Error"),
            &[("sqlite3.OperationalError", true, true)],
        );
    }

    #[test]
    fn chained_exceptions_count_as_one_request_with_the_last() {
        let more = "\nDuring handling of the above exception, another exception occurred:\n\n\
             Traceback (most recent call last):\n  File \"y.py\"\nValueError: no\n";
        let first = ("sqlite3.OperationalError: database is locked", true, true);
        check(&format!("{LOCKED}{more}"), &[first, ("ValueError: no", false, true)]);
    }

    #[test]
    fn a_traceback_without_a_request_is_none_of_one() {
        check(
            "Exception in thread Thread-1:\nTraceback (most recent call last):\n  File \"x\"\nKeyError: 1\n",
            &[],
        );
        check(
            "2026-01-01 00:00:00,000:ERROR: unable to send mail\nTraceback (most recent call last):\n  File \"x\"\nOSError\n",
            &[],
        );
        check(
            &format!(
                "{}KeyError: 1\n",
                LOCKED.split("sqlite3").next().unwrap_or_default().replace("POST ", "")
            ),
            &[],
        );
        // A line of another process is no exception.
        let other = LOCKED.replace(
            "sqlite3",
            "[2026-01-01 00:00:00 +0000] [7] [INFO] Booting worker\nsqlite3",
        );
        check(&other, &[("sqlite3.OperationalError: database is locked", true, true)]);
    }

    #[test]
    fn quotes_of_an_exception_are_not_kept() {
        let quoting = |line: &str, kept: &str| {
            check(
                &LOCKED.replace("sqlite3.OperationalError: database is locked", line),
                &[(kept, true, true)],
            );
        };
        quoting("KeyError: 'hunter2'", "KeyError");
        quoting(
            "ValueError: invalid literal for int() with base 10: 'hunter2'",
            "ValueError: invalid literal for int() with base 10",
        );
        quoting(
            "smtplib.SMTPAuthenticationError: (535, b'hunter2')",
            "smtplib.SMTPAuthenticationError: (535, b",
        );
        quoting("x.SMTPRecipientsRefused: {'a@b': 1}", "x.SMTPRecipientsRefused");
        quoting(
            &format!("E: {}", "x".repeat(4000)),
            &format!("E: {}", "x".repeat(MAX_EXCEPTION - 3)),
        );
        quoting("E: \u{1b}[31m", "E: \\u{1b}[31m");
    }
}
