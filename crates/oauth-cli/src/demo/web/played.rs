//! What differs by provider.

use oauth_core::{CodeGrant, Connection, Error, async_trait};
use oauth_sandbox::{Sandbox, SandboxProvider, ServerHandle};

use super::super::process::Ask;
use super::tally::Whom;
use crate::cli;

/// A provider that the page connects to.
#[async_trait]
pub(super) trait Plays: Ask + CodeGrant<Connect: Send> {
    /// How the sandbox plays it.
    type Rules: SandboxProvider;
    /// The same, on the command line.
    const PROVIDER: cli::Provider;
    /// What is special about it, in a few words.
    const ABOUT: &'static str;
    /// What the application calls the one customer that it has there.
    const ACCOUNT: &'static str;

    /// Its part of the sandbox.
    fn played(sandbox: &Sandbox) -> &ServerHandle<Self::Rules>;

    /// What the application asks for.
    fn wanted(sandbox: &Sandbox) -> Self::Connect;

    /// Whom the application acts for with this connection, as the API says.
    async fn whom(connection: &Connection<Self>, sandbox: &Sandbox) -> Result<Whom, Error>;
}
