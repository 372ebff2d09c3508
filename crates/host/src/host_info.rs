//! What is known here of the machine around Isso, for the actions that need it.

use std::net::SocketAddr;

use isso_actions::HostInfo;
use isso_cfg::{Volume, keys};

/// Where an action's facts come from.
#[derive(Debug, Clone)]
pub enum HostInfoSource {
    /// A machine that offers no mail server, and the address that Isso answers on, when it runs.
    Local(Option<SocketAddr>),
    /// A host that knows them.
    Given(HostInfo),
}

impl HostInfoSource {
    /// The facts as they are now.
    pub fn host_info(&self, volume: &Volume) -> HostInfo {
        match self {
            Self::Local(listen) => HostInfo {
                system_smtp: None,
                addresses: public_address(volume).into_iter().chain(listen.map(url)).collect(),
            },
            Self::Given(host_info) => host_info.clone(),
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
