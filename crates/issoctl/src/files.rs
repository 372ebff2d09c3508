//! Reads files that a person names on the command line.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;

use isso_host::remedy;
use nix::fcntl::OFlag;

use crate::failure::Failure;

/// The most bytes to read: more than any `isso.cfg` or form has. A device may have no end.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// Reads a named file, or says what to name instead.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    read_bytes(path).map_err(|source| {
        let inside = ["isso.cfg", "config/isso.cfg"].map(|name| path.join(name));
        let hint = match (source.kind(), inside.iter().find(|file| file.is_file())) {
            (_, Some(file)) => format!("did you mean {}?", file.display()),
            (ErrorKind::IsADirectory, None) => "name a file in that folder".to_owned(),
            _ => remedy(&source)
                .unwrap_or("look at the name; a relative one is looked for in the present folder")
                .to_owned(),
        };
        Failure::new(format!("cannot read {}", path.display()), source)
            .exit(Failure::USAGE)
            .hint(hint)
    })
}

/// Reads a file, or a named pipe such as `<(command)`. Refuses a pipe that no program writes to, because the read would
/// never end.
fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if path.metadata()?.file_type().is_fifo() {
        let flag = OFlag::O_NONBLOCK.bits();
        let unwaiting = File::options().read(true).custom_flags(flag).open(path)?;
        // Without a writer, the pipe is at its end. With a writer that has not written yet, the read would block.
        let mut first = [0];
        match (&unwaiting).read(&mut first) {
            Ok(0) => {
                return Err(io::Error::other("it is a named pipe, and no program writes into it"));
            }
            Ok(_) => bytes.extend(first),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
        // Opened before the first descriptor is closed, so that the pipe always has a reader.
        let pipe = File::open(path)?;
        pipe.take(MAX_BYTES).read_to_end(&mut bytes)?;
        return Ok(bytes);
    }
    let file = File::open(path)?;
    if file.take(MAX_BYTES + 1).read_to_end(&mut bytes)? as u64 > MAX_BYTES {
        return Err(io::Error::other("it is larger than 16 MiB"));
    }
    Ok(bytes)
}
