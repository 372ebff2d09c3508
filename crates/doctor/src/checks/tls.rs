//! `tls`: whether browsers believe the certificate, and for how long.

use std::time::{SystemTime, UNIX_EPOCH};

use isso_actions::Language;
use time::OffsetDateTime;

use crate::checks::Check;
use crate::looks::Looks;
use crate::looks::address::Address;
use crate::looks::certificate::{Certificate, CertificateFault, Shown};
use crate::looks::exchange::NoAnswer;
use crate::looks::info::Absent;
use crate::report::{Evidence, Finding};
use crate::tr;

pub const CHECK: Check = Check {
    id: "tls",
    run: |looks| Box::pin(run(looks)),
};

/// Certificates that renew themselves do so 30 days before their end, or after two thirds of their time.
const SOON_DAYS: i64 = 14;

async fn run(looks: &Looks) -> Vec<Finding> {
    let language = looks.language();
    let Some(address) = looks.address() else {
        return vec![Absent::NoAddress.skip(&CHECK, language)];
    };
    if !address.is_https() {
        return vec![CHECK.skip(tr!(language, "tls.http", address = address))];
    }
    let shown = looks.certificate(&address.url("/info")).await;
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let finding = judge(&address, &shown, now.cast_signed(), language);
    vec![finding.evidence([evidence(&address, &shown)])]
}

fn judge(address: &Address, shown: &Shown, now: i64, language: Language) -> Finding {
    let host = address.host();
    let certificate = match shown {
        Ok(certificate) => certificate,
        Err(NoAnswer::Tls(reason)) => {
            return CHECK.fail(
                tr!(language, "tls.handshake", host = host, reason = reason),
                tr!(language, "tls.handshake-fix", host = host),
            );
        }
        Err(reason) => {
            let reason = reason.text(language);
            return CHECK.skip(tr!(language, "tls.unreached", host = host, reason = reason));
        }
    };
    let days = (certificate.not_after - now).div_euclid(24 * 60 * 60);
    let until = date(certificate.not_after);
    let renew = || tr!(language, "tls.renew-fix", host = host);
    match &certificate.fault {
        None if days < SOON_DAYS => CHECK.warn(tr!(language, "tls.soon", until = until, days = days), renew()),
        None => CHECK.pass(tr!(language, "tls.valid", until = until, days = days)),
        Some(CertificateFault::Expired) => CHECK.fail(tr!(language, "tls.expired", until = until), renew()),
        Some(CertificateFault::NotYetValid) => CHECK.fail(tr!(language, "tls.early"), tr!(language, "tls.early-fix")),
        Some(CertificateFault::OtherName) => {
            let names = certificate.names.join(", ");
            let cause = tr!(language, "tls.name", names = names, host = host);
            CHECK.fail(cause, tr!(language, "tls.name-fix", host = host))
        }
        Some(CertificateFault::UnknownIssuer) => unknown_issuer(certificate, host, language),
        Some(CertificateFault::Other(_)) if certificate.self_signed => unknown_issuer(certificate, host, language),
        Some(CertificateFault::Other(reason)) => {
            CHECK.fail(tr!(language, "tls.other", host = host, reason = reason), renew())
        }
    }
}

fn unknown_issuer(certificate: &Certificate, host: &str, language: Language) -> Finding {
    let issuer = &certificate.issuer;
    if certificate.self_signed {
        let cause = tr!(language, "tls.self-signed", host = host);
        return CHECK.fail(cause, tr!(language, "tls.self-signed-fix", host = host));
    }
    if certificate.intermediates > 0 {
        let cause = tr!(language, "tls.private", issuer = issuer);
        return CHECK.fail(cause, tr!(language, "tls.self-signed-fix", host = host));
    }
    let cause = tr!(language, "tls.chain", issuer = issuer);
    let fix = tr!(language, "tls.chain-fix");
    // Some browsers get the missing certificate from the address that is named; others refuse.
    match certificate.names_issuer_url {
        true => CHECK.warn(cause, fix),
        false => CHECK.fail(cause, fix),
    }
}

fn date(seconds: i64) -> String {
    match OffsetDateTime::from_unix_timestamp(seconds) {
        Ok(time) => time.date().to_string(),
        Err(_) => seconds.to_string(),
    }
}

fn evidence(address: &Address, shown: &Shown) -> Evidence {
    Evidence {
        asked: format!("TLS {}:{}", address.host(), address.port()),
        answered: match shown {
            Ok(certificate) => vec![
                format!("names: {}", certificate.names.join(", ")),
                format!("issuer: {}", certificate.issuer),
                format!("valid until: {}", date(certificate.not_after)),
                format!("certificates of authorities sent along: {}", certificate.intermediates),
            ],
            Err(reason) => vec![reason.text(Language::English)],
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Status::{self, Fail, Pass, Skip, Warn};

    const DAY: i64 = 24 * 60 * 60;

    fn certificate(fault: Option<CertificateFault>) -> Certificate {
        Certificate {
            names: vec!["blog.example.org".into()],
            issuer: "CN=Some CA".into(),
            not_after: 100 * DAY,
            self_signed: false,
            intermediates: 1,
            names_issuer_url: true,
            fault,
        }
    }

    fn check(shown: Shown, day: i64, status: Status, words: &str) {
        let address = Address::parse("https://c.example.org").unwrap();
        let finding = judge(&address, &shown, day * DAY, Language::English);
        assert_eq!(finding.status, status, "{finding:?}");
        assert!(finding.cause.contains(words), "{finding:?}");
    }

    #[test]
    fn a_certificate_is_to_be_believed_for_two_weeks() {
        check(Ok(certificate(None)), 80, Pass, "1970-04-11");
        check(Ok(certificate(None)), 86, Pass, "14 days");
        check(Ok(certificate(None)), 87, Warn, "13 days");
    }

    #[test]
    fn what_is_wrong_with_a_certificate_is_named() {
        use CertificateFault::*;
        let faulty = |fault| Ok(certificate(Some(fault)));
        check(faulty(Expired), 120, Fail, "expired");
        check(faulty(NotYetValid), 80, Fail, "not valid yet");
        check(faulty(OtherName), 80, Fail, "blog.example.org");
        check(faulty(UnknownIssuer), 80, Fail, "Some CA");
        check(faulty(Other("bad signature".into())), 80, Fail, "bad signature");
        let alone = |names_issuer_url| {
            Ok(Certificate {
                intermediates: 0,
                names_issuer_url,
                ..certificate(Some(UnknownIssuer))
            })
        };
        check(alone(true), 80, Warn, "intermediate");
        check(alone(false), 80, Fail, "intermediate");
        for fault in [UnknownIssuer, Other("a certificate of an authority".into())] {
            let own = Certificate {
                self_signed: true,
                ..certificate(Some(fault))
            };
            check(Ok(own), 80, Fail, "signed itself");
        }
        check(Err(NoAnswer::Tls("alert".into())), 80, Fail, "alert");
        check(Err(NoAnswer::Refused), 80, Skip, "refused");
    }
}
