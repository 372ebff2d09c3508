//! `smtp`: whether the mail server takes Isso's connection and login. No mail is sent; the action *Send test email*
//! sends one.

use isso_actions::{Language, MailAnswer, MailFailure, MailServer, sends_mail};

use crate::checks::Check;
use crate::looks::Looks;
use crate::report::{Evidence, Finding};
use crate::tr;

pub const CHECK: Check = Check {
    id: "smtp",
    run: |looks| Box::pin(async { vec![look(looks).await] }),
};

async fn look(looks: &Looks) -> Finding {
    let (cfg, language) = (&looks.patient.contents.cfg, looks.language());
    if !sends_mail(cfg) {
        return CHECK.skip(tr!(language, "smtp.off"));
    }
    let tried = MailServer::of(cfg).log_in(looks.options.limit, language).await;
    judge(&tried, language)
}

/// Comments come and go without mail, so a failure is a warning.
fn judge(tried: &Result<Vec<MailAnswer>, MailFailure>, language: Language) -> Finding {
    let (finding, answers) = match tried {
        Ok(answers) => (CHECK.pass(tr!(language, "smtp.taken")), answers),
        Err(failure) => {
            let step = failure.step.name(language);
            let cause = tr!(language, "smtp.failed", step = step, reason = failure.reason);
            (CHECK.warn(cause, tr!(language, "smtp.fix")), &failure.before)
        }
    };
    match answers.is_empty() {
        true => finding,
        false => finding.evidence([Evidence {
            asked: "SMTP".to_owned(),
            answered: answers.iter().map(|answer| answer.line.clone()).collect(),
        }]),
    }
}

#[cfg(test)]
mod tests {
    use isso_actions::MailStep;

    use super::*;
    use crate::report::Status;

    #[test]
    fn the_failed_step_is_named() {
        let answer = |step, line: &str| MailAnswer {
            step,
            answer: line.to_owned(),
            line: line.to_owned(),
        };
        let connected = answer(MailStep::Connect, "Connected");
        let failed = judge(
            &Err(MailFailure {
                step: MailStep::LogIn,
                reason: "The mail server answered: 535 no.".to_owned(),
                before: vec![connected.clone()],
            }),
            Language::English,
        );
        assert_eq!(failed.status, Status::Warn);
        assert!(
            failed.cause.contains("login") && failed.cause.contains("535 no."),
            "{}",
            failed.cause
        );
        assert_eq!(failed.evidence[0].answered, ["Connected"]);
        assert_eq!(judge(&Ok(vec![connected]), Language::English).status, Status::Pass);
    }
}
