//! Asks this machine's CPython what it makes of files.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use isso_cfg::Document;
use serde::Deserialize;

/// Keys and values in the order of the file.
pub type Keys = Vec<(String, Option<String>)>;

/// What is in a file.
#[derive(Debug, PartialEq, Deserialize)]
pub struct Contents {
    /// The keys of `[DEFAULT]`.
    pub defaults: Keys,
    /// The keys that stand in each section.
    pub sections: Vec<(String, Keys)>,
    /// The keys of each section, with those it has from `[DEFAULT]`.
    pub inherited: Vec<(String, Keys)>,
}

/// Asks one Python process about all files. Nothing means that Python refuses the file.
pub fn ask<'f>(files: impl IntoIterator<Item = &'f [u8]> + Send) -> Vec<Option<Contents>> {
    let mut python = Command::new("python3")
        .args([
            "-I",
            concat!(env!("CARGO_MANIFEST_DIR"), "/tests/differential/oracle.py"),
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("this test compares with CPython and needs `python3` in the PATH");
    let mut stdin = python.stdin.take().expect("stdin is piped");
    let stdout = BufReader::new(python.stdout.take().expect("stdout is piped"));
    let answers = std::thread::scope(|scope| {
        // Asking and listening take turns in the pipes' buffers, so neither may wait for the other
        // to end.
        scope.spawn(move || {
            for file in files {
                let length = u32::try_from(file.len()).expect("test files are small");
                stdin.write_all(&length.to_be_bytes()).expect("python3 reads on");
                stdin.write_all(file).expect("python3 reads on");
            }
        });
        stdout
            .lines()
            .map(|line| serde_json::from_str(&line.expect("python3 writes")).expect("python3 writes JSON"))
            .collect()
    });
    assert!(python.wait().expect("python3 ends").success(), "python3 failed");
    answers
}

/// Reads a file as [`Document`] does. Nothing means that it refuses the file.
pub fn read(file: &[u8]) -> Option<Contents> {
    let document = Document::from_bytes(file).ok()?;
    assert_eq!(document.as_str().as_bytes(), file, "the document keeps every byte");
    let map = document.ini().get_map_ref();
    let own = |name: &str| map[name].iter().map(|(key, value)| (key.clone(), value.clone()));
    let defaults: Keys = if map.contains_key("DEFAULT") {
        own("DEFAULT").collect()
    } else {
        Vec::new()
    };
    let names = || map.keys().filter(|name| *name != "DEFAULT").cloned();
    let sections = names().map(|name| (name.clone(), own(&name).collect())).collect();
    let inherited = names()
        .map(|name| {
            let added = own(&name)
                .map(|(key, _)| key)
                .filter(|key| !defaults.iter().any(|(default, _)| default == key));
            let keys = defaults.iter().map(|(key, _)| key.clone()).chain(added);
            let values = keys.filter(|key| document.has(&name, key)).map(|key| {
                let value = document.get(&name, &key).map(str::to_owned);
                (key, value)
            });
            (name.clone(), values.collect())
        })
        .collect();
    Some(Contents {
        defaults,
        sections,
        inherited,
    })
}
