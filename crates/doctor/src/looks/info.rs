//! What Isso says of itself, at `/info`.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use isso_actions::Language;
use serde::Deserialize;
use url::Url;

use super::Looks;
use super::address::Address;
use super::exchange::{Answer, Exchange, Request};
use crate::checks::Check;
use crate::report::{Finding, Status};
use crate::tr;

/// What Isso answers at `/info`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Info {
    /// Isso's version.
    pub version: String,
    /// Where Isso believes it was asked: scheme, `Host` header and prefix.
    pub host: String,
    /// The first website of its settings.
    pub origin: String,
}

impl Info {
    /// Reads an answer; `None` if Isso did not give it.
    pub fn of(answer: &Answer) -> Option<Self> {
        serde_json::from_slice(&answer.body)
            .ok()
            .filter(|_| answer.status == 200)
    }
}

/// An Isso that was reached through its public address.
#[derive(Debug)]
pub struct Reached {
    /// The address.
    pub address: Address,
    /// What it says of itself.
    pub info: Info,
    /// The request that says so.
    pub exchange: Arc<Exchange>,
}

/// Why no Isso was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// No public address is known.
    NoAddress,
    /// Isso does not answer there; the check `reachable` says why.
    NotReached,
}

impl Absent {
    /// The finding of a check that needs Isso's answer.
    pub fn skip(self, check: &Check, language: Language) -> Finding {
        let cause = match self {
            Self::NoAddress => tr!(language, "absent.no-address"),
            Self::NotReached => tr!(language, "absent.not-reached"),
        };
        Finding::new(check, Status::Skip, cause)
    }
}

impl Looks {
    /// Isso, asked through its public address.
    pub async fn isso(&self) -> Result<Reached, Absent> {
        let address = self.address().ok_or(Absent::NoAddress)?;
        let exchange = self.answer(Request::get(address.url("/info"))).await;
        match exchange.answer.as_ref().ok().and_then(Info::of) {
            Some(info) => Ok(Reached {
                address,
                info,
                exchange,
            }),
            None => Err(Absent::NotReached),
        }
    }

    /// The URL of something that Isso serves, on this machine and past every proxy; `None` if Isso does not run.
    pub fn own_url(&self, path_and_query: &str) -> Option<Url> {
        let listen = self.patient.listen?;
        let host = match listen.ip() {
            ip if !ip.is_unspecified() => ip,
            _ => IpAddr::V4(Ipv4Addr::LOCALHOST),
        };
        Url::parse(&format!(
            "http://{}{path_and_query}",
            SocketAddr::new(host, listen.port())
        ))
        .ok()
    }

    /// What Isso says of itself on this machine, past every proxy.
    pub async fn own_info(&self) -> Option<Info> {
        let exchange = self.answer(Request::get(self.own_url("/info")?)).await;
        exchange.answer.as_ref().ok().and_then(Info::of)
    }
}
