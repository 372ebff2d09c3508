//! `trusted-types`: whether a page refuses HTML that scripts make from text, as Isso's client does.

use isso_actions::Language;

use crate::checks::Check;
use crate::page::{Pages, Seen};
use crate::report::{Finding, Status};
use crate::tr;

pub const CHECK: Check = Check {
    id: "trusted-types",
    run: |looks| {
        Box::pin(async {
            let pages = Pages::with_client(looks, &CHECK).await;
            pages.judge(|seen| judge(seen, looks.language()))
        })
    },
};

fn judge(seen: &Seen, language: Language) -> Finding {
    let mut required = seen.policies.directives("require-trusted-types-for");
    if !required.any(|groups| groups.iter().any(|group| group == "'script'")) {
        return seen.finding(&CHECK, Status::Pass, tr!(language, "trusted-types.none"));
    }
    // A script of the page may make a policy named `default`, which lets such HTML pass.
    let is_named = |names: &[String]| names.iter().any(|name| name == "default" || name == "*");
    let may_be_made = seen.policies.directives("trusted-types").all(is_named);
    let scripts = seen.html.scripts.iter().filter(|script| script.is_run());
    let mut others = scripts.filter(|script| !script.is_client() && !script.is_counter());
    let is_made = others.any(|script| script.src().is_some() || script.text.contains("createPolicy"));
    let (status, cause) = match may_be_made && is_made {
        true => (Status::Unknown, tr!(language, "trusted-types.unless")),
        false => (Status::Fail, tr!(language, "trusted-types.required")),
    };
    seen.finding(&CHECK, status, cause)
        .fix(tr!(language, "trusted-types.fix"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::seen_at;

    fn status(policy: &str, head: &str) -> Status {
        let html = format!("<!doctype html>{head}<script src=https://c.example.org/js/embed.min.js></script>");
        let headers = [("content-security-policy", policy)];
        judge(
            &seen_at("https://blog.example.org/", &html, &headers),
            Language::English,
        )
        .status
    }

    #[test]
    fn a_page_that_requires_trusted_types_fails_unless_it_may_have_a_default() {
        let required = "require-trusted-types-for 'script'";
        let default = "<script>trustedTypes.createPolicy('default', {})</script>";
        for (policy, head, expected) in [
            ("default-src https:", "", Status::Pass),
            (required, "", Status::Fail),
            (required, "<script>var a</script>", Status::Fail),
            (required, default, Status::Unknown),
            (required, "<script src=app.js></script>", Status::Unknown),
            (&format!("{required}; trusted-types 'none'"), default, Status::Fail),
            (&format!("{required}; trusted-types default"), default, Status::Unknown),
        ] {
            assert_eq!(status(policy, head), expected, "{policy} {head}");
        }
    }
}
