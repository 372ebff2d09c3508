//! The file that a backup is: a tar archive, compressed with zstd, and a seal.
//!
//! ```text
//! zstd frame   tar: manifest.json               read alone, to list backups
//! zstd frame   tar: config/isso.cfg, start9/store.json, db/comments.db
//! seal         a skippable zstd frame (RFC 8878, 3.1.2) with the BLAKE3 hash of all bytes before it
//! ```
//!
//! `tar --zstd -x` unpacks it into the folder of a volume. The seal is written last, so a file without one was cut off;
//! and since it covers all bytes before it, no byte can change unnoticed.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use blake3::Hasher;
use zstd::stream::{read::Decoder, write::Encoder};

use crate::progress::{Progress, check_cancelled};
use crate::throttle::ThrottledFile;

/// zstd's own default, and what `tar | zstd` would do.
const LEVEL: i32 = 3;
/// Decoding takes 8 MiB at most; level 3 needs 2.
const WINDOW_LOG_MAX: u32 = 23;
/// The magic number of a skippable frame, and the length of what it holds; both little-endian.
const SEAL_HEAD: [u8; 8] = [0x5e, 0x2a, 0x4d, 0x18, 32, 0, 0, 0];
/// The length of the seal in bytes.
pub(crate) const SEAL: u64 = 40;

/// Writes a backup: frames, then the seal.
pub(crate) struct Writer {
    file: Sealing,
}

impl Writer {
    pub fn new(file: File) -> Writer {
        let hasher = Hasher::new();
        Writer {
            file: Sealing {
                file: ThrottledFile::new(file),
                hasher,
            },
        }
    }

    /// Compresses what `fill` writes into one frame.
    pub fn frame<E: From<io::Error>>(&mut self, fill: impl FnOnce(&mut dyn Write) -> Result<(), E>) -> Result<(), E> {
        let mut encoder = Encoder::new(&mut self.file, LEVEL)?;
        encoder.include_checksum(true)?;
        fill(&mut encoder)?;
        encoder.finish()?;
        Ok(())
    }

    /// Writes the seal, and waits until the file is on the disk.
    pub fn finish(self) -> io::Result<()> {
        let Sealing { mut file, hasher } = self.file;
        file.write_all(&SEAL_HEAD)?;
        file.write_all(hasher.finalize().as_bytes())?;
        file.sync_all()
    }
}

struct Sealing {
    file: ThrottledFile,
    hasher: Hasher,
}

impl Write for Sealing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// The seal at the end of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seal {
    /// The seal is there. Whether it is right shows only when all of the file is read.
    There([u8; 32]),
    /// The file ends before it.
    Missing,
}

/// Reads the seal, and leaves the file at its beginning.
pub(crate) fn seal(file: &mut File) -> io::Result<Seal> {
    let length = file.seek(SeekFrom::End(0))?;
    let mut found = [0; SEAL as usize];
    let sealed = if length > SEAL {
        file.seek(SeekFrom::End(-i64::try_from(SEAL).expect("it is small")))?;
        file.read_exact(&mut found)?;
        found.starts_with(&SEAL_HEAD)
    } else {
        false
    };
    file.rewind()?;
    let hash = found[SEAL_HEAD.len()..].try_into().expect("32 are left");
    Ok(if sealed { Seal::There(hash) } else { Seal::Missing })
}

/// The content of the frames, hashed on the way.
pub(crate) type Frames<'a> = Decoder<'static, io::BufReader<Hashing<'a>>>;

/// Begins to read the frames of a file, of which no more than `most` bytes are read: a frame that is skipped may be 4
/// GiB long.
pub(crate) fn frames<'a>(file: &'a File, most: u64, progress: &'a dyn Progress) -> io::Result<Frames<'a>> {
    let length = file.metadata()?.len().saturating_sub(SEAL);
    let mut frames = Decoder::new(Hashing {
        file: file.take(length.min(most)),
        hasher: Hasher::new(),
        progress,
    })?;
    frames.window_log_max(WINDOW_LOG_MAX)?;
    Ok(frames)
}

/// Reads the rest, and says whether all bytes are those that were sealed.
pub(crate) fn is_sealed(frames: Frames<'_>, seal: [u8; 32]) -> io::Result<bool> {
    let mut hashing = frames.finish();
    io::copy(&mut hashing, &mut io::sink())?;
    Ok(hashing.into_inner().hasher.finalize() == blake3::Hash::from_bytes(seal))
}

/// Hashes the bytes that are read from a file.
pub(crate) struct Hashing<'a> {
    file: io::Take<&'a File>,
    hasher: Hasher,
    progress: &'a dyn Progress,
}

impl Read for Hashing<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        check_cancelled(self.progress).map_err(io::Error::other)?;
        let read = self.file.read(into)?;
        self.hasher.update(&into[..read]);
        Ok(read)
    }
}
