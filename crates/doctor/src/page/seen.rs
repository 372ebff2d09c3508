//! The pages that checks judge.

use isso_actions::Language;
use url::Url;

use super::policies::Policies;
use super::{Html, Script};
use crate::checks::Check;
use crate::looks::Looks;
use crate::looks::client::LONGEST_BODY;
use crate::looks::exchange::Answer;
use crate::looks::pages::Page;
use crate::report::{Evidence, Finding, Status};
use crate::tr;

/// A page that was read.
#[derive(Debug)]
pub struct Seen {
    /// Its address, after all redirects.
    pub url: Url,
    /// Whether the person named it as a page with comments.
    pub is_named: bool,
    /// Its HTML.
    pub html: Html,
    /// Its Content Security Policies that are enforced.
    pub policies: Policies,
    /// The values of `Cross-Origin-Embedder-Policy`.
    pub embedder_policies: Vec<String>,
    /// The requests that led to it, and their answers.
    pub evidence: Vec<Evidence>,
}

impl Seen {
    /// Reads a page.
    pub fn new(url: &Url, answer: &Answer, is_named: bool) -> Self {
        let html = Html::read(url, &answer.body);
        let texts = answer.all("cross-origin-embedder-policy").into_iter();
        Self {
            url: url.clone(),
            is_named,
            policies: Policies::new(&answer.all("content-security-policy"), &html.policies),
            embedder_policies: texts.map(str::to_owned).collect(),
            evidence: Vec::new(),
            html,
        }
    }

    /// Whether browsers treat it as secure.
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// The address that a browser asks instead of one of the page's.
    pub fn upgraded(&self, url: &Url) -> Url {
        let mut url = url.clone();
        if self.policies.upgrade() && url.scheme() == "http" && !super::script::is_loopback(&url) {
            // `set_scheme` refuses no change from http to https, and drops the usual port.
            let _ = url.set_scheme("https");
        }
        url
    }

    /// What the client's script element loads, and the place of the element.
    pub fn client(&self) -> Option<(usize, &Script, Url)> {
        let (place, script) = self.html.client()?;
        Some((place, script, self.upgraded(&self.html.src(script)?)))
    }

    /// A finding about this page.
    pub fn finding(&self, check: &Check, status: Status, cause: String) -> Finding {
        Finding::new(check, status, cause)
            .subject(self.url.as_str())
            .evidence(self.evidence.iter().cloned())
    }
}

/// The pages to judge: those that were read, and a finding for each that was not.
#[derive(Debug)]
pub struct Pages(Vec<Result<Seen, Box<Finding>>>);

impl Pages {
    /// Looks at the pages.
    pub async fn look(looks: &Looks, check: &Check) -> Self {
        let language = looks.language();
        let is_named = !looks.options.pages.is_empty();
        let pages = looks.pages().await.iter();
        let mut pages: Vec<_> = pages.map(|page| read(page, is_named, check, language)).collect();
        if pages.is_empty() {
            pages.push(Err(Box::new(Finding::new(
                check,
                Status::Skip,
                tr!(language, "page.none"),
            ))));
        }
        Self(pages)
    }

    /// Looks at the pages that load Isso's client; of the others, says that there is nothing to judge.
    pub async fn with_client(looks: &Looks, check: &Check) -> Self {
        let pages = Self::look(looks, check).await.0.into_iter();
        let language = looks.language();
        let with_client = |seen: Seen| match seen.client() {
            Some(_) => Ok(seen),
            None => Err(Box::new(seen.finding(
                check,
                Status::Skip,
                tr!(language, "page.no-client"),
            ))),
        };
        Self(pages.map(|page| page.and_then(with_client)).collect())
    }

    /// Judges each page that was read.
    pub fn judge(self, judge: impl Fn(&Seen) -> Finding) -> Vec<Finding> {
        let pages = self.0.into_iter();
        pages
            .map(|page| page.map_or_else(|finding| *finding, |seen| judge(&seen)))
            .collect()
    }
}

impl IntoIterator for Pages {
    type Item = Result<Seen, Box<Finding>>;
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

fn read(page: &Page, is_named: bool, check: &Check, language: Language) -> Result<Seen, Box<Finding>> {
    let evidence: Vec<Evidence> = page.journey.steps().iter().map(|step| step.evidence()).collect();
    let (status, cause) = match page.answer() {
        Ok(answer) if answer.is_success() => match unreadable(answer, language) {
            Some(cause) => (Status::Unknown, cause),
            None => {
                return Ok(Seen {
                    evidence,
                    ..Seen::new(page.end(), answer, is_named)
                });
            }
        },
        Ok(answer) => (Status::Skip, tr!(language, "page.status", status = answer.status)),
        Err(reason) => {
            let reason = reason.text(language);
            (Status::Skip, tr!(language, "page.no-answer", reason = reason))
        }
    };
    Err(Box::new(
        Finding::new(check, status, cause)
            .subject(page.end().as_str())
            .fix(tr!(language, "page.name-one"))
            .evidence(evidence),
    ))
}

/// Why the HTML of an answer cannot be read. Some servers have pages in one compressed form alone.
fn unreadable(answer: &Answer, language: Language) -> Option<String> {
    let encoding = answer.header("content-encoding").unwrap_or("identity");
    if !encoding.eq_ignore_ascii_case("identity") {
        return Some(tr!(language, "page.compressed", encoding = encoding));
    }
    (answer.body.len() >= LONGEST_BODY).then(|| tr!(language, "page.long"))
}
