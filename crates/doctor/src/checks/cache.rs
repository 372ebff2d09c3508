//! `cache`: whether a proxy gives one visitor's answer to another.
//!
//! Isso sends no `Vary`, so a cache that keeps an answer keeps it with the origin that it was made for. Not every cache
//! says in a header that it answered. So the same is asked in the name of two entries of the list, one after the other;
//! the placeholder `localhost` is such an entry, too. If both get the same origin, an address that no cache knows tells
//! whether Isso would have answered otherwise.

use std::time::{SystemTime, UNIX_EPOCH};

use isso_actions::Language;
use isso_cfg::{isso_origin, keys};

use crate::checks::Check;
use crate::looks::Looks;
use crate::looks::exchange::{Answer, Exchange, Request};
use crate::report::Finding;
use crate::tr;

pub const CHECK: Check = Check {
    id: "cache",
    run: |looks| Box::pin(run(looks)),
};

const ALLOW_ORIGIN: &str = "access-control-allow-origin";

/// What Isso makes of the placeholder in the list of websites.
const PLACEHOLDER: &str = "http://localhost";

async fn run(looks: &Looks) -> Vec<Finding> {
    let language = looks.language();
    let reached = match looks.isso().await {
        Ok(reached) => reached,
        Err(absent) => return vec![absent.skip(&CHECK, language)],
    };
    let mut origins: Vec<String> = Vec::new();
    for entry in looks.patient.contents.cfg.read_lines(&keys::HOST) {
        origins.extend(isso_origin(&entry).filter(|origin| !origins.contains(origin)));
    }
    let Some(first) = origins.first() else {
        return vec![CHECK.skip(tr!(language, "absent.no-website"))];
    };
    let second = origins.get(1).unwrap_or(first);
    let thread = looks.newest_thread().await.unwrap_or("/");
    let thread: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("uri", thread)
        .finish();
    let look = async |path: String| {
        let url = reached.address.url(&path);
        let one = looks.answer(Request::get(url.clone()).origin(first)).await;
        // Two requests that are alike are one look, so the second one differs if there is one website only.
        let again = Request::get(url.clone())
            .origin(second)
            .header("accept", "application/json");
        let again = looks.answer(again).await;
        let fresh = match allowed(&one) == allowed(&again) && first != second {
            true => {
                let mut url = url;
                url.query_pairs_mut().append_pair("doctor", &nonce());
                Some(looks.answer(Request::get(url).origin(second)).await)
            }
            false => None,
        };
        (one, again, fresh)
    };
    let (config, comments) = tokio::join!(look("/config".into()), look(format!("/?{thread}")));
    let mut findings = Vec::new();
    for (one, other, fresh) in [&config, &comments] {
        if let (Ok(one), Ok(other)) = (&one.answer, &other.answer) {
            let would_be = fresh.as_deref().and_then(allowed);
            findings.push(judge((first, one), (second, other), would_be, language));
        }
    }
    let worst = findings.into_iter().max_by_key(|finding| finding.status);
    let exchanges = [&config, &comments]
        .into_iter()
        .flat_map(|(one, other, fresh)| [Some(one), Some(other), fresh.as_ref()]);
    let evidence = exchanges.flatten().map(|exchange| exchange.evidence());
    vec![
        worst
            .unwrap_or_else(|| CHECK.unknown(tr!(language, "cache.silent")))
            .evidence(evidence),
    ]
}

/// The origin that an answer allows.
fn allowed(exchange: &Exchange) -> Option<&str> {
    exchange.answer.as_ref().ok()?.header(ALLOW_ORIGIN)
}

/// A text that no address has had before.
fn nonce() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |since| since.as_nanos()).to_string()
}

/// Judges the answers for two origins. `would_be` is what Isso allows the second one past every cache.
fn judge(one: (&str, &Answer), other: (&str, &Answer), would_be: Option<&str>, language: Language) -> Finding {
    let fix = || tr!(language, "cache.fix");
    let given = other.1.header(ALLOW_ORIGIN);
    let is_mixed_up = one.0 != other.0 && one.1.header(ALLOW_ORIGIN) == given && would_be == Some(other.0);
    if let Some(given) = given.filter(|_| is_mixed_up && would_be != Some(PLACEHOLDER) && one.0 != PLACEHOLDER) {
        let site = if given == other.0 { one.0 } else { other.0 };
        return CHECK.fail(tr!(language, "cache.mixed", site = site, other = given), fix());
    }
    if is_mixed_up {
        // Nobody visits the placeholder, so the answers suit those who come; but they are old.
        return CHECK.warn(tr!(language, "cache.kept"), fix());
    }
    match hit(one.1).or_else(|| hit(other.1)) {
        Some(header) => CHECK.warn(tr!(language, "cache.hit", header = header), fix()),
        None => CHECK.pass(tr!(language, "cache.none")),
    }
}

/// The header by which a cache says that it answered.
fn hit(answer: &Answer) -> Option<String> {
    let is_aged = |value: &&str| value.parse::<u64>().is_ok_and(|seconds| seconds > 0);
    if let Some(age) = answer.header("age").filter(is_aged) {
        return Some(format!("age: {age}"));
    }
    ["cf-cache-status", "x-cache", "x-cache-status", "x-proxy-cache"]
        .into_iter()
        .find_map(|name| {
            let value = answer.header(name)?;
            let is_hit = value
                .to_ascii_uppercase()
                .split([' ', ',', ';'])
                .any(|word| matches!(word, "HIT" | "STALE" | "TCP_HIT"));
            is_hit.then(|| format!("{name}: {value}"))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::looks::exchange::tests::answer;
    use crate::report::Status::{Fail, Pass, Warn};

    #[test]
    fn a_cache_is_told_by_what_it_mixes_up_and_by_what_it_says() {
        let (a, b, placeholder) = ("https://a.test", "https://b.test", PLACEHOLDER);
        let plain = |origin| answer(200, &[(ALLOW_ORIGIN, origin)], "{}");
        let with = |name, value| answer(200, &[(ALLOW_ORIGIN, b), (name, value)], "{}");
        for (one, other, would_be, status, words) in [
            ((a, plain(a)), (b, plain(b)), None, Pass, ""),
            (
                (a, plain(a)),
                (b, plain(a)),
                Some(b),
                Fail,
                "https://b.test the answer that was made for https://a.test",
            ),
            // The page of the second website was there before.
            (
                (a, plain(b)),
                (b, plain(b)),
                Some(b),
                Fail,
                "https://a.test the answer that was made for https://b.test",
            ),
            ((a, plain(a)), (placeholder, plain(a)), Some(placeholder), Warn, "cache"),
            // What the proxy or older settings do to every answer is for `cors` to name.
            ((a, plain("*")), (b, plain("*")), Some("*"), Pass, ""),
            ((a, plain(a)), (b, plain(a)), Some(a), Pass, ""),
            ((a, plain(a)), (a, plain(a)), None, Pass, ""),
            ((a, plain(a)), (b, with("age", "17")), None, Warn, "age: 17"),
            ((a, plain(a)), (b, with("age", "0")), None, Pass, ""),
            ((a, plain(a)), (b, with("cf-cache-status", "HIT")), None, Warn, "HIT"),
            ((a, plain(a)), (b, with("cf-cache-status", "DYNAMIC")), None, Pass, ""),
            ((a, plain(a)), (b, with("x-cache", "HIT from cdn")), None, Warn, "HIT"),
            ((a, plain(a)), (b, with("x-cache", "MISS from cdn")), None, Pass, ""),
        ] {
            let finding = judge((one.0, &one.1), (other.0, &other.1), would_be, Language::English);
            assert_eq!(finding.status, status, "{finding:?}");
            assert!(finding.cause.contains(words), "{words}: {finding:?}");
        }
    }
}
