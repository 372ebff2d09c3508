//! Whether somebody could log in to the admin pages.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::document::Document;
use crate::keys::ADMIN_PASSWORD;

impl Document {
    /// Says whether there is an admin password that is not the one everybody knows.
    ///
    /// An absent key is as bad as no password: Isso then takes the one in its documentation.
    pub fn has_usable_password(&self) -> bool {
        let password = self.read_text(&ADMIN_PASSWORD);
        !password.is_empty() && password != ADMIN_PASSWORD.default
    }
}

/// Says why Isso must not run with the password of a document, if so.
pub(crate) fn refused(doc: &Document) -> Option<Diagnostic> {
    if doc.has_usable_password() {
        return None;
    }
    let (code, message) = match doc.own(&ADMIN_PASSWORD) {
        Some(value) if value.unwrap_or_default().is_empty() => (
            Code::EmptyPassword,
            "there is no admin password, and Isso is not run without one",
        ),
        Some(_) => (
            Code::PublicPassword,
            "the admin password is the one in Isso's documentation, which everybody knows, and Isso is not run with it",
        ),
        None => (
            Code::PublicPassword,
            "[admin] password is missing: Isso would take the one in its documentation, which everybody knows, and is not run \
             with it",
        ),
    };
    let (line, column) = doc.place(&ADMIN_PASSWORD);
    Some(Diagnostic {
        severity: Severity::Refused,
        code,
        line,
        column,
        text: ADMIN_PASSWORD.name.to_owned(),
        message: message.to_owned(),
        fix: "Run the action set-admin-password, or write password = and a password of yours under [admin]."
            .to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<(Code, usize, usize)>) {
        let doc = Document::parse(text).unwrap();
        let found = refused(&doc);
        assert_eq!(
            found
                .as_ref()
                .map(|found| (found.code, found.line, found.column)),
            expected,
            "{text:?}"
        );
        assert_eq!(doc.has_usable_password(), expected.is_none());
        assert!(!format!("{found:?}").contains(ADMIN_PASSWORD.default));
    }

    #[test]
    fn the_line_of_a_password_that_is_none() {
        check("[admin]\npassword = hunter2\n", None);
        check("[admin]\npassword = $HOME\n", None);
        check(
            "# x\n[admin]\npassword =\n",
            Some((Code::EmptyPassword, 3, 1)),
        );
        check("[admin]\n  password\n", Some((Code::EmptyPassword, 2, 3)));
        check(
            "[admin]\npassword = please_choose_a_strong_password\n",
            Some((Code::PublicPassword, 2, 12)),
        );
        check("# x\n[admin]\n", Some((Code::PublicPassword, 2, 1)));
        check("# x\n", Some((Code::PublicPassword, 1, 1)));
        check(
            "[DEFAULT]\npassword = hunter2\n",
            Some((Code::PublicPassword, 1, 1)),
        );
    }
}
