//! `[server]`, `[admin]`, `[rss]` and the rest: the addresses of Isso itself, and who may do what.

use std::net::IpAddr;

use super::context::{Context, Stage};
use crate::diagnostic::{Code, Severity};
use crate::website::{self, Website, WebsiteError};
use crate::{format, keys, number, password, unindented};

pub(super) fn check(context: &mut Context<'_>) {
    public_endpoint(context);
    proxies(context);
    samesite(context);
    gravatar_url(context);
    feed(context);
    admin_password(context);
    no_effect(context);
}

/// Links in mail, redirects and the security of cookies all hang on this address.
fn public_endpoint(context: &mut Context<'_>) {
    let key = &keys::PUBLIC_ENDPOINT;
    let Some(endpoint) = context.effective(key).filter(|_| !context.is_noted(key)) else {
        return;
    };
    let fix = "Write the address at which browsers reach Isso, as https://comments.example.org.";
    if endpoint.is_empty() {
        if context.mail_is_on() {
            let message = "the links in mail are made from the Host header of whoever comments, so a forged one puts a signed link \
                           for approving or deleting under a foreign address";
            context.note(key, Severity::Warning, Code::PublicEndpoint, message, fix);
        }
    } else if !endpoint.starts_with("http://") && !endpoint.starts_with("https://") {
        let message =
            "the address begins with neither https:// nor http://, so links are broken and cookies are those of http";
        context.note(
            key,
            Severity::Misread,
            Code::PublicEndpoint,
            message,
            with_scheme(endpoint, fix),
        );
    } else if endpoint.contains(['?', '#'])
        || endpoint.contains(char::is_whitespace)
        || website::netloc(&endpoint[endpoint.find("://").unwrap_or(0) + 3..]).is_empty()
    {
        let message = "Isso puts its own paths behind this address, which then leads nowhere";
        context.note(key, Severity::Misread, Code::PublicEndpoint, message, fix);
    } else if endpoint.ends_with('/') {
        let message = "Isso removes the slash at the end, and a later version may refuse it";
        let fix = format!("Write {}.", endpoint.trim_end_matches('/'));
        context.note(key, Severity::Warning, Code::PublicEndpoint, message, fix);
    }
}

/// The whole address, where only what stands before the host is missing or spelled in another way.
fn with_scheme(address: &str, otherwise: &str) -> String {
    let lower = address.to_lowercase();
    let scheme = if lower.starts_with("http:") { "http" } else { "https" };
    let rest = lower.trim_start_matches("https:").trim_start_matches("http:").len();
    let rest = address[address.len() - rest..]
        .trim_start_matches('/')
        .trim_end_matches('/');
    let host = website::netloc(rest);
    let sound = !rest.contains("://")
        && !rest.contains(char::is_whitespace)
        && host.contains('.')
        && !host.contains(['@', ',']);
    if sound {
        format!("Write {scheme}://{rest}.")
    } else {
        otherwise.to_owned()
    }
}

/// Isso compares texts: a network, a name or a list with commas equals the address of no proxy.
fn proxies(context: &mut Context<'_>) {
    let key = &keys::TRUSTED_PROXIES;
    if context.value(key).is_none() {
        return;
    }
    for item in context.lines(key) {
        let fix = match item.text.parse::<IpAddr>() {
            Ok(address) if address.to_string() == item.text => continue,
            Ok(address) => format!("Write {address}."),
            Err(_) if item.text == "localhost" => "Write 127.0.0.1.".to_owned(),
            Err(_) if unindented::bare(item.text).parse::<IpAddr>().is_ok() => {
                format!("Write {}.", unindented::bare(item.text))
            }
            Err(_) if unindented::words(item.text).count() > 1 => {
                "Put each address on a line of its own, indented, without commas.".to_owned()
            }
            Err(_) => {
                "Write the IP address of the proxy, as 127.0.0.1; networks and names are not possible.".to_owned()
            }
        };
        let message = "Isso compares this with the address of a proxy, character by character, and it never matches";
        context.note_item(key, &item, Severity::Misread, Code::ProxyNotAnAddress, message, fix);
    }
}

/// <https://werkzeug.palletsprojects.com/en/stable/http/#werkzeug.http.dump_cookie>
fn samesite(context: &mut Context<'_>) {
    let key = &keys::SAMESITE;
    let Some(samesite) = context.value(key).filter(|_| !context.is_noted(key)) else {
        return;
    };
    let secure = context
        .effective(&keys::PUBLIC_ENDPOINT)
        .is_some_and(|endpoint| endpoint.starts_with("https://"));
    match samesite.to_lowercase().as_str() {
        "" | "lax" | "strict" => {}
        "none" if secure => {}
        "none" => {
            let message = "browsers take SameSite=None from https alone, which Isso only knows from public-endpoint";
            context.note(
                key,
                Severity::Warning,
                Code::UnknownSamesite,
                message,
                "Set public-endpoint to an address with https://.",
            );
        }
        _ => {
            let message = "cookies know None, Lax and Strict, and Isso answers every new comment with an error";
            context.note(
                key,
                context.severity(key),
                Code::UnknownSamesite,
                message,
                "Write Lax, or nothing.",
            );
        }
    }
}

/// Isso passes the address to Python's `str.format` with the hash as its only argument.
/// <https://docs.python.org/3/library/string.html#format-string-syntax>
fn gravatar_url(context: &mut Context<'_>) {
    const HASH: &str = "d41d8cd98f00b204e9800998ecf8427e";
    let key = &keys::GRAVATAR_URL;
    let Some(url) = context.value(key).filter(|_| !context.is_noted(key)) else {
        return;
    };
    let Some(filled) = format::fill(url, HASH) else {
        let message = format!(
            "Isso has the hash alone to fill in here, by the rules of Python's str.format, and {}",
            context.consequence(key)
        );
        let fix = match with_one_field(url).filter(|url| format::fill(url, HASH).is_some_and(|filled| filled.whole == 1)) {
            Some(url) => format!("Write {url}."),
            None => "Write {} once, where the hash belongs, and no other braces; where it belongs twice, write {0} both times.".to_owned(),
        };
        return context.note(key, context.severity(key), Code::GravatarUrl, message, fix);
    };
    if context.stage(key) == Stage::Dormant {
        return;
    }
    let fix = if url.contains("%s") {
        format!("Write {}.", url.replacen("%s", "{}", 1))
    } else {
        "Write {} where the hash belongs, and no other braces.".to_owned()
    };
    if filled.fields == 0 {
        let message = "there is no {} for the hash, so everybody has the same picture";
        context.note(key, Severity::Misread, Code::GravatarUrl, message, fix);
    } else if filled.whole != filled.fields {
        let message = format!(
            "what is in the braces alters the hash, so no picture is found: {}",
            filled.text
        );
        context.note(key, Severity::Misread, Code::GravatarUrl, message, fix);
    } else if !url.starts_with("http://") && !url.starts_with("https://") && !url.starts_with('/') {
        let message =
            "the address begins with neither https:// nor http://, so browsers look for the pictures below the page";
        context.note(
            key,
            Severity::Misread,
            Code::GravatarUrl,
            message,
            format!("Write https://{url}."),
        );
    }
}

/// The address with `{}` for the one thing in braces, or for the `%s` of other languages.
fn with_one_field(url: &str) -> Option<String> {
    if !url.contains(['{', '}']) {
        return None;
    }
    let (before, rest) = url.split_once('{')?;
    let (_, after) = rest.split_once('}').unwrap_or(("", ""));
    let after = after.trim_start_matches('}');
    let before = before.trim_end_matches('{');
    (!after.contains(['{', '}']) && !before.contains('}')).then(|| format!("{before}{{}}{after}"))
}

fn feed(context: &mut Context<'_>) {
    let limit = &keys::RSS_LIMIT;
    let too_many = context
        .value(limit)
        .and_then(number::getint)
        .is_some_and(|number| i64::try_from(number).is_err());
    if too_many && context.stage(limit) != Stage::Dormant && !context.is_noted(limit) {
        let message = "SQLite counts in 64 bits, and Isso answers with an error where a feed is asked for";
        context.note(
            limit,
            Severity::Misread,
            Code::OutOfRange,
            message,
            "Write a smaller number; for no limit 0.",
        );
    }
    let key = &keys::RSS_BASE;
    let Some(base) = context.value(key).filter(|_| !context.is_noted(key)) else {
        return;
    };
    let fix = "Write the address of your website, as https://blog.example.org.";
    if matches!(Website::read(base), Err(WebsiteError::Brackets)) {
        let message = "the brackets hold no IPv6 address, and Isso answers with an error where a feed is asked for";
        return context.note(key, Severity::Misread, Code::PublicEndpoint, message, fix);
    }
    if !base.is_empty() && !base.starts_with("http://") && !base.starts_with("https://") {
        let message = "the address begins with neither https:// nor http://, so the links in the feed are broken";
        let fix = with_scheme(base, fix);
        context.note(key, Severity::Misread, Code::PublicEndpoint, message, fix);
    }
}

fn admin_password(context: &mut Context<'_>) {
    let key = &keys::ADMIN_PASSWORD;
    if context.doc.read_bool(&keys::ADMIN_ENABLED) != Some(true) || context.is_noted(key) {
        return;
    }
    if let Some((code, message)) = password::fault(context.doc)
        && code != Code::UnsetVariable
    {
        let fix = "Run the action set-admin-password.";
        context.note(key, Severity::Warning, code, message, fix);
    }
}

/// Keys for Isso's own server, which does not run here, and one that is not for production.
fn no_effect(context: &mut Context<'_>) {
    for (key, instead) in [
        (&keys::LISTEN, "Delete it: the address is set where Isso is started."),
        (&keys::LOG_FILE, "Delete it: the log is that of the service."),
        (&keys::RELOAD, "Delete it: a change of the settings restarts Isso."),
    ] {
        if context
            .value(key)
            .is_some_and(|value| !value.is_empty() && value != key.default)
            && !context.is_noted(key)
        {
            let message = format!("{} is for Isso's own server and has no effect here", key.name);
            context.note(key, Severity::Warning, Code::NoEffect, message, instead);
        }
    }
    if context.doc.read_bool(&keys::PROFILE) == Some(true) {
        let message = "every request is measured and printed, which is slow and fills the log";
        context.note(
            &keys::PROFILE,
            Severity::Warning,
            Code::NoEffect,
            message,
            "Write false.",
        );
    }
}
