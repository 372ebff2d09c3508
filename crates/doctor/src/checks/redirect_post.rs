//! `redirect-post`: whether the public address redirects, which turns a POST into a GET.

use isso_actions::Language;
use serde_json::Map;
use url::Url;

use crate::checks::Check;
use crate::looks::Looks;
use crate::looks::address::Address;
use crate::looks::exchange::{Answer, Request};
use crate::looks::info::Absent;
use crate::report::Finding;
use crate::tr;

pub const CHECK: Check = Check {
    id: "redirect-post",
    run: |looks| Box::pin(run(looks)),
};

async fn run(looks: &Looks) -> Vec<Finding> {
    let language = looks.language();
    let Some(address) = looks.address() else {
        return vec![Absent::NoAddress.skip(&CHECK, language)];
    };
    let exchange = looks.answer(Request::get(address.url("/info"))).await;
    match &exchange.answer {
        Ok(answer) => vec![judge(&address, answer, language).evidence([exchange.evidence()])],
        Err(_) => vec![Absent::NotReached.skip(&CHECK, language)],
    }
}

fn judge(address: &Address, answer: &Answer, language: Language) -> Finding {
    let Some(target) = answer.redirect(&address.url("/info")) else {
        return CHECK.pass(tr!(language, "redirect-post.none", address = address));
    };
    let cause = tr!(
        language,
        "redirect-post.redirects",
        address = address,
        target = target,
        status = answer.status
    );
    match below(&target) {
        Some(better) => CHECK
            .fail(cause, tr!(language, "redirect-post.address-fix", better = better))
            .mend(
                "set-public-address",
                Map::from_iter([("address".to_owned(), better.to_string().into())]),
            ),
        None => CHECK.fail(cause, tr!(language, "redirect-post.proxy-fix", address = address)),
    }
}

/// The address whose `/info` this is.
fn below(target: &Url) -> Option<Address> {
    let base = target.as_str().strip_suffix("/info")?;
    Address::parse(base)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::looks::exchange::tests::answer;
    use crate::report::Status;

    #[test]
    fn a_redirect_is_named_with_the_address_to_use() {
        let address = Address::parse("http://c.test").unwrap();
        let check = |status, location: &str, expected, words: &str| {
            let finding = judge(
                &address,
                &answer(status, &[("location", location)], ""),
                Language::English,
            );
            assert_eq!(finding.status, expected, "{finding:?}");
            assert!(finding.fix.clone().unwrap_or_default().contains(words), "{finding:?}");
            finding.mend.map(|mend| mend.fields["address"].clone())
        };
        let mended = check(301, "https://c.test/info", Status::Fail, "https://c.test");
        assert_eq!(mended, Some("https://c.test".into()));
        assert_eq!(check(302, "https://login.test/?next=x", Status::Fail, "proxy"), None);
        assert_eq!(check(200, "", Status::Pass, ""), None);
    }
}
