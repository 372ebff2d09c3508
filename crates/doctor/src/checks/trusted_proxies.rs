//! `trusted-proxies`: whether the entries of `[server] trusted-proxies` can match the address of a proxy.
//!
//! Isso compares texts: <https://github.com/isso-comments/isso/blob/0.14.0/isso/views/comments.py> (`_remote_addr`).

use std::net::IpAddr;

use isso_actions::Language;
use isso_cfg::{Document, keys};
use serde_json::{Map, json};

use crate::checks::Check;
use crate::report::{Finding, Status};
use crate::tr;

pub const CHECK: Check = Check {
    id: "trusted-proxies",
    run: |looks| Box::pin(async { vec![judge(&looks.patient.contents.cfg, looks.language())] }),
};

fn judge(cfg: &Document, language: Language) -> Finding {
    let entries = cfg.read_lines(&keys::TRUSTED_PROXIES);
    if entries.is_empty() {
        return Finding::new(&CHECK, Status::Pass, tr!(language, "trusted-proxies.none"));
    }
    let is_fine = |entry: &str| entry.parse::<IpAddr>().is_ok_and(|ip| ip.to_string() == entry);
    let wrong: Vec<&str> = entries
        .iter()
        .map(String::as_str)
        .filter(|entry| !is_fine(entry))
        .collect();
    if wrong.is_empty() {
        return Finding::new(&CHECK, Status::Pass, tr!(language, "trusted-proxies.fine"));
    }
    let mut meant: Vec<String> = Vec::new();
    for address in entries.iter().flat_map(|entry| meant_by(entry)) {
        if !meant.contains(&address) {
            meant.push(address);
        }
    }
    let entries = wrong.join(", ");
    let found = Finding::new(
        &CHECK,
        Status::Warn,
        tr!(language, "trusted-proxies.never", entries = entries),
    );
    if meant.is_empty() {
        return found.fix(tr!(language, "trusted-proxies.remove"));
    }
    let fields = Map::from_iter([("proxies".to_owned(), json!(meant))]);
    found
        .fix(tr!(language, "trusted-proxies.write", addresses = meant.join(", ")))
        .mend("set-reverse-proxies", fields)
}

/// The addresses that an entry means: those in it, spelled as proxies spell them. A network means none.
fn meant_by(entry: &str) -> Vec<String> {
    let words = entry.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '"' | '\''));
    let address = |word: &str| -> Option<IpAddr> {
        let bare = word
            .strip_prefix('[')
            .and_then(|word| word.strip_suffix(']'))
            .unwrap_or(word);
        let one = bare
            .strip_suffix("/32")
            .filter(|ip| !ip.contains(':'))
            .or_else(|| bare.strip_suffix("/128"));
        match one.unwrap_or(bare) {
            "localhost" => "127.0.0.1".parse().ok(),
            text => text.parse().ok(),
        }
    };
    words.filter_map(address).map(|ip| ip.to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(entries: &str) -> Finding {
        let cfg = format!("[server]\ntrusted-proxies = {}\n", entries.replace('\n', "\n    "));
        judge(&Document::parse(cfg).unwrap(), Language::English)
    }

    #[test]
    fn entries_that_never_match_are_named_and_mended() {
        for (entries, meant) in [
            ("", None),
            ("127.0.0.1\n2001:db8::1", None),
            ("127.0.0.1, 192.0.2.1", Some(vec!["127.0.0.1", "192.0.2.1"])),
            ("127.0.0.1\n10.0.0.0/8", Some(vec!["127.0.0.1"])),
            ("192.0.2.1/32", Some(vec!["192.0.2.1"])),
            ("2001:DB8:0::1", Some(vec!["2001:db8::1"])),
            ("[::1]\n::1", Some(vec!["::1"])),
            ("localhost\nproxy.example.org", Some(vec!["127.0.0.1"])),
            ("10.0.0.0/8", Some(vec![])),
            ("nginx", Some(vec![])),
        ] {
            let found = found(entries);
            let mend = found.mend.map(|mend| mend.fields["proxies"].clone());
            let expected = meant
                .as_ref()
                .filter(|meant| !meant.is_empty())
                .map(|meant| json!(meant));
            assert_eq!(mend, expected, "{entries}");
            let status = if meant.is_some() { Status::Warn } else { Status::Pass };
            assert_eq!(found.status, status, "{entries}");
        }
    }
}
