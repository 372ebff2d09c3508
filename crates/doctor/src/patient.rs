//! The Isso that is examined.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use isso_actions::Language;
use isso_cfg::Contents;

/// The Isso that is examined: what its machine knows of it. Checks of what is `None` are skipped or unknown.
#[derive(Debug, Clone)]
pub struct Patient {
    /// The settings.
    pub contents: Contents,
    /// The database.
    pub database: PathBuf,
    /// The folder of backups, if this machine makes any.
    pub backups: Option<PathBuf>,
    /// Where Isso answers on this machine, if it runs.
    pub listen: Option<SocketAddr>,
    /// The version of the installed Isso.
    pub isso_version: String,
}

/// What to examine, and how.
#[derive(Debug, Clone)]
pub struct Options {
    /// The language of the findings.
    pub language: Language,
    /// The public address to examine instead of the one in the settings, such as `https://comments.example.org`.
    pub address: Option<String>,
    /// The websites to look at, of whose addresses only the origin counts; those of the settings if empty.
    pub sites: Vec<String>,
    /// Pages with comments to look at; if empty, a page of each website that has comments.
    pub pages: Vec<String>,
    /// The ids of the checks to run; all of them if empty.
    pub only: Vec<String>,
    /// Addresses to connect to instead of those that a name has, as in curl's `--resolve`. The name is `host`, or
    /// `host:port` if it counts for URLs with that port alone.
    ///
    /// If a URL names a port that is not the usual one of its scheme, that port counts and not the one given here.
    pub resolve: Vec<(String, SocketAddr)>,
    /// Certificate authorities (PEM) that visitors' browsers trust besides those that all browsers trust.
    pub authorities: Vec<Vec<u8>>,
    /// The limit of each request.
    pub limit: Duration,
}
