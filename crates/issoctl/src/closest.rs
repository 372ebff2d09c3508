//! What a person meant who misspelt a name.

pub use isso_actions::closest;
