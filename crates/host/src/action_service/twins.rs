//! A website and its twin: the same name with `www.` or without.

use isso_cfg::Origin;
use isso_doctor::{Finding, Mend};
use serde_json::{Value, json};

/// Whether a saved website may redirect to a twin that is not saved. A name of one machine or network has no twin, and
/// one that is reserved for documents has no website (RFC 2606).
pub(super) fn may_have_twin(site: &str, saved: &[String]) -> bool {
    const RESERVED: [&str; 10] = [
        "test",
        "example",
        "invalid",
        "localhost",
        "local",
        "onion",
        "internal",
        "example.com",
        "example.net",
        "example.org",
    ];
    let is_local = Origin::parse(site).map_or(true, |origin| origin.is_local());
    let host = host(site);
    let is_number = host.starts_with('[') || host.ends_with(|last: char| last.is_ascii_digit());
    let is_reserved = RESERVED
        .iter()
        .any(|name| host == *name || host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.')));
    let has_dot = host.contains('.');
    !is_local && !is_number && !is_reserved && has_dot && twin(site).is_some_and(|twin| !saved.contains(&twin))
}

/// Of findings about saved websites, the twins that they redirect to, each behind its website; and the mend that adds
/// them all.
pub(super) fn added_twins(findings: &[Finding], action: &str) -> Option<(Vec<(String, String)>, Mend)> {
    let mut twins = Vec::new();
    let mut websites: Vec<Value> = Vec::new();
    for finding in findings {
        let (Some(website), Some(mend)) = (&finding.subject, &finding.mend) else {
            continue;
        };
        let Some(twin) = twin(website).filter(|_| mend.action == action) else {
            continue;
        };
        let list = mend.fields.get("websites").and_then(Value::as_array);
        let Some(list) = list.filter(|list| list.contains(&json!(twin))) else {
            continue;
        };
        if websites.is_empty() {
            websites.clone_from(list);
        } else {
            websites.push(json!(twin));
        }
        twins.push((website.clone(), twin));
    }
    let fields = [("websites".to_owned(), Value::Array(websites))];
    (!twins.is_empty()).then(|| {
        let mend = Mend {
            action: action.to_owned(),
            fields: fields.into_iter().collect(),
        };
        (twins, mend)
    })
}

/// The same origin with `www.` before the name, or without.
fn twin(site: &str) -> Option<String> {
    let (scheme, rest) = site.split_once("://")?;
    Some(match rest.strip_prefix("www.") {
        Some(bare) => format!("{scheme}://{bare}"),
        None => format!("{scheme}://www.{rest}"),
    })
}

/// The name in an origin, without the port.
fn host(site: &str) -> &str {
    let rest = site.split_once("://").map_or(site, |(_, rest)| rest);
    match rest.rsplit_once(':') {
        Some((host, port)) if port.chars().all(|c| c.is_ascii_digit()) => host,
        _ => rest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_names_without_their_twin_are_looked_at() {
        let check = |site: &str, saved: &[&str], expected| {
            let saved: Vec<_> = saved.iter().map(|it| (*it).to_owned()).collect();
            assert_eq!(may_have_twin(site, &saved), expected, "{site}");
        };
        check("https://blog.company", &["https://blog.company"], true);
        check(
            "https://www.blog.company:8443",
            &["https://www.blog.company:8443"],
            true,
        );
        check("https://blog.company", &["https://www.blog.company"], false);
        check("https://www.blog.company", &["https://blog.company"], false);
        for local in [
            "http://localhost",
            "https://blog.example.org",
            "https://example.com",
            "https://blog.test",
            "https://box.local",
            "http://192.168.1.5:8080",
            "https://203.0.113.7",
            "https://[2001:db8::1]:8443",
            "https://intranet",
            "*.example",
        ] {
            check(local, &[], false);
        }
    }

    #[test]
    fn twins_are_offered_together() {
        let finding = |site: &str, list: &[&str]| -> Finding {
            serde_json::from_value(json!({
                "id": "site-reachable", "subject": site, "status": "fail", "cause": "", "fix": null,
                "mend": { "action": "set-websites", "fields": { "websites": list } },
            }))
            .unwrap()
        };
        let (one, two) = ("https://a.company", "https://www.b.company");
        let findings = [
            finding(one, &[one, two, "https://www.a.company"]),
            finding(two, &[one, two, "https://b.company"]),
            finding("https://c.company", &["https://elsewhere.company"]),
        ];
        let (twins, mend) = added_twins(&findings, "set-websites").unwrap();
        assert_eq!(twins.len(), 2, "{twins:?}");
        let expected = json!([one, two, "https://www.a.company", "https://b.company"]);
        assert_eq!(mend.fields["websites"], expected);
        assert!(added_twins(&findings[2..], "set-websites").is_none());
    }
}
