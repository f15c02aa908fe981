//! Drives each provider's client against its sandbox.

use std::time::Duration;

use oauth_core::{
    App, Client, ClockFn, CodeGrant, Endpoint, EndpointContext, Error, Limits, Provider, Token, http,
};
use oauth_sandbox::{SandboxProvider, ServerHandle};

/// Deadline of a call. Lost responses are waited for in real time, but a slow machine must keep the deadline.
pub(crate) const DEADLINE: Duration = Duration::from_secs(4);

/// One provider, its sandbox and one of its endpoints.
pub(crate) trait ProviderDriver: 'static {
    type Provider: CodeGrant;
    type Rules: SandboxProvider;
    type Endpoint: Endpoint<Self::Provider> + Send;

    /// Time after which an access token has expired; `None` if tokens never expire and cannot be refreshed.
    const EXPIRES_AFTER: Option<Duration>;

    fn start() -> impl Future<Output = ServerHandle<Self::Rules>> + Send;
    fn site(sandbox: &ServerHandle<Self::Rules>) -> <Self::Provider as Provider>::Site;
    fn connect_options() -> <Self::Provider as CodeGrant>::Connect;
    /// An idempotent endpoint.
    fn endpoint() -> Self::Endpoint;

    fn connect(
        sandbox: &ServerHandle<Self::Rules>,
        client: &Client<Self::Provider>,
    ) -> impl Future<Output = Token<Self::Provider>> + Send {
        async move {
            let started = client.begin(&Self::connect_options()).unwrap();
            let callback = sandbox.approve(&started.url).await.unwrap();
            client.finish(&started.pending, callback.as_str()).await.unwrap()
        }
    }

    fn client(sandbox: &ServerHandle<Self::Rules>) -> Client<Self::Provider> {
        let redirect_uri = sandbox.redirect_uris()[0].clone();
        let app = App::new(sandbox.client_id(), sandbox.client_secret(), redirect_uri);
        let mut limits = Limits::default();
        (limits.token_deadline, limits.api_deadline) = (DEADLINE, DEADLINE);
        Client::builder(Self::site(sandbox), app)
            .clock(ClockFn::new(sandbox.clock().into_fn()))
            .limits(limits)
            .build()
            .unwrap()
    }
}

/// Makes an endpoint not idempotent.
pub(crate) struct NotIdempotent<E>(pub(crate) E);

impl<P: Provider, E: Endpoint<P>> Endpoint<P> for NotIdempotent<E> {
    type Response = E::Response;
    const NAME: &'static str = E::NAME;
    const IDEMPOTENT: bool = false;

    fn request(&self, context: &EndpointContext<'_, P>) -> Result<http::Request<Vec<u8>>, Error> {
        self.0.request(context)
    }

    fn parse(
        &self,
        context: &EndpointContext<'_, P>,
        response: http::Response<Vec<u8>>,
    ) -> Result<E::Response, Error> {
        self.0.parse(context, response)
    }
}

macro_rules! provider_driver {
    ($name:ident, $rules:ty, $provider:ty, $expired:expr, $start:expr, $site:expr, $connect:expr, $endpoint:ty = $value:expr) => {
        pub(crate) struct $name;

        impl ProviderDriver for $name {
            type Provider = $provider;
            type Rules = $rules;
            type Endpoint = $endpoint;
            const EXPIRES_AFTER: Option<Duration> = $expired;

            async fn start() -> ServerHandle<$rules> {
                $start.start().await.unwrap()
            }

            fn site(sandbox: &ServerHandle<$rules>) -> <$provider as Provider>::Site {
                $site(sandbox.url()).unwrap()
            }

            fn connect_options() -> <$provider as CodeGrant>::Connect {
                $connect
            }

            fn endpoint() -> $endpoint {
                $value
            }
        }
    };
}

const HOURS: u64 = 3_600;

provider_driver!(
    Go1,
    oauth_sandbox::go1::Rules,
    go1::Go1,
    Some(Duration::from_secs(13 * HOURS)),
    oauth_sandbox::Go1::builder(),
    go1::Site::at,
    go1::Connect::new([go1::scope::USER_READ]),
    go1::api::Me = go1::api::Me
);

provider_driver!(
    Gocd,
    oauth_sandbox::gocd::Rules,
    gocd::Gocd,
    Some(Duration::from_secs(91 * 24 * HOURS)),
    // Detects a client that sends an expired token.
    oauth_sandbox::Gocd::builder().check_expiry(true),
    gocd::Site::at,
    gocd::Connect::new(),
    gocd::api::CurrentUser = gocd::api::CurrentUser
);

provider_driver!(
    Cobot,
    oauth_sandbox::cobot::Rules,
    cobot::Cobot,
    None,
    oauth_sandbox::Cobot::builder(),
    cobot::Site::at,
    cobot::Connect::new([cobot::scope::READ_USER]),
    cobot::api::User = cobot::api::User
);

provider_driver!(
    CohortGo,
    oauth_sandbox::cohortgo::Rules,
    cohortgo::CohortGo,
    None,
    oauth_sandbox::CohortGo::builder(),
    cohortgo::Site::at,
    cohortgo::Connect::new(),
    cohortgo::api::AgentInvoices = cohortgo::api::AgentInvoices::new()
);
