//! The token and API calls of the four providers that a hostile server can respond to.

use std::future::Future;
use std::pin::Pin;

use oauth_core::url::Url;
use oauth_core::{
    App, Client, CodeGrant, Endpoint, Error, Limits, PersistedToken, Provider, Refreshes, Token,
};
use oauth_testing::{ACCESS_TOKEN, CLIENT_SECRET, CODE, PASSWORD, REFRESH_TOKEN, callback, leaks, shown};

const REDIRECT_URI: &str = "https://app.example.com/callback";
const CLIENT_ID: &str = "my-client";

/// A base URL with limits.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) base: String,
    pub(crate) limits: Limits,
    pub(crate) root: Option<String>,
}

/// The result of a successful call.
#[derive(Debug, Default)]
pub(crate) struct Accepted {
    /// Lifetime of a token in seconds.
    pub(crate) lifetime: Option<i64>,
    pub(crate) has_refresh_token: bool,
    /// Its `Debug` output.
    pub(crate) text: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ResponseKind {
    /// A call to the token endpoint.
    Token,
    /// An API call with a JSON response.
    Api,
    /// An API call whose JSON response contains a token.
    ApiToken,
    /// An API call with an XML response.
    Xml,
}

type Outcome = Pin<Box<dyn Future<Output = Result<Accepted, Error>>>>;

#[derive(Clone, Copy)]
pub(crate) struct ApiCall {
    pub(crate) provider: &'static str,
    pub(crate) name: &'static str,
    pub(crate) kind: ResponseKind,
    /// A valid response body.
    pub(crate) good: &'static str,
    pub(crate) run: fn(Target) -> Outcome,
}

impl ApiCall {
    /// Makes three calls by one client, with pauses.
    pub(crate) async fn run_three_times(&self, target: Target) -> Vec<Result<Accepted, Error>> {
        let calls = match self.provider {
            "go1" => repeated::<go1::Go1, _>(target, go1::api::Me).await,
            _ => repeated::<gocd::Gocd, _>(target, gocd::api::CurrentUser).await,
        };
        assert_eq!(calls.len(), 3);
        calls
    }

    pub(crate) fn is_token_call(&self) -> bool {
        self.kind == ResponseKind::Token
    }

    /// A token response with these members, and those that the provider requires.
    pub(crate) fn token_response(&self, members: &str) -> String {
        match self.provider {
            "cohortgo" => format!(r#"{{{members},"api_base_url":"https://portal.cohortgo.com/api/v1"}}"#),
            _ => format!("{{{members}}}"),
        }
    }
}

macro_rules! api_call {
    ($provider:literal, $name:literal, $kind:ident, $good:expr, $run:expr) => {
        ApiCall {
            provider: $provider,
            name: $name,
            kind: ResponseKind::$kind,
            good: $good,
            run: |target| Box::pin($run(target)),
        }
    };
}

const TOKEN: &str = r#"{"access_token":"canary-new-token","expires_in":3600,
    "refresh_token":"canary-new-refresh-token","scope":"read","api_base_url":"https://portal.cohortgo.com/api/v1"}"#;
const USER: &str = r#"{"login_name":"jdoe"}"#;
const FEED: &str = "<Projects></Projects>";

pub(crate) const ALL: &[ApiCall] = &[
    api_call!("cohortgo", "exchange", Token, TOKEN, |target| connect::<cohortgo::CohortGo>(
        target,
        cohortgo::Connect::new()
    )),
    api_call!("cobot", "exchange", Token, TOKEN, |target| connect::<cobot::Cobot>(
        target,
        cobot::Connect::new([cobot::scope::READ])
    )),
    api_call!("go1", "exchange", Token, TOKEN, |target| connect::<go1::Go1>(
        target,
        go1::Connect::new([go1::scope::USER_READ])
    )),
    api_call!("gocd", "exchange", Token, TOKEN, |target| connect::<gocd::Gocd>(target, gocd::Connect::new())),
    api_call!("go1", "refresh", Token, TOKEN, refresh::<go1::Go1>),
    api_call!("gocd", "refresh", Token, TOKEN, refresh::<gocd::Gocd>),
    api_call!("cobot", "password", Token, TOKEN, async |target| {
        let flow = cobot::AppFlow::new("joe@doe.com", PASSWORD, [cobot::scope::READ]);
        client::<cobot::Cobot>(&target).password(flow).await.map(|token| accepted(&token))
    }),
    api_call!("cobot", "password in the query", Token, TOKEN, async |target| {
        let flow = cobot::AppFlow::new("joe@doe.com", PASSWORD, [cobot::scope::READ]).in_query();
        client::<cobot::Cobot>(&target).password(flow).await.map(|token| accepted(&token))
    }),
    api_call!("go1", "password", Token, TOKEN, async |target| {
        let request =
            go1::PortalPassword::new("a.mygo1.com", "joe@doe.com", PASSWORD, [go1::scope::USER_READ]);
        client::<go1::Go1>(&target).password(request.unwrap()).await.map(|token| accepted(&token))
    }),
    api_call!("go1", "client credentials", Token, TOKEN, async |target| {
        client::<go1::Go1>(&target)
            .client_credentials([go1::scope::USER_READ])
            .await
            .map(|token| accepted(&token))
    }),
    api_call!("cobot", "code exchange", Token, TOKEN, async |target| {
        client::<cobot::Cobot>(&target)
            .exchange_code(CODE, [cobot::scope::READ])
            .await
            .map(|token| accepted(&token))
    }),
    api_call!("cohortgo", "list", Api, "[]", |target| {
        api::<cohortgo::CohortGo, _>(target, cohortgo::api::AgentInvoices::new())
    }),
    api_call!("cobot", "user", Api, r#"{"id":"1"}"#, |target| api::<cobot::Cobot, _>(
        target,
        cobot::api::User
    )),
    api_call!(
        "cobot",
        "space token",
        ApiToken,
        r#"{"token":"canary-space-token","scope":["read"]}"#,
        |target| { api::<cobot::Cobot, _>(target, cobot::api::SpaceToken::of("space-1")) }
    ),
    api_call!("go1", "me", Api, r#"{"id":1}"#, |target| api::<go1::Go1, _>(target, go1::api::Me)),
    api_call!("gocd", "user", Api, USER, |target| api::<gocd::Gocd, _>(target, gocd::api::CurrentUser)),
    api_call!("gocd", "feed", Xml, FEED, |target| api::<gocd::Gocd, _>(target, gocd::api::Cctray)),
    api_call!("gocd-personal", "user", Api, USER, |target| api::<gocd::Personal, _>(
        target,
        gocd::api::CurrentUser
    )),
];

/// A provider at a base URL.
trait AtBaseUrl: Provider {
    fn at(base: &str) -> Self::Site;

    /// The provider's own fields of a persisted token.
    fn extra(_: &str) -> serde_json::Value {
        serde_json::json!({})
    }
}

impl AtBaseUrl for cohortgo::CohortGo {
    fn at(base: &str) -> Self::Site {
        cohortgo::Site::at(base).unwrap()
    }

    fn extra(base: &str) -> serde_json::Value {
        serde_json::json!({ "api_base_url": format!("{base}/api/v1") })
    }
}

impl AtBaseUrl for cobot::Cobot {
    fn at(base: &str) -> Self::Site {
        cobot::Site::at(base).unwrap()
    }
}

impl AtBaseUrl for go1::Go1 {
    fn at(base: &str) -> Self::Site {
        go1::Site::at(base).unwrap()
    }
}

impl AtBaseUrl for gocd::Gocd {
    fn at(base: &str) -> Self::Site {
        gocd::Site::at(base).unwrap()
    }
}

impl AtBaseUrl for gocd::Personal {
    fn at(base: &str) -> Self::Site {
        gocd::Site::at(base).unwrap()
    }
}

fn client<P: AtBaseUrl>(target: &Target) -> Client<P> {
    let app = App::new(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI);
    let mut builder = Client::<P>::builder(P::at(&target.base), app).limits(target.limits);
    if let Some(root) = &target.root {
        builder = builder.root_certificate(root.as_str());
    }
    builder.build().unwrap()
}

/// A persisted token.
fn persisted<P: AtBaseUrl>(target: &Target) -> Token<P> {
    let stored = serde_json::json!({
        "provider": P::NAME, "issuer": oauth_core::origin(&target.base.parse::<Url>().unwrap()), "client_id": CLIENT_ID,
        "access_token": ACCESS_TOKEN, "refresh_token": REFRESH_TOKEN, "scopes": ["read"], "scopes_from": "reply",
        "received_at": "2026-01-02T03:04:05Z", "obtained": "authorization_code", "extra": P::extra(&target.base),
    });
    Token::from_persisted(serde_json::from_value::<PersistedToken>(stored).unwrap()).unwrap()
}

fn accepted<P: Provider>(token: &Token<P>) -> Accepted {
    let printable = |secret: &str| !secret.is_empty() && secret.bytes().all(|b| (0x20..=0x7E).contains(&b));
    assert!(printable(token.access_token().expose()), "invalid access token");
    assert!(token.refresh_token().is_none_or(|token| printable(token.expose())), "invalid refresh token");
    Accepted {
        lifetime: token.expires_at().map(|at| (at - token.received_at()).num_seconds()),
        has_refresh_token: token.refresh_token().is_some(),
        text: format!("{token:?}"),
    }
}

async fn connect<P: AtBaseUrl + CodeGrant>(target: Target, connect: P::Connect) -> Result<Accepted, Error> {
    let client = client::<P>(&target);
    let started = client.begin(&connect).unwrap();
    let state = started.pending.state();
    let result = client.finish(&started.pending, &callback(REDIRECT_URI, &started)).await;
    if let Err(error) = &result {
        assert_eq!(leaks(shown(error), &[state.expose()]), Vec::<String>::new());
    }
    result.map(|token| accepted(&token))
}

async fn refresh<P: AtBaseUrl + Refreshes>(target: Target) -> Result<Accepted, Error> {
    client::<P>(&target).refresh(&persisted::<P>(&target)).await.map(|token| accepted(&token))
}

async fn api<P: AtBaseUrl, E: Endpoint<P>>(target: Target, endpoint: E) -> Result<Accepted, Error>
where
    E::Response: std::fmt::Debug,
{
    let response = client::<P>(&target).send(&persisted::<P>(&target), &endpoint).await?;
    Ok(Accepted { text: format!("{response:?}"), ..Accepted::default() })
}

async fn repeated<P: AtBaseUrl, E: Endpoint<P>>(target: Target, endpoint: E) -> Vec<Result<Accepted, Error>>
where
    E::Response: std::fmt::Debug,
{
    let (client, token) = (client::<P>(&target), persisted::<P>(&target));
    let mut outcomes = Vec::new();
    for _ in 0..3 {
        let response = client.send(&token, &endpoint).await;
        outcomes
            .push(response.map(|response| Accepted { text: format!("{response:?}"), ..Accepted::default() }));
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    outcomes
}
