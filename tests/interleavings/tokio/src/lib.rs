//! Replaces tokio, the standard library's locks and arc-swap under shuttle's schedulers.
//!
//! Channels, locks and tasks come from `shuttle-tokio`. Time does not: its deadlines never come, but here short waits
//! end; see [`time`].

pub mod memory;
pub mod runtime;
pub mod time;

pub use shuttle_tokio::{sync, task};
