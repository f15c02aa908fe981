//! Tokens: parsing of responses, storage, renewal.
#![allow(clippy::unwrap_used)] // a test may panic

mod support;

use oauth_core::http::{Method, Request, Response};
use oauth_core::{
    CallbackField, Client, Dialect, Endpoint, EndpointContext, Error, ErrorKind, PasswordRequest,
    PersistedToken, RawRequest, ScopeSource, Scopes, SingleUseRefreshToken, Token, TokenOrigin,
};
use oauth_testing::{
    ManualClock, PASSWORD, REFRESH_TOKEN, RecordingTransport, TestDialect, TestProvider, callback,
    json_response,
};
use serde::{Deserialize, Serialize};
use support::{Plain, REDIRECT_URI, app, client, site};

async fn finish(json: &str) -> Result<Token<Plain>, oauth_core::Error> {
    let transport = RecordingTransport::with_responses([json_response(200, json)]);
    let client = client(&transport, &ManualClock::default());
    let started = client.begin(&"read write".parse().unwrap()).unwrap();
    client.finish(&started.pending, &callback(REDIRECT_URI, &started)).await
}

#[tokio::test]
async fn scopes_come_from_response_or_request() {
    let token = finish(r#"{"access_token":"canary-a","scope":"read"}"#).await.unwrap();
    assert_eq!((token.scopes().to_string().as_str(), token.scope_source()), ("read", ScopeSource::Response));
    assert_eq!(token.missing_scopes(&"read write".parse().unwrap()).to_string(), "write");
    let token = finish(r#"{"access_token":"canary-a","scope":""}"#).await.unwrap();
    assert_eq!((token.scopes().len(), token.scope_source()), (0, ScopeSource::Response));
    let token = finish(r#"{"access_token":"canary-a"}"#).await.unwrap();
    assert_eq!(
        (token.scopes().to_string().as_str(), token.scope_source()),
        ("read write", ScopeSource::Request)
    );
}

/// An API call whose response holds the fields of a token response.
struct Issue;

impl Endpoint<Plain> for Issue {
    type Response = Token<Plain>;
    const NAME: &'static str = "POST /issue";

    fn request(&self, context: &EndpointContext<'_, Plain>) -> Result<Request<Vec<u8>>, Error> {
        oauth_core::request(Method::POST, context.site().api_url(), Vec::new())
    }

    fn parse(
        &self,
        context: &EndpointContext<'_, Plain>,
        response: Response<Vec<u8>>,
    ) -> Result<Token<Plain>, Error> {
        context.derived_from(oauth_core::json(&response)?)
    }
}

#[tokio::test]
async fn api_call_issues_renewable_token() {
    let issued = async |json: &str| {
        let transport = RecordingTransport::with_responses([json_response(201, json)]);
        let client = client(&transport, &ManualClock::default());
        let token = client.import_token("canary-caller", "read".parse::<Scopes>().unwrap()).unwrap();
        client.send(&token, &Issue).await
    };
    let json =
        r#"{"token_type":"Bearer","expires_in":"600","access_token":"canary-a","refresh_token":"canary-r"}"#;
    let token = issued(json).await.unwrap();
    assert_eq!(token.access_token().expose(), "canary-a");
    assert_eq!(token.refresh_token().unwrap().expose(), "canary-r");
    assert_eq!((token.expires_at().unwrap() - token.received_at()).num_seconds(), 600);
    assert_eq!((token.scopes().to_string().as_str(), token.scope_source()), ("read", ScopeSource::Request));
    assert_eq!((token.origin(), token.is_renewable()), (TokenOrigin::Derived, true));
    assert!(!format!("{token:?}").contains("canary"));
    Token::<Plain>::from_persisted(token.to_persisted().unwrap()).unwrap();

    let token = issued(r#"{"access_token":"canary-a","scope":"write"}"#).await.unwrap();
    assert_eq!((token.scopes().to_string().as_str(), token.scope_source()), ("write", ScopeSource::Response));
    assert!(token.refresh_token().is_none() && token.expires_at().is_none() && token.lapses_at().is_none());

    for json in [
        "{}",
        r#"{"access_token":7}"#,
        r#"{"access_token":"ä"}"#,
        r#"{"access_token":"a","token_type":"mac"}"#,
    ] {
        assert_eq!(issued(json).await.unwrap_err().kind(), ErrorKind::InvalidResponse, "{json}");
    }
}

/// Scopes that the server stated are checked before a call; requested ones are not.
#[tokio::test]
async fn issued_token_keeps_source_of_scopes() {
    for (scope, source) in [(r#","scope":"read""#, ScopeSource::Response), ("", ScopeSource::Request)] {
        let transport = RecordingTransport::with_responses([
            json_response(200, &format!(r#"{{"access_token":"canary-a"{scope}}}"#)),
            json_response(201, r#"{"access_token":"canary-b"}"#),
        ]);
        let client = client(&transport, &ManualClock::default());
        let token = client.client_credentials("read".parse::<Scopes>().unwrap()).await.unwrap();
        let issued = client.send(&token, &Issue).await.unwrap();
        assert_eq!((issued.scopes().to_string().as_str(), issued.scope_source()), ("read", source));
    }
}

#[tokio::test]
async fn accepts_unusual_bearer_token_types() {
    for token_type in ["", "bearer ", " Bearer", "BEARER"] {
        finish(&format!(r#"{{"access_token":"canary-a","token_type":"{token_type}"}}"#)).await.unwrap();
    }
}

/// A renewal requests the original scopes. Requesting the granted ones could narrow them with every renewal.
#[tokio::test]
async fn client_credentials_request_same_scopes_again() {
    let response =
        |scope: &str| json_response(200, &format!(r#"{{"access_token":"canary-a","scope":"{scope}"}}"#));
    let transport =
        RecordingTransport::with_responses([response("read"), response(""), response("read write")]);
    let client = client(&transport, &ManualClock::default());
    let token = client.client_credentials("read write".parse::<Scopes>().unwrap()).await.unwrap();
    let stored = serde_json::to_string(&token.to_persisted().unwrap()).unwrap();
    let token = Token::from_persisted(serde_json::from_str(&stored).unwrap()).unwrap();
    let token = client.refresh(&token).await.unwrap();
    assert!(token.scopes().is_empty());
    let token = client.refresh(&token).await.unwrap();
    assert_eq!(token.scopes().to_string(), "read write");
    assert_eq!(transport.text().matches("scope=read+write").count(), 3);
}

#[tokio::test]
async fn reads_unknown_stored_values_of_newer_version() {
    let token = finish(r#"{"access_token":"canary-a"}"#).await.unwrap();
    let text = serde_json::to_string(&token.to_persisted().unwrap()).unwrap();
    let newer = text.replace("authorization_code", "device_code").replace("\"request\"", "\"guess\"");
    let token = Token::<Plain>::from_persisted(serde_json::from_str(&newer).unwrap()).unwrap();
    assert_eq!((token.origin(), token.scope_source()), (TokenOrigin::Other, ScopeSource::Request));
}

#[tokio::test]
async fn rejects_unusable_token_without_quoting_it() {
    for json in [
        r#"{"token_type":"bearer"}"#,
        r#"{"access_token":""}"#,
        r#"{"access_token":null}"#,
        r#"{"access_token":["canary-a"]}"#,
        r#"{"access_token":"canary-a\r\nX-Injected: 1"}"#,
        r#"{"access_token":"canary-ä"}"#,
        r#"{"access_token":"canary-a","refresh_token":"canary-b\u0000"}"#,
        r#"{"access_token":"canary-a","token_type":"mac"}"#,
        r#"{"access_token":"canary-a","token_type":["mac"]}"#,
        r#"{"access_token":"canary-a","token_type":"canary-type"}"#,
        r#"["canary-a"]"#,
        r#""canary-a""#,
        "canary-a",
    ] {
        let error = finish(json).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{json}: {error}");
        let shown = format!("{error} {error:?} {:?}", std::error::Error::source(&error));
        assert!(!shown.contains("canary"), "{shown}");
    }
}

#[tokio::test]
async fn stored_token_is_restored_without_showing_secrets() {
    let json = r#"{"access_token":"canary-access","refresh_token":"canary-refresh","expires_in":"3600",
        "token_type":"BEARER","id_token":"canary-id"}"#;
    let token = finish(json).await.unwrap();
    assert!(!format!("{token:?}").contains("canary"), "{token:?}");
    let stored = token.to_persisted().unwrap();
    assert!(!format!("{stored:?}").contains("canary"), "{stored:?}");
    let text = serde_json::to_string(&stored).unwrap();
    let redacted: serde_json::Value = serde_json::from_str(&text.replace("canary-", "[secret] ")).unwrap();
    insta::assert_json_snapshot!(redacted);
    let restored = Token::<Plain>::from_persisted(serde_json::from_str(&text).unwrap()).unwrap();
    assert_eq!(restored.access_token(), token.access_token());
    assert_eq!(restored.refresh_token(), token.refresh_token());
    assert_eq!(restored.expires_at(), token.expires_at());
    assert_eq!(restored.lapses_at(), token.lapses_at());
    assert_eq!(restored.other(), token.other());

    let foreign: PersistedToken = serde_json::from_str(&text.replace("\"plain\"", "\"else\"")).unwrap();
    assert_eq!(Token::<Plain>::from_persisted(foreign).unwrap_err().kind(), ErrorKind::ForeignToken);
}

#[tokio::test]
async fn renews_client_credentials_and_sends_password_once() {
    let json = r#"{"access_token":"canary-a","expires_in":60}"#;
    let transport = RecordingTransport::with_responses([
        json_response(200, json),
        json_response(200, json),
        json_response(200, json),
    ]);
    let client = client(&transport, &ManualClock::default());
    let scopes: Scopes = "read".parse().unwrap();
    let token = client.client_credentials(scopes.clone()).await.unwrap();
    let token = client.refresh(&token).await.unwrap();
    assert_eq!(token.origin(), TokenOrigin::ClientCredentials);
    let token = client.password(PasswordRequest::new("bob@example.com", PASSWORD, scopes)).await.unwrap();
    assert_eq!(token.origin(), TokenOrigin::Password);
    // A token without a refresh token cannot be refreshed, and nothing is sent.
    let error = client.refresh(&token).await.unwrap_err();
    assert_eq!((error.kind(), error.needs_reconnect()), (ErrorKind::InvalidInput, true));
    insta::assert_snapshot!(transport.text());
}

#[tokio::test]
async fn refresh_keeps_old_refresh_token() {
    let first = r#"{"access_token":"canary-a","refresh_token":"canary-refresh-token","expires_in":60}"#;
    let second = r#"{"access_token":"canary-b","expires_in":60}"#;
    let transport = RecordingTransport::with_responses([first, second].map(|body| json_response(200, body)));
    let clock = ManualClock::default();
    let client = client(&transport, &clock);
    let started = client.begin(&Scopes::none()).unwrap();
    let first = client.finish(&started.pending, &callback(REDIRECT_URI, &started)).await.unwrap();
    assert_eq!((first.lapses_at().unwrap() - first.received_at()).num_days(), 30);
    clock.advance_secs(60);
    let second = client.refresh(&first).await.unwrap();
    assert_eq!(second.refresh_token().unwrap().expose(), REFRESH_TOKEN);
    // Using it restarts its idle lifetime.
    assert_eq!((second.lapses_at().unwrap() - first.lapses_at().unwrap()).num_seconds(), 60);
    assert!(second.expires_at() > first.expires_at());
}

/// A provider with fields of its own.
#[derive(Debug)]
struct FieldsDialect;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Fields {
    realm: String,
    instance: Option<u64>,
    #[serde(default)]
    location: String,
}

impl TestDialect for FieldsDialect {
    const DIALECT: Dialect = Dialect::rfc6749().callback_fields(&[
        CallbackField::id("realm"),
        CallbackField::id("tenant"),
        CallbackField::one_of("location", &["eu", "us"]),
        CallbackField::id("scope"),
        CallbackField::id("access_token"),
    ]);
}

type WithFields = TestProvider<SingleUseRefreshToken, FieldsDialect, Fields>;

fn client_with_fields(wire: &RecordingTransport) -> Client<WithFields> {
    Client::builder(site("provider.example"), app()).transport(wire.clone()).build().unwrap()
}

/// The refresh token is spent: a response that lacks a field, or has a bad one, must not cost the customer.
#[tokio::test]
async fn refresh_keeps_provider_fields() {
    let tokens = r#""access_token":"canary-a","refresh_token":"canary-r""#;
    let first = format!(r#"{{{tokens},"realm":"r1","instance":7,"account":"acme","id":1}}"#);
    for (refreshed, realm, instance) in [
        ("", "r1", Some(7)),
        (r#","realm":null,"instance":null"#, "r1", Some(7)),
        (r#","realm":"r2","instance":8"#, "r2", Some(8)),
        (r#","realm":[],"instance":"x""#, "r1", Some(7)),
        (r#","realm":"r2","instance":-1"#, "r2", Some(7)),
    ] {
        let wire = RecordingTransport::with_responses([
            json_response(200, &first),
            json_response(200, &format!("{{{tokens}{refreshed},\"id\":2}}")),
        ]);
        let client = client_with_fields(&wire);
        let started = client.begin(&Scopes::none()).unwrap();
        let token = client.finish(&started.pending, &callback(REDIRECT_URI, &started)).await.unwrap();
        // Also from the store.
        let stored = serde_json::to_string(&token.to_persisted().unwrap()).unwrap();
        let token = Token::from_persisted(serde_json::from_str(&stored).unwrap()).unwrap();
        let token = client.refresh(&token).await.unwrap();
        assert_eq!((token.extra().realm.as_str(), token.extra().instance), (realm, instance), "{refreshed}");
        assert_eq!((&token.other()["account"], &token.other()["id"]), (&"acme".into(), &2.into()));
    }
}

#[tokio::test]
async fn bad_optional_field_costs_itself() {
    let finish = async |fields: &str| {
        let wire = RecordingTransport::with_responses([json_response(
            200,
            &format!(r#"{{"access_token":"canary-a"{fields}}}"#),
        )]);
        let client = client_with_fields(&wire);
        let started = client.begin(&Scopes::none()).unwrap();
        client.finish(&started.pending, &callback(REDIRECT_URI, &started)).await
    };
    let token = finish(r#","realm":"r1","instance":"canary-x","location":7"#).await.unwrap();
    let expected = Fields { realm: "r1".into(), instance: None, location: String::new() };
    assert_eq!(token.extra(), &expected);
    // It is kept as it came.
    assert_eq!((&token.other()["instance"], &token.other()["location"]), (&"canary-x".into(), &7.into()));
    for fields in ["", r#","realm":null"#, r#","realm":7,"instance":"x""#] {
        let error = finish(fields).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse);
        assert!(error.to_string().contains("realm") || fields.contains("instance"), "{fields}: {error}");
    }
}

/// The callback is the browser's word: it fills gaps, chooses from lists and widens nothing.
#[tokio::test]
async fn callback_fields_are_kept_with_token() {
    let finish = async |more: &str, fields: &str| {
        let wire = RecordingTransport::with_responses([
            json_response(
                200,
                &format!(r#"{{"access_token":"canary-a","refresh_token":"canary-r"{fields}}}"#),
            ),
            json_response(200, r#"{"access_token":"canary-b","refresh_token":"canary-s"}"#),
        ]);
        let client = client_with_fields(&wire);
        let started = client.begin(&"read write".parse().unwrap()).unwrap();
        let url = format!("{}&{more}", callback(REDIRECT_URI, &started));
        let token = client.finish(&started.pending, &url).await?;
        assert_eq!(token.access_token().expose(), "canary-a");
        client.refresh(&token).await
    };
    let token = finish("realm=42&location=eu&tenant=t_1&undeclared=x", "").await.unwrap();
    assert_eq!((token.extra().realm.as_str(), token.extra().location.as_str()), ("42", "eu"));
    assert_eq!(
        token.other().iter().map(|(name, value)| format!("{name}={value}")).collect::<String>(),
        "tenant=\"t_1\""
    );
    assert_eq!(token.scope_source(), ScopeSource::Request);
    // The token response wins.
    let token =
        finish("realm=42&scope=read&access_token=x", r#","realm":"r1","scope":"write""#).await.unwrap();
    assert_eq!(token.extra().realm, "r1");
    assert_eq!((token.scopes().to_string().as_str(), token.scope_source()), ("write", ScopeSource::Response));
    // Only requested scopes count, and the token says where they came from.
    let token = finish("realm=42&scope=read+admin", "").await.unwrap();
    assert_eq!((token.scopes().to_string().as_str(), token.scope_source()), ("read", ScopeSource::Callback));
    let token = finish("realm=42&scope=admin", "").await.unwrap();
    assert_eq!(
        (token.scopes().to_string().as_str(), token.scope_source()),
        ("read write", ScopeSource::Request)
    );
    // No value chooses a host.
    for value in ["evil.example", "evil.example%2F", "a%40evil", "%2F%2Fevil", "localhost%3A1", "", "%E4"] {
        let token = finish(&format!("realm=42&location={value}&tenant={value}"), "").await.unwrap();
        assert_eq!((token.extra().location.as_str(), token.other().get("tenant")), ("", None), "{value}");
    }
    let error = finish("realm=42&realm=43", "").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Callback(oauth_core::CallbackFault::DuplicateParameter));
}

#[tokio::test]
async fn sends_token_to_provider_hosts_until_expiry() {
    let json = r#"{"access_token":"canary-a","expires_in":60}"#;
    let transport = RecordingTransport::with_responses([json_response(200, json), json_response(200, "{}")]);
    let clock = ManualClock::default();
    let client = client(&transport, &clock);
    let token = client.client_credentials(Scopes::none()).await.unwrap();
    let raw = |url: &str| RawRequest::new(oauth_core::http::Request::get(url).body(Vec::new()).unwrap());
    for (url, kind) in [
        ("https://evil.example/api", ErrorKind::ForeignHost),
        ("https://provider.example.evil.example/api", ErrorKind::ForeignHost),
        ("https://provider.example:444/api", ErrorKind::ForeignHost),
        ("http://provider.example/api", ErrorKind::InvalidInput),
        ("/api", ErrorKind::InvalidInput),
    ] {
        assert_eq!(client.send(&token, &raw(url)).await.unwrap_err().kind(), kind, "{url}");
    }
    client.send(&token, &raw("https://provider.example/api/x")).await.unwrap();
    clock.advance_secs(60);
    let error = client.send(&token, &raw("https://provider.example/api/x")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Expired);
    assert_eq!(transport.count(), 2);
}

#[tokio::test]
async fn errors_redact_echoed_secrets() {
    for (status, body) in [
        (401, r#"{"message":"canary-a is not a token"}"#),
        (422, r#"{"errors":{"token":"canary-a is wrong"}}"#),
        (400, r#"{"error":"canary-a"}"#),
        (500, "canary-a"),
    ] {
        let transport = RecordingTransport::with_responses([
            json_response(200, r#"{"access_token":"canary-a"}"#),
            json_response(status, body),
        ]);
        let client = client(&transport, &ManualClock::default());
        let token = client.client_credentials(Scopes::none()).await.unwrap();
        let raw = RawRequest::new(
            oauth_core::http::Request::get("https://provider.example/x").body(Vec::new()).unwrap(),
        );
        let error = client.send(&token, &raw).await.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
    }
}
