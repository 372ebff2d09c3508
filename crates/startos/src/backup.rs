//! The hook `backup`: it permits or refuses a copy of the volume, which replaces the previous backup.

use std::path::Path;

use isso_host::Commands;
use isso_host::database::{Depth, check_database};
use isso_host::lifecycle::Event;

use crate::hook::HookRun;
use crate::protocol::{Orders, Request};

/// Refuses a damaged or missing database, which would replace a good backup.
pub async fn run(data: &Path, commands: Commands, request: &Request) -> Orders {
    let mut hook = HookRun::start(data, request, commands).await;
    hook.send(Event::Backup).await;
    let checked = check_database(&hook.service.volume.db_path(), Depth::Indexes);
    hook.send(Event::BackupFinished(checked.map_err(Into::into))).await;
    hook.into_orders()
}
