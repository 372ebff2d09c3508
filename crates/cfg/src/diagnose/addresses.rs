//! `[server]`, `[admin]`, `[rss]` and the rest: the addresses of Isso itself, and who may do what.

mod gravatar;

use std::net::IpAddr;

use super::context::{Context, FailsAt};
use crate::diagnostic::Code;
use crate::website::{self, Website, WebsiteError};
use crate::{keys, number, password, unindented};

pub(super) fn check(context: &mut Context<'_>) {
    public_endpoint(context);
    proxies(context);
    samesite(context);
    gravatar::check(context);
    feed_limit(context);
    feed_base(context);
    admin_password(context);
    no_effect(context);
}

/// Links in mail, redirects and the security of cookies all hang on this address.
fn public_endpoint(context: &mut Context<'_>) {
    let key = &keys::PUBLIC_ENDPOINT;
    let Some(endpoint) = context.effective_if_fine(key) else {
        return;
    };
    let code = Code::PublicEndpoint;
    let fix = "Write the address at which browsers reach Isso, as https://comments.example.org.";
    if endpoint.is_empty() {
        if context.mail_is_on() {
            let message = "the links in mail are made from the Host header of whoever comments, so a forged one puts a signed link \
                           for approving or deleting under a foreign address";
            context.at(key).warning(code, message).fix(fix);
        }
    } else if !has_scheme(endpoint) {
        let message =
            "the address begins with neither https:// nor http://, so links are broken and cookies are those of http";
        context.at(key).misread(code, message).fix(with_scheme(endpoint, fix));
    } else if endpoint.contains(['?', '#'])
        || endpoint.contains(char::is_whitespace)
        || website::netloc(&endpoint[endpoint.find("://").unwrap_or(0) + 3..]).is_empty()
    {
        let message = "Isso puts its own paths behind this address, which then leads nowhere";
        context.at(key).misread(code, message).fix(fix);
    } else if endpoint.ends_with('/') {
        let message = "Isso removes the slash at the end, and a later version may refuse it";
        let fix = format!("Write {}.", endpoint.trim_end_matches('/'));
        context.at(key).warning(code, message).fix(fix);
    }
}

fn has_scheme(address: &str) -> bool {
    address.starts_with("http://") || address.starts_with("https://")
}

/// The whole address, where only what stands before the host is missing or spelled in another way.
fn with_scheme(address: &str, otherwise: &str) -> String {
    let lower = address.to_lowercase();
    let scheme = if lower.starts_with("http:") { "http" } else { "https" };
    let rest = lower.trim_start_matches("https:").trim_start_matches("http:").len();
    let rest = address[address.len() - rest..].trim_matches('/');
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
        let at = context.at_item(key, &item);
        at.misread(Code::ProxyNotAnAddress, message).fix(fix);
    }
}

/// <https://werkzeug.palletsprojects.com/en/stable/http/#werkzeug.http.dump_cookie>
fn samesite(context: &mut Context<'_>) {
    let key = &keys::SAMESITE;
    let Some(samesite) = context.value_if_fine(key) else {
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
            let fix = "Set public-endpoint to an address with https://.";
            context.at(key).warning(Code::UnknownSamesite, message).fix(fix);
        }
        _ => {
            let reason = "cookies know None, Lax and Strict";
            let fix = "Write Lax, or nothing.";
            context.at(key).unusable(Code::UnknownSamesite, reason).fix(fix);
        }
    }
}

fn feed_limit(context: &mut Context<'_>) {
    let key = &keys::RSS_LIMIT;
    let limit = context.value_if_fine(key).and_then(number::getint);
    if limit.is_some_and(|limit| i64::try_from(limit).is_err()) && context.fails_at(key) != FailsAt::Never {
        let message = "SQLite counts in 64 bits, and Isso answers with an error where a feed is asked for";
        let fix = "Write a smaller number; for no limit 0.";
        context.at(key).misread(Code::OutOfRange, message).fix(fix);
    }
}

fn feed_base(context: &mut Context<'_>) {
    let key = &keys::RSS_BASE;
    let Some(base) = context.value_if_fine(key) else {
        return;
    };
    let fix = "Write the address of your website, as https://blog.example.org.";
    if matches!(Website::read(base), Err(WebsiteError::Brackets)) {
        let message = "the brackets hold no IPv6 address, and Isso answers with an error where a feed is asked for";
        context.at(key).misread(Code::PublicEndpoint, message).fix(fix);
    } else if !base.is_empty() && !has_scheme(base) {
        let message = "the address begins with neither https:// nor http://, so the links in the feed are broken";
        let fix = with_scheme(base, fix);
        context.at(key).misread(Code::PublicEndpoint, message).fix(fix);
    }
}

fn admin_password(context: &mut Context<'_>) {
    let key = &keys::ADMIN_PASSWORD;
    if context.doc.read_bool(&keys::ADMIN_ENABLED) != Some(true) || context.has_finding(key) {
        return;
    }
    if let Some((code, message)) = password::fault(context.doc)
        && code != Code::UnsetVariable
    {
        context
            .at(key)
            .warning(code, message)
            .fix("Run the action set-admin-password.");
    }
}

/// Keys for Isso's own server, which does not run here, and one that is not for production.
fn no_effect(context: &mut Context<'_>) {
    for (key, instead) in [
        (&keys::LISTEN, "Delete it: the address is set where Isso is started."),
        (&keys::LOG_FILE, "Delete it: the log is that of the service."),
        (&keys::RELOAD, "Delete it: a change of the settings restarts Isso."),
    ] {
        let value = context.value_if_fine(key).unwrap_or_default();
        if !value.is_empty() && value != key.default {
            let message = format!("{} is for Isso's own server and has no effect here", key.name);
            context.at(key).warning(Code::NoEffect, message).fix(instead);
        }
    }
    let key = &keys::PROFILE;
    if context.doc.read_bool(key) == Some(true) {
        let message = "every request is measured and printed, which is slow and fills the log";
        context.at(key).warning(Code::NoEffect, message).fix("Write false.");
    }
}
