//! Requests and answers between the StartOS package and this program.
//!
//! The package runs `issoctl --data VOLUME startos HOOK`, writes a [`Request`] on stdin and reads one
//! answer from stdout: [`Init`], [`Input`], [`Run`], [`Main`], [`Health`] or bare [`Orders`]. It does
//! what the answer orders, and decides nothing itself. A refusal is an answer; an exit code other than
//! 0 means that the hook itself broke, and why stands on stderr.
//!
//! Its TypeScript is made from these types: `package/s9pk/startos/bindings.ts`.

mod answers;
mod orders;
mod request;

pub use answers::{Daemon, Health, HealthResult, Init, Input, Interface, InterfaceKind, Main, Mounts, Run};
pub use orders::{Announced, Level, Notice, Orders, Severity, Task};
pub use request::{Address, Image, InitKind, Request};
