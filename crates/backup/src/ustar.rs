//! Reads the tar archive in a backup as strictly as it is written: plain files under POSIX headers, and nothing else.
//!
//! Tar has many ways to say that the next header is not to be taken as it stands: long names, extended headers, sparse
//! files. A reader that knows them holds in memory, or writes, what a few bytes name. A backup has none of them, so
//! each is refused here.

use std::io::{self, ErrorKind, Read};

use tar::Header;

const BLOCK: usize = 512;

/// What a header announces.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Its name, for a comparison and for messages.
    pub path: String,
    /// How many bytes follow, and then zeros up to a whole block.
    pub size: u64,
    /// Whether it is a file, and not a link or something about another entry.
    pub is_plain: bool,
}

/// Reads a header; nothing at the first block of the end.
pub(crate) fn next(from: &mut impl Read) -> io::Result<Option<Entry>> {
    let mut header = Header::new_ustar();
    from.read_exact(header.as_mut_bytes())?;
    if is_zero(header.as_bytes()) {
        return Ok(None);
    }
    if header.as_ustar().is_none() || header.cksum()? != sum(&header) {
        return Err(invalid());
    }
    let is_plain = header.entry_type().is_file();
    Ok(Some(Entry {
        path: String::from_utf8_lossy(&header.path_bytes()).into_owned(),
        // That of anything else is no promise, and is never used.
        size: if is_plain { header.size()? } else { 0 },
        is_plain,
    }))
}

/// Reads the zeros behind a file of so many bytes.
pub(crate) fn padding(from: &mut impl Read, size: u64) -> io::Result<()> {
    let rest = usize::try_from(size % BLOCK as u64).expect("it is less than a block");
    zeros(from, (BLOCK - rest) % BLOCK)
}

/// Reads the second block of the end, behind which there is nothing: not a single byte more is read than would be too
/// many.
pub(crate) fn end(from: &mut impl Read) -> io::Result<()> {
    zeros(from, BLOCK)?;
    match from.read(&mut [0])? {
        0 => Ok(()),
        _ => Err(invalid()),
    }
}

fn zeros(from: &mut impl Read, count: usize) -> io::Result<()> {
    let mut block = [0; BLOCK];
    from.read_exact(&mut block[..count])?;
    match is_zero(&block) {
        true => Ok(()),
        false => Err(invalid()),
    }
}

fn is_zero(block: &[u8]) -> bool {
    block.iter().all(|byte| *byte == 0)
}

/// The sum of a header's bytes, in which its own place counts as blanks.
fn sum(header: &Header) -> u32 {
    let all: u32 = header.as_bytes().iter().copied().map(u32::from).sum();
    let own: u32 = header.as_old().cksum.iter().copied().map(u32::from).sum();
    all - own + 8 * u32::from(b' ')
}

fn invalid() -> io::Error {
    ErrorKind::InvalidData.into()
}
