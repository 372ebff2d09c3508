//! Copies a file while it changes, and copies again the blocks that have changed.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::panic::resume_unwind;
use std::path::Path;
use std::thread;
use std::time::Instant;

use memmap2::{Mmap, MmapOptions};
use twox_hash::XxHash3_128;

use crate::progress::{Progress, check_cancelled};
use crate::snapshot_error::SnapshotError;
use crate::throttle::Throttle;

/// The size of a block, the unit that is compared and copied.
const BLOCK: usize = 64 * 1024;
/// How much is mapped at most. The memory is the kernel's, but its page tables count as ours: 2 MiB for each GiB.
const MAPPED: usize = 8 * 1024 * 1024 * 1024;
/// How many threads compare at most; more of them only wait for the memory.
const THREADS: usize = 4;
/// After how many blocks a comparison checks its limits: some tenths of a millisecond.
const CHECK_EVERY: usize = 16;

/// A file, its copy, and a hash of each block in the copy.
pub(crate) struct DatabaseCopy<'a> {
    source: (&'a File, &'a Path),
    copy: (&'a File, &'a Path),
    /// Keeps a person who writes comments from making two blocks with the same hash.
    seed: u64,
    hashes: Vec<u128>,
    throttle: Throttle,
}

/// What ends a comparison before it is done.
pub(crate) struct PassLimits<'a> {
    /// When it has taken too long.
    pub deadline: Option<Instant>,
    /// Whether another process waits for it.
    pub is_awaited: &'a (dyn Fn() -> bool + Sync),
    pub progress: &'a dyn Progress,
}

/// Why a comparison ended before it was done.
pub(crate) enum PassEnd {
    /// Another process waits for the database.
    Awaited,
    Failed(SnapshotError),
}

impl From<SnapshotError> for PassEnd {
    fn from(error: SnapshotError) -> PassEnd {
        PassEnd::Failed(error)
    }
}

impl<'a> DatabaseCopy<'a> {
    /// A copy in which no block is yet.
    pub fn new(source: (&'a File, &'a Path), copy: (&'a File, &'a Path)) -> DatabaseCopy<'a> {
        DatabaseCopy {
            source,
            copy,
            seed: rand::random(),
            hashes: Vec::new(),
            throttle: Throttle::default(),
        }
    }

    /// The length of the file in bytes.
    pub fn length(&self) -> Result<u64, SnapshotError> {
        let metadata = self.source.0.metadata();
        Ok(metadata.map_err(|error| self.unread(error))?.len())
    }

    /// Copies the blocks that differ. If the file changes meanwhile, the copy is of no single moment.
    pub fn update(&mut self, progress: &dyn Progress) -> Result<(), SnapshotError> {
        let may_continue = || Ok::<_, SnapshotError>(check_cancelled(progress)?);
        self.read_from(0, true, &may_continue, progress)?;
        let flushed = self.throttle.flush(self.copy.0);
        flushed.map_err(|error| self.unwritten(error))
    }

    /// Maps the file into memory, for a comparison without copying it first, which would take three times as long.
    ///
    /// It is mapped before the lock is taken, because that takes as long as the comparison itself. Returns `None` where
    /// the file system cannot do it.
    pub fn map(&self) -> Option<Mmap> {
        let length = usize::try_from(self.length().ok()?).unwrap_or(usize::MAX);
        let mut options = MmapOptions::new();
        options.len(length.min(MAPPED)).populate();
        #[expect(unsafe_code, reason = "nobody can promise that a file stays as it is")]
        // SAFETY: it is read under SQLite's SHARED lock alone, under which no program that uses SQLite changes the
        // file.
        let map = unsafe { options.map(self.source.0) };
        map.ok()
    }

    /// Makes the copy the same as the file, which must not change meanwhile. The kernel writes the blocks to the disk
    /// when it likes, for they are few.
    pub fn finish(&mut self, map: Option<&Mmap>, limits: &PassLimits<'_>) -> Result<(), PassEnd> {
        let length = self.length()?;
        let map = map.map_or(&[][..], |map| &map[..]);
        let mapped = usize::try_from(length).map_or(map.len(), |length| map.len().min(length));
        let whole = mapped / BLOCK;
        for index in self.changed(&map[..whole * BLOCK], limits)? {
            check_limits(limits, self.source.1)?;
            self.put(index, &map[index * BLOCK..][..BLOCK])?;
        }
        let may_continue = || check_limits(limits, self.source.1);
        self.read_from(whole, false, &may_continue, &())?;
        let cut = self.copy.0.set_len(length);
        Ok(cut.map_err(|error| self.unwritten(error))?)
    }

    /// The numbers of the mapped blocks that differ from the copy.
    fn changed(&self, map: &[u8], limits: &PassLimits<'_>) -> Result<Vec<usize>, PassEnd> {
        let threads = thread::available_parallelism().map_or(1, |it| it.get().min(THREADS));
        let blocks = (map.len() / BLOCK).div_ceil(threads).max(1);
        let found = thread::scope(|scope| {
            let parts = map.chunks(blocks * BLOCK).enumerate();
            let work = |(number, part)| scope.spawn(move || self.changed_in(part, number * blocks, limits));
            let working: Vec<_> = parts.map(work).collect();
            let parts = working
                .into_iter()
                .map(|part| part.join().unwrap_or_else(|it| resume_unwind(it)));
            parts.collect::<Result<Vec<_>, _>>()
        });
        Ok(found?.concat())
    }

    fn changed_in(&self, part: &[u8], first: usize, limits: &PassLimits<'_>) -> Result<Vec<usize>, PassEnd> {
        let mut changed = Vec::new();
        for (index, block) in (first..).zip(part.chunks(BLOCK)) {
            if index.is_multiple_of(CHECK_EVERY) {
                check_limits(limits, self.source.1)?;
            }
            if self.hashes.get(index) != Some(&self.hash(block)) {
                changed.push(index);
            }
        }
        Ok(changed)
    }

    fn hash(&self, block: &[u8]) -> u128 {
        XxHash3_128::oneshot_with_seed(self.seed, block)
    }

    fn read_from<E: From<SnapshotError>>(
        &mut self,
        first: usize,
        throttled: bool,
        may_continue: &dyn Fn() -> Result<(), E>,
        progress: &dyn Progress,
    ) -> Result<(), E> {
        let mut block = vec![0; BLOCK];
        for index in first.. {
            may_continue()?;
            let read = self.read(&mut block, index)?;
            if read == 0 {
                break;
            }
            if self.put(index, &block[..read])? && throttled {
                let noted = self.throttle.wrote(self.copy.0, place(index), read);
                noted.map_err(|error| self.unwritten(error))?;
            }
            progress.advance(read as u64);
        }
        Ok(())
    }

    /// Writes a block into the copy if it differs. Returns whether it did.
    fn put(&mut self, index: usize, block: &[u8]) -> Result<bool, SnapshotError> {
        let hash = self.hash(block);
        if self.hashes.get(index) == Some(&hash) {
            return Ok(false);
        }
        let written = self.copy.0.write_all_at(block, place(index));
        written.map_err(|error| self.unwritten(error))?;
        if index == self.hashes.len() {
            self.hashes.push(hash);
        } else {
            self.hashes[index] = hash;
        }
        Ok(true)
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

fn check_limits(limits: &PassLimits<'_>, source: &Path) -> Result<(), PassEnd> {
    check_cancelled(limits.progress).map_err(SnapshotError::from)?;
    if limits.deadline.is_some_and(|deadline| Instant::now() > deadline) {
        return Err(SnapshotError::TooLarge(source.to_owned()).into());
    }
    if (limits.is_awaited)() {
        return Err(PassEnd::Awaited);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    #[test]
    fn no_block_is_written_for_which_isso_would_wait() {
        let [source, copy] = [(); 2].map(|()| tempfile::tempfile().unwrap());
        source.write_all_at(&[7; BLOCK], 0).unwrap();
        let path = Path::new("comments.db");
        let mut copying = DatabaseCopy::new((&source, path), (&copy, path));
        let map = copying.map().unwrap();
        // Isso comes once the only block has been compared.
        let asked = AtomicUsize::new(0);
        let limits = PassLimits {
            deadline: None,
            is_awaited: &|| asked.fetch_add(1, Ordering::Relaxed) > 0,
            progress: &(),
        };
        let ended = copying.finish(Some(&map), &limits);
        assert!(matches!(ended, Err(PassEnd::Awaited)));
        assert_eq!(copy.metadata().unwrap().len(), 0);
    }

    #[test]
    fn a_comparison_is_given_up_after_its_deadline_and_goes_on_without_one() {
        let compared = |deadline, is_mapped: bool| {
            let [source, copy] = [(); 2].map(|()| tempfile::tempfile().unwrap());
            source.write_all_at(&[1; 4 * BLOCK], 0).unwrap();
            let path = Path::new("comments.db");
            let mut copying = DatabaseCopy::new((&source, path), (&copy, path));
            copying.update(&()).unwrap();
            let map = is_mapped.then(|| copying.map().unwrap());
            let limits = PassLimits {
                deadline,
                is_awaited: &|| false,
                progress: &(),
            };
            copying.finish(map.as_ref(), &limits)
        };
        for is_mapped in [true, false] {
            let passed = Instant::now() - Duration::from_millis(1);
            let given_up = compared(Some(passed), is_mapped);
            let is_told = matches!(given_up, Err(PassEnd::Failed(SnapshotError::TooLarge(_))));
            assert!(is_told);
            assert!(compared(None, is_mapped).is_ok());
        }
    }
}
