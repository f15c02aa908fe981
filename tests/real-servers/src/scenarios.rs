//! Scenarios of a client with a server.

use std::future::Future;
use std::time::Duration;

use libtest_mimic::Trial;
use oauth_core::connections::{Connection, ConnectionState, Connections};
use oauth_core::http::Request;
use oauth_core::store::MemoryStore;
use oauth_core::url::Url;
use oauth_core::{
    App, Client, Clock as _, CodeGrant, Error, ErrorKind, FixedSite, OAuthCode, Provider, RawRequest,
    Refreshes, Scope, Scopes, Token,
};
use oauth_testing::ManualClock;

use crate::Implementation;
use crate::recorded::LastResponse;
use crate::server::{CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, Server};

/// The challenge of another attempt: the example of RFC 7636 appendix B.
const OTHER_CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A provider that the scenarios can use.
pub(crate) trait TestProvider:
    Provider<Site = FixedSite> + CodeGrant<Connect = Scopes> + Refreshes
{
}

impl<P: Provider<Site = FixedSite> + CodeGrant<Connect = Scopes> + Refreshes> TestProvider for P {}

/// All scenarios of a server.
pub(crate) fn all<P: TestProvider>(implementation: Implementation) -> Vec<Trial> {
    macro_rules! trials {
        ($($scenario:ident,)*) => {
            vec![$(Trial::test(format!("{}::{}", implementation.name, stringify!($scenario)), move || {
                run(|| $scenario::<P>(Setup::new(implementation)));
                Ok(())
            })),*]
        };
    }
    trials! {
        connects_with_pkce,
        refuses_another_verifier,
        saves_rotated_refresh_token,
        refuses_spent_refresh_token,
        twenty_callers_cost_one_token_call,
        wrong_secret_loses_no_connection,
        revoked_grant_needs_reconnect,
    }
}

fn run<F: Future<Output = ()>>(scenario: impl FnOnce() -> F) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(Duration::from_secs(60), scenario()).await }).unwrap();
}

/// A server, and an application with one store.
#[derive(Debug)]
struct Setup {
    implementation: Implementation,
    server: Server,
    clock: ManualClock,
    store: MemoryStore,
    last_response: LastResponse,
}

impl Setup {
    fn new(implementation: Implementation) -> Self {
        let clock = ManualClock::default();
        let store = MemoryStore::with_clock(clock.clone());
        let server = Server::start(implementation);
        Self { implementation, server, clock, store, last_response: LastResponse::default() }
    }

    fn client<P: TestProvider>(&self, secret: &str) -> Client<P> {
        let last_response = self.last_response.clone();
        Client::builder(self.server.site(), App::new(CLIENT_ID, secret, REDIRECT_URI))
            .clock(self.clock.clone())
            .wrap_transport(move |inner| last_response.wrap(inner))
            .build()
            .unwrap()
    }

    /// Connections of one process; all share the store.
    fn connections<P: TestProvider>(&self) -> Connections<P> {
        Connections::builder(self.client(CLIENT_SECRET), self.store.clone())
            .jitter(Duration::ZERO)
            .refusal_window(Duration::ZERO)
            .build()
    }

    /// Connects an account. `edit` may change the authorize URL on its way to the server.
    async fn connect<P: TestProvider>(
        &self,
        connections: &Connections<P>,
        edit: impl FnOnce(&mut Url),
    ) -> Result<Connection<P>, Error> {
        let scopes = Scopes::from(["openid", "email"].map(Scope::from_static));
        let mut started = connections.client().begin(&scopes).unwrap();
        edit(&mut started.url);
        let callback = self.server.approve(&started.url).await;
        connections.finish("acme", &started.pending, &callback).await
    }

    async fn connected<P: TestProvider>(&self) -> (Connections<P>, Connection<P>) {
        let connections = self.connections();
        let connection = self.connect(&connections, |_| {}).await.unwrap();
        (connections, connection)
    }

    fn check_recorded(&self, name: &str) {
        self.last_response.check(self.implementation.name, &self.server.address, name);
    }

    /// Calls the server's API with the connection's token.
    async fn call_api<P: TestProvider>(&self, connection: &Connection<P>) -> Result<(), Error> {
        let request = Request::get(format!("{}/me", self.server.address)).body(Vec::new()).unwrap();
        connection.send(&RawRequest::new(request)).await.map(drop)
    }
}

fn refresh_token<P: Provider>(token: &Token<P>) -> &str {
    token.refresh_token().unwrap().expose()
}

fn assert_invalid_grant(error: &Error) {
    assert_eq!((error.kind(), error.oauth_code()), (ErrorKind::GrantRefused, Some(&OAuthCode::InvalidGrant)));
    assert!(error.needs_reconnect(), "{error}");
}

async fn connects_with_pkce<P: TestProvider>(setup: Setup) {
    let connections = setup.connections::<P>();
    let assert_challenge = |url: &mut Url| {
        let query: Vec<_> = url.query_pairs().collect();
        assert!(
            query.iter().any(|(name, value)| name == "code_challenge_method" && value == "S256"),
            "{url}"
        );
    };
    let connection = setup.connect(&connections, assert_challenge).await.unwrap();
    setup.check_recorded("connect");
    let status = connection.status().await.unwrap();
    assert_eq!((status.state, status.generation), (ConnectionState::Active, 1));
    let lifetime = status.expires_at.unwrap() - setup.clock.now();
    assert!((3_590..=3_600).contains(&lifetime.num_seconds()), "{lifetime}");
    setup.call_api(&connection).await.unwrap();
    assert_eq!(setup.server.token_calls().await, 1);
}

/// Shows that the server compares the verifier, so that connecting proves a correct one.
async fn refuses_another_verifier<P: TestProvider>(setup: Setup) {
    let connections = setup.connections::<P>();
    let replace_challenge = |url: &mut Url| {
        let query: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        url.query_pairs_mut().clear().extend_pairs(query.iter().map(|(name, value)| {
            (name, if name == "code_challenge" { OTHER_CHALLENGE } else { value.as_str() })
        }));
    };
    assert_invalid_grant(&setup.connect(&connections, replace_challenge).await.unwrap_err());
    setup.check_recorded("other_verifier");
}

async fn saves_rotated_refresh_token<P: TestProvider>(setup: Setup) {
    let (_, connection) = setup.connected::<P>().await;
    let first = connection.token().await.unwrap();
    connection.refresh().await.unwrap();
    setup.check_recorded("refresh");
    let second = connection.token().await.unwrap();
    assert_ne!(refresh_token(&first), refresh_token(&second));
    setup.call_api(&connection).await.unwrap();

    // Another process reads the new refresh token from the store and spends it.
    let other_process = setup.connections::<P>().get("acme");
    assert_eq!(refresh_token(&other_process.token().await.unwrap()), refresh_token(&second));
    other_process.refresh().await.unwrap();
    assert_eq!(other_process.status().await.unwrap().generation, 3);
    setup.call_api(&other_process).await.unwrap();
    assert_eq!(setup.server.token_calls().await, 3);
}

/// A copy of the connection that missed the rotation, such as a restored backup.
async fn refuses_spent_refresh_token<P: TestProvider>(setup: Setup) {
    let (connections, connection) = setup.connected::<P>().await;
    let spent = connection.token().await.unwrap();
    connection.refresh().await.unwrap();
    let copy = MemoryStore::with_clock(setup.clock.clone());
    let copy =
        Connections::builder(setup.client::<P>(CLIENT_SECRET), copy).refusal_window(Duration::ZERO).build();
    let copy = copy.insert("acme", spent).await.unwrap();
    assert!(copy.refresh().await.unwrap_err().needs_reconnect());
    setup.check_recorded("reuse");
    assert!(matches!(copy.status().await.unwrap().state, ConnectionState::NeedsReconnect { .. }));

    match connection.refresh().await {
        Err(error) if setup.implementation.reuse_ends_grant => assert!(error.needs_reconnect(), "{error}"),
        refreshed => {
            assert!(!setup.implementation.reuse_ends_grant);
            refreshed.unwrap();
            setup.call_api(&connection).await.unwrap();
        }
    }
    connections.check_client().unwrap();
}

async fn twenty_callers_cost_one_token_call<P: TestProvider>(setup: Setup) {
    let (connections, connection) = setup.connected::<P>().await;
    let old = connection.token().await.unwrap();
    // Two processes with one store.
    let processes = [connections, setup.connections::<P>()];
    setup.clock.advance_secs(2 * 3_600);
    assert_eq!(connection.status().await.unwrap().state, ConnectionState::Expired);
    let callers: Vec<_> = (0..20)
        .map(|caller| processes[caller % 2].get("acme"))
        .map(|connection| tokio::spawn(async move { connection.token().await }))
        .collect();
    for caller in callers {
        assert_ne!(refresh_token(&caller.await.unwrap().unwrap()), refresh_token(&old));
    }
    assert_eq!(setup.server.token_calls().await, 2, "one to connect, one for all callers");
    setup.call_api(&processes[1].get("acme")).await.unwrap();
}

async fn wrong_secret_loses_no_connection<P: TestProvider>(setup: Setup) {
    let (connections, connection) = setup.connected::<P>().await;
    connections.reconfigure(setup.client("example-wrong-secret")).unwrap();
    let error = connection.refresh().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.oauth_code()),
        (ErrorKind::ClientRefused, Some(&OAuthCode::InvalidClient))
    );
    assert!(!error.needs_reconnect(), "{error}");
    setup.check_recorded("wrong_secret");
    assert_eq!(connections.check_client().unwrap_err().kind(), ErrorKind::ClientRefused);
    assert_eq!(connection.status().await.unwrap().state, ConnectionState::Active);

    connections.reconfigure(setup.client(CLIENT_SECRET)).unwrap();
    // Longer than a token call takes: the refused call left its intent, and the next one waits for that long.
    setup.clock.advance_secs(60);
    connection.refresh().await.unwrap();
    setup.call_api(&connection).await.unwrap();
}

/// The fixture deletes the grant in the server's store, as a user's settings page does.
async fn revoked_grant_needs_reconnect<P: TestProvider>(setup: Setup) {
    let (connections, connection) = setup.connected::<P>().await;
    setup.server.revoke_grants().await;
    assert!(setup.call_api(&connection).await.unwrap_err().needs_reconnect());
    assert!(connection.refresh().await.unwrap_err().needs_reconnect());
    setup.check_recorded("revoked");
    assert!(matches!(connection.status().await.unwrap().state, ConnectionState::NeedsReconnect { .. }));
    connections.check_client().unwrap();

    let again = setup.connect(&connections, |_| {}).await.unwrap();
    assert_eq!(again.status().await.unwrap().state, ConnectionState::Active);
}
