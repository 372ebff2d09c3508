//! The HTML of a page, read as far as Isso's client and the browser around it depend on it.
//!
//! A tokenizer reads it, so what stands in a comment, a template, a `<noscript>` or the text of a script is no element,
//! and a tag that is not closed hides what follows, as in a browser. What the page's scripts change later cannot be
//! seen here: [`Html::may_change`] says whether there are scripts that could.

mod endpoint;
mod policies;
mod reader;
mod script;
mod seen;

use url::Url;

pub use endpoint::{Endpoint, strip_client};
pub use policies::{Block, Load};
pub use script::{Script, is_loopback};
pub use seen::{Pages, Seen};

/// The id of the element that Isso's client fills with comments.
pub const THREAD: &str = "isso-thread";

/// What a page holds.
#[derive(Debug, Clone)]
pub struct Html {
    /// What relative addresses are relative to: the page's address, or that of `<base>`.
    pub base: Url,
    /// The elements with the id `isso-thread`, by their names.
    pub threads: Vec<String>,
    /// Elements that look as if they were meant to have that id, as `<section class="isso-thread">`.
    pub near_threads: Vec<String>,
    /// Where `isso-thread` is written without being an element of the page.
    pub hidden: Option<Hidden>,
    /// All script elements, in their order.
    pub scripts: Vec<Script>,
    /// Attributes of Isso on elements that Isso does not look at, as `<section data-isso-lang>`.
    pub misplaced: Vec<(String, String)>,
    /// The policies of `<meta http-equiv="Content-Security-Policy">`.
    pub policies: Vec<String>,
}

/// Where an element can be written without being one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hidden {
    /// In `<!-- … -->`.
    Comment,
    /// In a `<template>`.
    Template,
    /// In the text of a `<noscript>`.
    Noscript,
    /// In the text of a script that has an address: its end tag is missing.
    Script,
    /// In the text of another element, as a `<textarea>`.
    Text,
}

impl Html {
    /// Reads the page at an address.
    pub fn read(url: &Url, html: &[u8]) -> Self {
        reader::read(url, html)
    }

    /// The scripts that load Isso's client, with their places among the scripts. Those that no browser runs count, too.
    pub fn clients(&self) -> Vec<(usize, &Script)> {
        let scripts = self.scripts.iter().enumerate();
        scripts.filter(|(_, script)| script.is_client()).collect()
    }

    /// The first script that loads Isso's client and is run.
    pub fn client(&self) -> Option<(usize, &Script)> {
        self.clients().into_iter().find(|(_, script)| script.is_run())
    }

    /// Whether a script loads Isso's counter.
    pub fn has_counter(&self) -> bool {
        self.scripts.iter().any(|script| script.is_run() && script.is_counter())
    }

    /// Whether anything in the page shows that it was to have comments.
    pub fn has_trace(&self) -> bool {
        let is_written = !self.threads.is_empty() || !self.near_threads.is_empty() || self.hidden.is_some();
        let names_isso = |script: &Script| script.is_client() || script.is_counter() || script.mentions_isso();
        is_written || !self.misplaced.is_empty() || self.scripts.iter().any(names_isso)
    }

    /// Whether scripts other than Isso's may add elements to the page: scripts from other addresses, whose text is not
    /// known, and those in the page that speak of Isso.
    pub fn may_change(&self) -> bool {
        let may = |script: &Script| match script.src() {
            Some(_) => !script.is_client() && !script.is_counter(),
            None => script.mentions_isso(),
        };
        self.scripts.iter().any(|script| script.is_run() && may(script))
    }

    /// The whole address of what a script element loads.
    pub fn src(&self, script: &Script) -> Option<Url> {
        self.base.join(script.src()?).ok()
    }
}

#[cfg(test)]
mod tests;
