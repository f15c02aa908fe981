//! Whole flows against `oauth_sandbox::Cobot`, over loopback, through the real transport.
#![cfg(feature = "reqwest")]
#![allow(clippy::unwrap_used)] // also in helpers, which clippy does not take for tests

use std::time::Duration;

use cobot::api::{CreateUser, RevokeToken, Space, SpaceToken, TokenInForm, TokenInQuery, TokenInfo, User};
use cobot::{
    App, AppFlow, Client, Connect, Encoding, Endpoint, EndpointContext, Error, ErrorKind, RedirectUri,
    Scopes, Site, Subdomain, Token, get, http, join, scope,
};
use oauth_sandbox::{Cobot, Fault};

fn scopes() -> Scopes {
    [scope::READ_USER, scope::WRITE, scope::READ_MEMBERSHIPS].into()
}

fn app(sandbox: &Cobot) -> App {
    let redirect_uri = RedirectUri::new(sandbox.redirect_uris()[0].as_str()).unwrap();
    App::new(sandbox.client_id(), sandbox.client_secret(), redirect_uri)
}

fn client(sandbox: &Cobot) -> Client {
    Client::new(Site::at(sandbox.url()).unwrap(), app(sandbox)).unwrap()
}

async fn connected(sandbox: &Cobot, client: &Client, connect: &Connect) -> Token {
    let started = client.begin(connect).unwrap();
    let callback = sandbox.approve(&started.url).await.unwrap();
    client.finish(&started.pending, callback.as_str()).await.unwrap()
}

/// The app's owner, with the token that Cobot shows at registration.
async fn registered() -> (Cobot, Client, Token) {
    let sandbox = Cobot::start().await.unwrap();
    let client = client(&sandbox);
    let token = client.import_token(sandbox.registration_token(), scopes()).unwrap();
    (sandbox, client, token)
}

fn named(space: &str) -> Subdomain {
    space.parse().unwrap()
}

/// A custom endpoint at a space.
struct Memberships(Subdomain);

impl Endpoint<cobot::Cobot> for Memberships {
    type Response = Vec<serde_json::Value>;
    const NAME: &'static str = "GET /api/memberships";

    fn request(&self, at: &EndpointContext<'_, cobot::Cobot>) -> Result<http::Request<Vec<u8>>, Error> {
        get(&join(&at.site().space_api_url(&self.0)?, &["memberships"])?)
    }

    fn parse(
        &self,
        _: &EndpointContext<'_, cobot::Cobot>,
        response: http::Response<Vec<u8>>,
    ) -> Result<Self::Response, Error> {
        cobot::json(&response)
    }
}

#[tokio::test]
async fn connects_on_www_space_and_custom_domain() {
    let sandbox = Cobot::start().await.unwrap();
    let client = client(&sandbox);
    for connect in [
        Connect::new(scopes()),
        Connect::new(scopes()).on_space(named("betahaus")),
        Connect::new(scopes()).on_space(named("harbour")),
    ] {
        let token = connected(&sandbox, &client, &connect).await;
        assert_eq!(token.expires_at(), None);
        let user = client.send(&token, &User).await.unwrap();
        assert_eq!(user.id, "user-nora");
        assert!(user.admin_of.iter().any(|space| space.subdomain().unwrap() == named("betahaus")));
        assert_eq!(client.send(&token, &TokenInfo::own()).await.unwrap().scopes, scopes());
    }
    assert_eq!(sandbox.journal().token_calls(), 3);
}

#[tokio::test]
async fn code_works_once_in_every_encoding() {
    let sandbox = Cobot::start().await.unwrap();
    for encoding in [Encoding::Form, Encoding::Query] {
        let site = Site::at(sandbox.url()).unwrap();
        let client = Client::builder(site, app(&sandbox)).encoding(encoding).build().unwrap();
        let started = client.begin(&Connect::new(scopes())).unwrap();
        let callback = sandbox.approve(&started.url).await.unwrap();
        client.finish(&started.pending, callback.as_str()).await.unwrap();
        let code = callback.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
        assert_eq!(client.exchange_code(code, scopes()).await.unwrap_err().kind(), ErrorKind::GrantRefused);
    }
}

#[tokio::test]
async fn denial_sends_no_token_call() {
    let sandbox = Cobot::start().await.unwrap();
    let client = client(&sandbox);
    let started = client.begin(&Connect::new(scopes())).unwrap();
    let callback = sandbox.deny(&started.url).await.unwrap();
    let error = client.finish(&started.pending, callback.as_str()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied);
    assert_eq!(sandbox.journal().token_calls(), 0);
}

#[tokio::test]
async fn app_flow_works_in_body_and_query() {
    let sandbox = Cobot::start().await.unwrap();
    let client = client(&sandbox);
    let person = &sandbox.users()[0];
    let flow = || AppFlow::new(person.email.as_str(), person.password.as_str(), scopes());
    for flow in [flow(), flow().in_query()] {
        let token = client.password(flow).await.unwrap();
        assert_eq!(client.send(&token, &TokenInfo::own()).await.unwrap().scopes, scopes());
    }
    let error = client.password(AppFlow::new(person.email.as_str(), "wrong", scopes())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::GrantRefused);
}

#[tokio::test]
async fn token_works_in_header_query_and_form() {
    let (_sandbox, client, token) = registered().await;
    assert_eq!(client.send(&token, &User).await.unwrap().id, "user-nora");
    assert_eq!(client.send(&token, &TokenInQuery(User)).await.unwrap().id, "user-nora");
    let joe = client.send(&token, &TokenInForm(CreateUser::new("joe@doe.com"))).await.unwrap();
    assert_eq!(joe.email.as_deref(), Some("joe@doe.com"));
    client.send(&token, &TokenInForm(SpaceToken::of("space-betahaus"))).await.unwrap();
    client.send(&token, &TokenInForm(RevokeToken::own())).await.unwrap();
    assert_eq!(client.send(&token, &User).await.unwrap_err().kind(), ErrorKind::TokenRefused);
}

#[tokio::test]
async fn space_token_outlives_rights_of_its_creator() {
    let sandbox = Cobot::start().await.unwrap();
    let client = client(&sandbox);
    let token = connected(&sandbox, &client, &Connect::new(scopes())).await;
    let space = client.send(&token, &Space::named(named("betahaus"))).await.unwrap();
    let space_token = client.send(&token, &SpaceToken::of(space.id)).await.unwrap();
    assert_eq!(space_token.scopes(), &scopes());

    let members = Memberships(named("betahaus"));
    assert!(!client.send(&token, &members).await.unwrap().is_empty());
    assert!(sandbox.cut_admin_rights("user-nora", "betahaus"));
    assert_eq!(client.send(&token, &members).await.unwrap_err().kind(), ErrorKind::Forbidden);
    assert!(!client.send(&space_token, &members).await.unwrap().is_empty());

    let error = client.send(&token, &SpaceToken::of("space-atelier")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    let error = client.send(&token, &Space::named(named("nowhere"))).await.unwrap_err();
    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::ApiRefused, 404));
}

#[tokio::test]
async fn grant_code_connects_created_user_once() {
    let sandbox = Cobot::start().await.unwrap();
    let client = client(&sandbox);
    let token = connected(&sandbox, &client, &Connect::new(scopes())).await;
    let joe = client.send(&token, &CreateUser::new("joe@doe.com").password("correct horse")).await.unwrap();
    let joes = client.exchange_code(joe.grant_code.clone(), scopes()).await.unwrap();
    assert_eq!(client.send(&joes, &User).await.unwrap().id, joe.id);
    assert_eq!(
        client.exchange_code(joe.grant_code, scopes()).await.unwrap_err().kind(),
        ErrorKind::GrantRefused
    );
    client.password(AppFlow::new("joe@doe.com", "correct horse", scopes())).await.unwrap();

    let error = client.send(&token, &CreateUser::new("nobody")).await.unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), error.message()), (422, Some(r#"{"email":"is invalid"}"#)));
}

#[tokio::test]
async fn new_client_scopes_do_not_widen_tokens() {
    let sandbox = Cobot::builder().client_scopes(["read_user"]).start().await.unwrap();
    let client = client(&sandbox);
    let token = connected(&sandbox, &client, &Connect::new([scope::READ_USER])).await;
    sandbox.set_client_scopes(["read_user", "write"]);
    let wanted = Scopes::from([scope::READ_USER, scope::WRITE]);
    assert_eq!(token.missing_scopes(&wanted), Scopes::from([scope::WRITE]));
    let granted = client.send(&token, &TokenInfo::own()).await.unwrap().scopes;
    assert_eq!(wanted.missing_from(&granted), Scopes::from([scope::WRITE]));
    let error = client.send(&token, &CreateUser::new("joe@doe.com")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);

    let token = connected(&sandbox, &client, &Connect::new(wanted)).await;
    client.send(&token, &CreateUser::new("joe@doe.com")).await.unwrap();
}

#[tokio::test]
async fn revoked_token_is_refused() {
    let sandbox = Cobot::start().await.unwrap();
    let client = client(&sandbox);
    let token = connected(&sandbox, &client, &Connect::new(scopes())).await;
    let other = connected(&sandbox, &client, &Connect::new(scopes())).await;
    client.send(&token, &RevokeToken::of(other.access_token().clone())).await.unwrap();
    assert_eq!(client.send(&other, &User).await.unwrap_err().kind(), ErrorKind::TokenRefused);
    sandbox.advance(Duration::from_secs(10 * 365 * 86_400));
    client.send(&token, &User).await.unwrap();
    client.send(&token, &RevokeToken::own()).await.unwrap();
    let error = client.send(&token, &TokenInfo::own()).await.unwrap_err();
    assert_eq!((error.kind(), error.is_transient()), (ErrorKind::TokenRefused, false));
}

#[tokio::test]
async fn sixty_first_request_is_rate_limited() {
    let (sandbox, client, token) = registered().await;
    for _ in 0..60 {
        client.send(&token, &User).await.unwrap();
    }
    let error = client.send(&token, &User).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    let wait = error.retry_after().unwrap();
    assert!((1..=60).contains(&wait.as_secs()), "{wait:?}");
    sandbox.advance(wait);
    client.send(&token, &User).await.unwrap();
}

#[tokio::test]
async fn wrong_credentials_are_client_errors() {
    let sandbox = Cobot::start().await.unwrap();
    let redirect_uri = RedirectUri::new(sandbox.redirect_uris()[0].as_str()).unwrap();
    let app = App::new(sandbox.client_id(), "wrong", redirect_uri);
    let client = Client::new(Site::at(sandbox.url()).unwrap(), app).unwrap();
    let started = client.begin(&Connect::new(scopes())).unwrap();
    let callback = sandbox.approve(&started.url).await.unwrap();
    let error = client.finish(&started.pending, callback.as_str()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ClientRefused);
}

#[tokio::test]
async fn faults_have_kinds_and_hide_tokens() {
    let (sandbox, client, token) = registered().await;
    for (fault, kind) in [
        (Fault::DropRequest, ErrorKind::Unanswered),
        (Fault::DropResponse, ErrorKind::Unanswered),
        (Fault::TruncateBody, ErrorKind::Unanswered),
        (Fault::HtmlBadGateway, ErrorKind::Unavailable),
    ] {
        sandbox.next_api_call(fault);
        let error = client.send(&token, &TokenInfo::own()).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(!format!("{error} {error:?}").contains(sandbox.registration_token()), "{error}");
    }
    client.send(&token, &TokenInfo::own()).await.unwrap();
}

/// https on loopback bypasses proxies, and a space below `localhost` needs no resolver.
#[tokio::test]
async fn connects_on_space_over_tls() {
    let sandbox = Cobot::builder().tls(true).start().await.unwrap();
    let site = Site::at(sandbox.url()).unwrap();
    let client = Client::builder(site, app(&sandbox))
        .root_certificate(sandbox.ca_certificate_pem().unwrap())
        .build()
        .unwrap();
    let connect = Connect::new(scopes()).on_space(named("betahaus"));
    let token = connected(&sandbox, &client, &connect).await;
    assert!(!client.send(&token, &Memberships(named("betahaus"))).await.unwrap().is_empty());
}
