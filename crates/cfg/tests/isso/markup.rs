//! Follows the advice on the markup of old files: comments then look as they did under the old Isso.

use isso_cfg::{Code, Diagnostic, Severity};

use super::ask_with;
use super::diagnose_text;
use super::follow::follow;

/// A file, and a comment that was written under it: how Isso 0.14 shows it, before and after the advice is followed.
struct Old {
    name: &'static str,
    file: &'static str,
    comment: &'static str,
    before: &'static str,
    after: &'static str,
}

const TABLE: &str = "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n";
const ROWS: &str = "<tr>\n  <td>1</td>\n  <td>2</td>\n</tr>\n<tr>\n  <td>3</td>";

#[rustfmt::skip]
const OLD: &[Old] = &[
    Old { name: "links", file: "[markup]\noptions = autolink\n", comment: "see https://example.org/x there", before: "see https://example.org/x there", after: "<a href=\"https://example.org/x\"" },
    Old { name: "tables", file: "[markup]\noptions = strikethrough, superscript, tables\nallowed-elements = img\n", comment: TABLE, before: "| 1 | 2 |", after: ROWS },
    Old { name: "footnotes", file: "[markup]\noptions =\n    footnotes,\n    autolink\n", comment: "word[^1]\n\n[^1]: the note\n", before: "word[^1]", after: "<sup><a href=\"#fn-1\"" },
    Old { name: "highlight", file: "[markup]\noptions = highlight, quote\n", comment: "==marked== word", before: "==marked==", after: "<mark>marked</mark>" },
    Old { name: "math", file: "[markup]\noptions = math\n", comment: "so $$a_1 + a_2$$ is", before: "$$a_1", after: "$$\na_1 + a_2\n$$" },
    Old { name: "strikethrough", file: "[markup]\noptions = EXT_STRIKETHROUGH\n[markup.mistune]\nplugins = url\n", comment: "~~gone~~ it is", before: "~~gone~~", after: "<del>gone</del>" },
    Old { name: "plugins that are there stay", file: "[markup]\noptions = tables\n[markup.mistune]\nplugins = url\nparameters = escape\n", comment: "https://example.org/ and ~~x~~\n\n| a |\n|---|\n| 1 |\n", before: "|---|", after: "<td>1</td>" },
    Old { name: "options of misaka, mistune renders", file: "[markup.misaka]\noptions = autolink, tables\n", comment: TABLE, before: "| 1 | 2 |", after: ROWS },
    Old { name: "options of misaka among those of mistune", file: "[markup.mistune]\noptions = autolink, tables\n", comment: TABLE, before: "| 1 | 2 |", after: ROWS },
    Old { name: "hard wraps", file: "[markup]\nflags = hard-wrap\n[markup.mistune]\nparameters = escape\n", comment: "one\ntwo", before: "one\ntwo", after: "one<br>\ntwo" },
    Old { name: "a table in one row", file: "[markup.mistune]\nplugins = table\n", comment: TABLE, before: "\n\n\n  <td>3</td>", after: ROWS },
    Old { name: "marks that are removed", file: "[markup]\nallowed-elements = img, tr\n[markup.mistune]\nplugins = table, mark\n", comment: "==marked== word", before: "marked word", after: "<mark>marked</mark>" },
    Old { name: "boxes that are removed", file: "[markup.mistune]\nplugins = task_lists\n", comment: "- [x] done\n- [ ] not", before: "<li>done", after: "<input type=\"checkbox\" disabled checked>done" },
    Old { name: "spoilers that are told", file: "[markup.mistune]\nplugins = spoiler\n", comment: "it is >! him !< there", before: "it is him", after: "<span class=\"spoiler\">him</span>" },
    Old { name: "abbreviations", file: "[markup.mistune]\nplugins = abbr\n", comment: "The HTML there\n\n*[HTML]: Hypertext", before: "The HTML there", after: "<abbr title=\"Hypertext\">HTML</abbr>" },
    Old { name: "definitions", file: "[markup.mistune]\nplugins = def_list\n", comment: "word\n: meaning", before: "\nmeaning\n", after: "<dl>\n<dt>word</dt>\n<dd>meaning</dd>" },
    Old { name: "ruby", file: "[markup.mistune]\nplugins = ruby\n", comment: "so [漢字(ㄏㄢˋㄗˋ)] is", before: "漢字ㄏㄢ", after: "<ruby>漢字<rt>" },
    Old { name: "line breaks by another name", file: "[markup.mistune]\nparameters = escape, hard-wrap\n", comment: "one\ntwo", before: "one\ntwo", after: "one<br>\ntwo" },
    Old { name: "images in capitals", file: "[markup]\nallowed-elements = IMG\n", comment: "so ![it](/is.png) is", before: "so  is", after: "<img src=\"/is.png\"" },
    Old { name: "images in brackets", file: "[markup]\nallowed-elements = <img>\n", comment: "so ![it](/is.png) is", before: "so  is", after: "<img src=\"/is.png\"" },
];

#[test]
fn advice_on_markup_brings_old_comments_back() {
    let before: Vec<String> = OLD.iter().map(|old| website(old.file)).collect();
    let found: Vec<Vec<Diagnostic>> = before.iter().map(|text| diagnose_text(text)).collect();
    let after: Vec<String> = OLD
        .iter()
        .zip(&before)
        .map(|(old, text)| follow_all(old.name, text))
        .collect();
    let texts: Vec<&str> = before.iter().chain(&after).map(String::as_str).collect();
    let comments: Vec<&str> = OLD.iter().chain(OLD).map(|old| old.comment).collect();
    let answer = ask_with(&texts, &comments);
    let shown: Vec<&str> = answer
        .files
        .iter()
        .map(|file| {
            file.shown
                .as_ref()
                .and_then(|shown| shown["text"].as_str())
                .expect("Isso runs")
        })
        .collect();
    for (at, old) in OLD.iter().enumerate() {
        let misread = found[at].iter().any(|found| found.severity == Severity::Misread);
        assert!(misread, "{}: {:#?}", old.name, found[at]);
        assert!(shown[at].contains(old.before), "{}, before: {}", old.name, shown[at]);
        assert!(!shown[at].contains(old.after), "{}, before: {}", old.name, shown[at]);
        assert!(
            shown[OLD.len() + at].contains(old.after),
            "{}, after\n{}\nshows: {}",
            old.name,
            after[at],
            shown[OLD.len() + at]
        );
    }
}

/// The default of Isso 0.13, and the default that comes with 0.14, which lists misaka's options too.
#[test]
fn markup_that_loses_nothing_is_no_more_than_a_warning() {
    let check = |file: &str, expected: &[(Severity, Code)]| {
        let found = diagnose_text(&website(file));
        let found: Vec<_> = found.iter().map(|found| (found.severity, found.code)).collect();
        assert_eq!(found, expected, "{file}");
    };
    check(
        "[markup]\noptions = strikethrough, fenced-code, no_intra_emphasis\nflags = escape\n",
        &[(Severity::Warning, Code::Deprecated); 2],
    );
    check(
        "[markup.misaka]\noptions = autolink, fenced-code, no-intra-emphasis, strikethrough, superscript\nflags =\n",
        &[],
    );
    check(
        "[markup]\noptions = tables\n[markup.mistune]\nplugins = table\n",
        &[
            (Severity::Warning, Code::Deprecated),
            (Severity::Misread, Code::NoEffect),
        ],
    );
    check(
        "[markup]\nallowed-elements = tr, img\nallowed-attributes = src\n[markup.mistune]\nplugins = table, url\n",
        &[],
    );
}

#[test]
fn the_finished_lines_are_shown() {
    let found = diagnose_text(&website(
        "[markup]\noptions = autolink, tables, superscript, underline\n",
    ));
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(
        found[0].message,
        "[markup] options is for misaka, and Isso renders with mistune, which ignores it: links, tables and underlined words show as plain text, in old comments too"
    );
    assert_eq!(
        found[0].fix,
        "Delete it. Add the section [markup.mistune] with the line plugins = strikethrough, subscript, superscript, url, table. \
         In [markup], add the line allowed-elements = tr. A superscript is written 2^10^ now, where 2^10 was enough. \
         Mistune has nothing for underline."
    );
}

#[test]
fn leaving_misaka_keeps_its_options() {
    let file = website("[markup]\nrenderer = misaka\n[markup.misaka]\noptions = autolink, tables\n");
    let after = follow_all("misaka", &file);
    let answer = ask_with(&[&after, &after], &[TABLE, "https://example.org/ is it"]);
    let shown: Vec<String> = answer
        .files
        .iter()
        .map(|file| file.shown.as_ref().expect("Isso runs")["text"].to_string())
        .collect();
    assert!(shown[0].contains("<td>3"), "{shown:?}");
    assert!(shown[1].contains("<a href"), "{shown:?}");
}

/// Follows every advice until nothing is left but what is said to be a matter of taste.
fn follow_all(name: &str, text: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..6 {
        let Some(found) = diagnose_text(&text).into_iter().next() else {
            return text;
        };
        text = follow(&text, &found).unwrap_or_else(|| panic!("{name}: {found:#?} of\n{text}"));
    }
    panic!("{name}: {:#?} of\n{text}", diagnose_text(&text));
}

fn website(rest: &str) -> String {
    format!("[general]\nhost = localhost\n{rest}")
}
