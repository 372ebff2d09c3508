//! `[general] host`: the websites whose pages may show and post comments.

mod meant;

use super::context::{Context, Item};
use crate::diagnostic::{Code, Severity};
use crate::keys::HOST;
use crate::origin::Origin;
use crate::website::{self, Website};

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
        let fix = match context.unindented.iter().find(|items| *items.key == HOST) {
            Some(items) => items.fix(),
            None if let Some(line) = line_without_delimiter(context) => {
                format!("Put = after host on line {line}.")
            }
            None => "Write host = and the address of your website, or localhost.".to_owned(),
        };
        return context.at(&HOST).refused(Code::NoWebsite, message).fix(fix);
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
        context.at(&HOST).warning(Code::TooManyWebsites, message).fix(fix);
    }
    if let [first, _, ..] = &items[..]
        && Website::read(first.text).is_ok_and(|site| site.origin() == "http://localhost")
    {
        let message = "the first website is the one Isso falls back to, and this is none that people visit";
        let fix = "Move localhost to the end.";
        let at = context.at_item(&HOST, first);
        at.warning(Code::WebsiteFallback, message).fix(fix);
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
    let at = context.at_item(&HOST, &shown(item));
    let site = Website::read(item.text);
    if let Some(origin) = meant::without_scheme_slip(item.text) {
        let (severity, consequence) = match site {
            Ok(_) => (Severity::Misread, "no browser ever sends this"),
            Err(_) => (Severity::Refused, "Isso does not start with it"),
        };
        let message = format!("an address begins with https:// or http://, once, and {consequence}");
        let found = at.problem(severity, Code::WebsiteNeverMatches, message);
        return found.fix(format!("Write {origin}."));
    }
    let site = match site {
        Ok(site) => site,
        Err(error) => {
            let (reason, fix) = meant::refusal(item.text, error);
            return at.unusable(Code::WebsiteRefused, reason).fix(fix);
        }
    };
    match meant::as_browsers_send_it(item.text) {
        Ok(origin) if origin.as_str() == site.origin() => path(context, item, &origin),
        Ok(origin) => {
            let message =
                format!("browsers send this address as {origin}, and Isso compares every character: it never matches");
            let found = at.misread(Code::WebsiteNeverMatches, message);
            found.fix(format!("Write {origin}."));
        }
        Err(error) => {
            let message = format!("no browser ever sends this address: {error}");
            let found = at.misread(Code::WebsiteNeverMatches, message);
            found.fix(meant::instead(item.text));
        }
    }
}

fn path(context: &mut Context<'_>, item: &Item<'_>, origin: &Origin) {
    let rest = website::without_scheme(item.text);
    if !matches!(&rest[website::netloc(rest).len()..], "" | "/") {
        let message = format!("Isso ignores the path: every page of {origin} may show and post comments");
        let at = context.at_item(&HOST, item);
        at.warning(Code::WebsitePath, message).fix(format!("Write {origin}."));
    }
}

/// What may be shown of an entry: the part in front of the host may hold a password.
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
        let found = crate::diagnose::diagnose_text(&format!("[general]\nhost =\n{names}  localhost\n"));
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
