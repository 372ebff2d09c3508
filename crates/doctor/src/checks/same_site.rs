//! `same-site`: whether browsers take website and comments for the same site.
//!
//! Browsers that keep sites apart send no cookie from one to another, or another one than before; Isso knows the author
//! of a comment by a cookie.

use isso_actions::Language;
use isso_cfg::Origin;
use url::{Host, Url};

use crate::checks::Check;
use crate::looks::Looks;
use crate::looks::address::Address;
use crate::looks::info::Absent;
use crate::report::{Finding, Status};
use crate::tr;

pub const CHECK: Check = Check {
    id: "same-site",
    run: |looks| Box::pin(async { look(looks) }),
};

fn look(looks: &Looks) -> Vec<Finding> {
    let language = looks.language();
    let Some(address) = looks.address() else {
        return vec![Absent::NoAddress.skip(&CHECK, language)];
    };
    let websites = looks.websites();
    let origins: Vec<_> = websites.iter().filter_map(|website| website.origin.as_ref()).collect();
    match &origins[..] {
        [] => vec![Finding::new(&CHECK, Status::Skip, tr!(language, "page.none"))],
        origins => origins.iter().map(|origin| judge(origin, &address, language)).collect(),
    }
}

fn judge(website: &Origin, address: &Address, language: Language) -> Finding {
    let found = |status, cause| Finding::new(&CHECK, status, cause).subject(website.as_str());
    if is_same_site(website.as_str(), &address.origin()) {
        return found(Status::Pass, tr!(language, "same-site.same"));
    }
    let cause = tr!(language, "same-site.other", comments = address.host());
    match domain(website.as_str()) {
        Some(domain) => {
            let name = format!("comments.{domain}");
            found(Status::Warn, cause).fix(tr!(language, "same-site.fix", name = name))
        }
        None => found(Status::Warn, cause).fix(tr!(language, "same-site.no-domain-fix")),
    }
}

/// The name that the website's owner may have names below of. Nobody but the hoster has any below those that a hoster
/// gives to its customers, such as `one.github.io`.
fn domain(website: &str) -> Option<String> {
    let name = site(website)?;
    let domain = psl::domain(name.as_bytes())?;
    (domain.suffix().typ() == Some(psl::Type::Icann)).then_some(name)
}

/// Whether two origins are of one site, whichever their schemes and ports are.
pub fn is_same_site(one: &str, other: &str) -> bool {
    let one = site(one);
    one.is_some() && one == site(other)
}

/// The part of a name that somebody has registered; the whole of an address, or of a name that is a suffix itself.
fn site(origin: &str) -> Option<String> {
    let url = Url::parse(origin).ok()?;
    match url.host()? {
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            Some(psl::domain_str(name).unwrap_or(name).to_owned())
        }
        ip => Some(ip.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_below_one_registered_name_are_one_site() {
        for (website, comments, expected) in [
            ("https://blog.example.org", "https://comments.example.org", true),
            ("https://example.org", "https://example.org:8443", true),
            ("https://a.example.co.uk", "https://example.co.uk", true),
            ("https://a.co.uk", "https://b.co.uk", false),
            ("https://one.github.io", "https://two.github.io", false),
            ("https://one.github.io", "https://one.github.io", true),
            ("http://192.0.2.1", "http://192.0.2.1:8080", true),
            ("http://192.0.2.1", "http://192.0.2.2", false),
            ("http://localhost", "http://localhost:8080", true),
            ("http://localhost", "http://127.0.0.1", false),
        ] {
            assert_eq!(is_same_site(website, comments), expected, "{website} {comments}");
        }
    }

    #[test]
    fn the_cure_is_a_name_below_that_of_the_website() {
        let address = Address::parse("https://c.example.net").unwrap();
        let fix = |website| {
            let found = judge(&Origin::parse(website).unwrap(), &address, Language::English);
            assert_eq!(found.status, Status::Warn);
            found.fix.unwrap()
        };
        assert!(fix("https://www.example.com").contains("comments.example.com"));
        for website in ["http://192.0.2.1", "https://one.github.io"] {
            assert!(!fix(website).contains("comments."), "{website}");
        }
    }
}
