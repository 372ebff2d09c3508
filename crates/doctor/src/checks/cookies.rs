//! `cookies`: whether browsers take the cookies that Isso sets.
//!
//! Isso knows the author of a comment, and an admin, by a cookie. What it sets follows from its settings and from how
//! it is reached: <https://github.com/isso-comments/isso/blob/0.14.0/isso/views/comments.py> (`create_cookie`).

use isso_actions::Language;
use isso_cfg::{Origin, keys};
use url::Url;

use super::same_site::is_same_site;
use crate::checks::Check;
use crate::looks::Looks;
use crate::looks::address::Address;
use crate::looks::info::Absent;
use crate::page::is_loopback;
use crate::report::{Finding, Status};
use crate::tr;

pub const CHECK: Check = Check {
    id: "cookies",
    run: |looks| Box::pin(look(looks)),
};

async fn look(looks: &Looks) -> Vec<Finding> {
    let language = looks.language();
    let Some(address) = looks.address() else {
        return vec![Absent::NoAddress.skip(&CHECK, language)];
    };
    let cfg = &looks.patient.contents.cfg;
    let endpoint = cfg.read_text(&keys::PUBLIC_ENDPOINT);
    let believed = match endpoint.is_empty() {
        false => endpoint,
        // Without the setting, Isso goes by the request.
        true => match looks.isso().await {
            Ok(reached) => reached.info.host,
            Err(absent) => return vec![absent.skip(&CHECK, language)],
        },
    };
    let set = Set {
        is_secure: believed.starts_with("https://"),
        samesite: cfg.read_text(&keys::SAMESITE),
    };
    let websites = looks.websites();
    let origins: Vec<_> = websites.iter().filter_map(|website| website.origin.as_ref()).collect();
    match &origins[..] {
        [] => vec![Finding::new(&CHECK, Status::Skip, tr!(language, "page.none"))],
        origins => origins
            .iter()
            .map(|website| judge(website, &address, &set, language))
            .collect(),
    }
}

/// How Isso sets cookies.
struct Set {
    /// Whether with `Secure`, because Isso believes that it is reached over https.
    is_secure: bool,
    /// `[server] samesite`.
    samesite: String,
}

fn judge(website: &Origin, address: &Address, set: &Set, language: Language) -> Finding {
    let found = |status, cause| Finding::new(&CHECK, status, cause).subject(website.as_str());
    let default = if set.is_secure { "None" } else { "Lax" };
    let samesite = match set.samesite.as_str() {
        "" => default,
        text => text,
    };
    let is = |word: &str| samesite.eq_ignore_ascii_case(word);
    if !["None", "Lax", "Strict"].into_iter().any(is) {
        let cause = tr!(language, "cookies.unknown", samesite = samesite);
        return found(Status::Fail, cause).fix(tr!(language, "cookies.samesite-fix"));
    }
    let takes_secure = address.is_https() || is_local(&address.origin());
    if set.is_secure && !takes_secure {
        return found(Status::Fail, tr!(language, "cookies.secure")).fix(tr!(language, "cookies.secure-fix"));
    }
    if is("None") && !set.is_secure {
        return found(Status::Fail, tr!(language, "cookies.none-insecure")).fix(match address.is_https() {
            true => tr!(language, "cookies.https-fix", address = address),
            false => tr!(language, "cookies.samesite-fix"),
        });
    }
    // Website and comments over different schemes are different sites, too.
    let is_same = is_same_site(website.as_str(), &address.origin()) && website.is_https() == address.is_https();
    if !is("None") && !is_same {
        let cause = tr!(language, "cookies.other-site", samesite = samesite);
        return found(Status::Warn, cause).fix(match (address.is_https(), set.samesite.is_empty()) {
            (true, true) => tr!(language, "cookies.https-fix", address = address),
            (true, false) => tr!(language, "cookies.samesite-fix"),
            (false, _) => tr!(language, "cookies.needs-https-fix"),
        });
    }
    if set.is_secure && !website.is_https() && !is_local(website.as_str()) {
        return found(Status::Warn, tr!(language, "cookies.page")).fix(tr!(language, "cookies.page-fix"));
    }
    found(Status::Pass, tr!(language, "cookies.taken"))
}

fn is_local(origin: &str) -> bool {
    Url::parse(origin).is_ok_and(|url| is_loopback(&url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_that_browsers_refuse_are_found() {
        let (site, http_site, other) = (
            "https://blog.example.org",
            "http://blog.example.org",
            "https://blog.example.net",
        );
        let (https, http) = ("https://c.example.org", "http://c.example.org");
        for (website, address, is_secure, samesite, expected) in [
            (site, https, true, "", Status::Pass),
            (other, https, true, "", Status::Pass),
            (site, https, true, "Lax", Status::Pass),
            (other, https, true, "Lax", Status::Warn),
            (other, https, true, "strict", Status::Warn),
            // The proxy does not say that it was https.
            (site, https, false, "", Status::Pass),
            (other, https, false, "", Status::Warn),
            (site, https, false, "None", Status::Fail),
            (http_site, http, false, "", Status::Pass),
            (http_site, http, true, "", Status::Fail),
            (http_site, http, false, "none", Status::Fail),
            (http_site, https, true, "", Status::Warn),
            (http_site, https, false, "", Status::Warn),
            (site, https, true, "maybe", Status::Fail),
            ("http://localhost", "http://localhost:8080", true, "", Status::Pass),
        ] {
            let set = Set {
                is_secure,
                samesite: samesite.to_owned(),
            };
            let (website, address) = (Origin::parse(website).unwrap(), Address::parse(address).unwrap());
            let found = judge(&website, &address, &set, Language::English);
            assert_eq!(found.status, expected, "{website} {address} {is_secure} {samesite}");
            assert_eq!(found.fix.is_none(), expected == Status::Pass);
        }
    }
}
