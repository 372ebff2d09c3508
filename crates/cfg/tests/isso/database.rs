//! `dbpath`: Isso cannot open a database at the paths that are refused, and can at the others.

use std::process::{Command, Stdio};

use isso_cfg::{Code, Severity};

use super::diagnose_text;

/// A path, and what is written in its place.
#[rustfmt::skip]
const PATHS: &[(&str, Option<(Severity, &str)>)] = &[
    ("comments.db", None),
    ("./my comments.db", None),
    ("", Some((Severity::Refused, "/var/lib/isso/comments.db"))),
    (":memory:", Some((Severity::Refused, "/var/lib/isso/comments.db"))),
    ("sqlite:///srv/comments.db", Some((Severity::Refused, "Write /srv/comments.db."))),
    ("./", Some((Severity::Refused, "Write ./comments.db."))),
    ("\"comments.db\"", Some((Severity::Misread, "Write comments.db."))),
];

const OPEN: &str = "
import sys
from isso import config, db
conf = config.load(config.default_file(), sys.argv[1])
db.SQLite3(conf.get('general', 'dbpath'), conf)
";

#[test]
fn a_path_is_refused_if_isso_cannot_keep_comments_there() {
    let python = std::env::var_os("ISSO_TEST_PYTHON").expect("ISSO_TEST_PYTHON names a Python");
    let python = std::path::absolute(python).unwrap();
    for (path, expected) in PATHS {
        let folder = tempfile::tempdir().unwrap();
        let text = format!("[general]\nhost = localhost\ndbpath = {path}\n");
        let config = folder.path().join("isso.cfg");
        #[expect(clippy::disallowed_methods, reason = "a test makes the file of a person")]
        std::fs::write(&config, &text).unwrap();
        let opened = Command::new(&python)
            .args(["-c", OPEN])
            .arg(&config)
            .current_dir(folder.path())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        let found = diagnose_text(&text);
        let refused = matches!(expected, Some((Severity::Refused, _)));
        assert_eq!(opened.success(), !refused, "{path}: {found:?}");
        match expected {
            None => assert_eq!(found, [], "{path}"),
            Some((severity, fix)) => {
                let [found] = &found[..] else {
                    panic!("{path}: {found:?}")
                };
                assert_eq!((found.severity, found.code), (*severity, Code::DatabasePath));
                assert!(found.fix.contains(fix), "{path}: {found:?}");
            }
        }
    }
}
