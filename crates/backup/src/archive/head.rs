//! The beginning of a backup, which says what is in it.

use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::Path;

use isso_cfg::SETTINGS_MAX;
use time::UtcOffset;

use super::error::ArchiveError;
use crate::container;
use crate::manifest::{DATABASE, FORMAT, MANIFEST, MEMBERS, Manifest};
use crate::ustar;

/// A manifest is some hundred bytes, and this the most that is read of its frame.
const FRAME_MAX: u64 = 64 * 1024;

/// The first frame, if it holds a manifest and nothing else, and where in it the text of the manifest is.
pub(super) fn read_head(file: &File) -> Option<(Vec<u8>, Range<usize>)> {
    // What zstd adds to bytes that it cannot compress.
    const FRAME: u64 = 1024;
    // All of the frame is read, for its checksum comes last: `list` and `prune` depend on these bytes alone.
    let frame = container::frames(file, FRAME_MAX + FRAME, &()).ok()?;
    let frame = frame.single_frame();
    let mut head = Vec::new();
    frame.take(FRAME_MAX).read_to_end(&mut head).ok()?;
    if head.len() as u64 == FRAME_MAX {
        return None;
    }
    let mut rest = &head[..];
    let entry = ustar::next(&mut rest).ok()??;
    if !entry.is_plain || entry.path != MANIFEST {
        return None;
    }
    let begin = head.len() - rest.len();
    let (text, mut rest) = rest.split_at_checked(usize::try_from(entry.size).ok()?)?;
    ustar::padding(&mut rest, entry.size).ok()?;
    let text = begin..begin + text.len();
    rest.is_empty().then_some((head, text))
}

/// Reads a manifest, which may come from anywhere.
pub(super) fn understand(path: &Path, text: &[u8]) -> Result<Manifest, ArchiveError> {
    #[derive(serde::Deserialize)]
    struct Format {
        format: u32,
    }
    let damaged = |_| ArchiveError::Damaged {
        path: path.to_owned(),
        member: MANIFEST.to_owned(),
    };
    // Only the number has the same place in every format.
    let Format { format } = serde_json::from_slice(text).map_err(damaged)?;
    if format > FORMAT {
        return Err(ArchiveError::LaterFormat {
            path: path.to_owned(),
            found: format,
        });
    }
    let mut manifest: Manifest = serde_json::from_slice(text).map_err(damaged)?;
    // Another zone is no reason to refuse it; a time that no calendar has in UTC is.
    let utc = manifest.created.checked_to_offset(UtcOffset::UTC);
    manifest.created = utc.ok_or_else(|| ArchiveError::Damaged {
        path: path.to_owned(),
        member: MANIFEST.to_owned(),
    })?;
    let mut known = MEMBERS.iter();
    for member in &manifest.members {
        if !known.any(|known| *known == member.path) {
            const ENOUGH: usize = 100;
            return Err(ArchiveError::UnexpectedMember {
                path: path.to_owned(),
                member: member.path.chars().take(ENOUGH).collect(),
            });
        }
        if member.path != DATABASE && member.size > SETTINGS_MAX {
            return Err(ArchiveError::TooLarge {
                path: path.to_owned(),
                member: member.path.clone(),
            });
        }
    }
    Ok(manifest)
}
