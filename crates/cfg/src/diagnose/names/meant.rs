//! What a person meant by a name that Isso does not know.

use strsim::{damerau_levenshtein, normalized_damerau_levenshtein};

use crate::keys::{self, Key};
use crate::unindented;

/// The key of a section that a name means: spelled as in a shell, in JSON or in another program, or with a slip.
pub(super) fn key(section: &str, spelled: &str) -> Option<&'static Key> {
    let name = plain(spelled);
    let name = name.strip_prefix(&format!("{section}-")).unwrap_or(&name);
    let name = other_word(section, name).unwrap_or(name);
    let siblings = keys::ALL.iter().filter(|key| key.section == section);
    nearest(name, siblings.map(|key| key.name)).and_then(|name| keys::find(section, name))
}

/// The keys of any section that have just this name.
pub(super) fn homes(spelled: &str) -> Vec<&'static Key> {
    let name = plain(spelled);
    keys::ALL.iter().filter(|key| key.name == name).collect()
}

/// The section that a name means.
pub(super) fn section(spelled: &str) -> Option<&'static str> {
    let name = unindented::bare(spelled)
        .to_lowercase()
        .replace(['-', '_', '/', ' ', ':'], ".");
    let name = match name.trim_matches('.') {
        "mail" | "email" | "e.mail" => "smtp",
        "markdown" => "markup",
        "mistune" => "markup.mistune",
        "misaka" => "markup.misaka",
        "feed" | "atom" => "rss",
        other => other,
    };
    nearest(name, keys::ALL.iter().map(|key| key.section))
}

/// The option of the script in the pages that has this name, without its `data-isso-`.
/// <https://isso-comments.de/docs/reference/client-config/>
pub(super) fn client_option(name: &str) -> Option<&'static str> {
    const OPTIONS: [&str; 18] = [
        "avatar",
        "avatar-bg",
        "avatar-fg",
        "css",
        "css-url",
        "default-lang",
        "feed",
        "lang",
        "max-comments-nested",
        "max-comments-top",
        "page-author-hashes",
        "post-action-text-for",
        "reply-notifications-default-enabled",
        "reveal-on-click",
        "root-id",
        "sorting",
        "vote",
        "vote-levels",
    ];
    let name = plain(name);
    let name = name.strip_prefix("data-isso-").unwrap_or(&name);
    OPTIONS.iter().find(|option| **option == name).copied()
}

/// A name as Isso spells names: lower case, hyphens, and nothing around it.
fn plain(spelled: &str) -> String {
    let lower = spelled.to_lowercase();
    let name = unindented::bare(&lower);
    let name = ["export ", "set ", "let "]
        .iter()
        .find_map(|word| name.strip_prefix(word))
        .unwrap_or(name);
    let visible = unindented::bare(name).chars().filter(|c| !unindented::is_invisible(*c));
    visible
        .map(|c| {
            if matches!(c, '_' | '.' | '‐'..='―' | '−') || c.is_whitespace() {
                '-'
            } else {
                c
            }
        })
        .collect()
}

/// Words that other programs use for a key of Isso.
fn other_word(section: &str, name: &str) -> Option<&'static str> {
    Some(match (section, name) {
        ("smtp", "user" | "login") => "username",
        ("smtp", "pass" | "passwd") => "password",
        ("smtp", "server" | "hostname") => "host",
        ("smtp", "sender" | "mail-from") => "from",
        ("smtp", "recipient" | "mail-to") => "to",
        ("smtp", "tls" | "encryption") => "security",
        ("general", "hosts" | "website" | "websites" | "url" | "origin") => "host",
        ("general", "database" | "db" | "dbfile") => "dbpath",
        ("server", "endpoint" | "public-url") => "public-endpoint",
        ("server", "proxies" | "trusted-proxy") => "trusted-proxies",
        _ => return None,
    })
}

/// The known name that is a slip of the finger away.
fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    // What is much longer is no slip, and would take long to compare.
    let length = name.chars().count();
    known
        .filter(|known| {
            length.abs_diff(known.len()) <= 2
                && damerau_levenshtein(name, known) <= 2
                && normalized_damerau_levenshtein(name, known) > 0.5
        })
        .min_by_key(|known| damerau_levenshtein(name, known))
}
