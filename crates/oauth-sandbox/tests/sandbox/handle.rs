//! The server handle: clock, journal, reset, shutdown and redaction.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use oauth_sandbox::{Error, Fault, Gocd, RequestKind};

use crate::support::{authorize_url, code, feed, http, token, token_header, tokens};

#[tokio::test]
async fn start_rejects_foreign_address_and_taken_port() {
    let all = Gocd::builder().address(IpAddr::from(Ipv4Addr::UNSPECIFIED)).start().await;
    assert!(matches!(all, Err(Error::NotLoopback(_))));
    let first = Gocd::start().await.unwrap();
    let port = url::Url::parse(first.url()).unwrap().port().unwrap();
    let taken = Gocd::builder().port(port).start().await.unwrap_err();
    assert!(taken.to_string().contains(&port.to_string()), "{taken}");
}

#[tokio::test]
async fn dropping_handle_closes_connections() {
    let sandbox = Gocd::start().await.unwrap();
    let (url, token_url) = (sandbox.url().to_owned(), sandbox.token_url().to_owned());
    sandbox.next_token_call(Fault::Hang);
    let hanging = tokio::spawn(http().post(token_url).send());
    while sandbox.journal().token_calls() == 0 {
        tokio::task::yield_now().await;
    }
    drop(sandbox);
    assert!(hanging.await.unwrap().is_err());
    // The runtime closes the listener a little later.
    while http().get(&url).send().await.is_ok() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn journal_records_requests_without_secrets() {
    let sandbox = Gocd::start().await.unwrap();
    let code = code(&sandbox).await;
    let (_, body) = token(&sandbox, &[("code", &code)]).await;
    let (access, refresh) = crate::support::pair(&body);
    feed(&sandbox, &token_header(&access)).await;
    token(&sandbox, &[("grant_type", "refresh-token"), ("refresh_token", &refresh)]).await;
    // Secrets in unusual places: in the path, and as a parameter's name.
    http().get(format!("{}/{access}?{refresh}", sandbox.url())).send().await.unwrap();

    let journal = sandbox.journal();
    assert_eq!((journal.token_calls(), journal.api_calls()), (2, 1));
    let text =
        format!("{} {journal:?} {sandbox:?} {:?}", serde_json::to_string(&journal).unwrap(), sandbox.users());
    let password = &sandbox.users()[0].password;
    for secret in [&code, &access, &refresh, sandbox.client_secret(), password, "s t/1"] {
        assert!(!text.contains(secret), "{text}");
    }
    let exchange = journal.entries().iter().find(|entry| entry.kind == RequestKind::Token).unwrap();
    assert_eq!(
        (exchange.method.as_str(), exchange.path.as_str(), exchange.status),
        ("POST", "/go/oauth/token", Some(200))
    );
    let shown = |name: &str| {
        exchange
            .form
            .iter()
            .find(|parameter| parameter.name == name)
            .map(|parameter| parameter.value.as_str())
    };
    assert_eq!(shown("grant_type"), Some("authorization-code"));
    assert_eq!(shown("client_id"), Some(sandbox.client_id()));
    assert_eq!((shown("code"), shown("client_secret")), (Some("***"), Some("***")));
    assert!(exchange.notes[0].contains("tokens issued for ada"), "{exchange:?}");
    let acting = journal.entries().iter().find(|entry| entry.kind == RequestKind::Api).unwrap();
    assert_eq!(acting.notes, ["acting as ada by OAuthToken"]);
    assert!(journal.entries().iter().any(|entry| entry.kind == RequestKind::Authorize));
    assert!(journal.entries().iter().any(|entry| entry.kind == RequestKind::Page && entry.path == "/go/***"));
}

#[tokio::test]
async fn reset_restores_initial_state() {
    let sandbox = Gocd::start().await.unwrap();
    let browser = sandbox.browser();
    browser.approve(authorize_url(&sandbox)).await.unwrap();
    let code = code(&sandbox).await;
    let (access, _) = tokens(&sandbox).await;
    let (id, personal) = (sandbox.client_id().to_owned(), sandbox.personal_access_token().to_owned());
    let before = sandbox.now();
    sandbox.advance(Duration::from_secs(1_000_000));
    assert!((sandbox.now() - before).num_seconds() >= 1_000_000);
    sandbox.next_token_call(Fault::Hang);
    sandbox.next_api_call(Fault::Hang);
    sandbox.reset();
    assert_eq!(sandbox.journal().entries().len(), 0);
    assert!((sandbox.now() - before).num_seconds() < 1000);
    assert_eq!((sandbox.client_id(), sandbox.personal_access_token()), (id.as_str(), personal.as_str()));
    assert_eq!(feed(&sandbox, &token_header(&access)).await, 401);
    assert_eq!(token(&sandbox, &[("code", &code)]).await.0, 400);
    assert_eq!(feed(&sandbox, &format!("Bearer {personal}")).await, 200);
    // The user has to log in again, and can.
    browser.approve(authorize_url(&sandbox)).await.unwrap();
    assert!(sandbox.journal().entries().iter().any(|entry| entry.path == "/go/auth/security_check"));
}

#[tokio::test]
async fn auto_approve_redirects_at_once() {
    let sandbox = Gocd::builder().auto_approve(true).start().await.unwrap();
    let response = http().get(authorize_url(&sandbox)).send().await.unwrap();
    assert_eq!(response.status(), 302);
    assert!(crate::support::location(&response).contains("?code="));
    assert_eq!(sandbox.journal().entries().len(), 1);
}
