//! The application after a restart: another process, which knows where the file is and what its key is, but no token.
//!
//! The demo itself stays, since the providers are played in it. It tells the other process what to do, and shows what passes between that
//! process and the provider.

mod inside;
mod line;
mod outside;
mod program;
#[cfg(test)]
mod task;

use std::time::Duration;

use oauth_core::{Connection, Error, Provider, async_trait};

pub(crate) use inside::run;
pub(super) use line::Task;
pub(super) use outside::{Fate, Process};
pub(super) use program::Program;

/// How long a lease lasts in these processes, so that a dead one's is over soon. By default it is about a minute.
const LEASE: Duration = Duration::from_millis(500);
/// How long a token call may take in these processes. The next one waits as long before it tries after a dead one: by default 30 s.
pub(super) const TOKEN_DEADLINE: Duration = Duration::from_secs(1);

/// What the demo asks a provider's API, before the restart and after it.
#[async_trait]
pub(super) trait Ask: Provider {
    /// Where the provider is played.
    fn site(url: &str) -> Result<Self::Site, Error>;

    /// Asks, and gives the answer in words.
    async fn ask(connection: &Connection<Self>) -> Result<String, Error>;
}
