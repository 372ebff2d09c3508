//! `issoctl proxy`.

use clap::{Args, ValueEnum};

use crate::public_address::PublicAddress;

/// The options of `proxy`.
#[derive(Debug, Args)]
pub struct ProxyArgs {
    /// The reverse proxy that serves the public address
    pub proxy: Proxy,
    /// Address where browsers reach Isso (default: `[server] public-endpoint` of isso.cfg)
    ///
    /// `comments.example.org` if Isso has a name of its own, `blog.example.org/isso` if it has a path of a website.
    #[arg(long, value_name = "NAME[/PATH]")]
    pub domain: Option<PublicAddress>,
}

/// A reverse proxy that `issoctl proxy` knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Proxy {
    /// nginx, with a certificate that certbot gets
    Nginx,
    /// Caddy, which gets a certificate itself
    Caddy,
    /// Apache 2.4, with a certificate that certbot gets
    Apache,
    /// Traefik 3, for its file provider
    Traefik,
}

pub const EXAMPLES: &str = "\
Visitors' browsers need https://, which Isso does not speak, so a reverse proxy stands before it.
What this prints says at its top where it goes and how to put it in force. issoctl changes no file
of the proxy.

Examples:
  issoctl proxy nginx --domain comments.example.org
  issoctl proxy caddy --domain blog.example.org/isso
  issoctl proxy nginx | sudo tee /etc/nginx/conf.d/isso.conf

Isso's own address is that of the running `up`, else 127.0.0.1:8080.";
