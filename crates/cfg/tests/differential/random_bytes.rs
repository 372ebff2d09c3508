//! Random bytes as an `isso.cfg`: no panic, and always an answer that Isso can live with.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::sync::LazyLock;

use isso_cfg::{Code, Diagnostic, Document, Found, Severity, Volume, diagnose, mend};
use isso_tests::quick_folder;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::{corpus, generate};

/// A file that Isso accepts, with nearly every section.
static GOOD: LazyLock<String> = LazyLock::new(|| {
    let template = include_str!("../../src/seed.cfg").replace("\npassword =", "\npassword = hunter2");
    let lines = template.lines().filter(|line| !line.starts_with('#'));
    let text = lines.map(|line| format!("{line}\n")).collect::<String>();
    assert!(text.contains("hunter2"), "the template has room for a password");
    text
});

/// What a slip of the hand, a tool or a broken disk puts into a file.
#[rustfmt::skip]
const PIECES: &[&[u8]] = &[
    b"", b"", b"\n", b"\r", b" ", b"\t", b"=", b":", b"#", b"[", b"]", b"$HOME", b"yes", b"no", b"0", b"-1", b"9", b"1h",
    b"a", b"https://a.example", b"\n    localhost", b"\n[guard]\n", b"\0", b"\xff", b"\xef\xbb\xbf",
];

/// The good file with a few bytes changed, mostly; else a changed file of the corpus, or bytes of any kind.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<Index>(), 0..6_usize, select(PIECES));
    let changed = prop::collection::vec(change, 1..3).prop_map(|changes| {
        let mut bytes = GOOD.clone().into_bytes();
        for (at, removed, piece) in changes {
            let start = at.index(bytes.len() + 1);
            let end = (start + removed).min(bytes.len());
            bytes.splice(start..end, piece.iter().copied());
        }
        bytes
    });
    prop_oneof![
        8 => changed,
        1 => generate::mutation(corpus().into_values().collect()),
        1 => prop::collection::vec(any::<u8>(), 1..200),
    ]
}

/// What of a document Isso would refuse, apart from the path of the database, which every write puts right.
fn refused(cfg: &Document) -> Vec<Diagnostic> {
    let mut found = diagnose(cfg);
    found.retain(|it| it.severity == Severity::Refused && it.code != Code::DatabasePath);
    found
}

fn save(path: &Path, bytes: &[u8]) {
    let mut file = File::create(path).expect("the folder can be written");
    file.write_all(bytes).expect("the file can be written");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_are_read_or_refused_and_repaired(bytes in bytes()) {
        match Document::from_bytes(&bytes) {
            Ok(cfg) => prop_assert_eq!(cfg.as_str().as_bytes(), &bytes),
            Err(problems) => prop_assert!(!problems.is_empty()),
        }
        let mended = mend(&bytes);
        prop_assert_eq!(refused(&mended.cfg), []);
        let again = mend(mended.cfg.as_str().as_bytes());
        prop_assert!(!again.rejected);
        prop_assert_eq!(again.cfg, mended.cfg);
    }

    #[test]
    fn random_edits_are_refused_with_a_reason_or_taken_as_they_are(bytes in bytes()) {
        let folder = quick_folder();
        let volume = Volume::new(folder.path(), "/db/comments.db");
        let path = volume.config_path();
        volume.prepare().expect("an empty folder can be prepared");
        save(&path, GOOD.as_bytes());
        let in_force = volume.read().expect("a prepared volume can be read").cfg;
        prop_assert!(in_force.has_usable_password());
        save(&path, &bytes);
        let review = volume.review(&in_force).expect("the lock is free");
        let now = fs::read(&path).expect("the file is there");
        match review.found {
            Found::Same => {}
            Found::Changed(cfg) => {
                prop_assert_eq!(refused(&cfg), []);
                prop_assert!(cfg.has_usable_password());
                prop_assert_eq!(cfg.as_str().as_bytes(), &now);
            }
            Found::Refused(problems) => {
                prop_assert!(!problems.is_empty());
                prop_assert_eq!(now, bytes);
            }
        }
    }
}
