//! Settings of the renderer that does not run: misaka's in files of Isso before 0.14, which mistune never sees.
//!
//! Isso 0.14 renders with mistune and reads `[markup.mistune]`. It skips `[markup] options` and `flags`, where earlier
//! versions had misaka's extensions, and `[markup.misaka]` as long as `renderer` is mistune. What those keys turned on
//! is then off, for comments that were written years ago as well: Isso renders each comment anew when it is read.
//!
//! <https://github.com/isso-comments/isso/blob/0.14.0/isso/html/mistune.py>

use super::context::Context;
use super::html;
use crate::diagnostic::{Code, Severity};
use crate::document::Document;
use crate::keys::{self, Key};
use crate::markup_items::{Successor, successor};
use crate::typed::items;

/// What mistune would need to do as misaka was told.
#[derive(Default)]
struct Wanted {
    plugins: Vec<&'static str>,
    lost: Vec<&'static str>,
    nothing: Vec<String>,
    hard_wrap: bool,
    superscript: bool,
}

impl Wanted {
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
    fn steps(&self, context: &Context<'_>) -> String {
        let mut values = Vec::new();
        if !self.plugins.is_empty() {
            let key = &keys::MISTUNE_PLUGINS;
            values.push((key, with(context, key, &self.plugins)));
            values.extend(html::allowances(context, &self.plugins));
        }
        if self.hard_wrap {
            let key = &keys::MISTUNE_PARAMETERS;
            values.push((key, with(context, key, &["hard_wrap"])));
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

/// What a list says now, with more items at its end.
pub(super) fn with(context: &Context<'_>, key: &Key, more: &[&str]) -> String {
    // What a variable holds is for the variable to tell.
    let written = context.doc.written(key).unwrap_or(Some(key.default));
    let mut list = items(written.unwrap_or_default(), ',');
    list.extend(more.iter().map(|&item| item.to_owned()));
    list.join(", ")
}

pub(super) fn check(context: &mut Context<'_>) {
    match context.effective(&keys::RENDERER) {
        Some("mistune") => under_mistune(context),
        Some("misaka") => under_misaka(context),
        _ => {}
    }
}

/// The keys that Isso before 0.14 read, and their present names. They are no longer in the table of keys.
const FORMER: [(&str, Key); 2] = [("options", keys::MISAKA_OPTIONS), ("flags", keys::MISAKA_FLAGS)];

/// Where earlier versions of Isso read misaka's options, and where people put them who have heard of mistune.
const PLACES: [&str; 2] = ["markup", "markup.mistune"];

/// Whether a key is one of misaka's options in another section than Isso reads it from.
pub(super) fn is_former(section: &str, name: &str) -> bool {
    PLACES.contains(&section) && FORMER.iter().any(|(former, _)| *former == name)
}

/// What a file says where Isso no longer reads it.
fn former<'d>(doc: &'d Document, section: &str, name: &str) -> Option<&'d str> {
    let value = doc.ini().get_map_ref().get(section)?.get(name)?;
    Some(value.as_deref().unwrap_or_default())
}

fn under_mistune(context: &mut Context<'_>) {
    let doc = context.doc;
    // Each place would name the whole of what is missing: following one advice must not undo another.
    let mut wanted = Wanted::default();
    let mut places = Vec::new();
    for (name, key) in FORMER {
        // The file that comes with Isso lists misaka's default.
        let own = doc.own(if name == "flags" {
            &keys::MISAKA_FLAGS
        } else {
            &keys::MISAKA_OPTIONS
        });
        let new = own.flatten().filter(|value| *value != key.default);
        let old = PLACES
            .into_iter()
            .filter_map(|section| Some((section, former(doc, section, name)?)));
        for (section, value) in old.chain(new.map(|value| (key.section, value))) {
            places.push((section, name));
            if name == "flags" {
                wanted.flags(context, value);
            } else {
                wanted.options(context, value);
            }
        }
    }
    let steps = wanted.steps(context);
    for (section, name) in places {
        let (severity, rest) = match &wanted.lost[..] {
            [] => (
                Severity::Warning,
                ": nothing is lost, for mistune does the same by itself or is told to".to_owned(),
            ),
            lost => (
                Severity::Misread,
                format!(": {} show as plain text, in old comments too", list(lost)),
            ),
        };
        let message =
            format!("[{section}] {name} is for misaka, and Isso renders with mistune, which ignores it{rest}");
        let fix = format!("Delete it. {steps}");
        push(context, section, name, severity, message, fix.trim_end());
    }
}

fn under_misaka(context: &mut Context<'_>) {
    let doc = context.doc;
    for (section, (name, key)) in PLACES
        .into_iter()
        .flat_map(|section| FORMER.map(|former| (section, former)))
    {
        let Some(old) = former(doc, section, name) else {
            continue;
        };
        // Isso asks whether the new list is empty, and no list is:
        // https://github.com/isso-comments/isso/blob/0.14.0/isso/html/misaka.py
        let message = format!("Isso reads [{}] {name} in its place, and ignores this", key.section);
        let old = items(old, ',');
        let (severity, fix) = match doc.own(&key).flatten() {
            None if old != items(key.default, ',') => (
                Severity::Misread,
                format!("Delete it. {}", context.steps(&[(&key, old.join(", "))])),
            ),
            Some(new) if old != items(new, ',') => (Severity::Misread, "Delete it.".to_owned()),
            _ => (Severity::Warning, "Delete it.".to_owned()),
        };
        push(context, section, name, severity, message, &fix);
    }
}

/// The steps from misaka to mistune that keep comments as they are.
pub(super) fn steps_to_mistune(context: &Context<'_>) -> String {
    let mut wanted = Wanted::default();
    wanted.options(context, context.effective(&keys::MISAKA_OPTIONS).unwrap_or_default());
    wanted.flags(context, context.effective(&keys::MISAKA_FLAGS).unwrap_or_default());
    wanted.steps(context)
}

fn push(context: &mut Context<'_>, section: &str, name: &str, severity: Severity, message: String, fix: &str) {
    if let Some(span) = context.doc.key_span(section, name) {
        let problem = span.shown(name).problem(severity, Code::Deprecated, message);
        context.push(None, problem.fix(fix));
    }
}

/// Writes a list as people do: `links, tables and footnotes`.
fn list(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
