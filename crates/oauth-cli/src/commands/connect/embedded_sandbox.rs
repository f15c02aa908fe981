//! The temporary sandbox of `connect --sandbox`.

use oauth_sandbox::ServerHandle;
use oauth_store::EncryptionKey;
use tempfile::TempDir;

use super::ConnectArgs;
use crate::context::Context;
use crate::failure::Failure;
use crate::providers::{CliProvider, ProviderArgs};
use crate::redirect::Redirect;
use crate::registration::Registration;
use crate::store::{Store, StoreKeys};
use crate::styles::BOLD;

/// A sandbox provider with a registered client and a temporary store.
pub(super) struct EmbeddedSandbox<P: CliProvider> {
    pub(super) sandbox: ServerHandle<P::Sandbox>,
    pub(super) registration: Registration,
    pub(super) redirect: Option<Redirect>,
    pub(super) store: Store,
    /// Removed on drop.
    pub(super) _folder: TempDir,
}

impl<P: CliProvider> EmbeddedSandbox<P> {
    pub(super) async fn start(
        context: &Context,
        arguments: &ProviderArgs<ConnectArgs>,
    ) -> Result<Self, Failure> {
        let ProviderArgs { provider, command, settings } = arguments;
        if !P::HAS_CLIENTS {
            return Err(Failure::usage(
                "a personal access token is created by hand, so there is nothing to connect",
            )
            .with_help("run `oauth sandbox` for a GoCD that has one"));
        }
        let redirect = Redirect::listen(&Redirect::default_uri(*provider, command.port.unwrap_or(0))).await?;
        let started = ServerHandle::<P::Sandbox>::builder().redirect_uri(&redirect.uri).start().await;
        let sandbox = started
            .map_err(|error| Failure::from(anyhow::Error::new(error).context("cannot start the sandbox")))?;
        let manifest = sandbox.manifest();
        let mut settings = settings.clone();
        settings.set("server", vec![manifest.url.clone()]);
        let registration = Registration {
            client_id: manifest.client_id.clone(),
            client_secret: Some(manifest.client_secret.as_str().into()),
            redirect_uri: Some(redirect.uri.clone()),
            settings,
        };
        let folder = tempfile::Builder::new()
            .prefix("oauth-connect-")
            .tempdir()
            .map_err(|error| Failure::setup(format!("cannot create a directory for the store: {error}")))?;
        let keys = StoreKeys::single(EncryptionKey::generate()?);
        let store = Store::create(&folder.path().join("connections.db"), &keys, None).await?;
        context.output.note(format_args!("The {} sandbox runs at {}.", sandbox.title(), manifest.url));
        if let Some(user) = manifest.users.first() {
            context.output.note(format_args!(
                "Log in as {BOLD}{}{BOLD:#} with {BOLD}{}{BOLD:#}.",
                user.email, user.password
            ));
        }
        Ok(Self { sandbox, registration, redirect: Some(redirect), store, _folder: folder })
    }
}
