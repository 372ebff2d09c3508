//! How a host keeps Isso up, and how it ends.

mod descriptors;
mod locks;
mod printing;
mod processes;
mod rights;
