//! What is known here of the machine around Isso, for the actions that need it.

use std::net::SocketAddr;

use isso_actions::HostInfo;
use isso_cfg::{Volume, keys};

/// Where an action's facts come from.
#[derive(Debug, Clone)]
pub enum Surroundings {
    /// A machine that offers no mail server, and the address that Isso answers on, when it runs.
    Machine(Option<SocketAddr>),
    /// A host that knows them.
    Host(HostInfo),
}

impl Surroundings {
    /// The facts as they are now.
    pub fn facts(&self, volume: &Volume) -> HostInfo {
        match self {
            Self::Machine(listen) => HostInfo {
                system_smtp: None,
                addresses: public_address(volume).into_iter().chain(listen.map(url)).collect(),
            },
            Self::Host(facts) => facts.clone(),
        }
    }
}

/// Where this machine reaches Isso.
pub fn url(listen: SocketAddr) -> String {
    format!("http://{listen}")
}

fn public_address(volume: &Volume) -> Option<String> {
    let cfg = volume.read().ok()?.cfg;
    Some(cfg.read_text(&keys::PUBLIC_ENDPOINT)).filter(|address| !address.is_empty())
}
