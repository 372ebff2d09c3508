//! `cache`: whether a proxy gives one visitor's answer to another.
//!
//! Isso sends no `Vary`, so a cache that keeps an answer keeps it with the origin that it was made for. Not every cache
//! says in a header that it answered. So the same is asked in the name of two entries of the list, one after the other;
//! the placeholder `localhost` is such an entry, too.

use isso_actions::Language;
use isso_cfg::{isso_origin, keys};

use crate::checks::Check;
use crate::looks::Looks;
use crate::looks::exchange::{Answer, Request};
use crate::report::Finding;
use crate::tr;

pub const CHECK: Check = Check {
    id: "cache",
    run: |looks| Box::pin(run(looks)),
};

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
        let again = Request::get(url).origin(second).header("accept", "application/json");
        (one, looks.answer(again).await)
    };
    let (config, comments) = tokio::join!(look("/config".into()), look(format!("/?{thread}")));
    let mut findings = Vec::new();
    for (one, other) in [&config, &comments] {
        if let (Ok(one), Ok(other)) = (&one.answer, &other.answer) {
            findings.push(judge((first, one), (second, other), language));
        }
    }
    let worst = findings.into_iter().max_by_key(|finding| finding.status);
    let evidence = [&config.0, &config.1, &comments.0, &comments.1].map(|exchange| exchange.evidence());
    vec![
        worst
            .unwrap_or_else(|| CHECK.unknown(tr!(language, "cache.silent")))
            .evidence(evidence),
    ]
}

fn judge(one: (&str, &Answer), other: (&str, &Answer), language: Language) -> Finding {
    let allowed = |answer: &Answer| answer.header("access-control-allow-origin").map(str::to_owned);
    let is_mixed_up =
        one.0 != other.0 && allowed(one.1).as_deref() == Some(one.0) && allowed(other.1).as_deref() == Some(one.0);
    let fix = || tr!(language, "cache.fix");
    if is_mixed_up && [one.0, other.0].contains(&"http://localhost") {
        // Nobody visits the placeholder, so the answers suit those who come; but they are old.
        return CHECK.warn(tr!(language, "cache.kept"), fix());
    }
    if is_mixed_up {
        return CHECK.fail(tr!(language, "cache.mixed", site = other.0, other = one.0), fix());
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
        let acao = "access-control-allow-origin";
        let (a, b, placeholder) = ("https://a.test", "https://b.test", "http://localhost");
        let plain = |origin| answer(200, &[(acao, origin)], "{}");
        let with = |name, value| answer(200, &[(acao, b), (name, value)], "{}");
        for (one, other, status, words) in [
            ((a, plain(a)), (b, plain(b)), Pass, ""),
            ((a, plain(a)), (b, plain(a)), Fail, b),
            ((a, plain(a)), (placeholder, plain(a)), Warn, "cache"),
            ((a, plain(a)), (placeholder, plain(placeholder)), Pass, ""),
            // A header that the proxy sets is for `cors` to name.
            ((a, plain("*")), (b, plain("*")), Pass, ""),
            ((a, plain(a)), (a, plain(a)), Pass, ""),
            ((a, plain(a)), (b, with("age", "17")), Warn, "age: 17"),
            ((a, plain(a)), (b, with("age", "0")), Pass, ""),
            ((a, plain(a)), (b, with("cf-cache-status", "HIT")), Warn, "HIT"),
            ((a, plain(a)), (b, with("cf-cache-status", "DYNAMIC")), Pass, ""),
            ((a, plain(a)), (b, with("x-cache", "HIT from cdn")), Warn, "HIT"),
            ((a, plain(a)), (b, with("x-cache", "MISS from cdn")), Pass, ""),
        ] {
            let finding = judge((one.0, &one.1), (other.0, &other.1), Language::English);
            assert_eq!(finding.status, status, "{finding:?}");
            assert!(finding.cause.contains(words), "{words}: {finding:?}");
        }
    }
}
