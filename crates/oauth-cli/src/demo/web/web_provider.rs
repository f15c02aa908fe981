//! The differences between providers.

use oauth_core::{CodeGrant, Connection, Error, async_trait};
use oauth_sandbox::{Sandbox, SandboxProvider, ServerHandle};

use super::super::process::DemoProvider;
use super::counters::ActsFor;
use crate::cli;

/// A provider that the page connects to.
#[async_trait]
pub(super) trait WebProvider: DemoProvider + CodeGrant<Connect: Send> {
    /// The sandbox's rules for it.
    type Rules: SandboxProvider;
    /// The provider's name on the command line.
    const PROVIDER: cli::Provider;
    /// A short description.
    const ABOUT: &'static str;
    /// The application's account name for its only customer.
    const ACCOUNT: &'static str;

    /// The provider's server in the sandbox.
    fn sandbox_handle(sandbox: &Sandbox) -> &ServerHandle<Self::Rules>;

    /// The options of the authorization request.
    fn connect_options(sandbox: &Sandbox) -> Self::Connect;

    /// Gets the user that the application acts for from the API.
    async fn acts_for(connection: &Connection<Self>, sandbox: &Sandbox) -> Result<ActsFor, Error>;
}
