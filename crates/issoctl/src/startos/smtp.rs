//! `smtp`: `isso.cfg` follows the mail server that StartOS offers to all its services.

use isso_actions::follow_system_smtp;
use isso_lifecycle::Event;

use super::host::{Host, Look};
use super::protocol::{Orders, Request};
use crate::data::DataDir;

/// Takes the mail server over where a person selected it.
pub async fn run(data: &DataDir, request: &Request) -> Orders {
    let mut host = Host::begin(data, request, Look::AsFound).await;
    match follow_system_smtp(&host.service.volume, request.system_smtp.as_ref()) {
        Ok(true) => host.send(Event::SettingsChanged).await,
        Ok(false) => {}
        Err(error) => host.refuse_because(error.localized(host.language)),
    }
    host.orders()
}
