//! Options that cannot be used.

use std::net::SocketAddr;

use url::Url;

use super::address::Address;
use crate::patient::Options;

/// An option that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LooksError {
    /// A public address that is none.
    #[error("\"{0}\" is no address of a comment server: write it as https://comments.example.org")]
    Address(String),
    /// A website that is none.
    #[error("\"{0}\" is no address of a website: write it as https://blog.example.org")]
    Website(String),
    /// A page that is none.
    #[error("\"{0}\" is no address of a page: write it as https://blog.example.org/page.html")]
    Page(String),
    /// A name without an address to connect to.
    #[error("\"{0}\" is no host name to connect to {1} for")]
    Resolve(String, SocketAddr),
    /// An authority that holds no certificate.
    #[error("the certificate authority is not in the PEM format, or holds no certificate")]
    Authority(#[source] Option<Box<dyn std::error::Error + Send + Sync>>),
    /// The client could not be made.
    #[error("cannot prepare to send requests")]
    Client(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Options {
    /// Refuses addresses that are none.
    pub(crate) fn check(&self) -> Result<(), LooksError> {
        if let Some(address) = self.address.as_ref().filter(|it| Address::parse(it).is_none()) {
            return Err(LooksError::Address(address.clone()));
        }
        if let Some(site) = self.sites.iter().find(|site| web_url(site).is_none()) {
            return Err(LooksError::Website(site.clone()));
        }
        if let Some(page) = self.pages.iter().find(|page| web_url(page).is_none()) {
            return Err(LooksError::Page(page.clone()));
        }
        match self.resolve.iter().find(|(name, _)| name.trim().is_empty()) {
            Some((name, address)) => Err(LooksError::Resolve(name.clone(), *address)),
            None => Ok(()),
        }
    }
}

/// Reads an address of the web.
pub(crate) fn web_url(text: &str) -> Option<Url> {
    let url = Url::parse(text.trim()).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}
