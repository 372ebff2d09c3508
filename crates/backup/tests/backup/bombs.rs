//! Backups that a few bytes make large: in memory, on the disk, or in time.

use std::fs::{self, File};
use std::io::Seek;
use std::path::Path;
use std::sync::atomic::AtomicUsize;

use isso_backup::{ArchiveError, RestoreSource, StageError, list, verify};
use rustix::process::{Resource, Rlimit, setrlimit};
use tar::EntryType;

use crate::children::command;
use crate::craft::{backup, entry, file, sealed};
use crate::crafted::{CONFIG, plain};
use crate::progress::Patience;
use crate::site::{CFG, names, put, quick_folder};

/// A few bytes announce a frame that zstd skips, and it may be 4 GiB long.
#[test]
fn a_frame_that_is_skipped_holds_nobody_up() {
    let skipped = |length: u32| [&[0x50, 0x2a, 0x4d, 0x18][..], &length.to_le_bytes()].concat();
    let folder = quick_folder();
    let path = folder.path().join("backup");
    // Where the manifest belongs, no more is read than a manifest may have.
    put(&path, skipped(64 << 20));
    File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(65 << 20)
        .unwrap();
    let file = File::open(&path).unwrap();
    let mut same = file.try_clone().unwrap();
    assert!(RestoreSource::of_file(&path, file).is_none());
    let read = same.stream_position().unwrap();
    assert!(read < 1 << 20, "{read} bytes were read");

    // Behind it, the work can be cancelled.
    let files = [(CONFIG, CFG.as_bytes())];
    let text = serde_json::to_vec(&plain(&files)).unwrap();
    let frame = |bytes: &[u8]| zstd::encode_all(bytes, 3).unwrap();
    let mut bytes = [
        frame(&crate::craft::file("manifest.json", &text)),
        skipped(16 << 20),
        vec![0; 16 << 20],
        frame(&[crate::craft::file(CONFIG, CFG.as_bytes()), vec![0; 1024]].concat()),
    ]
    .concat();
    let hash = blake3::hash(&bytes);
    bytes.extend([0x5e, 0x2a, 0x4d, 0x18, 32, 0, 0, 0]);
    bytes.extend(hash.as_bytes());
    put(&path, bytes);
    let source = RestoreSource::open(&path).unwrap();
    let patience = Patience(AtomicUsize::new(60));
    let error = verify(&source, folder.path(), &patience).unwrap_err();
    assert!(
        matches!(error, StageError::Archive(ArchiveError::Cancelled(_))),
        "{error:?}"
    );
}

/// Backups that a few bytes make large: in memory, on the disk, or in time.
fn bombs() -> Vec<(&'static str, Vec<u8>)> {
    const GIB: u64 = 1024 * 1024 * 1024;
    let files = [(CONFIG, CFG.as_bytes())];
    let text = serde_json::to_vec(&plain(&files)).unwrap();
    let manifest = || file("manifest.json", &text);
    let zeros = |count: u64| vec![0; usize::try_from(count).unwrap()];
    // 8 GiB, as GNU tar notes a file with one hole.
    let mut sparse = tar::Header::new_gnu();
    sparse.set_path(CONFIG).unwrap();
    sparse.set_entry_type(EntryType::GNUSparse);
    let of_gnu = sparse.as_gnu_mut().unwrap();
    of_gnu.realsize.copy_from_slice(b"100000000000");
    of_gnu.sparse[0].offset.copy_from_slice(b"100000000000");
    of_gnu.sparse[0].numbytes.copy_from_slice(b"000000000000");
    sparse.set_size(0);
    sparse.set_cksum();
    // A size that the manifest does not have.
    let mut long = tar::Header::new_ustar();
    long.set_path(CONFIG).unwrap();
    long.set_size(8 * GIB);
    long.set_cksum();
    let name = entry("././@LongLink", &zeros(GIB / 8), EntryType::GNULongName);
    let pax = entry("pax", &zeros(GIB / 8), EntryType::XHeader);
    let mut settings = plain(&files);
    settings.members[0].size = 8 * GIB;
    let mut wide = zstd::Encoder::new(Vec::new(), 3).unwrap();
    wide.window_log(27).unwrap();
    std::io::Write::write_all(&mut wide, &[manifest(), zeros(GIB / 8)].concat()).unwrap();
    let mut wide = wide.finish().unwrap();
    let hash = blake3::hash(&wide);
    wide.extend([0x5e, 0x2a, 0x4d, 0x18, 32, 0, 0, 0]);
    wide.extend(hash.as_bytes());
    let behind = [file(CONFIG, CFG.as_bytes()), zeros(GIB / 8)].concat();
    vec![
        ("sparse", sealed(&[manifest(), sparse.as_bytes().to_vec()])),
        ("long", sealed(&[manifest(), long.as_bytes().to_vec()])),
        (
            "name",
            sealed(&[manifest(), [name, file(CONFIG, CFG.as_bytes())].concat()]),
        ),
        (
            "pax",
            sealed(&[manifest(), [pax, file(CONFIG, CFG.as_bytes())].concat()]),
        ),
        ("behind", sealed(&[manifest(), behind])),
        ("settings", backup(&settings, &files)),
        (
            "manifest",
            sealed(&[file("manifest.json", &zeros(GIB / 8)), Vec::new()]),
        ),
        ("head", sealed(&[[manifest(), zeros(GIB / 8)].concat(), Vec::new()])),
        ("wide", wide),
    ]
}

/// Runs in a process that has little memory, and may write no large file.
pub fn look_at_bombs(folder: &Path) {
    let status = fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u64 = status.split(' ').next().unwrap().parse().unwrap();
    for (resource, most) in [
        (Resource::As, pages * 4096 + 64 * 1024 * 1024),
        (Resource::Fsize, 1024 * 1024),
    ] {
        let limit = Rlimit {
            current: Some(most),
            maximum: Some(most),
        };
        setrlimit(resource, limit).unwrap();
    }
    let backups = folder.join("backups");
    let listed = list(&backups).unwrap();
    let count = listed.len();
    for backup in listed {
        let scratch = folder.join("scratch");
        let refused = match RestoreSource::open(&backup.path) {
            Err(error) => error.to_string(),
            Ok(source) => verify(&source, &scratch, &()).unwrap_err().to_string(),
        };
        let path = backup.path.display().to_string();
        assert!(refused.contains(&path), "{refused}");
        assert!(refused.len() < 2 * path.len() + 200, "{refused}");
    }
    println!("All {count} of them are refused.");
}

#[test]
fn a_few_bytes_fill_neither_memory_nor_disk() {
    let folder = quick_folder();
    let bombs = bombs();
    let said_at_end = format!("All {} of them are refused.", bombs.len());
    for (name, bytes) in bombs {
        assert!(bytes.len() < 64 * 1024, "{name}");
        let name = format!("backups/{name}.isso-backup.tar.zst");
        put(&folder.path().join(name), bytes);
    }
    let child = command("bombs", folder.path(), 0).output().unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(said.contains(&said_at_end), "{child:?}");
    assert_eq!(names(&folder.path().join("scratch")), [""; 0]);
}
