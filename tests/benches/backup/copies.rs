//! Whether copies of a database in use are intact.

use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use isso_tests::Site;
use isso_tests::table::Table;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::beside::copy;
use crate::load::{Load, Shot};
use crate::made::{back_up, newest};
use crate::others::OTHERS;

/// Copies by `cp`, one after the other, while 20 comments a second come.
pub fn theirs(table: &Table, site: &Site, work: &Path) {
    const COPIES: usize = 20;
    let up = site.serving_again();
    let load = Load::start(up.address());
    sleep(Duration::from_secs(2));
    let (mut corrupt, mut stale) = (0, 0);
    for _ in 0..COPIES {
        let known = acknowledged(&load.so_far());
        copy(OTHERS[0].1, site, work).expect("cp copies");
        match look(&work.join("copy/copy.db"), known) {
            Copy::Corrupt => corrupt += 1,
            Copy::Stale => stale += 1,
            Copy::Good => {}
        }
    }
    load.finish();
    table.row(
        "cp of a database in use: corrupt copies",
        &format!("{corrupt} of {COPIES}"),
    );
    table.row(
        "  copies that lack comments from before",
        &format!("{stale} of {COPIES}"),
    );
    drop(up);
}

/// The same for backups. There are fewer of them, since each is unpacked and checked.
pub fn ours(table: &mut Table, site: &Site, work: &Path) {
    const BACKUPS: usize = 5;
    let up = site.serving_again();
    let load = Load::start(up.address());
    sleep(Duration::from_secs(2));
    let mut bad = 0;
    for _ in 0..BACKUPS {
        let known = acknowledged(&load.so_far());
        back_up(site, work);
        let into = work.join("unpacked");
        let _ = std::fs::remove_dir_all(&into);
        let backup = newest(&work.join("backups"));
        let text = |path: &Path| path.to_str().expect("the path is text").to_owned();
        site.ok(&["backup", "restore", &text(&backup), "--into", &text(&into)]);
        if !matches!(look(&into.join("db/comments.db"), known), Copy::Good) {
            bad += 1;
        }
    }
    load.finish();
    let of = format!("{bad} of {BACKUPS}");
    table.goal(
        "issoctl backup create: corrupt, or comments lacking",
        &of,
        bad == 0,
        "0",
    );
    drop(up);
}

/// The id of the last comment that Isso has acknowledged.
fn acknowledged(shots: &[Shot]) -> i64 {
    shots.iter().filter_map(|shot| shot.answered).max().unwrap_or(0)
}

enum Copy {
    Good,
    Corrupt,
    Stale,
}

fn look(copy: &Path, known: i64) -> Copy {
    let look = || -> rusqlite::Result<Copy> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
        let connection = Connection::open_with_flags(copy, flags)?;
        let text = |sql| connection.query_row(sql, [], |row| row.get::<_, String>(0));
        if text("PRAGMA integrity_check(1)")? != "ok" {
            return Ok(Copy::Corrupt);
        }
        // Ids have no gaps here, for nothing is deleted.
        let count: i64 =
            connection.query_row("SELECT count(*) FROM comments WHERE id <= ?", [known], |row| row.get(0))?;
        Ok(if count == known { Copy::Good } else { Copy::Stale })
    };
    look().unwrap_or_else(|error| match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Copy::Corrupt,
        _ => panic!("a copy can be opened: {error}"),
    })
}
