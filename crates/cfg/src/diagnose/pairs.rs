//! Settings that contradict each other: each is fine, and together they do not do what either of them says.

use super::context::Context;
use crate::diagnostic::Code;
use crate::keys;
use crate::number;
use crate::website::{netloc, without_scheme};

pub(super) fn check(context: &mut Context<'_>) {
    unsent(context);
    login(context);
    port(context);
    guard(context);
    moderation(context);
    salt(context);
    links_to_nowhere(context);
}

/// Mail is off unless `notify` turns it on, and a file without `notify` may still name a recipient.
fn unsent(context: &mut Context<'_>) {
    let key = &keys::SMTP_TO;
    let is_given = context.doc.own(key).flatten().is_some_and(|value| value.contains('@'));
    if is_given && context.doc.own(&keys::NOTIFY).is_none() && !context.mail_is_on() {
        let message = "Isso sends no mail unless notify names smtp, and this file does not have notify";
        let fix = context.steps(&[(&keys::NOTIFY, "smtp".to_owned())]);
        context.at(key).warning(Code::Contradiction, message).fix(fix);
    }
}

/// Isso logs in when it has both.
/// <https://github.com/isso-comments/isso/blob/0.14.0/isso/ext/notifications.py>
fn login(context: &mut Context<'_>) {
    let (user, password) = (&keys::SMTP_USERNAME, &keys::SMTP_PASSWORD);
    if !context.mail_is_on() {
        return;
    }
    for (given, missing) in [(user, password), (password, user)] {
        let is_given = context.doc.own(given).flatten().is_some_and(|value| !value.is_empty());
        if is_given && context.effective(missing) == Some("") && !context.has_finding(given) {
            let message = format!(
                "Isso logs in with a name and a password, and {} is missing: it does not log in",
                missing.name
            );
            let fix = format!("Write {} too, or delete {}.", missing.name, given.name);
            context.at(given).misread(Code::Contradiction, message).fix(fix);
        }
    }
}

/// Port 465 begins with TLS, 587 and 25 begin without: <https://www.rfc-editor.org/rfc/rfc8314>
fn port(context: &mut Context<'_>) {
    let (security, port) = (&keys::SMTP_SECURITY, &keys::SMTP_PORT);
    if !context.mail_is_on() || context.has_finding(security) || context.has_finding(port) {
        return;
    }
    let number = context.effective(port).and_then(number::getint);
    let (message, key, value) = match (context.effective(security), number) {
        (Some("ssl"), Some(number @ (587 | 25))) => (
            format!("with ssl Isso begins with TLS, and on port {number} mail servers begin without: no mail goes out"),
            port,
            "465",
        ),
        (Some("starttls" | "none"), Some(465)) => (
            "on port 465 mail servers begin with TLS, which Isso does with ssl alone: no mail goes out".to_owned(),
            security,
            "ssl",
        ),
        _ => return,
    };
    let fix = context.steps(&[(key, value.to_owned())]);
    let blamed = if context.doc.own(port).is_some() {
        port
    } else {
        security
    };
    context.at(blamed).warning(Code::Contradiction, message).fix(fix);
}

/// What is demanded of commenters is demanded by the guard.
/// <https://github.com/isso-comments/isso/blob/0.14.0/isso/db/spam.py>
fn guard(context: &mut Context<'_>) {
    if context.doc.read_bool(&keys::GUARD_ENABLED) != Some(false) {
        return;
    }
    for key in [&keys::REQUIRE_AUTHOR, &keys::REQUIRE_EMAIL] {
        if context.doc.read_bool(key) == Some(true) {
            let message = format!(
                "{} is demanded by the guard, which is off: Isso takes comments without",
                key.name
            );
            let fix = context.steps(&[(&keys::GUARD_ENABLED, "true".to_owned())]);
            context.at(key).warning(Code::Contradiction, message).fix(fix);
        }
    }
}

fn moderation(context: &mut Context<'_>) {
    let key = &keys::APPROVE_IF_EMAIL_PREVIOUSLY_APPROVED;
    let off = context.doc.read_bool(&keys::MODERATION_ENABLED) == Some(false);
    if off && context.doc.read_bool(key) == Some(true) {
        let message = "moderation is off, so every comment is shown at once, approved or not";
        let fix = context.steps(&[(&keys::MODERATION_ENABLED, "true".to_owned())]);
        context.at(key).warning(Code::Contradiction, message).fix(fix);
    }
}

/// Only PBKDF2 is given the salt: <https://github.com/isso-comments/isso/blob/0.14.0/isso/utils/hash.py>
fn salt(context: &mut Context<'_>) {
    let key = &keys::SALT;
    let plain = context
        .effective(&keys::ALGORITHM)
        .is_some_and(|algorithm| !algorithm.starts_with("pbkdf2"));
    let salted = context
        .value_if_fine(key)
        .is_some_and(|salt| !salt.is_empty() && salt != key.default);
    if plain && salted && !context.has_finding(&keys::ALGORITHM) {
        let message = "Isso gives the salt to pbkdf2 alone, so it has no effect with this algorithm";
        let fix = context.steps(&[(&keys::ALGORITHM, keys::ALGORITHM.default.to_owned())]);
        context.at(key).warning(Code::Contradiction, message).fix(fix);
    }
}

/// Links in mail lead to the endpoint, and those in a feed to the pages.
fn links_to_nowhere(context: &mut Context<'_>) {
    let websites = context.doc.read_lines(&keys::HOST);
    let elsewhere = websites.iter().any(|website| !is_local(website));
    let endpoint = &keys::PUBLIC_ENDPOINT;
    let local = context.value_if_fine(endpoint).is_some_and(is_local);
    if local && elsewhere && context.mail_is_on() {
        let message = "the links in mail lead to this address, which only a browser on the server itself can reach";
        let fix = "Write the address at which browsers reach Isso, as https://comments.example.org.";
        context.at(endpoint).warning(Code::PublicEndpoint, message).fix(fix);
    }
    let base = &keys::RSS_BASE;
    if let (Some(pages), Some(isso)) = (context.value_if_fine(base), context.value(endpoint))
        && !pages.is_empty()
        && host(pages) == host(isso)
        && !websites.iter().any(|website| host(website) == host(pages))
    {
        let message = "this is the address of Isso, and the links in a feed lead to your pages";
        let fix = "Write the address of your website, as https://blog.example.org.";
        context.at(base).misread(Code::Contradiction, message).fix(fix);
    }
}

fn host(address: &str) -> String {
    netloc(without_scheme(address)).to_lowercase()
}

/// Whether an address is that of the machine on which it is read.
fn is_local(address: &str) -> bool {
    let host = host(address);
    ["localhost", "127.0.0.1", "[::1]", "0.0.0.0"].iter().any(|local| {
        host.strip_prefix(local)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
    })
}
