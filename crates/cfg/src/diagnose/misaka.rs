//! Settings of the renderer that does not run: misaka's in files of Isso before 0.14, which mistune never sees.
//!
//! Isso 0.14 renders with mistune and reads `[markup.mistune]`. It skips `[markup] options` and `flags`, where earlier
//! versions had misaka's extensions, and `[markup.misaka]` as long as `renderer` is mistune. What those keys turned on
//! is then off, for comments that were written years ago as well: Isso renders each comment anew when it is read.
//!
//! <https://github.com/isso-comments/isso/blob/0.14.0/isso/html/mistune.py>

mod wanted;

use self::wanted::Wanted;
use super::context::Context;
use crate::diagnostic::{Code, Severity};
use crate::document::Document;
use crate::keys::{self, Key};
use crate::typed::items;

pub(super) fn check(context: &mut Context<'_>) {
    match context.effective(&keys::RENDERER) {
        Some("mistune") => under_mistune(context),
        Some("misaka") => under_misaka(context),
        _ => {}
    }
}

/// The keys whose names Isso before 0.14 read in other sections.
const FORMER: [&Key; 2] = [&keys::MISAKA_OPTIONS, &keys::MISAKA_FLAGS];

/// Where earlier versions of Isso read misaka's options, and where people put them who have heard of mistune.
const PLACES: [&str; 2] = ["markup", "markup.mistune"];

/// Whether a key is one of misaka's options in another section than Isso reads it from.
pub(super) fn is_former(section: &str, name: &str) -> bool {
    PLACES.contains(&section) && FORMER.iter().any(|key| key.name == name)
}

/// What a file says where Isso no longer reads it.
fn former<'d>(doc: &'d Document, section: &str, name: &str) -> Option<&'d str> {
    let value = doc.ini().get_map_ref().get(section)?.get(name)?;
    Some(value.as_deref().unwrap_or_default())
}

fn under_mistune(context: &mut Context<'_>) {
    let doc = context.doc;
    // The advice is the same in each place, and names all that is missing: following one must not undo another.
    let mut wanted = Wanted::default();
    let mut places = Vec::new();
    for key in FORMER {
        let old = PLACES
            .into_iter()
            .filter_map(|section| Some((section, former(doc, section, key.name)?)));
        // The file that comes with Isso lists misaka's default.
        let new = doc.own(key).flatten().filter(|value| *value != key.default);
        for (section, value) in old.chain(new.map(|value| (key.section, value))) {
            places.push((section, key.name));
            wanted.add(context, key, value);
        }
    }
    let fix = format!("Delete it. {}", wanted.steps(context));
    let (severity, effect) = match &wanted.lost[..] {
        [] => (
            Severity::Warning,
            "nothing is lost, for mistune does the same by itself or is told to".to_owned(),
        ),
        lost => (
            Severity::Misread,
            format!("{} show as plain text, in old comments too", list(lost)),
        ),
    };
    for (section, name) in places {
        let message =
            format!("[{section}] {name} is for misaka, and Isso renders with mistune, which ignores it: {effect}");
        push(context, section, name, severity, message, fix.trim_end());
    }
}

fn under_misaka(context: &mut Context<'_>) {
    let doc = context.doc;
    for (section, key) in PLACES.into_iter().flat_map(|section| FORMER.map(|key| (section, key))) {
        let name = key.name;
        let Some(old) = former(doc, section, name) else {
            continue;
        };
        // Isso asks whether the new list is empty, and no list is:
        // https://github.com/isso-comments/isso/blob/0.14.0/isso/html/misaka.py
        let message = format!("Isso reads [{}] {name} in its place, and ignores this", key.section);
        let old = items(old, ',');
        let (severity, fix) = match doc.own(key).flatten() {
            None if old != items(key.default, ',') => (
                Severity::Misread,
                format!("Delete it. {}", context.steps(&[(key, old.join(", "))])),
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
    for key in FORMER {
        wanted.add(context, key, context.effective(key).unwrap_or_default());
    }
    wanted.steps(context)
}

fn push(context: &mut Context<'_>, section: &str, name: &str, severity: Severity, message: String, fix: &str) {
    if let Some(span) = context.doc.key_span(section, name) {
        let problem = span.shown(name).problem(severity, Code::Deprecated, message);
        context.push(None, problem.fix(fix));
    }
}

/// Writes a list as in a sentence: `links, tables and footnotes`.
fn list(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
