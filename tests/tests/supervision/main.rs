//! Isso is kept up, and taken down, as a person expects.

mod descriptors;
mod locks;
mod printing;
mod processes;
mod rights;
