//! A copy of a file that changes, and what has to be copied again.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::Instant;

use memmap2::{Mmap, MmapOptions};
use twox_hash::XxHash3_128;

use crate::snapshot::SnapshotError;
use crate::watch::{Silent, Watch, go_on};

/// What is compared, and copied, at once.
const BLOCK: usize = 64 * 1024;
/// What is mapped. It is the kernel's memory, but its tables of it are ours: 2 MiB for each GiB.
const MAPPED: usize = 8 * 1024 * 1024 * 1024;

/// A file, its copy, and a hash of each block in the copy.
pub(crate) struct Mirror<'a> {
    source: (&'a File, &'a Path),
    copy: (&'a File, &'a Path),
    /// Nobody who writes comments can know which blocks would have the same hash.
    seed: u64,
    hashes: Vec<u128>,
}

impl<'a> Mirror<'a> {
    /// Nothing is copied yet.
    pub fn new(source: (&'a File, &'a Path), copy: (&'a File, &'a Path)) -> Mirror<'a> {
        Mirror {
            source,
            copy,
            seed: rand::random(),
            hashes: Vec::new(),
        }
    }

    /// How long the file is.
    pub fn length(&self) -> Result<u64, SnapshotError> {
        let metadata = self.source.0.metadata();
        Ok(metadata.map_err(|error| self.unread(error))?.len())
    }

    /// Copies what is not in the copy. The file may change meanwhile, and the copy is then neither the one nor the other.
    pub fn update(&mut self, watch: &dyn Watch) -> Result<(), SnapshotError> {
        self.read_from(0, None, watch)
    }

    /// Takes the file in, where the kernel has it in memory; nothing is looked at yet.
    ///
    /// To read it would be to have it copied first, which takes three times as long. This is done before the lock is
    /// taken, for it takes as long as the comparison itself. Not every file system can do it.
    pub fn map(&self) -> Option<Mmap> {
        let length = usize::try_from(self.length().ok()?).unwrap_or(usize::MAX);
        let mut options = MmapOptions::new();
        options.len(length.min(MAPPED)).populate();
        #[expect(unsafe_code, reason = "nobody can promise that a file stays as it is")]
        // SAFETY: it is read under SQLite's SHARED lock alone, under which no program that uses SQLite changes the file.
        let map = unsafe { options.map(self.source.0) };
        map.ok()
    }

    /// Makes the copy the same as the file, which does not change meanwhile, by the deadline.
    pub fn finish(
        &mut self,
        map: Option<&Mmap>,
        deadline: Option<Instant>,
        watch: &dyn Watch,
    ) -> Result<(), SnapshotError> {
        let length = self.length()?;
        let map = map.map_or(&[][..], |map| &map[..]);
        let mapped = usize::try_from(length).map_or(map.len(), |length| map.len().min(length));
        let whole = mapped / BLOCK;
        for (index, block) in map[..whole * BLOCK].chunks(BLOCK).enumerate() {
            in_time(deadline, self.source.1)?;
            go_on(watch)?;
            self.put(index, block)?;
        }
        self.read_from(whole, deadline, &Silent(watch))?;
        self.copy
            .0
            .set_len(length)
            .map_err(|error| self.unwritten(error))
    }

    fn read_from(
        &mut self,
        first: usize,
        deadline: Option<Instant>,
        watch: &dyn Watch,
    ) -> Result<(), SnapshotError> {
        let mut block = vec![0; BLOCK];
        for index in first.. {
            in_time(deadline, self.source.1)?;
            go_on(watch)?;
            let read = self.read(&mut block, index)?;
            if read == 0 {
                break;
            }
            self.put(index, &block[..read])?;
            watch.advance(read as u64);
        }
        Ok(())
    }

    /// Writes a block into the copy, unless it is there.
    fn put(&mut self, index: usize, block: &[u8]) -> Result<(), SnapshotError> {
        let hash = XxHash3_128::oneshot_with_seed(self.seed, block);
        if self.hashes.get(index) == Some(&hash) {
            return Ok(());
        }
        let written = self.copy.0.write_all_at(block, place(index));
        written.map_err(|error| self.unwritten(error))?;
        if index == self.hashes.len() {
            self.hashes.push(hash);
        } else {
            self.hashes[index] = hash;
        }
        Ok(())
    }

    /// Reads a block, or as much of it as there is.
    fn read(&self, block: &mut [u8], index: usize) -> Result<usize, SnapshotError> {
        let mut done = 0;
        while done < block.len() {
            let rest = &mut block[done..];
            match self.source.0.read_at(rest, place(index) + done as u64) {
                Ok(0) => break,
                Ok(read) => done += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.unread(error)),
            }
        }
        Ok(done)
    }

    fn unread(&self, error: io::Error) -> SnapshotError {
        SnapshotError::Read(self.source.1.to_owned(), error)
    }

    fn unwritten(&self, error: io::Error) -> SnapshotError {
        SnapshotError::Write(self.copy.1.to_owned(), error)
    }
}

fn place(index: usize) -> u64 {
    index as u64 * BLOCK as u64
}

fn in_time(deadline: Option<Instant>, source: &Path) -> Result<(), SnapshotError> {
    match deadline {
        Some(deadline) if Instant::now() > deadline => {
            Err(SnapshotError::TooLarge(source.to_owned()))
        }
        _ => Ok(()),
    }
}
