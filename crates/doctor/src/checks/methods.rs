//! `methods`: whether the requests by which visitors write, edit and delete get through to Isso.
//!
//! POST asks for a preview. PUT and DELETE are about comment 0, which does not exist, and carry no cookie, so Isso
//! refuses them before it looks for the comment. Isso answers in JSON; a proxy that blocks a method does not.

use isso_actions::Language;
use reqwest::Method;
use serde_json::Value;

use crate::checks::Check;
use crate::checks::preflight::names;
use crate::looks::Looks;
use crate::looks::exchange::{Answer, NoAnswer, Request};
use crate::report::Finding;
use crate::tr;

pub const CHECK: Check = Check {
    id: "methods",
    run: |looks| Box::pin(run(looks)),
};

type Answered<'l> = &'l Result<Answer, NoAnswer>;

async fn run(looks: &Looks) -> Vec<Finding> {
    let language = looks.language();
    let reached = match looks.isso().await {
        Ok(reached) => reached,
        Err(absent) => return vec![absent.skip(&CHECK, language)],
    };
    let Some(origin) = looks.listed().into_iter().find_map(|website| website.origin) else {
        return vec![CHECK.skip(tr!(language, "absent.no-website"))];
    };
    let look = async |method: Method, path: &str, body: &'static str| {
        let url = reached.address.url(path);
        let asks = Request::preflight(url.clone(), &method).origin(origin.as_str());
        let sends = Request::new(method.clone(), url).json(body).origin(origin.as_str());
        let sends = sends.header("accept", "application/json");
        let (asked, sent) = tokio::join!(looks.answer(asks), looks.answer(sends));
        (method, asked, sent)
    };
    let (post, put, delete) = tokio::join!(
        look(Method::POST, "/preview", r#"{"text": "issoctl doctor"}"#),
        look(Method::PUT, "/id/0", r#"{"text": "issoctl doctor"}"#),
        look(Method::DELETE, "/id/0", "{}"),
    );
    let looked = [post, put, delete];
    let judged = looked
        .each_ref()
        .map(|(method, asked, sent)| (method, &asked.answer, &sent.answer));
    let evidence = looked
        .iter()
        .flat_map(|(_, asked, sent)| [asked.evidence(), sent.evidence()]);
    vec![judge(&judged, language).evidence(evidence)]
}

fn judge(looked: &[(&Method, Answered<'_>, Answered<'_>)], language: Language) -> Finding {
    let blocked = looked.iter().filter_map(|(method, _, sent)| match sent {
        Ok(answer) if !is_issos(answer) => Some(format!("{method} ({})", answer.status)),
        Err(reason) => Some(format!("{method} ({})", reason.text(language))),
        Ok(_) => None,
    });
    let blocked: Vec<String> = blocked.collect();
    if !blocked.is_empty() {
        let blocked = blocked.join(", ");
        return CHECK.fail(
            tr!(language, "methods.blocked", methods = blocked),
            tr!(language, "methods.blocked-fix"),
        );
    }
    let unnamed = looked.iter().filter(|(method, asked, _)| {
        // POST is allowed by itself.
        let header = "access-control-allow-methods";
        **method != Method::POST && !matches!(asked, Ok(answer) if names(answer, header, method.as_str()))
    });
    let unnamed: Vec<&str> = unnamed.map(|(method, ..)| method.as_str()).collect();
    if unnamed.is_empty() {
        return CHECK.pass(tr!(language, "methods.pass"));
    }
    let unnamed = unnamed.join(", ");
    CHECK.fail(
        tr!(language, "methods.unnamed", methods = unnamed),
        tr!(language, "methods.unnamed-fix"),
    )
}

/// Whether Isso gave this answer.
fn is_issos(answer: &Answer) -> bool {
    let body = serde_json::from_slice::<Value>(&answer.body).unwrap_or_default();
    body.get("text").is_some() || body.get("message").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::looks::exchange::tests::answer;
    use crate::report::Status::{self, Fail, Pass};

    fn check(methods: &str, post: (u16, &str), put: (u16, &str), status: Status, words: &str) {
        let asked = Ok(answer(200, &[("access-control-allow-methods", methods)], ""));
        let (post, put) = (Ok(answer(post.0, &[], post.1)), Ok(answer(put.0, &[], put.1)));
        let looked = [(&Method::POST, &asked, &post), (&Method::PUT, &asked, &put)];
        let finding = judge(&looked, Language::English);
        assert_eq!(finding.status, status, "{finding:?}");
        assert!(finding.cause.contains(words), "{words}: {finding:?}");
    }

    #[test]
    fn a_method_that_the_proxy_blocks_is_found() {
        let preview = (200, r#"{"text": "<p>issoctl doctor</p>"}"#);
        let refused = (403, r#"{"message": "403 Forbidden"}"#);
        let all = "HEAD, GET, POST, PUT, DELETE";
        check(all, preview, refused, Pass, "edit");
        check(all, preview, (403, "<html>Forbidden</html>"), Fail, "PUT (403)");
        check(all, (405, ""), refused, Fail, "POST (405)");
        check("GET, POST", preview, refused, Fail, "PUT");
    }
}
