//! Checks whether a person could log in to the admin pages, and no stranger could.

use crate::diagnostic::{Code, Diagnostic};
use crate::document::Document;
use crate::environment::Variable;
use crate::expand;
use crate::keys::{ADMIN_ENABLED, ADMIN_PASSWORD};
use crate::python::strip;

/// Passwords, beside Isso's default, that are published in Isso's own files and in samples that people copy.
///
/// <https://github.com/isso-comments/isso/blob/0.14.0/contrib/isso-dev.cfg>
const PUBLISHED: [&str; 2] = ["strong_default_password_for_isso_admin", "strong-password"];

impl Document {
    /// Says whether Isso sees an admin password that is not published.
    ///
    /// An absent key counts as no password: Isso then takes the one in its documentation. So does a variable that is
    /// not set: the text `$ADMIN_PASSWORD` would be the password.
    pub fn has_usable_password(&self) -> bool {
        fault(self).is_none()
    }

    /// Finds a password in a file that has the admin panel off, or does not turn it on. issoctl always runs Isso with
    /// its panel. The password of such a file may be a sample that no person chose, so it is not taken over.
    ///
    /// `None` if the panel is on, or there is no usable password.
    pub(crate) fn untrusted_password(&self) -> Option<Diagnostic> {
        if self.read_bool(&ADMIN_ENABLED) == Some(true) || !self.has_usable_password() {
            return None;
        }
        let message = "[admin] enabled is not on, and Isso is run with its admin panel: it is turned on, and the password that this \
                       file has for it is not taken over";
        let fix = "Run the action set-admin-password afterwards; or write enabled = true under [admin] first, if the password is one \
                   that you chose.";
        let at = Diagnostic::at(self.place(&ADMIN_ENABLED), ADMIN_ENABLED.name);
        Some(at.warning(Code::UntrustedPassword, message).fix(fix))
    }
}

/// Says why Isso must not run with the password of a document; `None` if it may.
pub(crate) fn refused(doc: &Document) -> Option<Diagnostic> {
    let (code, message) = fault(doc)?;
    let other = match code {
        Code::UnsetVariable => "Set the variable there and start issoctl again, run",
        _ => "Run",
    };
    let fix =
        format!("{other} the action set-admin-password, or write password = and a password of yours under [admin].");
    let at = Diagnostic::at(doc.place(&ADMIN_PASSWORD), ADMIN_PASSWORD.name);
    Some(at.refused(code, message).fix(fix))
}

/// What is wrong with the password.
pub(crate) fn fault(doc: &Document) -> Option<(Code, String)> {
    let password = doc.effective(&ADMIN_PASSWORD).unwrap_or_default();
    let named = named(doc);
    let (code, message) = if strip(password).is_empty() && named.is_empty() {
        (
            Code::EmptyPassword,
            "there is no admin password, and Isso is not run without one".to_owned(),
        )
    } else if strip(password).is_empty() {
        (
            Code::EmptyPassword,
            format!("{named}, which is empty, and Isso is not run without an admin password"),
        )
    } else if doc.own(&ADMIN_PASSWORD).is_none() {
        (
            Code::PublicPassword,
            "[admin] password is missing: Isso would take the one in its documentation, which everybody knows, and is not run with it"
                .to_owned(),
        )
    } else if password == ADMIN_PASSWORD.default {
        (
            Code::PublicPassword,
            "the admin password is the one in Isso's documentation, which everybody knows, and Isso is not run with it"
                .to_owned(),
        )
    } else if PUBLISHED.contains(&password) {
        (
            Code::PublicPassword,
            "the admin password is one that is published as a sample, which everybody knows, and Isso is not run with it"
                .to_owned(),
        )
    } else if is_the_name_of_a_variable(doc) {
        let environment = doc.environment();
        (
            Code::UnsetVariable,
            format!(
                "{named}, which Isso does not get from {environment}: anybody could guess the password, and Isso is not run with it"
            ),
        )
    } else {
        return None;
    };
    Some((code, message))
}

/// The variables that the password names, as the beginning of a sentence.
fn named(doc: &Document) -> String {
    let references = doc.references(&ADMIN_PASSWORD);
    let is_bare = !references.is_empty() && is_bare(doc);
    let is_told = |variable: &Variable<'_>, deliberate| deliberate || matches!(variable, Variable::Set(_));
    let texts: Vec<&str> = references
        .iter()
        .filter(|(found, variable)| is_told(variable, found.is_deliberate()) || is_bare)
        .map(|(found, _)| found.text)
        .collect();
    match texts[..] {
        [] => String::new(),
        _ => format!("[admin] password names {}", texts.join(" and ")),
    }
}

/// Whether the password names a variable that Isso does not have, or that has a value which is easy to guess.
///
/// A dollar sign in a password that a person chose (`x7$Kq9`) does no harm as long as no such variable is set.
fn is_the_name_of_a_variable(doc: &Document) -> bool {
    let lacking = |variable: &Variable<'_>| !matches!(variable, Variable::Set(_));
    let references = doc.references(&ADMIN_PASSWORD);
    let mut lacks = references.iter().filter(|(_, variable)| lacking(variable));
    let any = lacks.clone().next().is_some();
    lacks.any(|(found, _)| found.is_deliberate()) || (any && is_bare(doc))
}

/// Whether all letters and digits of the password belong to names of variables, or to values of those that are set.
fn is_bare(doc: &Document) -> bool {
    let written = doc.written(&ADMIN_PASSWORD).flatten().unwrap_or_default();
    let environment = doc.environment();
    let without = expand::replace(written, |found| match environment.variable(found.name) {
        Variable::Set(value) => Some(value),
        _ => Some(""),
    });
    !without.contains(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<(Code, usize, usize)>) {
        let doc = Document::parse(text).unwrap();
        let found = refused(&doc);
        assert_eq!(
            found.as_ref().map(|found| (found.code, found.line, found.column)),
            expected,
            "{text:?}"
        );
        assert_eq!(doc.has_usable_password(), expected.is_none());
        assert!(!format!("{found:?}").contains(ADMIN_PASSWORD.default));
    }

    #[test]
    fn an_unusable_password_is_reported_at_its_line() {
        check("[admin]\npassword = hunter2\n", None);
        check("[admin]\npassword = x7$Kq9\n", None);
        check("[admin]\npassword = $HOME\n", Some((Code::UnsetVariable, 2, 12)));
        check(
            "[admin]\npassword = strong_default_password_for_isso_admin\n",
            Some((Code::PublicPassword, 2, 12)),
        );
        check("# x\n[admin]\npassword =\n", Some((Code::EmptyPassword, 3, 1)));
        check("[admin]\n  password\n", Some((Code::EmptyPassword, 2, 3)));
        check(
            "[admin]\npassword = please_choose_a_strong_password\n",
            Some((Code::PublicPassword, 2, 12)),
        );
        check("# x\n[admin]\n", Some((Code::PublicPassword, 2, 1)));
        check("# x\n", Some((Code::PublicPassword, 1, 1)));
        check("[DEFAULT]\npassword = hunter2\n", Some((Code::PublicPassword, 1, 1)));
    }

    #[test]
    fn the_password_is_what_isso_sees() {
        let variables = [
            ("ADMIN", "hunter2"),
            ("EMPTY", ""),
            ("SPACE", "  "),
            ("PUBLIC", ADMIN_PASSWORD.default),
            ("HALF", "_choose_a_strong_password"),
            ("PYTHONPATH", "hunter2"),
        ];
        let variables = variables.map(|(name, value)| (name.into(), value.into()));
        let environment = crate::Environment::of_up(variables);
        let check = |password: &str, expected: Option<Code>| {
            let text = format!("[admin]\nenabled = true\npassword = {password}\n");
            let doc = Document::parse(text).unwrap().with_environment(&environment);
            let found = refused(&doc);
            assert_eq!(found.as_ref().map(|found| found.code), expected, "{password}");
            assert!(!format!("{found:?}").contains("hunter2"), "{found:?}");
        };
        for usable in [
            "$ADMIN",
            "${ADMIN}",
            "$ADMIN$NONE",
            "x$EMPTY",
            "x7$Kq9",
            "pa$$w",
            "Pa$$W0RD",
            "my_$ecret_word",
            "k$A_9x",
            "${",
            "$",
        ] {
            check(usable, None);
        }
        for unset in [
            "$NONE",
            "${NONE}",
            "$NONE!",
            "$NONE$MORE",
            "$EMPTY$NONE",
            "x${NONE}",
            "x$ADMIN_PASSWORD",
            "${}",
        ] {
            check(unset, Some(Code::UnsetVariable));
        }
        // A variable that Isso does not get, or always has, is no secret either.
        for known in [
            "$PYTHONPATH",
            "$SERVER_SOFTWARE",
            "x$ISSO_SETTINGS",
            "$LC_CTYPE",
            "$LANG",
        ] {
            check(known, Some(Code::UnsetVariable));
        }
        for empty in ["$EMPTY", "$EMPTY$SPACE", "${EMPTY}"] {
            check(empty, Some(Code::EmptyPassword));
        }
        for public in ["$PUBLIC", "please$HALF", "strong-password"] {
            check(public, Some(Code::PublicPassword));
        }
    }

    #[test]
    fn a_password_beside_a_panel_that_is_off_is_not_trusted() {
        let check = |text: &str, expected: Option<usize>| {
            let found = Document::parse(text).unwrap().untrusted_password();
            assert_eq!(found.map(|found| found.line), expected, "{text:?}");
        };
        check("[admin]\nenabled = true\npassword = hunter2\n", None);
        check("[admin]\npassword = hunter2\nenabled = no\n", Some(3));
        check("[admin]\nenabled = maybe\npassword = hunter2\n", Some(2));
        check("# x\n[admin]\npassword = hunter2\n", Some(2));
        check("[admin]\nenabled = false\npassword =\n", None);
        check("[admin]\nenabled = false\n", None);
    }
}
