//! Secrets that are looked for in whatever is shown.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use oauth_core::url::form_urlencoded;
use oauth_core::{Error, ErrorKind};

/// With what encodings change.
pub(crate) const CLIENT_SECRET: &str = "canary-client+secret/=\"%&";
pub(crate) const CODE: &str = "canary-code~1/2+3=";
pub(crate) const VERIFIER: &str = "canary-verifier-0123456789-0123456789-0123456789";
pub(crate) const STATE: &str = "canary-state-0123456789";
pub(crate) const ACCESS_TOKEN: &str = "canary-access-token-1";
pub(crate) const REFRESH_TOKEN: &str = "canary-refresh-token-1";

/// Those of an exchange of a code.
pub(crate) const OF_EXCHANGES: &[&str] = &[CLIENT_SECRET, CODE, VERIFIER];
/// Those of a refresh.
pub(crate) const OF_REFRESHES: &[&str] = &[CLIENT_SECRET, REFRESH_TOKEN];
/// Those of an API call.
pub(crate) const OF_API_CALLS: &[&str] = &[ACCESS_TOKEN, REFRESH_TOKEN];

/// None of `secrets` stands in `text`, as it is or in an encoding of which errors promise to know it. A server may spell
/// what it was told in a thousand other ways; nobody can look for all.
pub(crate) fn hides(text: &str, secrets: &[&str]) {
    for secret in secrets {
        let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        let json = serde_json::Value::from(*secret).to_string();
        for spelling in [
            (*secret).to_owned(),
            form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
            json[1..json.len() - 1].to_owned(),
            BASE64_STANDARD_NO_PAD.encode(secret),
            BASE64_URL_SAFE_NO_PAD.encode(secret),
            hex.to_ascii_uppercase(),
            hex,
        ] {
            assert!(!text.contains(&spelling), "{secret} is shown as {spelling}: {text}");
        }
    }
}

/// An error is one line of a log, tells none of `secrets`, and contradicts itself nowhere.
pub(crate) fn tells_nothing(error: &Error, secrets: &[&str]) {
    hides(&oauth_testing::shown(error), secrets);
    let line = error.to_string();
    assert!(!line.contains(char::is_control), "not a line of a log: {line:?}");
    assert!(line.chars().count() <= 1_000, "too long for a log: {line}");
    if let Some(wait) = error.retry_after() {
        assert!(wait.as_secs() <= 86_400, "it would wait for {wait:?}");
    }
    let transient = matches!(
        error.kind(),
        ErrorKind::NotSent
            | ErrorKind::Unanswered
            | ErrorKind::Unavailable
            | ErrorKind::RateLimited
            | ErrorKind::Busy
    );
    // A store says for itself whether it will do later.
    assert!(error.is_transient() == transient || error.kind() == ErrorKind::Store, "{line}");
    assert!(!(transient && error.needs_reconnect()), "to be tried again, and to be connected again: {line}");
}
