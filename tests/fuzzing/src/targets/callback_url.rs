//! Callback URLs, checked against a pending authorization.

use oauth_core::url::form_urlencoded;
use oauth_core::{CallbackFault, Client, CodeGrant, ErrorKind};

use crate::client::{AtProductionSite, HttpResponse, RecordingTransport, client, pending, poll_now};
use crate::input::{Input, input};
use crate::secrets::{CODE, STATE, check_error};

pub(crate) const DICTIONARY: &[&str] = &[
    "code=",
    "state=STATE",
    "error=",
    "error_description=",
    "access_denied",
    "temporarily_unavailable",
    "&",
    "?",
    "#",
    "%26",
    "%3D",
    "%73tate=STATE",
    "+",
    "://",
    "/callback?",
    "https://app.example.com/callback?",
];

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for provider in 0..4 {
        for callback in [
            "https://app.example.com/callback?x=1&code=CODE&state=STATE",
            "https://app.example.com/callback?x=1?code=CODE&state=STATE",
            "/callback?state=STATE&code=CODE#_=_",
            "code=CODE&state=STATE",
            "https://app.example.com/callback?error=access_denied&error_description=No%2C+thanks&state=STATE",
            "https://app.example.com/callback?error=temporarily-unavailable",
            "https://app.example.com/callback?code=CODE&state=STATE&state=other",
            "https://app.example.com/callback?code=CODE&error=access_denied&state=STATE",
        ] {
            seeds.push(input(&[provider], &[callback.as_bytes()]));
        }
    }
    seeds
}

/// The client sends the code to the token endpoint, once, only if an independent parser finds the right
/// `state` and one code in the callback.
pub fn callback_url(data: &[u8]) {
    let mut data = Input::new(data);
    let provider = data.byte() % 4;
    let form = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let callback = data.text().replace("STATE", STATE).replace("CODE", &form(CODE));
    match provider {
        0 => finished::<cohortgo::CohortGo>(&callback),
        1 => finished::<cobot::Cobot>(&callback),
        2 => finished::<go1::Go1>(&callback),
        _ => finished::<gocd::Gocd>(&callback),
    }
}

fn finished<P: AtProductionSite + CodeGrant>(callback: &str) {
    let response =
        br#"{"access_token":"canary-access-token-2","api_base_url":"https://portal.cohortgo.com/api/v1"}"#;
    let transport = RecordingTransport::with_responses([HttpResponse::new(response.to_vec())]);
    let client = client::<P>(&transport);
    let result = poll_now(client.finish(&pending::<P>(), callback));
    let sent = transport.take_sent();
    let expected = code_in::<P>(callback);
    if let Some(request) = sent.first() {
        assert_eq!(sent.len(), 1, "the code was sent more than once");
        assert_eq!(request.uri().to_string(), oauth_core::Site::token_url(client.site()).as_str());
        assert!(result.is_ok(), "{result:?}");
        let found = expected.expect("a call for a callback without a valid code");
        let body = String::from_utf8_lossy(request.body());
        let is_multipart = body.starts_with("--");
        let form =
            form_urlencoded::parse(request.body()).any(|(name, value)| name == "code" && value == found);
        let part = format!("name=\"code\"\r\n\r\n{found}\r\n");
        assert!(if is_multipart { body.contains(&part) } else { form }, "another code was sent: {body}");
        once(&client, callback, &transport);
        return;
    }
    let error = result.expect_err("finished without a call");
    assert!(expected.is_none(), "a valid callback was rejected: {error}");
    // The provider's error text may contain text that looks like a code.
    let secrets: &[&str] =
        if matches!(error.kind(), ErrorKind::Callback(_)) { &[STATE, CODE] } else { &[STATE] };
    check_error(&error, secrets);
    assert!(
        matches!(
            error.kind(),
            ErrorKind::Callback(_)
                | ErrorKind::Denied
                | ErrorKind::AuthorizationRefused
                | ErrorKind::Unavailable
        ),
        "{error}"
    );
    // Only a callback with the right state can end the attempt.
    let good = format!("/callback?code=c&state={STATE}");
    let after = poll_now(client.finish(&pending::<P>(), &good));
    assert!(after.is_ok() || callback_has_state(callback), "the attempt was ended without its state");
}

/// A second callback is rejected.
fn once<P: AtProductionSite + CodeGrant>(client: &Client<P>, callback: &str, transport: &RecordingTransport) {
    let again = poll_now(client.finish(&pending::<P>(), callback)).unwrap_err();
    assert_eq!(again.kind(), ErrorKind::Callback(CallbackFault::Replayed));
    assert!(transport.take_sent().is_empty());
}

fn callback_has_state(callback: &str) -> bool {
    let plain = form_urlencoded::parse(callback.as_bytes()).map(|(name, value)| format!("{name}={value}"));
    plain.collect::<String>().contains(STATE)
}

/// The code according to an independent parser: one parameter `code`, one right `state`, and no `error`.
fn code_in<P: AtProductionSite>(callback: &str) -> Option<String> {
    let callback = callback.trim();
    let quoted = [('"', '"'), ('\'', '\''), ('<', '>')];
    let unquoted = quoted.iter().find(|(open, close)| {
        callback.len() > 1 && callback.starts_with(*open) && callback.ends_with(*close)
    });
    let callback = if unquoted.is_some() { &callback[1..callback.len() - 1] } else { callback };
    if callback.contains(char::is_control) {
        return None;
    }
    let callback = callback.split('#').next().unwrap_or_default();
    // A URL with or without a scheme has its query after the first `?`; anything else is a query.
    let first_name: String = callback.chars().take_while(|c| !['?', '=', '&'].contains(c)).collect();
    let is_url = first_name.contains(['/', ':']) || callback[first_name.len()..].starts_with('?');
    let query = match callback.split_once('?') {
        Some((_, query)) if is_url => query.to_owned(),
        None if callback.starts_with('/') || (callback.contains("://") && !callback.contains('=')) => {
            String::new()
        }
        _ => callback.to_owned(),
    };
    let query = if P::DIALECT.appends_query_to_query { query.replace('?', "&") } else { query };
    let all = |wanted: &str| -> Vec<String> {
        form_urlencoded::parse(query.as_bytes())
            .filter(|(name, _)| name == wanted)
            .map(|(_, value)| value.into_owned())
            .collect()
    };
    let (codes, states, errors) = (all("code"), all("state"), all("error"));
    let no_error = errors.is_empty() || errors == [""];
    match (codes.as_slice(), states.as_slice()) {
        ([code], [state]) if !code.is_empty() && state == STATE && no_error => {
            (all("error_description").len() < 2).then(|| code.clone())
        }
        _ => None,
    }
}
