//! What the browser brings back, checked against the attempt that was begun.

use oauth_core::url::{Url, form_urlencoded};
use oauth_core::{CallbackFault, Client, CodeGrant, ErrorKind};

use crate::client::{Answer, Line, Lives, client, now, pending};
use crate::input::{Input, input};
use crate::secrets::{CODE, STATE, tells_nothing};

pub(crate) const WORDS: &[&str] = &[
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

/// A callback makes the client call only if any reader of URLs finds this attempt's `state` in it, and one code; then
/// that code is sent, to the token endpoint, once.
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

fn finished<P: Lives + CodeGrant>(callback: &str) {
    let reply =
        br#"{"access_token":"canary-access-token-2","api_base_url":"https://portal.cohortgo.com/api/v1"}"#;
    let line = Line::answering([Answer::new(reply.to_vec())]);
    let client = client::<P>(&line);
    let came = now(client.finish(&pending::<P>(), callback));
    let sent = line.sent();
    let expected = code_in::<P>(callback);
    if let Some(request) = sent.first() {
        assert_eq!(sent.len(), 1, "one code was sent more than once");
        assert_eq!(request.uri().to_string(), oauth_core::Site::token_url(client.site()).as_str());
        assert!(came.is_ok(), "{came:?}");
        let found =
            expected.expect("a call for a callback in which another reader finds no code of this attempt");
        let body = String::from_utf8_lossy(request.body());
        let is_multipart = body.starts_with("--");
        let form =
            form_urlencoded::parse(request.body()).any(|(name, value)| name == "code" && value == found);
        let part = format!("name=\"code\"\r\n\r\n{found}\r\n");
        assert!(if is_multipart { body.contains(&part) } else { form }, "another code was sent: {body}");
        once(&client, callback, &line);
        return;
    }
    let error = came.expect_err("finished without a call");
    assert!(expected.is_none(), "a good callback was refused: {error}");
    // A provider's own words may hold what only looks like a code.
    let secrets: &[&str] =
        if matches!(error.kind(), ErrorKind::Callback(_)) { &[STATE, CODE] } else { &[STATE] };
    tells_nothing(&error, secrets);
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
    // Only who knows the state can end the attempt.
    let good = format!("/callback?code=c&state={STATE}");
    let after = now(client.finish(&pending::<P>(), &good));
    assert!(after.is_ok() || callback_has_state(callback), "the attempt was ended from outside");
}

/// A second time is one too many.
fn once<P: Lives + CodeGrant>(client: &Client<P>, callback: &str, line: &Line) {
    let again = now(client.finish(&pending::<P>(), callback)).unwrap_err();
    assert_eq!(again.kind(), ErrorKind::Callback(CallbackFault::Replayed));
    assert!(line.sent().is_empty());
}

fn callback_has_state(callback: &str) -> bool {
    let plain = form_urlencoded::parse(callback.as_bytes()).map(|(name, value)| format!("{name}={value}"));
    plain.collect::<String>().contains(STATE)
}

/// The code, as another reader finds it: the one parameter `code`, beside the one `state`, which is ours, and no `error`.
fn code_in<P: Lives>(callback: &str) -> Option<String> {
    let callback = callback.trim();
    if callback.contains(char::is_control) {
        return None;
    }
    let base: Url = "https://app.example.com".parse().unwrap();
    let (start, _) = callback.split_once(['?', '=', '&', '#']).unwrap_or((callback, ""));
    let query = if start.contains("://") || callback.starts_with(['/', '?']) {
        // As text where no URL can be made of it: what comes before the query does not count.
        let url = Url::parse(callback).or_else(|_| base.join(callback));
        url.ok()
            .map_or_else(|| after_question_mark(callback), |url| url.query().unwrap_or_default().to_owned())
    } else {
        callback.split('#').next().unwrap_or_default().to_owned()
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

fn after_question_mark(callback: &str) -> String {
    let before = callback.split('#').next().unwrap_or_default();
    before.split_once('?').map_or_else(String::new, |(_, query)| query.to_owned())
}
