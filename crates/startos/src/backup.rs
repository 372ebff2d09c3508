//! `backup`: leave to copy the volume over the backup before.

use std::path::Path;

use isso_host::database::{Depth, check_database};
use isso_host::lifecycle::Event;

use crate::hook::HookRun;
use crate::protocol::{Orders, Request};

/// Refuses a database that is damaged or gone, so that a good backup is not replaced with it.
pub async fn run(data: &Path, request: &Request) -> Orders {
    let mut hook = HookRun::start(data, request).await;
    hook.send(Event::Backup).await;
    let checked = check_database(&hook.service.volume.db_path(), Depth::Indexes);
    hook.send(Event::BackupFinished(checked.map_err(Into::into))).await;
    hook.into_orders()
}
