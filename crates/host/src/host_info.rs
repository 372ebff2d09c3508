//! What actions are told of the machine on which Isso runs.

use std::net::SocketAddr;

use isso_actions::HostInfo;
use isso_cfg::{Volume, keys};

/// Where an action gets the [`HostInfo`] from.
#[derive(Debug, Clone)]
pub enum HostInfoSource {
    /// A machine without a mail server of its own, and the address on which Isso serves while it runs.
    Local(Option<SocketAddr>),
    /// StartOS, which told the hook.
    Given(HostInfo),
}

impl HostInfoSource {
    /// The addresses and the mail server as they are now. Reads `isso.cfg`.
    pub fn host_info(&self, volume: &Volume) -> HostInfo {
        let known = match self {
            Self::Local(listen) => HostInfo {
                addresses: listen.map(|listen| url(listen).as_str().into()).into_iter().collect(),
                ..HostInfo::default()
            },
            Self::Given(host_info) => host_info.clone(),
        };
        HostInfo {
            public_address: public_address(volume),
            ..known
        }
    }
}

/// The address at which this machine reaches Isso.
pub fn url(listen: SocketAddr) -> String {
    format!("http://{listen}")
}

fn public_address(volume: &Volume) -> String {
    let read = volume
        .read()
        .map(|contents| contents.cfg.read_text(&keys::PUBLIC_ENDPOINT));
    read.unwrap_or_default()
}
