//! Backups made by hand, with a valid seal, to hold what this crate would never put into one.

use std::io::Write;

use isso_backup::{FORMAT, Manifest, Member};
use time::OffsetDateTime;

/// The member of a manifest that describes these bytes.
pub fn member(path: &str, bytes: &[u8]) -> Member {
    Member {
        path: path.to_owned(),
        size: bytes.len() as u64,
        blake3: blake3::hash(bytes).to_string(),
    }
}

/// A manifest for these files, of this time.
pub fn manifest(created: OffsetDateTime, files: &[(&str, &[u8])]) -> Manifest {
    Manifest {
        format: FORMAT,
        created,
        isso: None,
        database: None,
        members: files.iter().map(|(path, bytes)| member(path, bytes)).collect(),
    }
}

/// A backup with this manifest and these entries, whatever they are.
pub fn backup(manifest: &Manifest, entries: &[(&str, &[u8])]) -> Vec<u8> {
    let text = serde_json::to_vec(manifest).unwrap();
    let entries = entries.iter().map(|(path, bytes)| file(path, bytes));
    sealed(&[file("manifest.json", &text), entries.collect::<Vec<_>>().concat()])
}

/// A backup of one `isso.cfg`.
pub fn of_settings(created: OffsetDateTime, cfg: &str) -> Vec<u8> {
    let files = [("config/isso.cfg", cfg.as_bytes())];
    backup(&manifest(created, &files), &files)
}

/// A file in a tar archive. The name may be one that the tar crate would not take.
pub fn file(path: &str, bytes: &[u8]) -> Vec<u8> {
    entry(path, bytes, tar::EntryType::Regular)
}

/// An entry of any type in a tar archive.
pub fn entry(path: &str, bytes: &[u8], kind: tar::EntryType) -> Vec<u8> {
    let mut header = tar::Header::new_ustar();
    header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
    header.set_entry_type(kind);
    if kind.is_symlink() {
        header.set_link_name("/etc").unwrap();
    }
    header.set_size(bytes.len() as u64);
    header.set_mode(0o600);
    header.set_mtime(0);
    header.set_cksum();
    let mut entry = [header.as_bytes(), bytes].concat();
    entry.resize(entry.len().next_multiple_of(512), 0);
    entry
}

/// Makes frames of parts of a tar archive, and a seal.
pub fn sealed(parts: &[Vec<u8>]) -> Vec<u8> {
    let mut file = Vec::new();
    for (n, part) in parts.iter().enumerate() {
        let mut encoder = zstd::Encoder::new(&mut file, 3).unwrap();
        encoder.include_checksum(true).unwrap();
        encoder.write_all(part).unwrap();
        if n + 1 == parts.len() {
            encoder.write_all(&[0; 1024]).unwrap();
        }
        encoder.finish().unwrap();
    }
    let hash = blake3::hash(&file);
    file.extend([0x5e, 0x2a, 0x4d, 0x18, 32, 0, 0, 0]);
    file.extend(hash.as_bytes());
    file
}
