//! Packing the files into an archive.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;

use blake3::Hasher;

use crate::container::Writer;
use crate::manifest::{MANIFEST, Manifest, Member};
use crate::progress::{Cancelled, Progress, Quiet, check_cancelled};

/// What goes into a file of the archive.
pub(super) enum Content {
    Bytes(Vec<u8>),
    File(PathBuf),
}

impl Content {
    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        Ok(match self {
            Content::Bytes(bytes) => Box::new(&bytes[..]),
            Content::File(path) => Box::new(File::open(path)?),
        })
    }
}

/// Hashes a file, and describes it for the manifest.
pub(super) fn member(path: &str, content: &Content, progress: &dyn Progress) -> Result<Member, Packing> {
    let mut hasher = Hasher::new();
    hasher.update_reader(Watched {
        content: content.open()?,
        progress: &Quiet(progress),
    })?;
    Ok(Member {
        path: path.to_owned(),
        size: hasher.count(),
        blake3: hasher.finalize().to_hex().to_string(),
    })
}

/// Writes the archive down to the disk.
pub(super) fn pack(
    file: File,
    manifest: &Manifest,
    files: &[(&str, Content)],
    progress: &dyn Progress,
) -> Result<(), Packing> {
    let text = serde_json::to_vec_pretty(manifest).map_err(io::Error::from)?;
    let mut writer = Writer::new(file);
    writer.frame(|frame| append(frame, manifest, MANIFEST, text.len() as u64, &mut &text[..]))?;
    writer.frame(|frame| {
        for ((path, content), member) in files.iter().zip(&manifest.members) {
            let mut watched = Watched {
                content: content.open()?,
                progress,
            };
            append(frame, manifest, path, member.size, &mut watched)?;
        }
        // The end of a tar archive.
        Ok::<_, Packing>(frame.write_all(&[0; 1024])?)
    })?;
    Ok(writer.finish()?)
}

fn append(
    to: &mut dyn Write,
    manifest: &Manifest,
    path: &str,
    size: u64,
    content: &mut dyn Read,
) -> Result<(), Packing> {
    let mut header = tar::Header::new_ustar();
    header.set_path(path)?;
    header.set_size(size);
    header.set_mode(0o600);
    let time = manifest.created.unix_timestamp();
    header.set_mtime(time.try_into().unwrap_or(0));
    header.set_cksum();
    to.write_all(header.as_bytes())?;
    let mut block = vec![0; 256 * 1024];
    let mut written = 0;
    loop {
        let read = content.read(&mut block)?;
        if read == 0 {
            break;
        }
        to.write_all(&block[..read])?;
        written += read as u64;
    }
    if written != size {
        return Err(io::Error::other(format!("{path} changed while it was packed")).into());
    }
    let padding = usize::try_from(size.next_multiple_of(512) - size).expect("it is less than 512");
    Ok(to.write_all(&[0; 512][..padding])?)
}

/// Why the files are not packed.
pub(super) enum Packing {
    Io(io::Error),
    Cancelled(Cancelled),
}

impl From<io::Error> for Packing {
    fn from(error: io::Error) -> Packing {
        match error.downcast::<Cancelled>() {
            Ok(cancelled) => Packing::Cancelled(cancelled),
            Err(error) => Packing::Io(error),
        }
    }
}

struct Watched<'a> {
    content: Box<dyn Read + 'a>,
    progress: &'a dyn Progress,
}

impl Read for Watched<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        check_cancelled(self.progress).map_err(io::Error::other)?;
        let read = self.content.read(into)?;
        self.progress.advance(read as u64);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::CONFIG;
    use crate::progress::BackupStep;

    struct Cancel;

    impl Progress for Cancel {
        fn begin(&self, _: BackupStep, _: u64) {}
        fn advance(&self, _: u64) {}
        fn is_cancelled(&self) -> bool {
            true
        }
    }

    #[test]
    fn hashing_can_be_cancelled() {
        let hashed = member(CONFIG, &Content::Bytes(vec![7]), &Cancel);
        assert!(matches!(hashed, Err(Packing::Cancelled(_))));
    }
}
