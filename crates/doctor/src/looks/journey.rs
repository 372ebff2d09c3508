//! Follows redirects as a browser does.

use std::sync::Arc;

use url::Url;

use super::Looks;
use super::exchange::{Answer, Exchange, NoAnswer, Request};

/// The most redirects that are followed.
pub const MOST_REDIRECTS: usize = 5;

/// The answers on the way to a page. The last one is no redirect, unless there were too many.
#[derive(Debug, Clone)]
pub struct Journey(pub(crate) Vec<Arc<Exchange>>);

impl Journey {
    /// The answers, in their order; there is at least one.
    pub fn steps(&self) -> &[Arc<Exchange>] {
        &self.0
    }

    /// The last address.
    pub fn end(&self) -> &Url {
        &self.last().request.url
    }

    /// The last answer.
    pub fn answer(&self) -> Result<&Answer, &NoAnswer> {
        self.last().answer.as_ref()
    }

    /// Whether it goes on after the most redirects that are followed.
    pub fn is_endless(&self) -> bool {
        next(self.last()).is_some()
    }

    fn last(&self) -> &Exchange {
        self.0.last().expect("a journey begins with its first step")
    }
}

fn next(step: &Exchange) -> Option<Url> {
    let target = step.answer.as_ref().ok()?.redirect(&step.request.url)?;
    matches!(target.scheme(), "http" | "https").then_some(target)
}

impl Looks {
    /// Gets a page, following redirects. The whole way has twice the limit of a request.
    pub async fn follow(&self, url: Url) -> Journey {
        let mut steps = vec![self.answer(Request::get(url)).await];
        let way = async {
            while let Some(target) = steps.last().and_then(|step| next(step)) {
                if steps.len() > MOST_REDIRECTS {
                    break;
                }
                steps.push(self.answer(Request::get(target)).await);
            }
        };
        // What was seen until then counts; a way that is cut off looks as one with too many redirects.
        let _ = tokio::time::timeout(self.options.limit, way).await;
        Journey(steps)
    }
}
