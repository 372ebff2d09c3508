//! Values of samples that were never replaced.

use super::context::Context;
use crate::diagnostic::Code;
use crate::keys::{self, Key};
use crate::website::{netloc, without_scheme};

pub(super) fn check(context: &mut Context<'_>) {
    let is_known = context.value(&keys::HOST).is_some();
    for item in context.lines(&keys::HOST) {
        if is_known && is_sample(host(item.text)) {
            let message = "this is the website of a sample, and yours is not in it";
            let fix = "Write the address of your website.";
            let at = context.at_item(&keys::HOST, &item);
            at.warning(Code::Placeholder, message).fix(fix);
        }
    }
    let fix = "Write the address at which browsers reach Isso.";
    check_key(context, &keys::PUBLIC_ENDPOINT, |value| is_sample(host(value)), fix);
    let fix = "Write the address of your website.";
    check_key(context, &keys::RSS_BASE, |value| is_sample(host(value)), fix);
    let admin = &keys::ADMIN_PASSWORD;
    if context.value_if_fine(admin).is_some_and(is_published) {
        let message = "this admin password stands in samples, and is the first that a stranger tries";
        let fix = "Run the action set-admin-password.";
        context.at(admin).warning(Code::PublicPassword, message).fix(fix);
    }
    let is_address = |value: &str| is_reserved(domain(value));
    if context.mail_is_on() {
        let fix = "Write the name of your mail server.";
        check_key(context, &keys::SMTP_HOST, is_reserved, fix);
        let fix = "Write an address from which your mail server takes mail.";
        check_key(context, &keys::SMTP_FROM, is_address, fix);
        let fix = "Write what your mail provider gave you, or delete both name and password.";
        for key in [&keys::SMTP_USERNAME, &keys::SMTP_PASSWORD] {
            check_key(context, key, is_sample_word, fix);
        }
    }
    if context.notifies_by_mail() {
        check_key(context, &keys::SMTP_TO, is_address, "Write your mail address.");
    }
}

fn check_key(context: &mut Context<'_>, key: &'static Key, is_sample: impl Fn(&str) -> bool, fix: &str) {
    if context.value_if_fine(key).is_some_and(is_sample) {
        let message = format!("this {} is that of a sample", key.name);
        context.at(key).warning(Code::Placeholder, message).fix(fix);
    }
}

fn host(address: &str) -> &str {
    let host = netloc(without_scheme(address));
    host.rsplit_once(':').map_or(host, |(host, _)| host)
}

/// The domain of a mail address, with a name before it or not.
fn domain(address: &str) -> &str {
    let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
    domain.trim_end_matches(['>', '"', ' '])
}

/// Whether a name is one that documentation puts where yours belongs, as Isso's own does with `example.tld`.
fn is_sample(host: &str) -> bool {
    let host = host.to_lowercase();
    let yours = |label: &str| {
        let rest = label.strip_prefix("your").or_else(|| label.strip_prefix("my"));
        let rest = rest.map(|rest| rest.trim_start_matches(['-', '_']));
        matches!(rest, Some("domain" | "domainname" | "website" | "hostname"))
            || label.starts_with("your") && matches!(rest, Some("site" | "blog" | "server"))
    };
    host.ends_with(".tld") || host.split('.').any(yours)
}

/// Whether a domain is reserved for documentation, so that no mailbox or mail server exists there:
/// <https://www.rfc-editor.org/rfc/rfc2606>
fn is_reserved(host: &str) -> bool {
    let name = host.to_lowercase();
    let under = |domain: &str| {
        name.strip_suffix(domain)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    is_sample(host)
        || name.ends_with(".example")
        || ["example.com", "example.net", "example.org"].into_iter().any(under)
}

/// Whether a password is one that documentation, samples and articles about Isso show.
fn is_published(password: &str) -> bool {
    let plain: String = password
        .to_lowercase()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let rest = plain.strip_suffix("here").unwrap_or(&plain);
    is_template(password)
        || matches!(
            rest,
            "strongpassword"
                | "issoadminpassword"
                | "changeme"
                | "changethis"
                | "yourpassword"
                | "youradminpassword"
                | "yoursecurepassword"
                | "yourstrongpassword"
                | "adminpassword"
                | "password"
                | "admin"
        )
}

/// Whether a text only shows where another belongs: `<PASSWORD>`, `{password-here}`, `*****`, `your password`.
fn is_template(text: &str) -> bool {
    let enclosed = |open, close| {
        text.strip_prefix(open)
            .and_then(|text| text.strip_suffix(close))
            .is_some_and(|inner| inner.len() > 2 && !inner.contains('@'))
    };
    let filled = |with| text.len() > 2 && text.chars().all(|c| c == with);
    enclosed('<', '>')
        || enclosed('{', '}')
        || enclosed('[', ']')
        || filled('*')
        || filled('x')
        || filled('.')
        || text.to_lowercase().starts_with("your ")
}

/// Whether a name or password is what samples say instead of one.
fn is_sample_word(word: &str) -> bool {
    let plain: String = word
        .to_lowercase()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    is_template(word)
        || matches!(
            plain.as_str(),
            "changeme"
                | "yourpassword"
                | "yourusername"
                | "youremail"
                | "smtpusername"
                | "smtppassword"
                | "username"
                | "password"
        )
        || word.contains('@') && is_reserved(domain(word))
}
