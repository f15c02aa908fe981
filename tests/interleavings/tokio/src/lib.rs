//! Stands in for tokio, the standard library's locks and arc-swap where shuttle chooses what happens next.
//!
//! Channels, locks and tasks are those of `shuttle-tokio`. Time is not: there a deadline never comes, whereas here a
//! short wait does end; see [`time`].

pub mod memory;
pub mod runtime;
pub mod time;

pub use shuttle_tokio::{sync, task};
