//! The port through which the state machine prepares and reviews the settings.

use std::sync::Arc;

use async_trait::async_trait;
use isso_lifecycle::{Gate, PortError, Review, SettingsFiles};

use super::ActiveSettings;
use crate::blocking::on_thread;

/// Implements the port of the state machine.
pub struct SettingsPort(pub Arc<ActiveSettings>);

#[async_trait]
impl SettingsFiles for SettingsPort {
    async fn prepare(&mut self) -> Result<Gate, PortError> {
        let settings = Arc::clone(&self.0);
        // Waits for the volume's lock, and reads a bad file again before it refuses it.
        on_thread(move || settings.prepare()).await?
    }

    async fn gate(&mut self) -> Result<Gate, PortError> {
        Ok(self.0.state().gate())
    }

    async fn review(&mut self) -> Result<Review, PortError> {
        let settings = Arc::clone(&self.0);
        // Reads a bad file again before it refuses it, and sleeps in between.
        Ok(on_thread(move || settings.review()).await??)
    }
}
