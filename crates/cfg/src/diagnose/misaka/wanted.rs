//! What takes the place of misaka's options in mistune.

use crate::diagnose::context::Context;
use crate::diagnose::html;
use crate::keys::{self, Key};
use crate::markup_items::{Successor, successor};
use crate::typed::items;

/// What mistune needs to do what misaka's options and flags ask for.
#[derive(Default)]
pub(super) struct Wanted {
    plugins: Vec<&'static str>,
    /// What no longer works without it.
    pub lost: Vec<&'static str>,
    nothing: Vec<String>,
    hard_wrap: bool,
    superscript: bool,
}

impl Wanted {
    /// Adds what the options or the flags of misaka ask for.
    pub fn add(&mut self, context: &Context<'_>, key: &Key, value: &str) {
        match *key {
            keys::MISAKA_FLAGS => self.flags(context, value),
            _ => self.options(context, value),
        }
    }

    /// Adds what a list of options asks for beyond the plugins that mistune has already.
    fn options(&mut self, context: &Context<'_>, value: &str) {
        let present = context.effective(&keys::MISTUNE_PLUGINS).unwrap_or_default();
        let present = items(present, ',');
        // No name of an option has a space in it, and a comma is soon forgotten.
        for option in value.split(|c: char| c == ',' || c.is_whitespace()) {
            match successor(option) {
                Some(Successor::Plugin(plugin, lost)) => {
                    self.superscript |= plugin == "superscript";
                    if !present.iter().any(|name| name == plugin) && !self.plugins.contains(&plugin) {
                        self.plugins.push(plugin);
                        self.lost.push(lost);
                    }
                }
                Some(Successor::Nothing(lost)) if !self.lost.contains(&lost) => {
                    self.nothing.push(option.to_owned());
                    self.lost.push(lost);
                }
                _ => {}
            }
        }
    }

    /// Adds what a list of flags asks for.
    fn flags(&mut self, context: &Context<'_>, value: &str) {
        let present = context.effective(&keys::MISTUNE_PARAMETERS).unwrap_or_default();
        let asked = value
            .split([',', '\n'])
            .any(|flag| flag.trim().to_lowercase().replace('_', "-").ends_with("hard-wrap"));
        if asked && !items(present, ',').iter().any(|name| name == "hard_wrap") {
            self.hard_wrap = true;
            self.lost.push("line breaks");
        }
    }

    /// The steps that make mistune do it.
    pub fn steps(&self, context: &Context<'_>) -> String {
        let mut values = Vec::new();
        if !self.plugins.is_empty() {
            let key = &keys::MISTUNE_PLUGINS;
            values.push((key, context.list_with(key, &self.plugins)));
            values.extend(html::allowances(context, &self.plugins));
        }
        if self.hard_wrap {
            let key = &keys::MISTUNE_PARAMETERS;
            values.push((key, context.list_with(key, &["hard_wrap"])));
        }
        let mut steps = context.steps(&values);
        if self.superscript {
            steps += " A superscript is written 2^10^ now, where 2^10 was enough.";
        }
        if !self.nothing.is_empty() {
            steps += &format!(" Mistune has nothing for {}.", self.nothing.join(", "));
        }
        steps.trim_start().to_owned()
    }
}
