//! What a person may have meant by a value.

use strsim::damerau_levenshtein;

use crate::diagnose::extra::unquoted;
use crate::diagnose::values::without_comment;
use crate::keys::{Key, Kind};
use crate::python::strip;
use crate::typed::parse_bool;
use crate::unindented::is_invisible;

/// What a value may have been meant to be, the likeliest first.
pub(super) fn candidates(key: &Key, value: &str) -> Vec<String> {
    let visible: String = value.chars().filter(|c| !is_invisible(*c)).collect();
    let mut text = visible.trim_start_matches(['=', ':']).trim_start();
    text = without_comment(text).unwrap_or(text);
    text = text.split(" //").next().unwrap_or(text);
    text = strip(text.trim_end_matches([',', ';']));
    text = unquoted(text).unwrap_or(text);
    let lower = text.to_lowercase();
    let mut candidates = vec![text.to_owned()];
    match key.kind {
        Kind::Bool => candidates.extend(boolean(&lower).map(str::to_owned)),
        Kind::Int => candidates.extend(text.split_whitespace().next().map(str::to_owned)),
        Kind::Word | Kind::List => {
            candidates.push(lower.clone());
            candidates.push(lower.replace('-', "_"));
        }
        _ => {}
    }
    if key.kind == Kind::List {
        let items: Vec<&str> = lower
            .split([',', ';', ' ', '|', '+'])
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .collect();
        candidates.push(items.join(", "));
    }
    candidates
}

/// The word that Isso knows for one of other programs, other languages or a slip of the finger.
fn boolean(word: &str) -> Option<&'static str> {
    match word {
        "y" | "t" | "enable" | "enabled" | "active" | "ja" | "oui" | "si" | "sí" | "tak" => Some("true"),
        "n" | "f" | "none" | "never" | "disable" | "disabled" | "inactive" | "nein" | "non" | "nie" => Some("false"),
        _ => {
            let known = ["true", "false", "yes", "no", "on", "off"];
            let near: Vec<&str> = known
                .into_iter()
                .filter(|known| damerau_levenshtein(word, known) == 1)
                .collect();
            let meaning = parse_bool(near.first()?)?;
            let same = near.iter().all(|word| parse_bool(word) == Some(meaning));
            (same && word.len() > 1).then_some(if meaning { "true" } else { "false" })
        }
    }
}
