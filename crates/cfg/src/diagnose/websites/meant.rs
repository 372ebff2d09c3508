//! The website that a person meant by an entry that Isso cannot use.

use crate::diagnose::values::without_comment;
use crate::keys;
use crate::origin::{Origin, OriginError};
use crate::unindented;
use crate::website::{self, WebsiteError};

/// Why Isso does not start with an address, and what to write.
pub(super) fn refusal(text: &str, error: WebsiteError) -> (String, String) {
    let word = text.split(['=', ':']).next().unwrap_or(text).trim();
    if let Some(key) = keys::ALL.iter().find(|key| key.name == word) {
        let what = format!(
            "the line is indented, so it is a website to Isso and not the key {}",
            key.name
        );
        return (what, "Move the line to the left, to where host stands.".to_owned());
    }
    if let Some(address) = without_comment(text) {
        return (
            "a comment behind an address is part of it".to_owned(),
            format!("Write {address} alone, and the comment on a line of its own."),
        );
    }
    if let Some(fix) = alone(text) {
        let what = match unindented::words(text).count() {
            0 | 1 => "there is more on this line than an address",
            _ => "several websites stand on one line",
        };
        return (what.to_owned(), fix);
    }
    if text.contains(char::is_whitespace) {
        return (
            "there is more on this line than an address".to_owned(),
            "Leave the address alone on it, as https://blog.example.org.".to_owned(),
        );
    }
    let what = match error {
        WebsiteError::Port => "the port is not a number up to 65535",
        WebsiteError::Brackets => "the brackets hold no IPv6 address",
        WebsiteError::Space => "the address contains a space or a control character",
        WebsiteError::Label => "the host name has an empty or overlong part",
    };
    (what.to_owned(), "Write it as https://blog.example.org.".to_owned())
}

/// What to write for addresses between commas, bullets, brackets and quotation marks, as other notations have them.
fn alone(text: &str) -> Option<String> {
    let words: Vec<&str> = unindented::words(text).collect();
    let known = |word: &&str| !word.contains('@') && as_browsers_send_it(word).is_ok();
    match &words[..] {
        [] => Some("Delete what stands on this line.".to_owned()),
        [one] if *one != text && known(one) => Some(format!("Write {one}.")),
        [_, _, ..] if words.iter().all(known) => Some(format!(
            "Put each website on an indented line of its own, with nothing else on it: {}.",
            words.join(" and ")
        )),
        _ => None,
    }
}

/// What to write for an address that no browser sends.
pub(super) fn instead(text: &str) -> String {
    if let Some(fix) = alone(text).filter(|_| text != "*") {
        return fix;
    }
    if text.contains('*') {
        return "Write each of your websites on an indented line of its own: Isso knows no *.".to_owned();
    }
    let host = website::netloc(website::without_scheme(text));
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    match Origin::parse(&format!("https://{host}")) {
        // The name and the password are not shown, so they are spoken of.
        Ok(origin) if text.contains('@') => format!("Write {origin} and nothing else."),
        Ok(origin) if host != text => format!("Write {origin}."),
        _ => "Write it as https://blog.example.org.".to_owned(),
    }
}

/// The origin that is meant where the scheme is written twice, or not written out: `https:/blog.example.org`.
pub(super) fn without_scheme_slip(text: &str) -> Option<Origin> {
    let lower = text.to_lowercase();
    let after = lower.strip_prefix("http")?;
    let (scheme, after) = match after.strip_prefix('s') {
        Some(after) => ("https", after),
        None => ("http", after),
    };
    let rest = after.trim_start_matches([':', '/', '\\', ';']);
    let between = &after[..after.len() - rest.len()];
    if between == "://" {
        let again = rest.starts_with("http://") || rest.starts_with("https://");
        return as_browsers_send_it(rest).ok().filter(|_| again);
    }
    let host = website::netloc(rest);
    let is_name = host.contains('.') || host == "localhost" || host.starts_with("localhost:");
    if between.is_empty() || !is_name {
        return None;
    }
    Origin::parse(&format!("{scheme}://{host}")).ok()
}

/// The origin that a browser sends from the site that an entry means; an entry without a scheme means http.
pub(super) fn as_browsers_send_it(text: &str) -> Result<Origin, OriginError> {
    let lower = text.to_lowercase();
    let (scheme, rest) = lower.split_once("://").unwrap_or(("http", &lower));
    Origin::parse(&format!("{scheme}://{}", website::netloc(rest)))
}
