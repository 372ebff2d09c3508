//! `feed-base`: whether the feed of comments names pages of a website.
//!
//! Isso makes feeds where `[rss] base` is set, and writes that text before the address of each page:
//! <https://github.com/isso-comments/isso/blob/0.14.0/isso/views/comments.py> (`API.feed`)

use isso_actions::Language;
use isso_cfg::keys;
use url::Url;

use crate::checks::Check;
use crate::report::Finding;
use crate::tr;

pub const CHECK: Check = Check {
    id: "feed-base",
    run: |looks| {
        Box::pin(async {
            let base = looks.patient.contents.cfg.read_text(&keys::RSS_BASE);
            let origins = looks.listed().into_iter().filter_map(|website| website.origin);
            let websites: Vec<_> = origins.map(|origin| origin.to_string()).collect();
            vec![judge(&base, &websites, looks.language())]
        })
    },
};

fn judge(base: &str, websites: &[String], language: Language) -> Finding {
    let fix = || match websites.first() {
        Some(website) => tr!(language, "feed-base.fix", website = website),
        None => tr!(language, "feed-base.first-fix"),
    };
    if base.is_empty() {
        return CHECK.skip(tr!(language, "feed-base.off"));
    }
    let url = Url::parse(base)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"));
    let Some(url) = url else {
        return CHECK.warn(tr!(language, "feed-base.no-address", base = base), fix());
    };
    match websites.contains(&url.origin().ascii_serialization()) {
        true => CHECK.pass(tr!(language, "feed-base.set", base = base)),
        false => CHECK.warn(tr!(language, "feed-base.elsewhere", base = base), fix()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Status;

    #[test]
    fn a_base_that_is_no_website_is_noticed() {
        let websites = ["https://blog.example.org".to_owned()];
        for (base, expected) in [
            ("", Status::Skip),
            ("https://blog.example.org", Status::Pass),
            ("https://blog.example.org/posts/", Status::Pass),
            ("https://comments.example.org", Status::Warn),
            ("http://blog.example.org", Status::Warn),
            ("blog.example.org", Status::Warn),
            ("/", Status::Warn),
        ] {
            assert_eq!(judge(base, &websites, Language::English).status, expected, "{base}");
        }
    }
}
