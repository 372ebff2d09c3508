//! `client-ip`: whether Isso gets to know visitors' addresses, by those of the newest comments.
//!
//! Isso keeps the first three quarters of an address, and `0.0.0.0` for what is none:
//! <https://github.com/isso-comments/isso/blob/0.14.0/isso/utils/__init__.py> (`anonymize`). By it, it limits how much
//! one visitor may write, and takes one vote of each.

use std::net::IpAddr;
use std::path::PathBuf;

use isso_actions::Language;
use isso_database::{Access, open};

use crate::checks::Check;
use crate::looks::Looks;
use crate::looks::route::Reach;
use crate::report::{Finding, Status};
use crate::tr;

pub const CHECK: Check = Check {
    id: "client-ip",
    run: |looks| Box::pin(async { vec![look(looks).await] }),
};

/// The comments that are looked at, and how many of them say how it is now.
const NEWEST: &str = "SELECT substr(CAST(remote_addr AS BLOB), 1, 64) FROM comments WHERE remote_addr IS NOT NULL
    ORDER BY CAST(created AS REAL) DESC LIMIT 50";
const NOW: usize = 5;
/// So many comments from one network are no chance.
const MANY: usize = 10;
const SOME: usize = 3;

async fn look(looks: &Looks) -> Finding {
    let language = looks.language();
    let address = looks.address();
    let is_local = address.is_some_and(|address| {
        address.host().ends_with(".onion") || address.ip().is_some_and(|ip| Reach::of(ip) != Reach::Public)
    });
    if is_local {
        return Finding::new(&CHECK, Status::Skip, tr!(language, "client-ip.local"));
    }
    let database = looks.patient.database.clone();
    let read = tokio::task::spawn_blocking(move || addresses(database));
    match tokio::time::timeout(looks.options.limit, read).await {
        Ok(Ok(Ok(addresses))) => judge(&addresses, language),
        Ok(Ok(Err(error))) => {
            let cause = tr!(language, "client-ip.unread", reason = error);
            Finding::new(&CHECK, Status::Unknown, cause)
        }
        _ => Finding::new(&CHECK, Status::Unknown, tr!(language, "client-ip.slow")),
    }
}

fn addresses(database: PathBuf) -> rusqlite::Result<Vec<String>> {
    if !database.exists() {
        return Ok(Vec::new());
    }
    let connection = open(&database, Access::Read)?;
    let mut newest = connection.prepare(NEWEST)?;
    // Another program may have put any bytes there.
    let text = |row: &rusqlite::Row<'_>| Ok(String::from_utf8_lossy(&row.get::<_, Vec<u8>>(0)?).into_owned());
    newest.query_map([], text)?.collect()
}

/// Judges addresses, those of the newest comments first.
fn judge(addresses: &[String], language: Language) -> Finding {
    let found = |status, cause| Finding::new(&CHECK, status, cause);
    let now = &addresses[..addresses.len().min(NOW)];
    let Some(newest) = now.first() else {
        return found(Status::Skip, tr!(language, "client-ip.none"));
    };
    let is_inner = |address: &String| address.parse::<IpAddr>().is_ok_and(|ip| Reach::of(ip) != Reach::Public);
    let fix = tr!(language, "client-ip.fix");
    if now.iter().all(|address| address == "0.0.0.0") {
        found(Status::Warn, tr!(language, "client-ip.unreadable")).fix(tr!(language, "client-ip.unreadable-fix"))
    } else if now.iter().all(is_inner) {
        let status = if now.len() >= SOME {
            Status::Warn
        } else {
            Status::Unknown
        };
        found(status, tr!(language, "client-ip.inner", address = newest)).fix(fix)
    } else if addresses.len() >= MANY && addresses.iter().all(|address| address == newest) {
        let cause = tr!(language, "client-ip.one", count = addresses.len(), address = newest);
        found(Status::Warn, cause).fix(fix)
    } else {
        found(Status::Pass, tr!(language, "client-ip.known"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_are_no_visitors_are_noticed() {
        let public = ["198.51.100.0", "203.0.113.0"];
        for (addresses, expected) in [
            (vec![], Status::Skip),
            (public.to_vec(), Status::Pass),
            (vec!["198.51.100.0"; 9], Status::Pass),
            (vec!["198.51.100.0"; 10], Status::Warn),
            (vec!["127.0.0.0"; 3], Status::Warn),
            (
                vec!["172.17.0.0", "10.0.0.0", "fd00:0000:0000:0000:0000:0000:0000:0000"],
                Status::Warn,
            ),
            (vec!["127.0.0.0"], Status::Unknown),
            (vec!["0.0.0.0"], Status::Warn),
            // It was so once.
            ([&public[..], &["0.0.0.0"; 9]].concat(), Status::Pass),
            ([&["0.0.0.0"; 5][..], &public].concat(), Status::Warn),
        ] {
            let texts: Vec<String> = addresses.iter().map(|it| (*it).to_owned()).collect();
            assert_eq!(judge(&texts, Language::English).status, expected, "{addresses:?}");
        }
    }

    #[test]
    fn the_newest_comments_come_first_whatever_stands_in_the_table() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("comments.db");
        assert!(addresses(database.clone()).unwrap().is_empty());
        let connection = rusqlite::Connection::open(&database).unwrap();
        connection
            .execute_batch(
                "CREATE TABLE comments (id INTEGER PRIMARY KEY, created, remote_addr);
                INSERT INTO comments (created, remote_addr) VALUES
                (2.5, '198.51.100.0'), ('1.5', 7), (3, NULL), (NULL, x'ff'), (9.5, '203.0.113.0');",
            )
            .unwrap();
        let found = addresses(database);
        assert_eq!(found.unwrap()[..3], ["203.0.113.0", "198.51.100.0", "7"]);
    }
}
