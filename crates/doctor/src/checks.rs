//! The list of the checks. Each stands in a file of its own, or with those that judge the same look.

mod admin_password;
mod backup_age;
mod cache;
mod client_ip;
mod clock;
mod coep;
mod cookies;
mod cors;
mod csp;
mod database;
mod database_writable;
mod dead_attributes;
mod direct;
mod disk;
mod feed_base;
mod file_limit;
mod files;
mod hidden_comments;
mod host_form;
mod ipv6;
mod mail_from;
mod methods;
mod mixed_content;
mod names;
mod page_embed;
mod page_script;
mod preflight;
mod public_endpoint;
mod purge;
mod reachable;
mod redirect_post;
mod same_site;
mod seen;
mod site_reachable;
mod smtp;
#[cfg(test)]
mod testing;
mod thread_duplicates;
mod tls;
mod trusted_proxies;
mod trusted_types;
mod websites;

use futures_util::future::LocalBoxFuture;
use isso_actions::{Language, closest};

use crate::looks::Looks;
use crate::report::{Finding, Status};

/// A check.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// Its id, which never changes.
    pub id: &'static str,
    /// Looks and judges: a finding for each website or page where the check looks at several. All checks run on one
    /// thread.
    pub run: for<'l> fn(&'l Looks) -> LocalBoxFuture<'l, Vec<Finding>>,
}

impl Check {
    /// What is as it should be when the check passes, in a few words.
    pub fn title(&self, language: Language) -> String {
        let key = format!("title.{}", self.id);
        rust_i18n::t!(key, locale = language.tag()).into_owned()
    }
}

/// Every check, in the order in which they are shown.
pub const CHECKS: &[Check] = &[
    public_endpoint::CHECK,
    names::DNS,
    names::LOCAL_NETWORK,
    tls::CHECK,
    reachable::CHECK,
    redirect_post::CHECK,
    ipv6::CHECK,
    seen::SCHEME,
    seen::PREFIX,
    host_form::CHECK,
    site_reachable::CHECK,
    cors::CHECK,
    cors::FOREIGN,
    preflight::CHECK,
    methods::CHECK,
    files::SCRIPT,
    files::STYLE,
    cache::CHECK,
    page_embed::CHECK,
    page_script::CHECK,
    mixed_content::CHECK,
    dead_attributes::CHECK,
    csp::CHECK,
    coep::CHECK,
    trusted_types::CHECK,
    cookies::CHECK,
    same_site::CHECK,
    client_ip::CHECK,
    direct::CHECK,
    trusted_proxies::CHECK,
    database::CHECK,
    database_writable::CHECK,
    hidden_comments::CHECK,
    thread_duplicates::CHECK,
    purge::CHECK,
    smtp::CHECK,
    mail_from::CHECK,
    feed_base::CHECK,
    disk::CHECK,
    clock::CHECK,
    backup_age::CHECK,
    file_limit::CHECK,
    admin_password::CHECK,
];

/// Finds the check with this id.
pub fn find(id: &str) -> Option<&'static Check> {
    CHECKS.iter().find(|check| check.id == id)
}

/// Findings in short.
impl Check {
    /// All is well.
    pub fn pass(&self, cause: String) -> Finding {
        Finding::new(self, Status::Pass, cause)
    }

    /// There is nothing to check.
    pub fn skip(&self, cause: String) -> Finding {
        Finding::new(self, Status::Skip, cause)
    }

    /// It cannot be told from here.
    pub fn unknown(&self, cause: String) -> Finding {
        Finding::new(self, Status::Unknown, cause)
    }

    /// Some visitors will meet a problem.
    pub fn warn(&self, cause: String, fix: String) -> Finding {
        Finding::new(self, Status::Warn, cause).fix(fix)
    }

    /// Visitors cannot read or write comments.
    pub fn fail(&self, cause: String, fix: String) -> Finding {
        Finding::new(self, Status::Fail, cause).fix(fix)
    }
}

/// The id that a person meant and misspelt, if one is like what was typed.
pub fn closest_id(typed: &str) -> Option<&'static str> {
    closest(typed, CHECKS.iter().map(|check| check.id))
}
