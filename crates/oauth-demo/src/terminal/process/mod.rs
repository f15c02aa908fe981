//! The application after a restart: another process, which has the store's file and key, but no token.
//!
//! The demo keeps running, because the sandbox runs in it. It sends tasks to the other process and shows the
//! calls between that process and the provider.

mod app_process;
mod child;
mod program;
mod protocol;
#[cfg(test)]
mod task_process;

use std::time::Duration;

pub(super) use app_process::{AppProcess, ProcessMode};
pub(crate) use child::run;
pub(super) use program::Program;
pub(super) use protocol::Task;

/// Lease duration in these processes. Shorter than the default of about a minute, so that the lease of a
/// killed process expires soon.
const LEASE: Duration = Duration::from_millis(500);
/// Deadline of a token call, by default 30 s. After a kill, the next process waits this long.
pub(super) const TOKEN_DEADLINE: Duration = Duration::from_secs(1);
