//! What checks look at, each looked at once.
//!
//! A check asks [`Looks`] for what it judges, and gets the same look as every other check that asks:
//!
//! ```ignore
//! let info = match looks.isso().await {
//!     Ok(info) => info,
//!     // No address is known, or Isso was not reached there, which is for the check `reachable` to say.
//!     Err(absent) => return vec![absent.skip(&CHECK, looks.language())],
//! };
//! let exchange = looks.answer(Request::get(info.address.url("/config")).origin(website)).await;
//! let finding = judge(&exchange.answer, language).evidence([exchange.evidence()]);
//! ```
//!
//! - [`Looks::answer`] sends one request, follows no redirect, and remembers the answer. [`Looks::follow`] follows
//!   redirects.
//! - [`Looks::websites`] are the websites to look at, [`Looks::pages`] the pages with their headers and HTML.
//! - [`Looks::names`] has the addresses of a name, [`Looks::certificate`] the certificate behind an https URL.

pub mod address;
pub mod certificate;
pub mod client;
pub mod comments;
pub mod error;
pub mod exchange;
pub mod info;
pub mod journey;
pub mod memo;
pub mod names;
pub mod pages;
pub mod route;
pub mod websites;

use std::sync::Arc;

use isso_actions::Language;
use isso_cfg::keys;
use tokio::sync::OnceCell;

pub use error::LooksError;

use crate::patient::{Options, Patient};
use address::Address;
use certificate::Shown;
use client::Client;
use comments::Comments;
use exchange::{Exchange, Request};
use memo::Memo;
use names::Names;
use pages::Page;
use websites::Website;

/// What checks look at. Each look is taken when a check first asks for it, and kept for the others.
#[derive(Debug)]
pub struct Looks {
    /// The Isso that is examined.
    pub patient: Patient,
    /// How it is examined.
    pub options: Options,
    names: Arc<Names>,
    client: Client,
    answers: Memo<Request, Arc<Exchange>>,
    certificates: Memo<(String, u16), Arc<Shown>>,
    comments: OnceCell<Comments>,
    newest_thread: OnceCell<Option<String>>,
    pages: OnceCell<Vec<Page>>,
}

impl Looks {
    /// Begins with nothing seen. Fails if an option cannot be used, such as an authority that is no certificate.
    pub fn new(patient: Patient, options: Options) -> Result<Self, LooksError> {
        options.check()?;
        let names = Arc::new(Names::new(&options));
        Ok(Self {
            client: Client::new(&options, Arc::clone(&names))?,
            names,
            answers: Memo::default(),
            certificates: Memo::default(),
            comments: OnceCell::new(),
            newest_thread: OnceCell::new(),
            pages: OnceCell::new(),
            patient,
            options,
        })
    }

    /// The language of the findings.
    pub fn language(&self) -> Language {
        self.options.language
    }

    /// The public address: the one to examine, or that of the settings; `None` if there is none that can be used.
    pub fn address(&self) -> Option<Address> {
        match &self.options.address {
            Some(address) => Address::parse(address),
            None => Address::parse(&self.patient.contents.cfg.read_text(&keys::PUBLIC_ENDPOINT)),
        }
    }

    /// The websites to look at: those of the options, or those of the settings without the placeholder `localhost`.
    pub fn websites(&self) -> Vec<Website> {
        websites::to_look_at(&self.options, &self.patient.contents.cfg)
    }

    /// The websites of the settings, whichever are looked at: those that Isso lets show comments.
    pub fn listed(&self) -> Vec<Website> {
        websites::listed(&self.patient.contents.cfg)
    }

    /// The addresses of a name.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// Sends a request, or gives the answer that it got before. No redirect is followed.
    pub async fn answer(&self, request: Request) -> Arc<Exchange> {
        let sent = request.clone();
        self.answers
            .get(request, async { Arc::new(self.client.send(sent, &self.names).await) })
            .await
    }

    /// The certificate that the server behind an https URL shows.
    pub async fn certificate(&self, url: &url::Url) -> Arc<Shown> {
        let host = url.host_str().unwrap_or_default().to_owned();
        let port = url.port_or_known_default().unwrap_or(443);
        let place = (host.clone(), port);
        self.certificates
            .get(place, async {
                Arc::new(self.client.certificate(&host, port, &self.names).await)
            })
            .await
    }

    /// The pages to look at, each with the answers on the way to it.
    pub async fn pages(&self) -> &[Page] {
        self.pages.get_or_init(|| pages::look(self)).await
    }

    /// The address that Isso knows the page of the newest comment by, such as `/2026/hello.html`.
    pub async fn newest_thread(&self) -> Option<&str> {
        let look = || pages::newest_thread(&self.patient.database, self.options.limit);
        self.newest_thread.get_or_init(look).await.as_deref()
    }
}
