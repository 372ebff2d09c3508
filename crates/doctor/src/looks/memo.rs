//! Remembers what was looked at.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

/// Looks by what was asked. Checks that ask the same thing at the same time wait for one look.
#[derive(Debug)]
pub struct Memo<Q, A>(Mutex<HashMap<Q, Arc<OnceCell<A>>>>);

impl<Q, A> Default for Memo<Q, A> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<Q: Eq + Hash, A: Clone> Memo<Q, A> {
    /// What was seen, or what `look` sees now.
    pub async fn get(&self, asked: Q, look: impl Future<Output = A>) -> A {
        let cell = {
            let mut cells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(cells.entry(asked).or_default())
        };
        cell.get_or_init(|| look).await.clone()
    }
}
