//! Finds the name that a person meant and misspelt.

/// The known name that is most like the given one, if one is like it at all.
pub fn closest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let given = given.to_lowercase();
    let likeness = |name: &str| strsim::jaro_winkler(&given, &name.to_lowercase());
    known
        .into_iter()
        .map(|name| (likeness(name), name))
        // This is the threshold of clap's own suggestions. A lower one finds names that are only as long.
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let known = ["set-websites", "configure-server", "set-admin-password"];
        assert_eq!(closest("set-website", known), Some("set-websites"));
        assert_eq!(closest("Configure-Sever", known), Some("configure-server"));
        assert_eq!(closest("set-pasword", known), Some("set-admin-password"));
        assert_eq!(closest("maxage", ["purgeAfter", "maxAge"]), Some("maxAge"));
        assert_eq!(closest("xyz", known), None);
    }
}
