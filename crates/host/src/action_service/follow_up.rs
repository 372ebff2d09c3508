//! What an action does after the state machine has run it, and what waits on the network: it changes nothing.

use std::time::Duration;

use isso_actions::{
    Action, ActionResult, CheckFound, CheckStatus, Language, embedding_failure, embedding_page, embedding_result,
    twin_offer,
};
use isso_cfg::keys;
use isso_doctor::{Finding, Mend, Status};
use serde_json::Value;

use super::twins::{added_twins, may_have_twin};
use super::{ActionOutcome, ActionService, Changed};
use crate::api_error::ApiError;
use crate::commands::Examination;
use crate::host_info::HostInfoSource;

/// The limit of all checks. StartOS gives an action two minutes.
const CHECKS_LIMIT: Duration = Duration::from_secs(60);
/// The limit of the look at where websites redirect to.
const TWINS_LIMIT: Duration = Duration::from_secs(3);

impl ActionService {
    /// Does what waits on the network after an action: tries the mail settings, has the embedding checked, or looks
    /// whether the saved websites redirect to others.
    pub async fn follow_up(&self, changed: Changed) -> Result<ActionOutcome, ApiError> {
        let Changed {
            action,
            language,
            input,
            done,
            preview,
            warning,
        } = changed;
        let mut offer = None;
        let result = match action {
            Action::CheckEmbedding => self.check_embedding(language, &input).await?,
            Action::SetWebsites if done.settings_changed => {
                let mut result = done.result;
                offer = self.offer_twins(language, &mut result).await;
                result
            }
            _ => {
                let after = action.after(self.read(language), language, &input, done.result).await;
                let mut result = after.map_err(|error| ApiError::of_action(&error, language))?;
                if let Some((preview, rendered)) = preview {
                    preview.show(&mut result, &rendered, language);
                }
                result
            }
        };
        Ok(ActionOutcome {
            result,
            settings_changed: done.settings_changed,
            warning,
            offer,
        })
    }

    async fn check_embedding(&self, language: Language, input: &Value) -> Result<ActionResult, ApiError> {
        let public_address = self
            .read(language)
            .await
            .map(|contents| contents.cfg.read_text(&keys::PUBLIC_ENDPOINT));
        let address = match &self.info_source {
            // Until a public address is set, the best one of those that StartOS lists stands in.
            HostInfoSource::Given(info) if public_address.is_ok_and(|it| it.is_empty()) => {
                info.addresses.first().map(|address| address.url.clone())
            }
            _ => None,
        };
        let examination = Examination {
            language,
            address,
            pages: embedding_page(input).into_iter().collect(),
            ..Examination::default()
        };
        let examined = self.examiner.findings(examination, CHECKS_LIMIT).await;
        let (findings, all) = examined.map_err(|error| {
            let reason = isso_lifecycle::with_causes(&error);
            ApiError::failed(embedding_failure(&reason, language))
        })?;
        let found: Vec<_> = findings.iter().map(found).collect();
        Ok(embedding_result(&found, all, language))
    }

    /// Adds a paragraph for each website that redirects to its `www.` or bare twin which is not listed, and offers to
    /// add these. Says nothing where none does, or where that cannot be told in time.
    async fn offer_twins(&self, language: Language, result: &mut ActionResult) -> Option<Mend> {
        let saved = self.read(language).await.ok()?.cfg.read_lines(&keys::HOST);
        let sites: Vec<_> = saved
            .iter()
            .filter(|site| may_have_twin(site, &saved))
            .cloned()
            .collect();
        if sites.is_empty() {
            return None;
        }
        let examination = Examination {
            language,
            sites,
            only: vec!["site-reachable".to_owned()],
            ..Examination::default()
        };
        let (findings, _) = self.examiner.findings(examination, TWINS_LIMIT).await.ok()?;
        let (twins, offer) = added_twins(&findings, Action::SetWebsites.id())?;
        for (website, twin) in twins {
            result.add(&twin_offer(&website, &twin, language));
        }
        Some(offer)
    }
}

fn found(finding: &Finding) -> CheckFound<'_> {
    CheckFound {
        status: match finding.status {
            Status::Pass => CheckStatus::Well,
            Status::Skip => CheckStatus::Skipped,
            Status::Unknown => CheckStatus::Unknown,
            Status::Warn => CheckStatus::Warning,
            Status::Fail => CheckStatus::Problem,
        },
        subject: finding.subject.as_deref(),
        cause: &finding.cause,
        fix: finding.fix.as_deref(),
    }
}
