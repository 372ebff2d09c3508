//! A real Isso does not run with the files that a review refuses.

use isso_cfg::{Contents, keys};

use super::ask;
use super::review_cases::{By, CASES, Edit, Then};

#[test]
fn isso_refuses_what_a_review_refuses() {
    let mut good = Contents::fresh().cfg;
    good.write_text(&keys::ADMIN_PASSWORD, "hunter2")
        .expect("the template has room for a password");
    let edited: Vec<(&str, By, String)> = CASES
        .iter()
        .filter_map(|case| match (&case.edit, &case.then) {
            // Bytes that are not UTF-8 do not get through to the script; the parser's own tests have them.
            (Edit::Text(edit), Then::Refused { by, .. }) => {
                Some((case.name, *by, String::from_utf8(edit(good.as_str())).ok()?))
            }
            _ => None,
        })
        .collect();
    assert!(edited.len() > 40);
    let texts: Vec<&str> = edited
        .iter()
        .map(|(_, _, text)| text.as_str())
        .chain([good.as_str()])
        .collect();
    let answer = ask(&texts);
    let expected = edited
        .iter()
        .map(|(name, by, _)| (*name, *by == By::Isso))
        .chain([("the good file", false)]);
    for ((name, refuses), outcome) in expected.zip(&answer.files) {
        let runs = outcome.started && outcome.statuses["post"] < 500;
        assert_eq!(!runs, refuses, "{name}: {outcome:?}");
    }
}
