//! `reachable`: whether this Isso answers at its public address.

use std::net::SocketAddr;

use isso_actions::Language;

use crate::checks::Check;
use crate::looks::Looks;
use crate::looks::address::Address;
use crate::looks::exchange::{Answer, NoAnswer, Request};
use crate::looks::info::{Absent, Info};
use crate::looks::route::Way;
use crate::report::Finding;
use crate::tr;

pub const CHECK: Check = Check {
    id: "reachable",
    run: |looks| Box::pin(run(looks)),
};

/// What is known besides the answer.
#[derive(Debug, Clone)]
struct Known<'l> {
    address: &'l Address,
    listen: Option<SocketAddr>,
    /// What Isso says past every proxy, if it runs.
    own: Option<Info>,
    installed: &'l str,
    /// How this machine gets to the address, if it is one of the internet.
    way: Option<Way>,
    language: Language,
}

async fn run(looks: &Looks) -> Vec<Finding> {
    let language = looks.language();
    let Some(address) = looks.address() else {
        return vec![Absent::NoAddress.skip(&CHECK, language)];
    };
    let info = address.url("/info");
    let (exchange, own, way) = tokio::join!(
        looks.answer(Request::get(info.clone())),
        looks.own_info(),
        looks.way_to(&info),
    );
    let known = Known {
        address: &address,
        listen: looks.patient.listen,
        own,
        installed: &looks.patient.isso_version,
        way,
        language,
    };
    let finding = match &exchange.answer {
        Ok(answer) => judge(answer, &known),
        Err(reason) => judge_silence(reason, &known),
    };
    vec![finding.evidence([exchange.evidence()])]
}

fn judge(answer: &Answer, known: &Known) -> Finding {
    let Known { address, language, .. } = known;
    let (language, host, status) = (*language, address.host(), answer.status);
    if let Some(info) = Info::of(answer) {
        return judge_info(&info, known);
    }
    let site_fix = || tr!(language, "reachable.site-fix", host = host);
    match status {
        300..=399 => CHECK.skip(tr!(language, "reachable.redirect", address = address)),
        401 | 403 | 407 => CHECK.fail(
            tr!(language, "reachable.denied", address = address, status = status),
            tr!(language, "reachable.denied-fix"),
        ),
        404 if address.prefix().is_empty() => CHECK.fail(
            tr!(language, "reachable.not-found", address = address),
            tr!(language, "reachable.not-found-fix", host = host),
        ),
        404 => CHECK.fail(
            tr!(
                language,
                "reachable.prefix",
                address = address,
                prefix = address.prefix()
            ),
            tr!(language, "reachable.prefix-fix", prefix = address.prefix()),
        ),
        502..=504 => no_gateway(status, known),
        200 if is_html(answer) => CHECK.fail(tr!(language, "reachable.html", address = address), site_fix()),
        200 => CHECK.fail(tr!(language, "reachable.not-isso", address = address), site_fix()),
        _ => CHECK.fail(
            tr!(language, "reachable.status", address = address, status = status),
            tr!(language, "reachable.status-fix"),
        ),
    }
}

fn judge_info(info: &Info, known: &Known) -> Finding {
    let Known { address, language, .. } = known;
    let language = *language;
    let fix = || tr!(language, "reachable.other-fix", host = address.host());
    match &known.own {
        // The first website and the version stand in for an identity, which Isso does not have.
        Some(own) if (&own.version, &own.origin) != (&info.version, &info.origin) => {
            let there = format!("{} ({})", info.version, info.origin);
            let here = format!("{} ({})", own.version, own.origin);
            CHECK.fail(
                tr!(
                    language,
                    "reachable.other",
                    address = address,
                    there = there,
                    here = here
                ),
                fix(),
            )
        }
        None if info.version != known.installed => CHECK.warn(
            tr!(
                language,
                "reachable.version",
                address = address,
                there = info.version,
                here = known.installed
            ),
            fix(),
        ),
        _ => CHECK.pass(tr!(
            language,
            "reachable.answers",
            version = info.version,
            address = address
        )),
    }
}

fn no_gateway(status: u16, known: &Known) -> Finding {
    let Known { address, language, .. } = known;
    let language = *language;
    match known.listen.filter(|_| known.own.is_some()) {
        Some(listen) => CHECK.fail(
            tr!(
                language,
                "reachable.gateway",
                address = address,
                status = status,
                listen = listen
            ),
            tr!(language, "reachable.gateway-fix", listen = listen),
        ),
        None => CHECK.fail(
            tr!(language, "reachable.down", address = address, status = status),
            tr!(language, "reachable.down-fix"),
        ),
    }
}

fn judge_silence(reason: &NoAnswer, known: &Known) -> Finding {
    let Known { address, language, .. } = known;
    let language = *language;
    let text = reason.text(language);
    let is_silent = matches!(reason, NoAnswer::Refused | NoAnswer::Timeout);
    match reason {
        NoAnswer::NoSuchName => CHECK.skip(tr!(language, "reachable.no-name", address = address)),
        NoAnswer::Tls(_) => CHECK.skip(tr!(language, "reachable.no-tls", address = address)),
        reason if reason.may_be_ours() || known.way == Some(Way::None) => {
            CHECK.unknown(tr!(language, "reachable.unknown", address = address, reason = text))
        }
        // Many routers do not lead a machine of their network to the outside address of that network ("hairpin NAT").
        _ if is_silent && known.own.is_some() && known.way == Some(Way::BehindRouter) => CHECK
            .unknown(tr!(language, "reachable.hidden", address = address, reason = text))
            .fix(tr!(language, "reachable.hidden-fix", address = address)),
        _ => CHECK.fail(
            tr!(language, "reachable.silent", address = address, reason = text),
            tr!(language, "reachable.silent-fix", port = address.port()),
        ),
    }
}

fn is_html(answer: &Answer) -> bool {
    answer.media_type() == "text/html" || answer.text().trim_start().starts_with('<')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::looks::exchange::tests::answer;
    use crate::report::Status::{self, Fail, Pass, Skip, Unknown, Warn};

    const INFO: &str = r#"{"version":"0.14.0","host":"https://c.test","origin":"https://blog.test","moderation":true}"#;

    fn known(address: &Address) -> Known<'_> {
        Known {
            address,
            listen: Some("127.0.0.1:8080".parse().unwrap()),
            own: serde_json::from_str(INFO).ok(),
            installed: "0.14.0",
            way: Some(Way::Open),
            language: Language::English,
        }
    }

    fn check(finding: &Finding, status: Status, words: &str) {
        assert_eq!(finding.status, status, "{finding:?}");
        assert!(finding.cause.contains(words), "{words}: {finding:?}");
    }

    #[test]
    fn what_answers_instead_of_isso_is_named() {
        let bare = Address::parse("https://c.test").unwrap();
        let isso = Address::parse("https://c.test/isso").unwrap();
        let html = answer(200, &[("content-type", "text/html; charset=utf-8")], "<!doctype html>");
        for (address, answer, status, words) in [
            (&bare, answer(200, &[], INFO), Pass, "0.14.0"),
            (&bare, html, Fail, "web page"),
            (&bare, answer(200, &[], "{}"), Fail, "Something other"),
            (&bare, answer(404, &[], ""), Fail, "404"),
            (&isso, answer(404, &[], ""), Fail, "/isso"),
            (&bare, answer(502, &[], ""), Fail, "127.0.0.1:8080"),
            (&bare, answer(403, &[], ""), Fail, "403"),
            (&bare, answer(500, &[], ""), Fail, "500"),
            (&bare, answer(301, &[("location", "/x")], ""), Skip, "redirect"),
        ] {
            check(&judge(&answer, &known(address)), status, words);
        }
    }

    #[test]
    fn an_isso_that_is_down_or_another_is_told() {
        let address = Address::parse("https://c.test").unwrap();
        let down = Known {
            own: None,
            ..known(&address)
        };
        check(&judge(&answer(502, &[], ""), &down), Fail, "does not run");
        let other = INFO.replace("blog.test", "shop.test");
        check(&judge(&answer(200, &[], &other), &known(&address)), Fail, "shop.test");
        let older = INFO.replace("0.14.0", "0.13.1");
        check(&judge(&answer(200, &[], &older), &known(&address)), Fail, "0.13.1");
        check(&judge(&answer(200, &[], &older), &down), Warn, "0.13.1");
        check(&judge(&answer(200, &[], &other), &down), Pass, "0.14.0");
    }

    #[test]
    fn what_this_network_hides_is_unknown() {
        let address = Address::parse("https://c.test").unwrap();
        let behind = Known {
            way: Some(Way::BehindRouter),
            ..known(&address)
        };
        let down = Known {
            own: None,
            ..behind.clone()
        };
        let cut_off = Known {
            way: Some(Way::None),
            ..known(&address)
        };
        for (reason, known, status, words) in [
            (NoAnswer::Refused, &behind, Unknown, "refused"),
            (NoAnswer::Timeout, &behind, Unknown, "in time"),
            (NoAnswer::Refused, &down, Fail, "refused"),
            (NoAnswer::Refused, &known(&address), Fail, "refused"),
            (NoAnswer::Timeout, &cut_off, Unknown, "in time"),
            (NoAnswer::NoRoute, &known(&address), Unknown, "network"),
            (NoAnswer::NoNameServer, &known(&address), Unknown, "name server"),
            (NoAnswer::NoSuchName, &known(&address), Skip, "dns"),
            (NoAnswer::Tls("expired".into()), &behind, Skip, "tls"),
            (NoAnswer::Broken("not HTTP".into()), &behind, Fail, "not HTTP"),
        ] {
            check(&judge_silence(&reason, known), status, words);
        }
    }
}
