//! The requirement files, which lock every package to its version and its files' hashes.

use sha2::{Digest, Sha256};

const REQUIREMENTS: &str = include_str!("../../requirements.txt");
const MISAKA: &str = include_str!("../../requirements-misaka.txt");

/// The packages published as source only, which are built here.
const SOURCES: [&str; 2] = ["isso", "misaka"];

/// A requirement file that is installed in one go with pip's same options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Batch {
    /// Whether its packages are built from source.
    pub(super) from_source: bool,
    /// The names of its packages.
    pub(super) packages: Vec<&'static str>,
    /// What the requirement file says.
    pub(super) text: String,
}

/// The batches in the order in which they must be installed: what is built from source needs
/// setuptools and cffi, and pip would take those from the index, without hashes, to build it.
pub(super) fn batches(misaka: bool) -> Vec<Batch> {
    let mut entries = entries(REQUIREMENTS);
    if misaka {
        entries.extend(self::entries(MISAKA));
    }
    let is_source = |entry: &&'static str| SOURCES.contains(&name(entry));
    let (sources, wheels): (Vec<_>, Vec<_>) = entries.into_iter().partition(is_source);
    let batch = |from_source, entries: &[&'static str]| Batch {
        from_source,
        packages: entries.iter().map(|entry| name(entry)).collect(),
        text: entries.concat(),
    };
    let sources = sources.iter().map(|source| batch(true, &[source]));
    [batch(false, &wheels)].into_iter().chain(sources).collect()
}

/// Changes whenever a requirement does.
pub(super) fn fingerprint() -> String {
    let digest = Sha256::new().chain_update(REQUIREMENTS).chain_update(MISAKA);
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The version of Isso that is locked.
pub fn locked_isso_version() -> &'static str {
    let of_isso = entries(REQUIREMENTS)
        .into_iter()
        .find_map(|entry| entry.strip_prefix("isso=="));
    let version = of_isso.and_then(|entry| entry.split_whitespace().next());
    version.expect("Isso is among the requirements")
}

/// Splits a requirement file: a package starts a line, its hashes are indented.
fn entries(file: &'static str) -> Vec<&'static str> {
    let starts: Vec<usize> = file
        .match_indices('\n')
        .map(|(at, _)| at + 1)
        .filter(|&at| file[at..].starts_with(|c: char| c.is_ascii_alphanumeric()))
        .collect();
    let ends = starts.iter().skip(1).copied().chain([file.len()]);
    starts.iter().zip(ends).map(|(&start, end)| &file[start..end]).collect()
}

fn name(entry: &str) -> &str {
    entry.split("==").next().unwrap_or(entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(misaka: bool, expected: &[&[&str]]) {
        let batches = batches(misaka);
        let packages: Vec<_> = batches.iter().map(|batch| batch.packages.as_slice()).collect();
        assert_eq!(packages, expected);
        assert!(!batches[0].from_source && batches[1..].iter().all(|b| b.from_source));
    }

    const WHEELS: [&str; 12] = [
        "bleach",
        "gunicorn",
        "html5lib",
        "itsdangerous",
        "jinja2",
        "markupsafe",
        "mistune",
        "setuptools",
        "six",
        "typing-extensions",
        "webencodings",
        "werkzeug",
    ];

    #[test]
    fn sources_follow_what_builds_them() {
        check(false, &[&WHEELS, &["isso"]]);
        let wheels = [&WHEELS[..], &["cffi", "pycparser", "pycparser"]].concat();
        check(true, &[&wheels, &["isso"], &["misaka"]]);
    }

    #[test]
    fn the_version_of_isso_is_found() {
        assert!(REQUIREMENTS.contains(&format!("\nisso=={} ", locked_isso_version())));
        assert!(locked_isso_version().starts_with("0."));
    }

    #[test]
    fn every_package_is_pinned_and_hashed() {
        for batch in batches(true) {
            for entry in batch.text.split_inclusive("\n").filter(|l| !l.starts_with(' ')) {
                assert!(entry.contains("==") && entry.ends_with("\\\n"), "{entry}");
            }
            assert!(batch.text.matches("--hash=sha256:").count() >= batch.packages.len());
        }
    }
}
