//! A client for plain HTTP.

use std::sync::Arc;

use reqwest::{Client, ClientBuilder};
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};

/// Begins a client for servers of this machine, which speak plain HTTP.
///
/// A client of reqwest can speak TLS if any crate of the program uses it for that, and would read the system's
/// certificate authorities into memory. This one knows none.
pub fn plain_http() -> ClientBuilder {
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has ciphers for the usual versions")
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    Client::builder().no_proxy().tls_backend_preconfigured(tls)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_client_needs_nothing_of_the_program() {
        super::plain_http().build().expect("nothing is missing");
    }
}
