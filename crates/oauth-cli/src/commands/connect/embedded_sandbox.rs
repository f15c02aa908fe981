//! The sandbox that `connect --sandbox` brings along.

use oauth_sandbox::ServerHandle;
use oauth_store::EncryptionKey;
use tempfile::TempDir;

use super::ConnectArgs;
use crate::context::Context;
use crate::failure::Failure;
use crate::providers::{CliProvider, ProviderArgs};
use crate::redirect::Redirect;
use crate::registration::Registration;
use crate::show::BOLD;
use crate::store::{Store, StoreAddress, StoreKeys};

/// A provider that is played, a client that it knows, and a store for it.
pub(super) struct EmbeddedSandbox<P: CliProvider> {
    pub(super) sandbox: ServerHandle<P::Sandbox>,
    pub(super) registration: Registration,
    pub(super) redirect: Option<Redirect>,
    pub(super) store: Store,
    /// Gone with this.
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
                "there is nothing to be seen: a personal access token is made by hand",
            )
            .with_help("`oauth sandbox` plays GoCD with one"));
        }
        let redirect = Redirect::listen(&Redirect::default_uri(*provider, command.port.unwrap_or(0))).await?;
        let started = ServerHandle::<P::Sandbox>::builder().redirect_uri(&redirect.uri).start().await;
        let sandbox = started
            .map_err(|error| Failure::from(anyhow::Error::new(error).context("the sandbox did not start")))?;
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
            .map_err(|error| Failure::setup(format!("a folder for the store cannot be made: {error}")))?;
        let address = StoreAddress::Sqlite(folder.path().join("connections.db"));
        let store = Store::open(&address, &StoreKeys::single(EncryptionKey::generate()?), None).await?;
        context.output.note(format_args!("{} is played at {}.", sandbox.title(), manifest.url));
        if let Some(user) = manifest.users.first() {
            context.output.note(format_args!(
                "Log in as {BOLD}{}{BOLD:#} with {BOLD}{}{BOLD:#}.",
                user.email, user.password
            ));
        }
        Ok(Self { sandbox, registration, redirect: Some(redirect), store, _folder: folder })
    }
}
