//! `scheme-seen` and `prefix`: whether Isso sees its address as browsers do.

use isso_actions::Language;

use crate::checks::Check;
use crate::looks::Looks;
use crate::looks::address::Address;
use crate::report::Finding;
use crate::tr;

pub const SCHEME: Check = Check {
    id: "scheme-seen",
    run: |looks| Box::pin(run(looks, &SCHEME, scheme)),
};

pub const PREFIX: Check = Check {
    id: "prefix",
    run: |looks| Box::pin(run(looks, &PREFIX, prefix)),
};

async fn run(looks: &Looks, check: &Check, judge: fn(&Address, &str, Language) -> Finding) -> Vec<Finding> {
    let language = looks.language();
    match looks.isso().await {
        Ok(reached) => {
            let finding = judge(&reached.address, &reached.info.host, language);
            vec![finding.evidence([reached.exchange.evidence()])]
        }
        Err(absent) => vec![absent.skip(check, language)],
    }
}

/// Isso makes links and cookies of what it sees if its settings have no public address. Visitors read and write anyway.
fn scheme(address: &Address, seen: &str, language: Language) -> Finding {
    let expected = if address.is_https() { "https" } else { "http" };
    let seen = seen.split("://").next().unwrap_or_default();
    if seen == expected {
        return SCHEME.pass(tr!(language, "scheme-seen.same", scheme = expected));
    }
    SCHEME.warn(
        tr!(language, "scheme-seen.differs", seen = seen, scheme = expected),
        tr!(language, "scheme-seen.fix", scheme = expected),
    )
}

fn prefix(address: &Address, seen: &str, language: Language) -> Finding {
    let rest = seen.split_once("://").map_or(seen, |(_, rest)| rest);
    let seen = rest.find('/').map_or("", |at| &rest[at..]);
    let expected = address.prefix();
    if seen == expected {
        return PREFIX.pass(match expected {
            "" => tr!(language, "prefix.none"),
            _ => tr!(language, "prefix.same", prefix = expected),
        });
    }
    let (cause, fix) = if seen.ends_with('/') || seen.contains("//") {
        let fix = match expected {
            "" => tr!(language, "prefix.drop-fix"),
            _ => tr!(language, "prefix.set-fix", prefix = expected),
        };
        (tr!(language, "prefix.slash", seen = seen), fix)
    } else if expected.is_empty() {
        (
            tr!(language, "prefix.needless", seen = seen),
            tr!(language, "prefix.drop-fix"),
        )
    } else if seen.is_empty() {
        let cause = tr!(language, "prefix.missing", prefix = expected);
        (cause, tr!(language, "prefix.set-fix", prefix = expected))
    } else {
        let cause = tr!(language, "prefix.differs", seen = seen, prefix = expected);
        (cause, tr!(language, "prefix.set-fix", prefix = expected))
    };
    PREFIX.warn(cause, fix)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Status::{Pass, Warn};

    #[test]
    fn a_scheme_that_the_proxy_does_not_pass_on_is_found() {
        for (address, seen, status) in [
            ("https://c.test", "https://c.test", Pass),
            ("http://c.test", "http://c.test", Pass),
            ("https://c.test", "http://c.test", Warn),
            ("http://c.test", "https://c.test", Warn),
        ] {
            let address = Address::parse(address).unwrap();
            let finding = scheme(&address, seen, Language::English);
            assert_eq!(finding.status, status, "{finding:?}");
        }
    }

    #[test]
    fn a_prefix_that_the_proxy_gets_wrong_is_found() {
        for (address, seen, status, words) in [
            ("https://c.test", "https://c.test", Pass, "no prefix"),
            ("https://c.test/isso", "https://c.test/isso", Pass, "/isso"),
            ("https://c.test/isso", "https://c.test", Warn, "does not say"),
            ("https://c.test/isso", "https://c.test/isso/", Warn, "slash"),
            ("https://c.test/isso", "https://c.test//isso", Warn, "slash"),
            ("https://c.test", "https://c.test/", Warn, "slash"),
            ("https://c.test", "https://c.test/isso", Warn, "/isso"),
            ("https://c.test/isso", "https://c.test/comments", Warn, "/comments"),
        ] {
            let address = Address::parse(address).unwrap();
            let finding = prefix(&address, seen, Language::English);
            assert_eq!(finding.status, status, "{finding:?}");
            assert!(finding.cause.contains(words), "{words}: {finding:?}");
        }
    }
}
