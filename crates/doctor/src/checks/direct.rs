//! `direct`: whether Isso can be reached past its reverse proxy.

use std::net::SocketAddr;

use isso_actions::Language;

use crate::checks::Check;
use crate::report::{Finding, Status};
use crate::tr;

pub const CHECK: Check = Check {
    id: "direct",
    run: |looks| Box::pin(async { vec![judge(looks.patient.listen, looks.language())] }),
};

/// Isso believes what `X-Forwarded-For` says, whoever sends it.
fn judge(listen: Option<SocketAddr>, language: Language) -> Finding {
    match listen {
        None => Finding::new(&CHECK, Status::Skip, tr!(language, "direct.down")),
        Some(listen) if listen.ip().to_canonical().is_loopback() => {
            Finding::new(&CHECK, Status::Pass, tr!(language, "direct.loopback", listen = listen))
        }
        Some(listen) => {
            let cause = tr!(language, "direct.open", listen = listen);
            let fix = tr!(language, "direct.open-fix", port = listen.port());
            Finding::new(&CHECK, Status::Warn, cause).fix(fix)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_beyond_loopback_is_open() {
        for (listen, expected) in [
            (None, Status::Skip),
            (Some("127.0.0.1:8080"), Status::Pass),
            (Some("[::1]:8080"), Status::Pass),
            (Some("0.0.0.0:8080"), Status::Warn),
            (Some("[::]:8080"), Status::Warn),
            (Some("192.0.2.1:8080"), Status::Warn),
        ] {
            let listen = listen.map(|text| text.parse().unwrap());
            assert_eq!(judge(listen, Language::English).status, expected, "{listen:?}");
        }
    }
}
