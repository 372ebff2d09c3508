//! Sends requests as a browser does, over TLS that believes what browsers believe.

use std::error::Error;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect;
use rustls::client::WebPkiServerVerifier;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use url::Url;

use super::error::LooksError;
use super::exchange::{Answer, Exchange, NoAnswer, Request};
use super::names::Names;
use crate::patient::Options;

/// The most that is kept of a body. Isso's script has 67 KB; pages have more.
pub const LONGEST_BODY: usize = 4 * 1024 * 1024;

/// Proxies that turn away programs let those pass that call themselves a browser.
const USER_AGENT: &str = concat!(
    "Mozilla/5.0 (compatible; issoctl-doctor/",
    env!("CARGO_PKG_VERSION"),
    ")"
);

/// Sends requests.
#[derive(Debug)]
pub struct Client {
    ordinary: reqwest::Client,
    /// Those that connect to an address of their own, by host and address.
    directed: Mutex<Vec<((String, SocketAddr), reqwest::Client)>>,
    names: Arc<Names>,
    pub(super) provider: Arc<CryptoProvider>,
    pub(super) verifier: Arc<WebPkiServerVerifier>,
    tls: ClientConfig,
    pub(super) limit: Duration,
}

impl Client {
    pub(super) fn new(options: &Options, names: Arc<Names>) -> Result<Self, LooksError> {
        let roots = Arc::new(roots(&options.authorities)?);
        let provider = Arc::new(ring::default_provider());
        let tls = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| LooksError::Client(error.into()))?
            .with_root_certificates(Arc::clone(&roots))
            .with_no_client_auth();
        let verifier = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider))
            .build()
            .map_err(|error| LooksError::Client(error.into()))?;
        let ordinary = builder(&tls, options.limit, &names)
            .build()
            .map_err(|error| LooksError::Client(error.into()))?;
        Ok(Self {
            ordinary,
            directed: Mutex::default(),
            names,
            provider,
            verifier,
            tls,
            limit: options.limit,
        })
    }

    /// Sends a request and reads the answer.
    pub(super) async fn send(&self, request: Request, names: &Names) -> Exchange {
        let answer = match tokio::time::timeout(self.limit, self.answer(&request, names)).await {
            Ok(answer) => answer,
            Err(_) => Err(NoAnswer::Timeout),
        };
        Exchange { request, answer }
    }

    async fn answer(&self, request: &Request, names: &Names) -> Result<Answer, NoAnswer> {
        let client = match self.target(request, names) {
            Some(target) => self.directed(&request.url, target)?,
            None => {
                // The client would ask, too, but of its error it cannot be told whether the name exists.
                names.look(request.url.host_str().unwrap_or_default()).await?;
                self.ordinary.clone()
            }
        };
        let mut builder = client.request(request.method.clone(), request.url.clone());
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        if let Some(body) = request.body {
            builder = builder.body(body);
        }
        let mut response = builder.send().await.map_err(|error| no_answer(&error))?;
        let mut answer = Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: Vec::new(),
        };
        while let Some(chunk) = response.chunk().await.map_err(|error| no_answer(&error))? {
            let room = LONGEST_BODY - answer.body.len();
            answer.body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if room <= chunk.len() {
                break;
            }
        }
        Ok(answer)
    }

    /// The address to connect to, if the request or the options name one.
    fn target(&self, request: &Request, names: &Names) -> Option<SocketAddr> {
        let port = request.url.port_or_known_default().unwrap_or(443);
        match request.to {
            Some(ip) => Some(SocketAddr::new(ip, port)),
            None => names.given(&request.url),
        }
    }

    fn directed(&self, url: &Url, target: SocketAddr) -> Result<reqwest::Client, NoAnswer> {
        let host = url.host_str().unwrap_or_default().to_owned();
        let place = (host, target);
        let mut clients = self.directed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, client)) = clients.iter().find(|(known, _)| *known == place) {
            return Ok(client.clone());
        }
        let client = builder(&self.tls, self.limit, &self.names)
            .resolve(&place.0, target)
            .build()
            .map_err(|error| no_answer(&error))?;
        clients.push((place, client.clone()));
        Ok(client)
    }
}

fn builder(tls: &ClientConfig, limit: Duration, names: &Arc<Names>) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls.clone())
        .redirect(redirect::Policy::none())
        .no_proxy()
        .timeout(limit)
        .user_agent(USER_AGENT)
        .dns_resolver(Arc::new(Remembered(Arc::clone(names))))
}

/// The authorities that browsers trust, and those of the options.
fn roots(authorities: &[Vec<u8>]) -> Result<RootCertStore, LooksError> {
    let mut roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    for authority in authorities {
        let before = roots.len();
        for certificate in CertificateDer::pem_slice_iter(authority) {
            let certificate = certificate.map_err(|error| LooksError::Authority(Some(error.into())))?;
            roots
                .add(certificate)
                .map_err(|error| LooksError::Authority(Some(error.into())))?;
        }
        if roots.len() == before {
            return Err(LooksError::Authority(None));
        }
    }
    Ok(roots)
}

/// The addresses that were looked up already.
#[derive(Debug)]
struct Remembered(Arc<Names>);

impl Resolve for Remembered {
    fn resolve(&self, name: Name) -> Resolving {
        let names = Arc::clone(&self.0);
        Box::pin(async move {
            let seen: Vec<IpAddr> = names
                .look(name.as_str())
                .await
                .map_err(|_| io::Error::other("the name has no address"))?;
            let addresses: Addrs = Box::new(seen.into_iter().map(|ip| SocketAddr::new(ip, 0)));
            Ok(addresses)
        })
    }
}

/// Why a request got no answer.
fn no_answer(error: &reqwest::Error) -> NoAnswer {
    if error.is_timeout() {
        return NoAnswer::Timeout;
    }
    let mut innermost = String::new();
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        innermost = error.to_string();
        if let Some(reason) = error.downcast_ref().and_then(io_reason) {
            return reason;
        }
        cause = error.source();
    }
    NoAnswer::Broken(innermost)
}

/// Why a connection was not made, if its error says so.
pub(super) fn io_reason(error: &io::Error) -> Option<NoAnswer> {
    // What goes wrong with TLS is wrapped into an error of input and output, and that into another one.
    if let Some(inner) = error.get_ref() {
        if let Some(tls) = inner.downcast_ref::<rustls::Error>() {
            return Some(NoAnswer::Tls(tls.to_string()));
        }
        if let Some(reason) = inner.downcast_ref().and_then(io_reason) {
            return Some(reason);
        }
    }
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Some(NoAnswer::Refused),
        io::ErrorKind::TimedOut => Some(NoAnswer::Timeout),
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::AddrNotAvailable => Some(NoAnswer::NoRoute),
        // The way ends at the router of that network, so it is not this machine's that is cut off.
        io::ErrorKind::HostUnreachable => Some(NoAnswer::Timeout),
        _ => None,
    }
}
