//! The findings of an examination, as a client reads them.

use isso_doctor::Finding;
use reqwest::Response;

use super::ClientError;

/// The findings of an examination, as they come. Dropping this ends the examination.
pub struct FindingStream {
    answer: Response,
    /// What was read behind the last finding.
    begun: Vec<u8>,
}

impl FindingStream {
    pub(super) fn new(answer: Response) -> FindingStream {
        let begun = Vec::new();
        FindingStream { answer, begun }
    }

    /// Waits for the next finding; `None` once all are known.
    pub async fn next(&mut self) -> Result<Option<Finding>, ClientError> {
        loop {
            if let Some(end) = self.begun.iter().position(|byte| *byte == b'\n') {
                let line: Vec<_> = self.begun.drain(..=end).collect();
                return serde_json::from_slice(&line).map(Some).map_err(ClientError::Finding);
            }
            match self.answer.chunk().await? {
                Some(part) => self.begun.extend_from_slice(&part),
                None => return Ok(None),
            }
        }
    }
}
