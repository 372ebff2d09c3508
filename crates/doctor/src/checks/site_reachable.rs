//! `site-reachable`: where visitors of a website end, and whether Isso knows that origin.

use futures_util::future::join_all;
use isso_actions::Language;
use isso_cfg::Origin;
use url::Url;

use crate::checks::Check;
use crate::checks::websites::mend;
use crate::looks::Looks;
use crate::looks::exchange::NoAnswer;
use crate::looks::journey::{Journey, MOST_REDIRECTS};
use crate::looks::route::Way;
use crate::report::Finding;
use crate::tr;

pub const CHECK: Check = Check {
    id: "site-reachable",
    run: |looks| Box::pin(run(looks)),
};

async fn run(looks: &Looks) -> Vec<Finding> {
    let language = looks.language();
    let websites = looks.websites();
    let origins: Vec<Origin> = websites.into_iter().filter_map(|website| website.origin).collect();
    if origins.is_empty() {
        return vec![CHECK.skip(tr!(language, "absent.no-website"))];
    }
    let listed: Vec<String> = looks
        .listed()
        .into_iter()
        .filter_map(|website| website.origin)
        .map(|it| it.to_string())
        .collect();
    join_all(origins.iter().map(|origin| look(looks, origin, &listed))).await
}

async fn look(looks: &Looks, origin: &Origin, listed: &[String]) -> Finding {
    let language = looks.language();
    // `localhost` is another machine for every visitor.
    if origin.as_str().starts_with("http://localhost") {
        return CHECK
            .skip(tr!(language, "site-reachable.localhost", site = origin))
            .subject(origin.as_str());
    }
    let Ok(url) = Url::parse(origin.as_str()) else {
        return CHECK.skip(tr!(language, "absent.no-website"));
    };
    let journey = looks.follow(url).await;
    let way = looks.way_to(journey.end()).await;
    let finding = judge(origin.as_str(), &journey, way, listed, language).subject(origin.as_str());
    let end = journey.end().origin().ascii_serialization();
    let finding = match journey
        .answer()
        .is_ok_and(super::super::looks::exchange::Answer::is_success)
        && finding.fix.is_some()
    {
        true => mend(finding, &looks.patient.contents, None, &end),
        false => finding,
    };
    finding.evidence(journey.steps().iter().map(|step| step.evidence()))
}

fn judge(site: &str, journey: &Journey, way: Option<Way>, listed: &[String], language: Language) -> Finding {
    let end = journey.end().origin().ascii_serialization();
    let fix = || tr!(language, "site-reachable.fix", site = site);
    let answer = match journey.answer() {
        Ok(answer) => answer,
        Err(reason) if reason.may_be_ours() => {
            let reason = reason.text(language);
            return CHECK.unknown(tr!(language, "site-reachable.silent", site = site, reason = reason));
        }
        // A router may hide a website that stands in the same network from the machines of that network.
        Err(reason @ (NoAnswer::Refused | NoAnswer::Timeout)) if matches!(way, Some(Way::None | Way::BehindRouter)) => {
            let reason = reason.text(language);
            return CHECK
                .unknown(tr!(language, "site-reachable.silent", site = site, reason = reason))
                .fix(fix());
        }
        Err(reason) => {
            let reason = reason.text(language);
            return CHECK.warn(
                tr!(language, "site-reachable.silent", site = site, reason = reason),
                fix(),
            );
        }
    };
    if journey.is_endless() {
        let cause = tr!(language, "site-reachable.endless", site = site, count = MOST_REDIRECTS);
        return CHECK.warn(cause, fix());
    }
    if !answer.is_success() {
        let status = answer.status;
        return CHECK.warn(
            tr!(
                language,
                "site-reachable.status",
                site = site,
                end = end,
                status = status
            ),
            fix(),
        );
    }
    if !listed.contains(&end) {
        return match end == site {
            true => CHECK.fail(
                tr!(language, "site-reachable.unlisted", site = site),
                tr!(language, "site-reachable.add-fix", end = end),
            ),
            false => CHECK.fail(
                tr!(language, "site-reachable.elsewhere", site = site, end = end),
                tr!(language, "site-reachable.add-fix", end = end),
            ),
        };
    }
    CHECK.pass(match end == site {
        true => tr!(language, "site-reachable.answers", site = site),
        false => tr!(language, "site-reachable.listed", site = site, end = end),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::looks::exchange::tests::answer;
    use crate::looks::exchange::{Exchange, Request};
    use crate::report::Status::{self, Fail, Pass, Unknown, Warn};

    fn journey(steps: &[(&str, Result<u16, NoAnswer>)]) -> Journey {
        let targets = steps.iter().skip(1).map(|(url, _)| *url).chain(["https://more.test"]);
        let step = |((url, status), target): (&(&str, Result<u16, NoAnswer>), &str)| {
            Arc::new(Exchange {
                request: Request::get(Url::parse(url).unwrap()),
                answer: status.clone().map(|status| answer(status, &[("location", target)], "")),
            })
        };
        Journey(steps.iter().zip(targets).map(step).collect())
    }

    #[test]
    fn visitors_are_to_end_at_a_listed_origin() {
        let open = Some(Way::Open);
        let check = |steps: &[(&str, Result<u16, NoAnswer>)], way: Option<Way>, status: Status, words: &str| {
            let listed = ["https://a.test".to_owned(), "https://b.test".to_owned()];
            let finding = judge("https://a.test", &journey(steps), way, &listed, Language::English);
            assert_eq!(finding.status, status, "{finding:?}");
            assert!(finding.cause.contains(words), "{words}: {finding:?}");
        };
        let first = "https://a.test/";
        check(&[(first, Ok(200))], open, Pass, "answers");
        check(
            &[(first, Ok(301)), ("https://a.test/en/", Ok(200))],
            open,
            Pass,
            "answers",
        );
        check(
            &[(first, Ok(302)), ("https://b.test/", Ok(200))],
            open,
            Pass,
            "https://b.test",
        );
        check(
            &[(first, Ok(301)), ("https://www.a.test/", Ok(200))],
            open,
            Fail,
            "https://www.a.test",
        );
        check(
            &[(first, Ok(301)), ("http://a.test/", Ok(200))],
            open,
            Fail,
            "http://a.test",
        );
        check(&[(first, Ok(503))], open, Warn, "503");
        check(&[(first, Ok(301))], open, Warn, "redirect");
        check(&[(first, Err(NoAnswer::NoSuchName))], open, Warn, "does not exist");
        check(&[(first, Err(NoAnswer::Timeout))], open, Warn, "in time");
        check(
            &[(first, Err(NoAnswer::Timeout))],
            Some(Way::BehindRouter),
            Unknown,
            "in time",
        );
        check(&[(first, Err(NoAnswer::Refused))], None, Warn, "refused");
        check(&[(first, Err(NoAnswer::NoRoute))], open, Unknown, "network");
    }
}
