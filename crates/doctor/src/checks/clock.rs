//! `clock`: whether this machine's clock is that of the servers that answer.
//!
//! Isso's cookies and links are signed with a time, and comments get their dates from it.

use std::time::{Duration, SystemTime};

use isso_actions::Language;

use crate::checks::Check;
use crate::looks::Looks;
use crate::looks::exchange::{Answer, Request};
use crate::report::Finding;
use crate::tr;

pub const CHECK: Check = Check {
    id: "clock",
    run: |looks| Box::pin(async { vec![look(looks).await] }),
};

/// Answers of this run are seconds old at most; a clock that is set by the network is right to less than that.
const TOLERATED: Duration = Duration::from_secs(5 * 60);

async fn look(looks: &Looks) -> Finding {
    let address = looks.address().map(|address| address.url("/info"));
    let websites = looks.websites().into_iter().filter_map(|website| {
        let origin = website.origin?;
        url::Url::parse(origin.as_str()).ok()
    });
    let mut dates = Vec::new();
    // The websites come first, for Isso's answers are dated by this machine.
    for url in websites.take(2).chain(address) {
        let exchange = looks.answer(Request::get(url)).await;
        dates.extend(exchange.answer.as_ref().ok().and_then(date));
    }
    judge(&dates, SystemTime::now(), looks.language())
}

/// The time at which an answer was given. A cache says how old its answer is.
fn date(answer: &Answer) -> Option<SystemTime> {
    let date = httpdate::parse_http_date(answer.header("date")?).ok()?;
    let age = answer
        .header("age")
        .and_then(|age| age.parse().ok())
        .unwrap_or_default();
    date.checked_add(Duration::from_secs(age))
}

/// A server of others may be wrong, too, so one that agrees is enough.
fn judge(dates: &[SystemTime], now: SystemTime, language: Language) -> Finding {
    let off = |date: &SystemTime| now.duration_since(*date).unwrap_or_else(|error| error.duration());
    match dates.iter().map(off).min() {
        None => CHECK.unknown(tr!(language, "clock.unknown")),
        Some(off) if off <= TOLERATED => CHECK.pass(tr!(language, "clock.right")),
        Some(off) => {
            let minutes = off.as_secs() / 60;
            CHECK.warn(
                tr!(language, "clock.off", minutes = minutes),
                tr!(language, "clock.fix"),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::answer;
    use crate::report::Status;

    fn dated(date: &str, age: Option<&'static str>) -> Option<SystemTime> {
        let mut answer = answer(200, "");
        answer.headers.insert("date", date.parse().unwrap());
        if let Some(age) = age {
            answer.headers.insert("age", age.parse().unwrap());
        }
        super::date(&answer)
    }

    #[test]
    fn a_clock_that_is_off_is_noticed() {
        let now = httpdate::parse_http_date("Thu, 26 Nov 2026 12:00:00 GMT").unwrap();
        let status = |dates: &[Option<SystemTime>]| {
            let dates: Vec<_> = dates.iter().flatten().copied().collect();
            judge(&dates, now, Language::English).status
        };
        let right = dated("Thu, 26 Nov 2026 11:56:00 GMT", None);
        let behind = dated("Thu, 26 Nov 2026 13:00:00 GMT", None);
        assert_eq!(status(&[right]), Status::Pass);
        assert_eq!(status(&[behind]), Status::Warn);
        assert_eq!(status(&[dated("Thu, 26 Nov 2026 11:50:00 GMT", None)]), Status::Warn);
        assert_eq!(status(&[behind, right]), Status::Pass);
        assert_eq!(
            status(&[dated("Thu, 26 Nov 2026 11:00:00 GMT", Some("3600"))]),
            Status::Pass
        );
        assert_eq!(status(&[dated("yesterday", None)]), Status::Unknown);
    }
}
