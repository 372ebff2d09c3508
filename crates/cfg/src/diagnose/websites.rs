//! `[general] host`: the websites whose pages may show and post comments.

use super::context::{Context, Item};
use super::values::without_comment;
use crate::diagnostic::{Code, Severity};
use crate::keys::{self, HOST};
use crate::origin::{Origin, OriginError};
use crate::unindented;
use crate::website::{self, Website, WebsiteError};

/// How many websites there may be without a warning. When it starts, [Isso asks one after the
/// other](https://github.com/isso-comments/isso/blob/0.14.0/isso/__init__.py#L201) for `/`, each for up to 5 s, until
/// one answers; with so many that takes eight minutes at worst, and nothing else is served meanwhile.
pub const MOST_WEBSITES: usize = 100;

pub(super) fn check(context: &mut Context<'_>) {
    let Some(value) = context.effective(&HOST) else {
        return;
    };
    if value.is_empty() {
        let message = "no website is named, and Isso does not start without one";
        let fix = match context.strays.iter().find(|run| *run.key == HOST) {
            Some(run) => run.fix(),
            None if let Some(line) = line_without_delimiter(context) => {
                format!("Put = after host on line {line}.")
            }
            None => "Write host = and the address of your website, or localhost.".to_owned(),
        };
        return context.note(&HOST, Severity::Refused, Code::NoWebsite, message, fix);
    }
    let items = context.lines(&HOST);
    for item in &items {
        entry(context, item);
    }
    // The placeholder `localhost` does not count.
    let is_meant = |item: &&Item<'_>| item.text != "localhost";
    let count = items.iter().filter(is_meant).count();
    if count > MOST_WEBSITES {
        let message = format!(
            "these are {count} websites, and Isso asks one after the other, for up to 5 seconds each, whether it answers before it \
             starts to serve: that may take {} minutes",
            (count * 5).div_ceil(60)
        );
        let fix = format!(
            "Name {MOST_WEBSITES} at most, the one that surely answers first, and serve the others by an Isso of their own."
        );
        context.note(&HOST, Severity::Warning, Code::TooManyWebsites, message, fix);
    }
    if let [first, _, ..] = &items[..]
        && Website::read(first.text).is_ok_and(|site| site.origin() == "http://localhost")
    {
        let message = "the first website is the one Isso falls back to, and this is none that people visit";
        context.note_item(
            &HOST,
            first,
            Severity::Warning,
            Code::WebsiteFallback,
            message,
            "Move localhost to the end.",
        );
    }
}

/// The line where `host` stands with an address behind it and no `=` between them.
fn line_without_delimiter(context: &Context<'_>) -> Option<usize> {
    let keys = context.doc.ini().get_map_ref().get(HOST.section)?.keys();
    let mut spans = keys
        .filter(|name| name.starts_with("host "))
        .filter_map(|name| context.doc.key_span(HOST.section, name));
    Some(spans.next()?.line)
}

fn entry(context: &mut Context<'_>, item: &Item<'_>) {
    let shown = &shown(item);
    if let Some(origin) = without_scheme_slip(item.text) {
        let (severity, consequence) = match Website::read(item.text) {
            Ok(_) => (Severity::Misread, "no browser ever sends this"),
            Err(_) => (Severity::Refused, "Isso does not start with it"),
        };
        let message = format!("an address begins with https:// or http://, once, and {consequence}");
        let code = Code::WebsiteNeverMatches;
        let fix = format!("Write {origin}.");
        return context.note_item(&HOST, shown, severity, code, message, fix);
    }
    let site = match Website::read(item.text) {
        Ok(site) => site,
        Err(error) => {
            let (what, fix) = refusal(item.text, error);
            let message = format!("{what}, and Isso does not start with it");
            return context.note_item(&HOST, shown, Severity::Refused, Code::WebsiteRefused, message, fix);
        }
    };
    match as_browsers_send_it(item.text) {
        Ok(origin) if origin.as_str() == site.origin() => path(context, item, &origin),
        Ok(origin) => {
            let message =
                format!("browsers send this address as {origin}, and Isso compares every character: it never matches");
            context.note_item(
                &HOST,
                shown,
                Severity::Misread,
                Code::WebsiteNeverMatches,
                message,
                format!("Write {origin}."),
            );
        }
        Err(error) => {
            let fix = alone(item.text)
                .filter(|_| item.text != "*")
                .unwrap_or_else(|| as_it_is_meant(item.text));
            let message = format!("no browser ever sends this address: {error}");
            context.note_item(&HOST, shown, Severity::Misread, Code::WebsiteNeverMatches, message, fix);
        }
    }
}

fn refusal(text: &str, error: WebsiteError) -> (String, String) {
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
fn as_it_is_meant(text: &str) -> String {
    if text.contains('*') {
        return "Write each of your websites on an indented line of its own: Isso knows no *.".to_owned();
    }
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let host = website::netloc(rest);
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    match Origin::parse(&format!("https://{host}")) {
        // The name and the password are not shown, so they are spoken of.
        Ok(origin) if text.contains('@') => format!("Write {origin} and nothing else."),
        Ok(origin) if host != text => format!("Write {origin}."),
        _ => "Write it as https://blog.example.org.".to_owned(),
    }
}

/// The origin that is meant where the scheme is written twice, or not written out: `https:/blog.example.org`.
fn without_scheme_slip(text: &str) -> Option<Origin> {
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
fn as_browsers_send_it(text: &str) -> Result<Origin, OriginError> {
    let lower = text.to_lowercase();
    let (scheme, rest) = lower.split_once("://").unwrap_or(("http", &lower));
    Origin::parse(&format!("{scheme}://{}", website::netloc(rest)))
}

fn path(context: &mut Context<'_>, item: &Item<'_>, origin: &Origin) {
    let rest = item.text.split_once("://").map_or(item.text, |(_, rest)| rest);
    if !matches!(&rest[website::netloc(rest).len()..], "" | "/") {
        let message = format!("Isso ignores the path: every page of {origin} may show and post comments");
        context.note_item(
            &HOST,
            item,
            Severity::Warning,
            Code::WebsitePath,
            message,
            format!("Write {origin}."),
        );
    }
}

/// What may be shown of an entry: somebody may have put a password in front of the host.
fn shown<'d>(item: &Item<'d>) -> Item<'d> {
    let text = item.text.rsplit_once('@').map_or(item.text, |(_, host)| host);
    Item {
        text,
        span: item.span.clone(),
        expanded: item.expanded,
    }
}

#[cfg(test)]
mod tests {
    use super::MOST_WEBSITES;
    use crate::diagnostic::{Code, Severity};

    fn check(websites: usize, expected: bool) {
        let names: String = (0..websites)
            .map(|number| format!("  https://blog-{number}.example\n"))
            .collect();
        let found = crate::diagnose_text(&format!("[general]\nhost =\n{names}  localhost\n"));
        let found = found.iter().find(|it| it.code == Code::TooManyWebsites);
        assert_eq!(found.is_some(), expected, "{websites}: {found:?}");
        assert!(found.is_none_or(|it| it.severity == Severity::Warning && it.line == 3));
    }

    #[test]
    fn so_many_websites_that_a_start_takes_minutes_are_told() {
        check(MOST_WEBSITES, false);
        check(MOST_WEBSITES + 1, true);
        check(60_000, true);
    }
}
