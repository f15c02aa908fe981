//! Replaces tokio, the standard library's locks and arc-swap under shuttle's schedulers.
//!
//! Channels, locks and tasks come from `shuttle-tokio`. Time does not, because short waits must end here and
//! its timers never fire; see [`time`].

pub mod memory;
pub mod runtime;
pub mod time;

pub use shuttle_tokio::{sync, task};
