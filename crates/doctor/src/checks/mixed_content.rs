//! `mixed-content`: whether a page that came over https loads Isso over http, which browsers refuse.

use isso_actions::Language;

use crate::checks::Check;
use crate::page::{Endpoint, Pages, Seen, is_loopback};
use crate::report::{Finding, Status};
use crate::tr;

pub const CHECK: Check = Check {
    id: "mixed-content",
    run: |looks| {
        Box::pin(async {
            let pages = Pages::with_client(looks, &CHECK).await;
            pages.judge(|seen| judge(seen, looks.language()))
        })
    },
};

fn judge(seen: &Seen, language: Language) -> Finding {
    if !seen.is_https() {
        return seen.finding(&CHECK, Status::Pass, tr!(language, "mixed-content.http"));
    }
    let client = seen.client();
    let endpoint = client.as_ref().map(|(place, ..)| seen.html.endpoint(*place));
    let endpoint = match endpoint {
        Some(Endpoint::Known(url)) => Some(seen.upgraded(&url)),
        _ => None,
    };
    let urls = [client.map(|(_, _, src)| src), endpoint];
    let mut insecure = urls
        .iter()
        .flatten()
        .filter(|url| url.scheme() == "http" && !is_loopback(url));
    match insecure.next() {
        None => seen.finding(&CHECK, Status::Pass, tr!(language, "mixed-content.https")),
        Some(url) => seen
            .finding(&CHECK, Status::Fail, tr!(language, "mixed-content.blocked", url = url))
            .fix(tr!(language, "mixed-content.blocked-fix")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::seen_at;

    fn status(page: &str, head: &str, data_isso: &str, src: &str) -> Status {
        let html =
            format!("<!doctype html>{head}<script data-isso=\"{data_isso}\" src=\"{src}/js/embed.min.js\"></script>");
        judge(&seen_at(page, &html, &[]), Language::English).status
    }

    #[test]
    fn http_on_a_secure_page_fails() {
        let upgrade = r#"<meta http-equiv="Content-Security-Policy" content="upgrade-insecure-requests">"#;
        let (page, http, https) = (
            "https://blog.example.org/",
            "http://c.example.org",
            "https://c.example.org",
        );
        for (page, head, data_isso, src, expected) in [
            (page, "", https, https, Status::Pass),
            (page, "", "//c.example.org", "//c.example.org", Status::Pass),
            (page, "", http, https, Status::Fail),
            (page, "", https, http, Status::Fail),
            (page, upgrade, http, http, Status::Pass),
            (page, "", "http://localhost:8080", "http://127.0.0.1:8080", Status::Pass),
            ("http://blog.example.org/", "", http, http, Status::Pass),
        ] {
            assert_eq!(
                status(page, head, data_isso, src),
                expected,
                "{page} {head} {data_isso} {src}"
            );
        }
    }
}
