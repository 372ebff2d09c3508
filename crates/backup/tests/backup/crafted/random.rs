//! Random changes of an archive.

use std::path::{Path, PathBuf};

use isso_backup::{RestoreSource, SourceError, StageError, restore_into};

use super::{CONFIG, STORE, plain};
use crate::craft::{file, sealed};
use crate::dice::Dice;
use crate::site::{CFG, put, quick_folder, tree};

/// The property test of the format: a backup in which a random byte or block is another, under a seal and header sums
/// that are right again, is refused, or holds the same files. The seed names the change.
#[test]
fn random_changes_restore_nothing_that_was_not_in_the_backup() {
    let files = [(CONFIG, CFG.as_bytes()), (STORE, &b"{}"[..])];
    let good = plain(&files);
    let head = file("manifest.json", &serde_json::to_vec(&good).unwrap());
    let body = [file(CONFIG, files[0].1), file(STORE, files[1].1)].concat();
    let mut passed = 0;
    for seed in 0..1500 {
        let mut dice = Dice(seed);
        let mut parts = [head.clone(), body.clone()];
        let part = &mut parts[dice.of(0..2)];
        let at = dice.of(0..part.len());
        match dice.of(0..4) {
            0 => part[at] ^= 1 << dice.of(0..8),
            1 => part.truncate(at),
            2 => drop(part.splice(at / 512 * 512..at / 512 * 512, vec![0; 512])),
            _ => {
                let block = part[at / 512 * 512..][..512].to_vec();
                part.extend(block);
            }
        }
        // A header whose sum is right again gets further.
        for part in &mut parts {
            if let Some((header, _)) = part.split_first_chunk_mut::<512>() {
                let mut mended = tar::Header::new_old();
                mended.as_mut_bytes().copy_from_slice(header);
                mended.set_cksum();
                header.copy_from_slice(mended.as_bytes());
            }
        }
        let folder = quick_folder();
        let path = folder.path().join("backup");
        put(&path, sealed(&parts));
        let into = folder.path().join("into");
        let source = match RestoreSource::open(&path) {
            Err(SourceError::Archive(_)) => continue,
            source => source.unwrap(),
        };
        match restore_into(&source, &into, &()) {
            Ok(_) => {
                let found = tree(&into);
                let known = |(name, bytes): (&PathBuf, &Vec<u8>)| {
                    files
                        .iter()
                        .any(|(path, good)| name == Path::new(path) && bytes == good)
                };
                assert!(found.iter().all(known), "{seed}: {found:?}");
                passed += 1;
            }
            Err(StageError::Archive(_) | StageError::Space(_)) => assert!(!into.exists()),
            Err(error) => panic!("{seed}: {error:?}"),
        }
    }
    assert!(passed > 0, "some change nothing that counts");
}
