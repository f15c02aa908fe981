//! Identifiers, secrets and tokens that the application passes in.
#![allow(clippy::unwrap_used)] // a test may panic

mod support;

use oauth_core::{App, Client, Error, ErrorKind, RedirectUri, Scopes};
use oauth_testing::{ManualClock, RecordingTransport};
use support::{Plain, REDIRECT_URI, client, site};

fn build(app: App) -> Result<Client<Plain>, Error> {
    Client::builder(site("provider.example"), app).transport(RecordingTransport::with_responses([])).build()
}

#[test]
fn client_rejects_unusable_registrations() {
    let uri = || REDIRECT_URI;
    for (uri, reason) in [
        ("www.my_redirect_uri.com", "https://example.org/callback"),
        ("localhost:8765/cb", "http://127.0.0.1:8765/callback"),
        ("https://app.example.com/#x", "fragment"),
    ] {
        for app in [App::new("id", "canary", uri), App::public("id", uri.to_owned())] {
            let error = build(app).unwrap_err();
            assert_eq!((error.kind(), error.provider()), (ErrorKind::InvalidInput, Some("plain")));
            // What a `main` that returns it prints.
            assert!(format!("{error:?}").contains(reason), "{error:?}");
        }
    }
    let expected = |id: &str, secret: &str, reason: &str| {
        for app in [App::new(id, secret, uri()), App::without_redirect(id, secret)] {
            let error = build(app).unwrap_err();
            assert_eq!((error.kind(), error.provider()), (ErrorKind::InvalidInput, Some("plain")));
            let text = format!("{error} {}", error.help());
            assert!(text.contains(reason), "{id:?}: {text}");
            assert!(!format!("{text} {error:?}").contains("canary"), "{text}");
        }
    };
    expected("", "", "the client id is empty");
    expected("", "canary", "the client id is empty");
    expected("id", "", "App::public");
    expected("id", "\n", "App::public");
    expected("\n", "canary", "the client id is empty");
    for bad in
        ["canary\n\n", "\ncanary", "can\u{e9}ary", "canary\u{200b}", "canary\t", "canary\u{7f}", "canary\r"]
    {
        expected("id", bad, "the client secret contains a character");
        expected(bad, "secret", "the client id contains a character");
    }
    assert!(build(App::public("", uri())).is_err());
    assert!(build(App::none()).is_ok(), "tokens that are created elsewhere need no registration");
    for line_end in ["", "\n", "\r\n"] {
        // Inner, leading and trailing spaces may belong to the value (RFC 6749 appendices A.1 and A.2).
        let app = App::new(format!("i d{line_end}"), format!(" secret {line_end}"), uri());
        let client = build(app).unwrap();
        assert_eq!(client.app().client_id().as_str(), "i d");
        assert_eq!(client.app().client_secret().unwrap().expose(), " secret ");
        assert_eq!(
            build(App::public(format!("id{line_end}"), uri())).unwrap().app().client_id().as_str(),
            "id"
        );
    }
}

#[test]
fn imported_token_is_a_token_alone() {
    let transport = RecordingTransport::with_responses([]);
    let client = client(&transport, &ManualClock::default());
    let import = |text: &str| client.import_token(text, Scopes::none());
    for good in ["tok", "tok\n", "tok\r\n"] {
        assert_eq!(import(good).unwrap().access_token().expose(), "tok", "{good:?}");
    }
    assert!(import("bearer").is_ok() && import("Bearertoken").is_ok());
    for (bad, reason) in [
        ("Bearer canary", "begins with `Bearer`"),
        ("bearer canary\n", "begins with `Bearer`"),
        ("authorization: Bearer canary", "begins with `Authorization:`"),
        ("Basic canary", "begins with `Basic`"),
        ("", "cannot be an access token"),
        ("\n", "cannot be an access token"),
        ("canary\n\n", "cannot be an access token"),
        ("can\u{e9}ary", "cannot be an access token"),
    ] {
        let error = import(bad).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{bad:?}");
        assert!(error.to_string().contains(reason), "{bad:?}: {error}");
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    }
}

#[test]
fn redirect_uri_needs_a_scheme() {
    for good in ["com.example.app:/oauth2redirect", "http://localhost:8765/callback", "myapp://callback"] {
        assert_eq!(RedirectUri::new(good).unwrap().as_str(), good);
    }
    for bad in
        ["localhost:8765/callback", "app.example.com:443/callback", "127.0.0.1:8765/callback", "/callback"]
    {
        assert!(RedirectUri::new(bad).is_err(), "{bad}");
    }
}
