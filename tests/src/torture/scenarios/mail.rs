//! Work that is still under way when a change comes.

use std::time::Duration;

use serde_json::Value;

use crate::SmtpServer;
use crate::torture::http::{Answer, Failure, ask_now, ask_slowly, block_on, post, post_in_parts};
use crate::torture::{Deployment, Mail, Save};

/// Changes the settings while a comment is being sent over `seconds`; returns its answer, and how
/// long the change took.
pub fn slow_comment(deployment: &mut Deployment, seconds: u32) -> (Result<Answer, Failure>, Duration) {
    let address = deployment.address;
    let sender = std::thread::spawn(move || {
        let (head, body) = post_in_parts("/slow", "a comment over a slow line");
        let part = body.len().div_ceil(seconds as usize);
        let parts: Vec<&[u8]> = [&head[..]].into_iter().chain(body.chunks(part)).collect();
        block_on(ask_slowly(address, &parts, Duration::from_secs(1)))
    });
    // By now a worker has the request in hand.
    std::thread::sleep(Duration::from_millis(500));
    let changed = deployment.settings().with_origin("slow");
    let took = deployment.change(&changed, Save::Rename);
    (sender.join().expect("it is sent"), took)
}

/// Posts `times` comments, each followed at once by a change; the mail server takes `delay` for each mail. Returns the
/// mails that arrived.
pub fn mails_and_reloads(deployment: &mut Deployment, times: usize, delay: Duration) -> Vec<Value> {
    let mut server = SmtpServer::slow("secret", delay);
    let mut settings = deployment.settings().with_origin("mail");
    settings.mail = Some(Mail {
        port: server.port,
        password: "secret".into(),
        timeout: 10,
    });
    deployment.change(&settings, Save::Rename);
    for number in 0..times {
        let request = post("/mail", &format!("mail {number}"));
        let answer = ask_now(deployment.address, &request);
        assert!(answer.as_ref().is_ok_and(|answer| answer.status == 201), "{answer:?}");
        let changed = settings.with_origin(format_args!("mail{number}"));
        deployment.change(&changed, Save::alternate(number));
    }
    let patience = delay + Duration::from_secs(5);
    std::iter::from_fn(|| server.mail_within(patience))
        .take(times)
        .collect()
}
