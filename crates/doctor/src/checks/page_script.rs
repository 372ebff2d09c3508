//! `page-script`: whether a page's script loads Isso's client, and the client finds the public address.

use content_security_policy::HashAlgorithm;
use isso_actions::Language;
use url::Url;

use crate::checks::Check;
use crate::looks::Looks;
use crate::looks::address::Address;
use crate::looks::exchange::{Answer, NoAnswer, Request};
use crate::looks::info::Info;
use crate::page::{Endpoint, Pages, Script, Seen, strip_client};
use crate::report::{Finding, Status};
use crate::tr;

pub const CHECK: Check = Check {
    id: "page-script",
    run: |looks| {
        Box::pin(async {
            let mut findings = Vec::new();
            for page in Pages::with_client(looks, &CHECK).await {
                findings.push(match page {
                    Ok(seen) => look(looks, &seen).await,
                    Err(finding) => *finding,
                });
            }
            findings
        })
    },
};

/// What was seen of the addresses that a page names.
struct Asked<'a> {
    /// What the address of the script answers.
    script: Result<&'a Answer, &'a NoAnswer>,
    /// Where the client sends its requests.
    endpoint: Endpoint,
    /// What answers there at `/info`, if it is not the public address.
    isso: Option<Result<&'a Answer, &'a NoAnswer>>,
}

async fn look(looks: &Looks, seen: &Seen) -> Finding {
    let language = looks.language();
    let Some((place, _, src)) = seen.client() else {
        return seen.finding(&CHECK, Status::Skip, tr!(language, "page.no-client"));
    };
    let public = looks.address();
    let endpoint = match seen.html.endpoint(place) {
        Endpoint::Known(url) => Endpoint::Known(seen.upgraded(&url)),
        other => other,
    };
    let script = looks.follow(src).await;
    let isso = match &endpoint {
        Endpoint::Known(url) if !is_same(url, public.as_ref()) => match Address::parse(url.as_str()) {
            Some(address) => Some(looks.answer(Request::get(address.url("/info"))).await),
            None => None,
        },
        _ => None,
    };
    let asked = Asked {
        script: script.answer(),
        endpoint,
        isso: isso.as_ref().map(|exchange| exchange.answer.as_ref()),
    };
    let asked_too = script.steps().iter().chain(&isso).map(|exchange| exchange.evidence());
    judge(seen, &asked, public.as_ref(), language).evidence(asked_too)
}

fn judge(seen: &Seen, asked: &Asked<'_>, public: Option<&Address>, language: Language) -> Finding {
    let found = |status, cause| seen.finding(&CHECK, status, cause);
    let address = public.map_or_else(|| "https://comments.example.org".to_owned(), Address::to_string);
    let Some((_, script, src)) = seen.client() else {
        return found(Status::Skip, tr!(language, "page.no-client"));
    };
    if let Some(finding) = not_loaded(seen, script, &src, asked.script, &address, language) {
        return finding;
    }
    let fix = tr!(language, "page-script.data-isso-fix", address = address);
    let endpoint = match &asked.endpoint {
        Endpoint::Known(url) => url,
        Endpoint::NoScheme(value) => {
            return found(Status::Fail, tr!(language, "page-script.no-scheme", value = value)).fix(fix);
        }
        Endpoint::Stopped => return found(Status::Fail, tr!(language, "page-script.stopped")).fix(fix),
        Endpoint::OtherScript(_) => return found(Status::Fail, tr!(language, "page-script.other-script")).fix(fix),
        Endpoint::Chance => return found(Status::Warn, tr!(language, "page-script.chance")).fix(fix),
    };
    let shown = shown(endpoint);
    match asked.isso {
        Some(Ok(answer)) if Info::of(answer).is_some() => {}
        Some(Err(reason)) if reason.may_be_ours() => {
            let reason = reason.text(language);
            return found(
                Status::Unknown,
                tr!(language, "page-script.not-asked", page = shown, reason = reason),
            );
        }
        Some(_) => {
            return found(Status::Fail, tr!(language, "page-script.no-isso", page = shown)).fix(fix);
        }
        None => {}
    }
    if public.is_some() && !is_same(endpoint, public) {
        let cause = tr!(language, "page-script.other-address", page = shown, address = address);
        return found(Status::Warn, cause).fix(tr!(language, "page-script.other-address-fix", address = address));
    }
    match strip_client(&without_query(&src)) {
        Some(from) if is_same(&from, Address::parse(endpoint.as_str()).as_ref()) => {
            found(Status::Pass, tr!(language, "page-script.same", address = shown))
        }
        _ => {
            let cause = tr!(language, "page-script.two-addresses", script = src, page = shown);
            found(Status::Warn, cause).fix(tr!(language, "page-script.two-addresses-fix", address = address))
        }
    }
}

/// What keeps the script from being loaded and run.
fn not_loaded(
    seen: &Seen,
    script: &Script,
    src: &Url,
    answer: Result<&Answer, &NoAnswer>,
    address: &str,
    language: Language,
) -> Option<Finding> {
    let found = |status, cause| Some(seen.finding(&CHECK, status, cause));
    let answer = match answer {
        // Isso's client, whatever its version, has the id of its element in it.
        Ok(answer) if answer.is_success() && is_client(&answer.body) => answer,
        Ok(answer) => {
            let cause = tr!(language, "page-script.no-script", script = src, status = answer.status);
            let fix = tr!(language, "page-script.no-script-fix", address = address);
            return found(Status::Fail, cause).map(|finding| finding.fix(fix));
        }
        Err(reason) => {
            let status = if reason.may_be_ours() {
                Status::Unknown
            } else {
                Status::Fail
            };
            let cause = tr!(
                language,
                "page-script.no-answer",
                script = src,
                reason = reason.text(language)
            );
            let fix = tr!(language, "page-script.no-script-fix", address = address);
            return found(status, cause).map(|finding| finding.fix(fix));
        }
    };
    let integrity = script.attribute("integrity").unwrap_or_default();
    let is_foreign = src.origin() != seen.url.origin();
    let is_cors = script.attribute("crossorigin").is_some() || script.is_module();
    if has_hash(integrity) && is_foreign && !is_cors {
        return found(Status::Fail, tr!(language, "page-script.integrity-cors"))
            .map(|finding| finding.fix(tr!(language, "page-script.integrity-cors-fix")));
    }
    if !has_integrity(&answer.body, integrity) {
        return found(Status::Fail, tr!(language, "page-script.integrity"))
            .map(|finding| finding.fix(tr!(language, "page-script.integrity-fix")));
    }
    None
}

fn is_client(body: &[u8]) -> bool {
    let id = crate::page::THREAD.as_bytes();
    body.windows(id.len()).any(|window| window == id)
}

/// The hashes of an `integrity` attribute that browsers know.
fn hashes(integrity: &str) -> impl Iterator<Item = (HashAlgorithm, &str)> {
    integrity.split_ascii_whitespace().filter_map(|token| {
        let (algorithm, value) = token.split_once('-')?;
        Some((HashAlgorithm::from_name(algorithm)?, value.split('?').next()?))
    })
}

fn has_hash(integrity: &str) -> bool {
    hashes(integrity).next().is_some()
}

/// Whether a script is what `integrity` asks for: one of the hashes of the strongest kind fits, or there is none.
fn has_integrity(body: &[u8], integrity: &str) -> bool {
    let Ok(text) = std::str::from_utf8(body) else {
        return true;
    };
    let strength = |algorithm| match algorithm {
        HashAlgorithm::Sha256 => 0,
        HashAlgorithm::Sha384 => 1,
        HashAlgorithm::Sha512 => 2,
    };
    let strongest = hashes(integrity).map(|(algorithm, _)| strength(algorithm)).max();
    let mut asked = hashes(integrity).filter(|(algorithm, _)| Some(strength(*algorithm)) == strongest);
    strongest.is_none() || asked.any(|(algorithm, value)| algorithm.apply(text) == value)
}

fn is_same(url: &Url, address: Option<&Address>) -> bool {
    address.is_some() && Address::parse(url.as_str()).as_ref() == address
}

fn shown(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

fn without_query(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::{answer, seen};

    const CLIENT: &str = r#"get("isso-thread")"#;
    const INFO: &str = r#"{"version": "0.14.0", "host": "https://x.test", "origin": "https://blog.example.org"}"#;

    /// What is found of a page with this script, where Isso answers at both `c.example.org` and `other.example.org`.
    fn found(script: &str, client: &str, isso: &str) -> Finding {
        let seen = seen(&format!("<!doctype html>{script}</script>"));
        let public = Address::parse("https://c.example.org/isso").unwrap();
        let (client, isso) = (answer(200, client), answer(200, isso));
        let endpoint = seen.html.endpoint(seen.client().unwrap().0);
        let is_public = matches!(&endpoint, Endpoint::Known(url) if is_same(url, Some(&public)));
        let asked = Asked {
            script: Ok(&client),
            endpoint,
            isso: (!is_public).then_some(Ok(&isso)),
        };
        judge(&seen, &asked, Some(&public), Language::English)
    }

    fn check(script: &str, status: Status, word: &str) {
        let found = found(script, CLIENT, INFO);
        assert!(
            found.status == status && found.cause.contains(word),
            "{script}: {found:?}"
        );
        assert_eq!(found.fix.is_none(), status == Status::Pass, "{script}");
    }

    #[test]
    fn script_and_requests_go_to_the_public_address() {
        let base = r#"<base href="https://c.example.org/">"#;
        for script in [
            r#"<script data-isso="//c.example.org/isso/" src="//c.example.org/isso/js/embed.min.js">"#,
            r#"<script data-isso="https://C.example.org:443/isso" src="//c.example.org/isso/js/embed.min.js?v=3">"#,
            r#"<script src="https://c.example.org/isso/js/embed.min.js">"#,
            &format!(r#"{base}<script data-isso="/isso" src="isso/js/embed.min.js">"#),
        ] {
            check(script, Status::Pass, "https://c.example.org/isso");
        }
    }

    #[test]
    fn another_address_is_shown_beside_the_public_one() {
        let script = r#"<script data-isso="//other.example.org" src="//other.example.org/js/embed.min.js">"#;
        check(script, Status::Warn, "https://other.example.org");
        check(script, Status::Warn, "https://c.example.org/isso");
        assert_eq!(found(script, CLIENT, "<html>").status, Status::Fail, "no Isso is there");
        let copy = r#"<script data-isso="//c.example.org/isso/" src="/assets/isso.js">"#;
        check(copy, Status::Warn, "https://blog.example.org/assets/isso.js");
    }

    #[test]
    fn a_client_that_does_not_find_its_server_fails() {
        for (script, status, word) in [
            (
                r#"<script data-isso="c.example.org" src="/js/embed.min.js">"#,
                Status::Fail,
                "c.example.org",
            ),
            (
                r#"<script async="async" src="/js/embed.min.js">"#,
                Status::Fail,
                "async",
            ),
            (
                r#"<script defer src="/js/embed.min.js"></script><script>"#,
                Status::Fail,
                "last",
            ),
            (
                r#"<script async src="/js/embed.min.js"></script><script>"#,
                Status::Warn,
                "first",
            ),
        ] {
            check(script, status, word);
        }
    }

    #[test]
    fn an_address_without_the_client_fails() {
        let script = r#"<script data-isso="//c.example.org/isso/" src="//c.example.org/isso/js/embed.min.js">"#;
        assert_eq!(found(script, "<html>", INFO).status, Status::Fail);
    }

    #[test]
    fn a_hash_counts_as_browsers_count_it() {
        let hash = format!("sha384-{}", HashAlgorithm::Sha384.apply(CLIENT));
        for (attributes, status) in [
            (format!(r#"integrity="{hash}" crossorigin"#), Status::Pass),
            (format!(r#"integrity="{hash}""#), Status::Fail),
            (r#"integrity="sha384-AAAA" crossorigin"#.to_owned(), Status::Fail),
            (format!(r#"integrity="sha256-AAAA {hash}" crossorigin"#), Status::Pass),
            (format!(r#"integrity="{hash} sha512-AAAA" crossorigin"#), Status::Fail),
            (r#"integrity="md5-AAAA""#.to_owned(), Status::Pass),
        ] {
            let place = "//c.example.org/isso";
            let script = format!(r#"<script {attributes} data-isso="{place}" src="{place}/js/embed.min.js">"#);
            assert_eq!(found(&script, CLIENT, INFO).status, status, "{attributes}");
        }
    }
}
