//! The hook `addresses`: it looks whether StartOS still has the public address.

use std::path::Path;

use isso_host::Commands;

use crate::hook::{HookRun, repairs};
use crate::protocol::{Orders, Request};

/// Orders the task of the public address, and nothing else. This is part of each `init`, which must not fail because of
/// an address, so a volume that cannot be prepared orders nothing.
pub async fn run(data: &Path, commands: Commands, request: &Request) -> Orders {
    let hook = HookRun::start(data, request, commands).await;
    Orders {
        tasks: hook.address_task().into_iter().collect(),
        notices: repairs(&hook.service.volume, hook.language).into_iter().collect(),
        ..Orders::default()
    }
}
