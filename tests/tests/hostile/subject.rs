//! Everything of the four providers that goes over the wire and can be met by a hostile answer.

use std::future::Future;
use std::pin::Pin;

use oauth_core::url::Url;
use oauth_core::{
    App, Client, CodeGrant, Endpoint, Error, Limits, PersistedToken, Provider, Refreshes, Token,
};
use oauth_testing::{ACCESS_TOKEN, CLIENT_SECRET, CODE, PASSWORD, REFRESH_TOKEN, callback, leaks, shown};

const REDIRECT_URI: &str = "https://app.example.com/callback";
const CLIENT_ID: &str = "my-client";

/// Where a call goes, and what it may take.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) base: String,
    pub(crate) limits: Limits,
    pub(crate) root: Option<String>,
}

/// What came of a call that worked.
#[derive(Debug, Default)]
pub(crate) struct Sound {
    /// Of a token: how long it is good for, in seconds.
    pub(crate) lifetime: Option<i64>,
    pub(crate) has_refresh_token: bool,
    /// `Debug` of it.
    pub(crate) text: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// A call to the token endpoint.
    Token,
    /// An API call with a JSON answer.
    Api,
    /// An API call whose JSON answer is a token.
    ApiToken,
    /// An API call with an XML answer.
    Xml,
}

type Outcome = Pin<Box<dyn Future<Output = Result<Sound, Error>>>>;

#[derive(Clone, Copy)]
pub(crate) struct Subject {
    pub(crate) provider: &'static str,
    pub(crate) call: &'static str,
    pub(crate) kind: Kind,
    /// An answer that it takes.
    pub(crate) good: &'static str,
    pub(crate) run: fn(Place) -> Outcome,
}

impl Subject {
    /// Three calls by one client, with time between them.
    pub(crate) async fn thrice(&self, place: Place) -> Vec<Result<Sound, Error>> {
        let calls = match self.provider {
            "go1" => repeated::<go1::Go1, _>(place, go1::api::Me).await,
            _ => repeated::<gocd::Gocd, _>(place, gocd::api::CurrentUser).await,
        };
        assert_eq!(calls.len(), 3);
        calls
    }

    pub(crate) fn is_token_call(&self) -> bool {
        self.kind == Kind::Token
    }

    /// A token reply with these members, and those that the provider's own has to have.
    pub(crate) fn reply(&self, members: &str) -> String {
        match self.provider {
            "cohortgo" => format!(r#"{{{members},"api_base_url":"https://portal.cohortgo.com/api/v1"}}"#),
            _ => format!("{{{members}}}"),
        }
    }
}

macro_rules! subject {
    ($provider:literal, $call:literal, $kind:ident, $good:expr, $run:expr) => {
        Subject {
            provider: $provider,
            call: $call,
            kind: Kind::$kind,
            good: $good,
            run: |place| Box::pin($run(place)),
        }
    };
}

const TOKEN: &str = r#"{"access_token":"canary-new-token","expires_in":3600,
    "refresh_token":"canary-new-refresh-token","scope":"read","api_base_url":"https://portal.cohortgo.com/api/v1"}"#;
const USER: &str = r#"{"login_name":"jdoe"}"#;
const FEED: &str = "<Projects></Projects>";

pub(crate) const ALL: &[Subject] = &[
    subject!("cohortgo", "exchange", Token, TOKEN, |place| connect::<cohortgo::CohortGo>(
        place,
        cohortgo::Connect::new()
    )),
    subject!("cobot", "exchange", Token, TOKEN, |place| connect::<cobot::Cobot>(
        place,
        cobot::Connect::new([cobot::scope::READ])
    )),
    subject!("go1", "exchange", Token, TOKEN, |place| connect::<go1::Go1>(
        place,
        go1::Connect::new([go1::scope::USER_READ])
    )),
    subject!("gocd", "exchange", Token, TOKEN, |place| connect::<gocd::Gocd>(place, gocd::Connect::new())),
    subject!("go1", "refresh", Token, TOKEN, refresh::<go1::Go1>),
    subject!("gocd", "refresh", Token, TOKEN, refresh::<gocd::Gocd>),
    subject!("cobot", "password", Token, TOKEN, async |place| {
        let flow = cobot::AppFlow::new("joe@doe.com", PASSWORD, [cobot::scope::READ]);
        client::<cobot::Cobot>(&place).password(flow).await.map(|token| sound(&token))
    }),
    subject!("cobot", "password in the query", Token, TOKEN, async |place| {
        let flow = cobot::AppFlow::new("joe@doe.com", PASSWORD, [cobot::scope::READ]).in_query();
        client::<cobot::Cobot>(&place).password(flow).await.map(|token| sound(&token))
    }),
    subject!("go1", "password", Token, TOKEN, async |place| {
        let request =
            go1::PortalPassword::new("a.mygo1.com", "joe@doe.com", PASSWORD, [go1::scope::USER_READ]);
        client::<go1::Go1>(&place).password(request.unwrap()).await.map(|token| sound(&token))
    }),
    subject!("go1", "client credentials", Token, TOKEN, async |place| {
        client::<go1::Go1>(&place)
            .client_credentials([go1::scope::USER_READ])
            .await
            .map(|token| sound(&token))
    }),
    subject!("cobot", "code by the API", Token, TOKEN, async |place| {
        client::<cobot::Cobot>(&place)
            .exchange_code(CODE, [cobot::scope::READ])
            .await
            .map(|token| sound(&token))
    }),
    subject!("cohortgo", "list", Api, "[]", |place| {
        api::<cohortgo::CohortGo, _>(place, cohortgo::api::AgentInvoices::new())
    }),
    subject!("cobot", "user", Api, r#"{"id":"1"}"#, |place| api::<cobot::Cobot, _>(place, cobot::api::User)),
    subject!(
        "cobot",
        "token of a space",
        ApiToken,
        r#"{"token":"canary-space-token","scope":["read"]}"#,
        |place| { api::<cobot::Cobot, _>(place, cobot::api::SpaceToken::of("space-1")) }
    ),
    subject!("go1", "me", Api, r#"{"id":1}"#, |place| api::<go1::Go1, _>(place, go1::api::Me)),
    subject!("gocd", "user", Api, USER, |place| api::<gocd::Gocd, _>(place, gocd::api::CurrentUser)),
    subject!("gocd", "feed", Xml, FEED, |place| api::<gocd::Gocd, _>(place, gocd::api::Cctray)),
    subject!("gocd-personal", "user", Api, USER, |place| api::<gocd::Personal, _>(
        place,
        gocd::api::CurrentUser
    )),
];

/// A provider at a base URL.
trait Lives: Provider {
    fn at(base: &str) -> Self::Site;

    /// Its own fields of a stored token.
    fn extra(_: &str) -> serde_json::Value {
        serde_json::json!({})
    }
}

impl Lives for cohortgo::CohortGo {
    fn at(base: &str) -> Self::Site {
        cohortgo::Site::at(base).unwrap()
    }

    fn extra(base: &str) -> serde_json::Value {
        serde_json::json!({ "api_base_url": format!("{base}/api/v1") })
    }
}

impl Lives for cobot::Cobot {
    fn at(base: &str) -> Self::Site {
        cobot::Site::at(base).unwrap()
    }
}

impl Lives for go1::Go1 {
    fn at(base: &str) -> Self::Site {
        go1::Site::at(base).unwrap()
    }
}

impl Lives for gocd::Gocd {
    fn at(base: &str) -> Self::Site {
        gocd::Site::at(base).unwrap()
    }
}

impl Lives for gocd::Personal {
    fn at(base: &str) -> Self::Site {
        gocd::Site::at(base).unwrap()
    }
}

fn client<P: Lives>(place: &Place) -> Client<P> {
    let app = App::new(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI.parse().unwrap());
    let mut builder = Client::<P>::builder(P::at(&place.base), app).limits(place.limits);
    if let Some(root) = &place.root {
        builder = builder.root_certificate(root.as_str());
    }
    builder.build().unwrap()
}

/// A token that was stored earlier.
fn held<P: Lives>(place: &Place) -> Token<P> {
    let stored = serde_json::json!({
        "provider": P::NAME, "issuer": oauth_core::origin(&place.base.parse::<Url>().unwrap()), "client_id": CLIENT_ID,
        "access_token": ACCESS_TOKEN, "refresh_token": REFRESH_TOKEN, "scopes": ["read"], "scopes_from": "reply",
        "received_at": "2026-01-02T03:04:05Z", "obtained": "authorization_code", "extra": P::extra(&place.base),
    });
    Token::from_persisted(serde_json::from_value::<PersistedToken>(stored).unwrap()).unwrap()
}

fn sound<P: Provider>(token: &Token<P>) -> Sound {
    let printable = |secret: &str| !secret.is_empty() && secret.bytes().all(|b| (0x20..=0x7E).contains(&b));
    assert!(printable(token.access_token().expose()), "this is no token");
    assert!(token.refresh_token().is_none_or(|token| printable(token.expose())), "this is no refresh token");
    Sound {
        lifetime: token.expires_at().map(|at| (at - token.received_at()).num_seconds()),
        has_refresh_token: token.refresh_token().is_some(),
        text: format!("{token:?}"),
    }
}

async fn connect<P: Lives + CodeGrant>(place: Place, connect: P::Connect) -> Result<Sound, Error> {
    let client = client::<P>(&place);
    let started = client.begin(&connect).unwrap();
    let state = started.pending.state();
    let result = client.finish(&started.pending, &callback(REDIRECT_URI, &started)).await;
    if let Err(error) = &result {
        assert_eq!(leaks(shown(error), &[state.expose()]), Vec::<String>::new());
    }
    result.map(|token| sound(&token))
}

async fn refresh<P: Lives + Refreshes>(place: Place) -> Result<Sound, Error> {
    client::<P>(&place).refresh(&held::<P>(&place)).await.map(|token| sound(&token))
}

async fn api<P: Lives, E: Endpoint<P>>(place: Place, endpoint: E) -> Result<Sound, Error>
where
    E::Response: std::fmt::Debug,
{
    let reply = client::<P>(&place).send(&held::<P>(&place), &endpoint).await?;
    Ok(Sound { text: format!("{reply:?}"), ..Sound::default() })
}

async fn repeated<P: Lives, E: Endpoint<P>>(place: Place, endpoint: E) -> Vec<Result<Sound, Error>>
where
    E::Response: std::fmt::Debug,
{
    let (client, token) = (client::<P>(&place), held::<P>(&place));
    let mut outcomes = Vec::new();
    for _ in 0..3 {
        let reply = client.send(&token, &endpoint).await;
        outcomes.push(reply.map(|reply| Sound { text: format!("{reply:?}"), ..Sound::default() }));
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    outcomes
}
