//! `mail-from`: whether mails have a sender and a recipient that mail servers take.

use isso_actions::{Language, mail_address, sends_mail};
use isso_cfg::{Document, keys};

use crate::checks::Check;
use crate::report::Finding;
use crate::tr;

pub const CHECK: Check = Check {
    id: "mail-from",
    run: |looks| Box::pin(async { vec![judge(&looks.patient.contents.cfg, looks.language())] }),
};

fn judge(cfg: &Document, language: Language) -> Finding {
    let fix = || tr!(language, "mail-from.fix");
    if !sends_mail(cfg) {
        return CHECK.skip(tr!(language, "smtp.off"));
    }
    let (from, to) = (cfg.read_text(&keys::SMTP_FROM), cfg.read_text(&keys::SMTP_TO));
    if from.is_empty() {
        return CHECK.warn(tr!(language, "mail-from.none"), fix());
    }
    let Some(address) = mail_address(&from) else {
        return CHECK.warn(tr!(language, "mail-from.malformed", from = from), fix());
    };
    let domain = address.rsplit('@').next().unwrap_or_default().to_lowercase();
    if is_nobodys(&domain) {
        return CHECK.warn(
            tr!(language, "mail-from.nobodys", address = address, domain = domain),
            fix(),
        );
    }
    // Replies to comments go to commenters, so they need no recipient here.
    let notifies = cfg
        .read_list(&keys::NOTIFY)
        .iter()
        .any(|it| it.eq_ignore_ascii_case("smtp"));
    if notifies && mail_address(&to).is_none() {
        return CHECK.warn(tr!(language, "mail-from.no-recipient"), fix());
    }
    CHECK.pass(tr!(language, "mail-from.well", address = address))
}

/// Whether a domain is one of those that belong to nobody (RFC 2606), or no domain of the internet.
fn is_nobodys(domain: &str) -> bool {
    let last = domain.rsplit('.').next().unwrap_or_default();
    let reserved = ["example.com", "example.net", "example.org"]
        .iter()
        .any(|name| domain == *name || domain.ends_with(&format!(".{name}")));
    reserved || ["example", "test", "invalid", "localhost", "localdomain"].contains(&last) || !domain.contains('.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Status;

    #[test]
    fn a_sender_of_a_domain_of_nobody_is_noticed() {
        for (settings, expected, words) in [
            ("notify = stdout\n[smtp]\n", Status::Skip, "no mail"),
            ("notify = smtp\n[smtp]\nto = me@blog.eu\n", Status::Warn, "no sender"),
            ("notify = smtp\n[smtp]\nfrom = me at blog\n", Status::Warn, "me at blog"),
            (
                "notify = smtp\n[smtp]\nfrom = Me <me@mail.Example.org>\n",
                Status::Warn,
                "mail.example.org",
            ),
            (
                "notify = smtp\n[smtp]\nfrom = me@localhost\n",
                Status::Warn,
                "localhost",
            ),
            (
                "notify = smtp\n[smtp]\nfrom = Me <me@blog.eu>\n",
                Status::Warn,
                "[smtp] to",
            ),
            (
                "notify = smtp\n[smtp]\nfrom = me@blog.eu\nto = me@blog.eu\n",
                Status::Pass,
                "me@blog.eu",
            ),
            (
                "reply-notifications = true\n[smtp]\nfrom = me@blog.eu\n",
                Status::Pass,
                "me@blog.eu",
            ),
        ] {
            let cfg = Document::parse(format!("[general]\n{settings}")).unwrap();
            let found = judge(&cfg, Language::English);
            assert_eq!(found.status, expected, "{settings}: {}", found.cause);
            assert!(found.cause.contains(words), "{settings}: {}", found.cause);
        }
    }
}
