//! The marker: a file that stands for a complete environment, and lists what the environment must still hold.

use std::ffi::OsString;
use std::fs::{self, File, symlink_metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::lock::fingerprint;
use super::python::Interpreter;
use super::{RuntimeError, file};

/// What pip and setuptools are for is over once the environment is complete.
const TOOLS: [&str; 2] = ["pip-", "setuptools-"];

/// The marker, as it stands in the environment's folder.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Marker {
    lock: String,
    misaka: bool,
    python: Interpreter,
    /// The `.dist-info` folders whose files must be there.
    distributions: Vec<PathBuf>,
}

impl Marker {
    /// Reads it; None when it is missing, or not what this version writes.
    pub(super) fn read(folder: &Path) -> Option<Marker> {
        let text = fs::read(path(folder)).ok()?;
        serde_json::from_slice(&text).ok()
    }

    /// Marks the environment as complete.
    pub(super) fn write(folder: &Path, python: &Interpreter, misaka: bool) -> Result<(), RuntimeError> {
        let packages = site_packages(folder, python);
        let marker = Marker {
            lock: fingerprint(),
            misaka,
            python: python.clone(),
            distributions: distributions(&packages).map_err(file("read", &packages))?,
        };
        let text = serde_json::to_vec_pretty(&marker).expect("a marker of text and numbers");
        let path = path(folder);
        // A part of it would not parse, and so would not count.
        let written = File::create(&path).and_then(|mut marker| marker.write_all(&text));
        written.map_err(file("write", &path))
    }

    /// Whether the environment is still what was marked, and enough.
    pub(super) fn holds(&self, folder: &Path, misaka: bool) -> bool {
        let packages = site_packages(folder, &self.python);
        self.lock == fingerprint()
            && (self.misaka || !misaka)
            && self.python.still_behind(&folder.join("bin/python"))
            && !self.distributions.is_empty()
            && self.distributions.iter().all(|name| undamaged(&packages, name))
    }
}

/// Whether a folder may be removed to make an environment in its place: it is not there, empty, or was made by issoctl,
/// be it half.
pub(super) fn is_replaceable(folder: &Path) -> bool {
    const KNOWN: [&str; 8] = [
        "bin",
        "include",
        "lib",
        "lib64",
        "share",
        "pyvenv.cfg",
        ".gitignore",
        "requirements.txt",
    ];
    if path(folder).exists() && folder.join("pyvenv.cfg").exists() {
        return true;
    }
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => return error.kind() == io::ErrorKind::NotFound,
    };
    let mut names = entries.map(|entry| entry.map(|entry| entry.file_name()));
    let all_known = names.all(|name| name.is_ok_and(|name| KNOWN.iter().any(|it| name == *it)));
    // One that was cut off before its first package was fetched has no list of them yet, but no package either.
    all_known && (folder.join("requirements.txt").exists() || !holds_packages(folder))
}

/// Whether a package is installed there that an empty environment does not have.
fn holds_packages(folder: &Path) -> bool {
    let versions = fs::read_dir(folder.join("lib")).into_iter().flatten();
    versions.flatten().any(|version| {
        let found = distributions(&version.path().join("site-packages"));
        found.is_ok_and(|found| !found.is_empty())
    })
}

fn path(folder: &Path) -> PathBuf {
    folder.join("complete.json")
}

fn site_packages(folder: &Path, python: &Interpreter) -> PathBuf {
    folder.join(format!("lib/python{}/site-packages", python.version))
}

fn distributions(packages: &Path) -> io::Result<Vec<PathBuf>> {
    let names: io::Result<Vec<OsString>> = fs::read_dir(packages)?.map(|entry| Ok(entry?.file_name())).collect();
    let is_tool = |name: &str| TOOLS.iter().any(|tool| name.starts_with(tool));
    let mut found: Vec<PathBuf> = names?
        .into_iter()
        .filter(|name| name.to_str().is_some_and(|n| n.ends_with(".dist-info") && !is_tool(n)))
        .map(PathBuf::from)
        .collect();
    found.sort();
    Ok(found)
}

/// Compares a distribution with its
/// [RECORD](https://packaging.python.org/en/latest/specifications/recording-installed-packages/):
/// path, hash, size. Files made at the installation, such as `.pyc` files, have no size there.
fn undamaged(packages: &Path, distribution: &Path) -> bool {
    let record = packages.join(distribution).join("RECORD");
    let Ok(mut rows) = csv::ReaderBuilder::new().has_headers(false).from_path(record) else {
        return false;
    };
    rows.records().all(|row| {
        let Ok(row) = row else { return false };
        let (path, size) = (row.get(0).unwrap_or_default(), row.get(2).unwrap_or_default());
        match symlink_metadata(packages.join(path)) {
            Ok(file) => size.is_empty() || size.parse() == Ok(file.len()),
            Err(_) => false,
        }
    })
}
