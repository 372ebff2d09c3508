//! A change after which Isso takes long to start.

use std::time::Duration;

use crate::torture::{Deployment, Load, Mail, Save, Shape, Silent, Tally};

/// The outcome of such a change.
#[derive(Debug)]
pub struct Hang {
    /// The requests.
    pub tally: Tally,
    /// How long the change took to be in force.
    pub took: Duration,
    /// How many of the silent servers Isso has tried.
    pub tried: usize,
}

/// Changes to a mail server that never answers, with this time-out in seconds, and to this many websites that never
/// answer; then back.
pub fn hang(deployment: &mut Deployment, mail: Option<u32>, websites: usize, shape: Shape) -> Hang {
    let good = deployment.settings().with_origin("good");
    let mut bad = deployment.settings().with_origin("silent");
    let silent: Vec<Silent> = (0..websites).map(|_| Silent::start()).collect();
    if websites > 0 {
        bad.websites = silent
            .iter()
            .map(|website| format!("http://127.0.0.1:{}", website.port()))
            .collect();
    }
    let server = mail.map(|_| Silent::start());
    bad.mail = server.as_ref().zip(mail).map(|(server, timeout)| Mail {
        port: server.port(),
        password: "secret".into(),
        timeout,
    });
    let load = Load::start(deployment.address, shape);
    let took = deployment.change(&bad, Save::Rename);
    deployment.change(&good, Save::InPlace);
    let tried = silent.iter().chain(&server).filter(|server| server.taken() > 0).count();
    Hang {
        tally: load.finish(),
        took,
        tried,
    }
}
