//! End-to-end tests with real Isso.
