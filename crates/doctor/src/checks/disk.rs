//! `disk`: whether there is room where the database lies.

use std::path::Path;

use isso_actions::Language;
use nix::sys::statvfs::statvfs;

use crate::checks::Check;
use crate::looks::Looks;
use crate::report::Finding;
use crate::tr;

pub const CHECK: Check = Check {
    id: "disk",
    run: |looks| Box::pin(async { vec![look(looks).await] }),
};

const MIB: u64 = 1 << 20;
/// Below this, Isso may fail at any moment: logs and backups fill a disk faster.
const LEAST: u64 = 50 * MIB;
/// Besides room for a journal, a backup and a restored copy, each as large as the database.
const SPARE: u64 = 200 * MIB;

async fn look(looks: &Looks) -> Finding {
    let language = looks.language();
    let database = looks.patient.database.clone();
    let asked = tokio::task::spawn_blocking(move || room(&database));
    // A network disk may never answer.
    match tokio::time::timeout(looks.options.limit, asked).await {
        Ok(Ok(Ok((free, database)))) => judge(free, database, language),
        Ok(Ok(Err(error))) => CHECK.unknown(tr!(language, "disk.unread", reason = error)),
        _ => CHECK.unknown(tr!(language, "disk.slow")),
    }
}

/// The bytes that a user may still fill, and those of the database.
fn room(database: &Path) -> nix::Result<(u64, u64)> {
    let folder = database.parent().unwrap_or(Path::new("/"));
    let disk = statvfs(folder)?;
    let length = std::fs::metadata(database).map_or(0, |file| file.len());
    Ok((disk.blocks_available().saturating_mul(disk.fragment_size()), length))
}

fn judge(free: u64, database: u64, language: Language) -> Finding {
    let mib = free / MIB;
    let fix = || tr!(language, "disk.fix");
    if free < LEAST {
        CHECK.fail(tr!(language, "disk.full", mib = mib), fix())
    } else if free < SPARE + 3 * database {
        let needed = (SPARE + 3 * database).div_ceil(MIB);
        CHECK.warn(tr!(language, "disk.little", mib = mib, needed = needed), fix())
    } else {
        CHECK.pass(tr!(language, "disk.room", mib = mib))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Status;

    #[test]
    fn a_larger_database_needs_more_room() {
        for (free, database, expected) in [
            (49, 1, Status::Fail),
            (50, 1, Status::Warn),
            (202, 1, Status::Warn),
            (203, 1, Status::Pass),
            (3000, 1024, Status::Warn),
            (3272, 1024, Status::Pass),
        ] {
            let found = judge(free * MIB, database * MIB, Language::English);
            assert_eq!(found.status, expected, "{free} MiB free, database of {database} MiB");
        }
    }
}
