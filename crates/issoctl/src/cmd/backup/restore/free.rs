//! Checks the conditions of a restore: the source is not in place already, all files are in one folder, and no other
//! program uses the database.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use isso_host::Client;
use isso_host::api::{NOT_TOGETHER, NOT_TOGETHER_HINT};
use isso_host::backup::{RestoreSource, litestream};
use isso_host::database::{User, users};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::cmd::backup::plan::Plan;
use crate::failure::Failure;

/// How long to wait for other programs to close the database, such as an Isso whose `up` was killed.
const IN_USE_WAIT: Duration = Duration::from_secs(5);

/// Refuses a source that is the present file itself. A restore from it would lose what Isso writes meanwhile.
pub(super) fn require_another(source: &RestoreSource, root: &Path) -> Result<(), Failure> {
    let identity = |path: &Path| fs::metadata(path).ok().map(|it| (it.dev(), it.ino()));
    for file in source.files() {
        let Some(from) = source.path_of(file) else {
            continue;
        };
        let is_there = identity(&root.join(file));
        if is_there.is_some() && identity(from) == is_there {
            return Err(Failure::usage(format!(
                "{} is in place already, so there is nothing to put back",
                from.display()
            ))
            .hint("name a backup (`issoctl backup list`), or the files of another Isso"));
        }
    }
    Ok(())
}

/// Refuses to replace a database that another program uses. That program would go on with the old file, and what it
/// copies or writes would be lost.
pub(super) async fn require_free(database: &Path, client: Option<&Client>, plan: &Plan<'_>) -> Result<(), Failure> {
    let host = client.and_then(Client::host);
    let end = Instant::now() + IN_USE_WAIT;
    let mut found = users(database, host);
    while !found.is_empty() && Instant::now() < end {
        sleep(IN_USE_WAIT / 50).await;
        found = users(database, host);
    }
    let state = litestream(database);
    if let Some(state) = &state {
        return Err(Failure::plain(format!(
            "nothing was put back: Litestream copies this database ({}), and would go on with the old one: its copies would be \
             silently wrong",
            state.display()
        ))
        .hint(format!(
            "stop Litestream, restore with --force, remove {}, and start Litestream with a new replica path",
            state.display()
        ))
        .details(json!({ "litestream": state, "users": of_users(&found), "plan": plan.to_json() })));
    }
    if found.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = found
        .iter()
        .map(|it| format!("{} (process {})", it.name, it.pid))
        .collect();
    Err(Failure::plain(format!(
        "nothing was put back: the database is in use by {}, which would go on with the old one",
        names.join(", ")
    ))
    .hint("end that program and restore again, or say --force")
    .details(json!({ "litestream": null, "users": of_users(&found), "plan": plan.to_json() })))
}

fn of_users(users: &[User]) -> Vec<Value> {
    let value = |it: &User| json!({ "pid": it.pid, "name": it.name });
    users.iter().map(value).collect()
}

/// Refuses files in different folders before anything is staged; the host would refuse them afterwards.
pub(super) async fn require_one_folder(client: &Client) -> Result<(), Failure> {
    if client.files().await?.are_together() {
        return Ok(());
    }
    Err(Failure::plain(NOT_TOGETHER).hint(NOT_TOGETHER_HINT))
}
