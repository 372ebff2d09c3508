//! The settings, as the state machine has them looked at.

use std::sync::Arc;

use async_trait::async_trait;
use isso_lifecycle::{Gate, PortError, Review, SettingsFiles};

use super::ActiveSettings;
use crate::blocking::on_thread;

/// The settings as the state machine sees them.
pub struct SettingsPort(pub Arc<ActiveSettings>);

#[async_trait]
impl SettingsFiles for SettingsPort {
    async fn prepare(&mut self) -> Result<Gate, PortError> {
        let settings = Arc::clone(&self.0);
        // Waits for the volume's lock, and looks again before it believes that a file is bad.
        on_thread(move || settings.prepare()).await?
    }

    async fn gate(&mut self) -> Result<Gate, PortError> {
        Ok(self.0.state().gate())
    }

    async fn review(&mut self) -> Result<Review, PortError> {
        let settings = Arc::clone(&self.0);
        // Looks again before it believes that a file is bad, and sleeps in between.
        Ok(on_thread(move || settings.review()).await??)
    }
}
