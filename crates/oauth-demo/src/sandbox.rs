//! The sandbox with the demo's redirect URIs.

use anyhow::Context as _;
use oauth_sandbox::Sandbox;

use crate::arguments::ProviderName;

/// Starts the sandbox with a redirect URI for each of these providers.
pub(crate) async fn start_sandbox(
    providers: &[ProviderName],
    redirect_uri: impl Fn(&str) -> String,
) -> anyhow::Result<Sandbox> {
    let builder = providers
        .iter()
        .fold(Sandbox::builder(), |builder, provider| builder.redirect_uri(redirect_uri(provider.name())));
    builder.start().await.context("the sandbox did not start")
}
