//! `ipv6`: whether the name's IPv6 address leads to the same Isso. Browsers try it first.

use std::net::IpAddr;

use isso_actions::Language;

use crate::checks::Check;
use crate::looks::Looks;
use crate::looks::exchange::{Answer, NoAnswer, Request};
use crate::looks::info::Info;
use crate::looks::route::Way;
use crate::report::Finding;
use crate::tr;

pub const CHECK: Check = Check {
    id: "ipv6",
    run: |looks| Box::pin(run(looks)),
};

async fn run(looks: &Looks) -> Vec<Finding> {
    let language = looks.language();
    let reached = match looks.isso().await {
        Ok(reached) => reached,
        Err(absent) => return vec![absent.skip(&CHECK, language)],
    };
    let host = reached.address.host();
    let found = match looks.names().given_for(host, reached.address.port()) {
        Some(_) => Vec::new(),
        None => looks.names().look(host).await.unwrap_or_default(),
    };
    let Some(ip) = found
        .into_iter()
        .find(IpAddr::is_ipv6)
        .filter(|_| reached.address.ip().is_none())
    else {
        return vec![CHECK.skip(tr!(language, "ipv6.none", host = host))];
    };
    if Way::to(ip) == Way::None {
        return vec![CHECK.unknown(tr!(language, "ipv6.no-way", ip = ip))];
    }
    let exchange = looks.answer(Request::get(reached.address.url("/info")).to(ip)).await;
    let finding = judge(host, ip, &exchange.answer, &reached.info, language);
    vec![finding.evidence([exchange.evidence()])]
}

fn judge(host: &str, ip: IpAddr, answer: &Result<Answer, NoAnswer>, expected: &Info, language: Language) -> Finding {
    let fix = || tr!(language, "ipv6.fix", host = host, ip = ip);
    match answer {
        Ok(answer) => match Info::of(answer) {
            Some(info) if (&info.version, &info.origin) == (&expected.version, &expected.origin) => {
                CHECK.pass(tr!(language, "ipv6.same", ip = ip))
            }
            Some(_) => CHECK.fail(tr!(language, "ipv6.other", host = host, ip = ip), fix()),
            None => {
                let status = answer.status;
                CHECK.fail(
                    tr!(language, "ipv6.not-isso", host = host, ip = ip, status = status),
                    fix(),
                )
            }
        },
        Err(reason) if reason.may_be_ours() => CHECK.unknown(tr!(language, "ipv6.no-way", ip = ip)),
        // Browsers take the other address if nothing answers, which costs a visitor a moment.
        Err(reason @ (NoAnswer::Refused | NoAnswer::Timeout)) => {
            let reason = reason.text(language);
            CHECK.warn(
                tr!(language, "ipv6.silent", host = host, ip = ip, reason = reason),
                fix(),
            )
        }
        Err(reason) => {
            let reason = reason.text(language);
            CHECK.fail(
                tr!(language, "ipv6.silent", host = host, ip = ip, reason = reason),
                fix(),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::looks::exchange::tests::answer;
    use crate::report::Status::{Fail, Pass, Unknown, Warn};

    #[test]
    fn another_server_behind_the_ipv6_address_is_found() {
        let info = r#"{"version":"0.14.0","host":"https://c.test","origin":"https://a.test"}"#;
        let other = info.replace("a.test", "b.test");
        let expected = serde_json::from_str(info).unwrap();
        let ip = "2001:db8::1".parse().unwrap();
        for (answer, status) in [
            (Ok(answer(200, &[], info)), Pass),
            (Ok(answer(200, &[], &other)), Fail),
            (Ok(answer(404, &[], "")), Fail),
            (Err(NoAnswer::Tls("other name".into())), Fail),
            (Err(NoAnswer::Refused), Warn),
            (Err(NoAnswer::NoRoute), Unknown),
        ] {
            let finding = judge("c.test", ip, &answer, &expected, Language::English);
            assert_eq!(finding.status, status, "{finding:?}");
            assert!(finding.cause.contains("2001:db8::1"), "{finding:?}");
        }
    }
}
