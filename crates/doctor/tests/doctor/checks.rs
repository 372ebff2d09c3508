//! The list of the checks.

use std::collections::HashSet;

use isso_doctor::CHECKS;
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
