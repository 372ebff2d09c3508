//! The settings, as the state machine has them looked at.

use std::sync::Arc;

use async_trait::async_trait;
use isso_lifecycle::{Gate, PortError, Review, SettingsFiles};

use super::Desk;
use crate::aside::on_thread;

/// The desk as the state machine sees it.
pub struct ConfigPort(pub Arc<Desk>);

#[async_trait]
impl SettingsFiles for ConfigPort {
    async fn prepare(&mut self) -> Result<Gate, PortError> {
        let desk = Arc::clone(&self.0);
        // Waits for the volume's lock, and looks again before it believes that a file is bad.
        on_thread(move || desk.settle()).await?
    }

    async fn gate(&mut self) -> Result<Gate, PortError> {
        Ok(self.0.papers().gate())
    }

    async fn review(&mut self) -> Result<Review, PortError> {
        let desk = Arc::clone(&self.0);
        // Looks again before it believes that a file is bad, and sleeps in between.
        Ok(on_thread(move || desk.look()).await??)
    }
}
