//! Writes large files without making Isso wait for the disk.
//!
//! A comment is taken once its fsync is done. On ext4 that fsync also waits for what other files have allocated and not
//! written yet, and on any file system for whatever the kernel has just sent to the disk. So what is written here goes
//! to the disk at once and in small steps, and between two of them the disk is left alone for as long as the last one
//! took.
//!
//! No other I/O priority is asked for: with *idle* Isso's fsync could wait for a step that itself waits for every other
//! process that reads or writes.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::libc;

/// No more than this of a file is ever waiting to be written.
pub(crate) const STEP: u64 = 1024 * 1024;
/// How long the disk is left alone at most, however slow it is.
const PAUSE_MAX: Duration = Duration::from_millis(100);

/// The part of a file that was written and may not be on the disk yet.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    from: u64,
    to: u64,
}

impl Throttle {
    /// Notes bytes that were written, and flushes them once they are many.
    pub fn wrote(&mut self, file: &File, at: u64, bytes: usize) -> io::Result<()> {
        if at != self.to {
            self.flush(file)?;
            self.from = at;
        }
        self.to = at + bytes as u64;
        if self.to - self.from >= STEP {
            self.flush(file)?;
        }
        Ok(())
    }

    /// Flushes the rest to the disk.
    pub fn flush(&mut self, file: &File) -> io::Result<()> {
        if self.from < self.to {
            with_pause(|| write_out(file, self.from, self.to - self.from))?;
        }
        self.from = self.to;
        Ok(())
    }
}

/// A file that is written from its beginning to its end.
#[derive(Debug)]
pub(crate) struct ThrottledFile {
    file: File,
    at: u64,
    throttle: Throttle,
}

impl ThrottledFile {
    /// Throttles writing to an empty file.
    pub fn new(file: File) -> ThrottledFile {
        ThrottledFile {
            file,
            at: 0,
            throttle: Throttle::default(),
        }
    }

    /// Waits until everything is on the disk, the file's length included.
    pub fn sync_all(mut self) -> io::Result<()> {
        self.throttle.flush(&self.file)?;
        self.file.sync_all()
    }
}

impl Write for ThrottledFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.throttle.wrote(&self.file, self.at, written)?;
        self.at += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Flushes all of a file to the disk.
pub(crate) fn write_all_out(file: &File) -> io::Result<()> {
    // No bytes are all of them (sync_file_range(2)).
    with_pause(|| write_out(file, 0, 0))
}

/// Does work on the disk, and then leaves the disk alone for as long as that took.
pub(crate) fn with_pause(work: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
    let started = Instant::now();
    work()?;
    thread::sleep(started.elapsed().min(PAUSE_MAX));
    Ok(())
}

/// Writes a part of a file to the disk and waits for it. Unlike `fdatasync` this makes the file system write no
/// journal, for which Isso would have to wait; so it does not promise that the part is found again after a crash.
fn write_out(file: &File, at: u64, bytes: u64) -> io::Result<()> {
    let flags = libc::SYNC_FILE_RANGE_WAIT_BEFORE | libc::SYNC_FILE_RANGE_WRITE | libc::SYNC_FILE_RANGE_WAIT_AFTER;
    let [at, bytes] = [at, bytes].map(|it| libc::off64_t::try_from(it).unwrap_or(libc::off64_t::MAX));
    #[expect(unsafe_code, reason = "no crate has this call")]
    // SAFETY: it touches no memory, and the descriptor is open for as long as the file is borrowed.
    let written = unsafe { libc::sync_file_range(file.as_raw_fd(), at, bytes, flags) };
    match Errno::result(written) {
        // Not every file system can do it in part.
        Err(Errno::EINVAL | Errno::ENOSYS | Errno::ESPIPE | Errno::EOPNOTSUPP) => file.sync_data(),
        written => Ok(written.map(drop)?),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::{Write, stderr};

    use super::*;

    /// `struct cachestat` of `cachestat(2)`, which Linux has since 6.5.
    #[repr(C)]
    #[derive(Default)]
    struct CacheStat {
        cached: u64,
        dirty: u64,
        written_back: u64,
        evicted: u64,
        recently_evicted: u64,
    }

    /// How many pages of a file wait to be written; a kernel that does not tell answers 0.
    pub fn unwritten_pages(file: &File) -> u64 {
        const CACHESTAT: libc::c_long = 451;
        let mut stat = CacheStat::default();
        let all = [0_u64; 2];
        #[expect(unsafe_code, reason = "no crate has this call")]
        // SAFETY: the kernel reads one structure and fills the other; both live until it is back.
        let done = unsafe { libc::syscall(CACHESTAT, file.as_raw_fd(), &all, &mut stat, 0) };
        if done != 0 {
            let why = "NOT TESTED: this kernel does not tell what waits to be written (cachestat)";
            writeln!(stderr(), "{why}").unwrap();
        }
        stat.dirty + stat.written_back
    }

    #[test]
    fn little_waits_to_be_written() {
        let mut throttled = ThrottledFile::new(tempfile::tempfile().unwrap());
        let page = 4096;
        for _ in 0..4 * STEP / 8192 {
            throttled.write_all(&[7; 8192]).unwrap();
            let unwritten = unwritten_pages(&throttled.file);
            assert!(unwritten <= STEP / page, "{unwritten} pages");
        }
        assert_eq!(throttled.file.metadata().unwrap().len(), 4 * STEP);
        let file = throttled.file.try_clone().unwrap();
        throttled.sync_all().unwrap();
        assert_eq!(unwritten_pages(&file), 0);
    }

    #[test]
    fn blocks_may_be_written_in_any_order() {
        let file = tempfile::tempfile().unwrap();
        file.set_len(8 * STEP).unwrap();
        let mut throttle = Throttle::default();
        for at in [5, 1, 2, 7, 0] {
            let at = at * STEP / 2;
            std::os::unix::fs::FileExt::write_all_at(&file, &[7; 4096], at).unwrap();
            throttle.wrote(&file, at, 4096).unwrap();
        }
        throttle.flush(&file).unwrap();
        assert_eq!(unwritten_pages(&file), 0);
    }
}
