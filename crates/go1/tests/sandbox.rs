//! Whole flows against `oauth_sandbox::Go1`, over loopback, through the real transport.
#![cfg(feature = "reqwest")]
#![allow(clippy::unwrap_used)] // clippy exempts tests, but not their helpers

use std::time::Duration;

use go1::api::{Account, LearningObjects, Me, Validate};
use go1::{
    App, Client, Connect, Encoding, ErrorKind, PortalPassword, RedirectUri, Scopes, Site, Token, scope,
};
use oauth_sandbox::{Fault, Go1};

const HOURS_13: Duration = Duration::from_secs(13 * 3_600);

fn scopes() -> Scopes {
    [scope::USER_READ, scope::PORTAL_READ, scope::LO_READ].into()
}

fn client(sandbox: &Go1, encoding: Encoding) -> Client {
    let redirect_uri = RedirectUri::new(sandbox.redirect_uris()[0].as_str()).unwrap();
    let app = App::new(sandbox.client_id(), sandbox.client_secret(), redirect_uri);
    Client::builder(Site::at(sandbox.url()).unwrap(), app).encoding(encoding).build().unwrap()
}

async fn connected(sandbox: &Go1, client: &Client) -> Token {
    let started = client.begin(&Connect::new(scopes()).partner_portal(7_654_321)).unwrap();
    let callback = sandbox.approve(&started.url).await.unwrap();
    assert!(!callback.path().ends_with('/'), "the redirect URI stays as it is: {callback}");
    client.finish(&started.pending, callback.as_str()).await.unwrap()
}

#[tokio::test]
async fn connects_and_refreshes_in_every_encoding() {
    for encoding in [Encoding::Multipart, Encoding::Form, Encoding::Json] {
        let sandbox = Go1::start().await.unwrap();
        let client = client(&sandbox, encoding);
        let token = connected(&sandbox, &client).await;
        let me = client.send(&token, &Me).await.unwrap();
        assert!(me.email.is_some(), "{encoding:?}");

        sandbox.advance(HOURS_13);
        let error = client.send(&token, &Validate).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TokenRefused, "the provider's clock decides, not ours");
        assert_eq!(client.send(&token, &Me).await.unwrap_err().kind(), ErrorKind::TokenRefused);

        let renewed = client.refresh(&token).await.unwrap();
        client.send(&renewed, &Validate).await.unwrap();
        assert_eq!(client.send(&renewed, &Me).await.unwrap(), me);
        let error = client.refresh(&token).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::GrantRefused, "a refresh token works once: {error}");
    }
}

#[tokio::test]
async fn token_without_scope_is_forbidden_and_valid() {
    let sandbox = Go1::start().await.unwrap();
    let client = client(&sandbox, Encoding::Multipart);
    let started = client.begin(&Connect::new([scope::USER_READ])).unwrap();
    let callback = sandbox.approve(&started.url).await.unwrap();
    let token = client.finish(&started.pending, callback.as_str()).await.unwrap();
    assert_eq!(client.send(&token, &Account).await.unwrap_err().kind(), ErrorKind::Forbidden);
    client.send(&token, &Validate).await.unwrap();
    assert!(client.send(&token, &Me).await.is_ok());
}

#[tokio::test]
async fn refresh_token_lapses_after_90_days() {
    let sandbox = Go1::start().await.unwrap();
    let client = client(&sandbox, Encoding::Multipart);
    let token = connected(&sandbox, &client).await;
    sandbox.advance(Duration::from_secs(91 * 86_400));
    assert!(client.refresh(&token).await.unwrap_err().needs_reconnect());
}

#[tokio::test]
async fn other_grants_return_tokens() {
    let sandbox = Go1::start().await.unwrap();
    let client = client(&sandbox, Encoding::Form);
    let own = client.client_credentials(Scopes::none()).await.unwrap();
    assert!(own.refresh_token().is_none());
    sandbox.advance(HOURS_13);
    let own = client.refresh(&own).await.unwrap();
    client.send(&own, &Validate).await.unwrap();

    // Connecting once tells the first user's portal.
    let token = connected(&sandbox, &client).await;
    let portal = client.send(&token, &Account).await.unwrap().url.unwrap();
    let user = sandbox.users().remove(0);
    let request = PortalPassword::new(&portal, &user.email, user.password.as_str(), scopes()).unwrap();
    let token = client.password(request).await.unwrap();
    assert_eq!(client.send(&token, &Me).await.unwrap().email, Some(user.email.clone()));
    assert!(token.refresh_token().is_some());

    let request = PortalPassword::new(portal, user.email, "wrong", scopes()).unwrap();
    assert_eq!(client.password(request).await.unwrap_err().kind(), ErrorKind::GrantRefused);
}

#[tokio::test]
async fn paging_visits_each_learning_object_once() {
    let sandbox = Go1::start().await.unwrap();
    let client = client(&sandbox, Encoding::Multipart);
    let token = connected(&sandbox, &client).await;
    let mut lists = Vec::new();
    for first in [LearningObjects::new().limit(3), LearningObjects::new().limit(3).scroll()] {
        let (mut next, mut ids) = (Some(first), Vec::new());
        while let Some(asked) = next {
            let page = client.send(&token, &asked).await.unwrap();
            ids.extend(page.hits.iter().map(|found| found.id.clone()));
            next = asked.after(&page);
        }
        lists.push(ids);
    }
    assert!(lists[0].len() > 3, "more than one page");
    assert_eq!(lists[0], lists[1]);
    let unique: std::collections::BTreeSet<_> = lists[0].iter().collect();
    assert_eq!(unique.len(), lists[0].len());
}

#[tokio::test]
async fn denial_and_lost_response_are_reported() {
    let sandbox = Go1::start().await.unwrap();
    let client = client(&sandbox, Encoding::Multipart);
    let started = client.begin(&Connect::new(scopes())).unwrap();
    let callback = sandbox.deny(&started.url).await.unwrap();
    let error = client.finish(&started.pending, callback.as_str()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied);

    let token = connected(&sandbox, &client).await;
    sandbox.next_token_call(Fault::DropResponse);
    assert_eq!(client.refresh(&token).await.unwrap_err().kind(), ErrorKind::Unanswered);
    let error = client.refresh(&token).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::GrantRefused, "the lost response had the only valid refresh token");
}
