//! Recognises files that cannot be restored as they are.

use std::fmt;
use std::path::Path;

/// The kind of a file that is neither a backup, nor a database, nor settings of Isso.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An empty file.
    Empty,
    /// A tar archive, compressed or not.
    Tar,
    /// One file, compressed with gzip.
    Gzip,
    /// One file, compressed with bzip2.
    Bzip2,
    /// One file, compressed with xz.
    Xz,
    /// One file, compressed with zstd.
    Zstd,
    /// A zip archive.
    Zip,
    /// A 7z archive.
    SevenZip,
    /// SQL statements.
    Sql,
    /// An export of Disqus.
    Disqus,
    /// An export of WordPress.
    WordPress,
    /// JSON, such as Isso's generic import format.
    Json,
}

impl Kind {
    /// Recognises a file by its first bytes, and by its name.
    pub(super) fn recognise(path: &Path, start: &[u8]) -> Option<Kind> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = name.to_lowercase();
        let is_tar = name.contains(".tar.")
            || [".tgz", ".tbz", ".tbz2", ".txz", ".tzst"]
                .iter()
                .any(|it| name.ends_with(it));
        let compressed = [
            (&b"\x1f\x8b"[..], Kind::Gzip),
            (b"BZh", Kind::Bzip2),
            (b"\xfd7zXZ\0", Kind::Xz),
            (b"\x28\xb5\x2f\xfd", Kind::Zstd),
        ];
        let begins = |(magic, _): &&(&[u8], Kind)| start.starts_with(magic);
        if let Some((_, kind)) = compressed.iter().find(begins) {
            return Some(if is_tar { Kind::Tar } else { *kind });
        }
        let others = [
            (&b"PK\x03\x04"[..], Kind::Zip),
            (b"PK\x05\x06", Kind::Zip),
            (b"7z\xbc\xaf\x27\x1c", Kind::SevenZip),
        ];
        if let Some((_, kind)) = others.iter().find(begins) {
            return Some(*kind);
        }
        if start.get(257..262) == Some(b"ustar") {
            return Some(Kind::Tar);
        }
        if start.is_empty() {
            return Some(Kind::Empty);
        }
        let text = String::from_utf8_lossy(start);
        of_text(text.trim_start_matches('\u{feff}').trim_start())
    }
}

fn of_text(text: &str) -> Option<Kind> {
    let upper = text.to_uppercase();
    let statements = ["CREATE TABLE", "INSERT INTO"];
    let is_sql = ["PRAGMA ", "BEGIN", "CREATE ", "INSERT ", "--", "/*"]
        .iter()
        .any(|it| upper.starts_with(it))
        && statements.iter().any(|it| upper.contains(it));
    if is_sql {
        Some(Kind::Sql)
    } else if text.starts_with('<') && text.contains("disqus") {
        Some(Kind::Disqus)
    } else if text.starts_with('<') && text.contains("wordpress") {
        Some(Kind::WordPress)
    } else if text.starts_with('{') || is_list(text) {
        Some(Kind::Json)
    } else {
        None
    }
}

/// Not the header of a section.
fn is_list(text: &str) -> bool {
    let items = text.strip_prefix('[').map(str::trim_start);
    items.is_some_and(|it| it.starts_with(['{', ']']))
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Empty => "an empty file",
            Kind::Tar => "a tar archive",
            Kind::Gzip => "a file compressed with gzip",
            Kind::Bzip2 => "a file compressed with bzip2",
            Kind::Xz => "a file compressed with xz",
            Kind::Zstd => "a file compressed with zstd",
            Kind::Zip => "a zip archive",
            Kind::SevenZip => "a 7z archive",
            Kind::Sql => "a file of SQL statements",
            Kind::Disqus => "an export of Disqus",
            Kind::WordPress => "an export of WordPress",
            Kind::Json => "a JSON file",
        })
    }
}
