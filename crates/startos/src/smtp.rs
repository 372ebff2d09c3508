//! The hook `smtp`: it applies the mail server that StartOS offers to its services to `isso.cfg`.

use std::path::Path;

use isso_host::Commands;
use isso_host::actions::{NoticeTitle, follow_system_smtp};
use isso_host::lifecycle::Event;

use crate::hook::{HookRun, repairs};
use crate::protocol::{Level, Orders, Request};

/// Applies the mail server if a person has selected it. Mostly nothing has changed, and then there are no orders.
///
/// This is part of each `init`, which must not fail because of mail, so an error becomes a notice.
pub async fn run(data: &Path, commands: Commands, request: &Request) -> Orders {
    let mut hook = HookRun::start(data, request, commands).await;
    let system = request.system_smtp.as_ref();
    match follow_system_smtp(&hook.service.volume, system, hook.language) {
        Ok(true) => hook.send(Event::SettingsChanged).await,
        Ok(false) => {
            return Orders {
                notices: repairs(&hook.service.volume, hook.language).into_iter().collect(),
                ..Orders::default()
            };
        }
        Err(error) => {
            let message = error.localized(hook.language);
            hook.notify(Level::Warning, NoticeTitle::NotInForce, message);
        }
    }
    hook.into_orders()
}
