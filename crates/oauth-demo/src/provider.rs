//! A provider in the demo: its account, connect options and API calls, on the terminal and on the page.

use std::sync::Arc;

use oauth_core::{App, Client, ClientBuilder, CodeGrant, Connection, Error, RedirectUri, async_trait};
use oauth_sandbox::{Sandbox, SandboxProvider, ServerHandle};
use serde::{Deserialize, Serialize};

use crate::arguments::ProviderName;
use crate::trace::{CallObserver, TracedTransport};

/// A provider, and the customer's account there.
#[async_trait]
pub(crate) trait DemoProvider: CodeGrant<Connect: Send> {
    /// The provider's rules in the sandbox.
    type Rules: SandboxProvider;
    /// The provider's name on the command line.
    const PROVIDER: ProviderName;
    /// A short description.
    const ABOUT: &'static str;
    /// The application's account name for its customer.
    const ACCOUNT: &'static str;

    /// The provider's site at a sandbox URL.
    fn site(url: &str) -> Result<Self::Site, Error>;

    /// The provider's server in the sandbox.
    fn server(sandbox: &Sandbox) -> &ServerHandle<Self::Rules>;

    /// The options of the authorization request.
    fn connect_options(sandbox: &Sandbox) -> Self::Connect;

    /// Calls the API and returns the result as text.
    async fn call_api(connection: &Connection<Self>) -> Result<String, Error>;

    /// Gets the user that the application acts for from the API.
    async fn acts_for(connection: &Connection<Self>, sandbox: &Sandbox) -> Result<ActsFor, Error>;
}

/// The user that the application acts for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ActsFor {
    /// The user's name.
    pub(crate) user: String,
    /// The reason that calls have this user's rights.
    pub(crate) basis: String,
}

/// Evaluates an expression with the provider's type.
macro_rules! with_provider {
    (@ $type:ty, $P:ident => $body:expr) => {{
        type $P = $type;
        $body
    }};
    ($name:expr, $P:ident => $body:expr) => {
        match $name {
            $crate::arguments::ProviderName::Cohortgo => $crate::provider::with_provider!(@ ::cohortgo::CohortGo, $P => $body),
            $crate::arguments::ProviderName::Cobot => $crate::provider::with_provider!(@ ::cobot::Cobot, $P => $body),
            $crate::arguments::ProviderName::Go1 => $crate::provider::with_provider!(@ ::go1::Go1, $P => $body),
            $crate::arguments::ProviderName::Gocd => $crate::provider::with_provider!(@ ::gocd::Gocd, $P => $body),
        }
    };
}
pub(crate) use with_provider;

/// The application's registration at a provider.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Registration {
    /// The provider's URL in the sandbox.
    pub(crate) url: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) redirect_uri: String,
}

impl Registration {
    /// The sandbox's client with this redirect URI.
    pub(crate) fn at<S: SandboxProvider>(server: &ServerHandle<S>, redirect_uri: String) -> Self {
        Self {
            url: server.url().to_owned(),
            client_id: server.client_id().to_owned(),
            client_secret: server.client_secret().to_owned(),
            redirect_uri,
        }
    }

    /// A builder for the client, whose calls `observer` sees.
    pub(crate) fn client<P: DemoProvider>(
        &self,
        observer: Arc<impl CallObserver>,
    ) -> Result<ClientBuilder<P>, Error> {
        let redirect_uri = RedirectUri::new(self.redirect_uri.as_str())?;
        let app = App::new(self.client_id.as_str(), self.client_secret.as_str(), redirect_uri);
        Ok(Client::builder(P::site(&self.url)?, app)
            .wrap_transport(move |inner| Arc::new(TracedTransport::new(inner, observer))))
    }
}
