//! The list of the checks.

use std::collections::HashSet;

use isso_actions::Language;
use isso_doctor::{CHECKS, closest_id};
use regex_lite::Regex;

#[test]
fn each_check_has_an_id_of_its_own_in_kebab_case() {
    let kebab_case = Regex::new("^[a-z][a-z0-9]*(-[a-z0-9]+)*$").unwrap();
    let mut seen = HashSet::new();
    for check in CHECKS {
        assert!(kebab_case.is_match(check.id), "{}", check.id);
        assert!(seen.insert(check.id), "{} is there twice", check.id);
        assert_eq!(isso_doctor::find(check.id).map(|found| found.id), Some(check.id));
    }
}

#[test]
fn each_check_has_a_title_in_each_language() {
    for check in CHECKS {
        let title = |language| check.title(language);
        let titles: HashSet<_> = Language::ALL.into_iter().map(title).collect();
        // What has no text would be its own key in all of them.
        assert_eq!(titles.len(), Language::ALL.len(), "{}: {titles:?}", check.id);
    }
}

#[test]
fn a_misspelt_id_leads_to_the_right_one() {
    assert_eq!(closest_id("admin-pasword"), Some("admin-password"));
    assert_eq!(closest_id("zzz"), None);
}
