//! The secrets of the tests, and the search for them.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use oauth_core::url::form_urlencoded;
use oauth_core::{Error, ErrorKind};

/// Contains characters that encodings change.
pub(crate) const CLIENT_SECRET: &str = "canary-client+secret/=\"%&";
pub(crate) const CODE: &str = "canary-code~1/2+3=";
pub(crate) const VERIFIER: &str = "canary-verifier-0123456789-0123456789-0123456789";
pub(crate) const STATE: &str = "canary-state-0123456789";
pub(crate) const ACCESS_TOKEN: &str = "canary-access-token-1";
pub(crate) const REFRESH_TOKEN: &str = "canary-refresh-token-1";

/// The secrets of a code exchange.
pub(crate) const OF_EXCHANGES: &[&str] = &[CLIENT_SECRET, CODE, VERIFIER];
/// The secrets of a refresh.
pub(crate) const OF_REFRESHES: &[&str] = &[CLIENT_SECRET, REFRESH_TOKEN];
/// The secrets of an API call.
pub(crate) const OF_API_CALLS: &[&str] = &[ACCESS_TOKEN, REFRESH_TOKEN];

/// Panics if `text` contains a secret, plain or in an encoding that errors redact.
pub(crate) fn assert_hidden(text: &str, secrets: &[&str]) {
    for secret in secrets {
        let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        let json = serde_json::Value::from(*secret).to_string();
        for encoded in [
            (*secret).to_owned(),
            form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
            json[1..json.len() - 1].to_owned(),
            BASE64_STANDARD_NO_PAD.encode(secret),
            BASE64_URL_SAFE_NO_PAD.encode(secret),
            hex.to_ascii_uppercase(),
            hex,
        ] {
            assert!(!text.contains(&encoded), "{secret} is shown as {encoded}: {text}");
        }
    }
}

/// Panics if an error shows a secret, does not fit into a line of a log, or contradicts itself.
pub(crate) fn check_error(error: &Error, secrets: &[&str]) {
    assert_hidden(&oauth_testing::shown(error), secrets);
    let line = error.to_string();
    assert!(!line.contains(char::is_control), "not a line of a log: {line:?}");
    assert!(line.chars().count() <= 1_000, "too long for a log: {line}");
    if let Some(wait) = error.retry_after() {
        assert!(wait.as_secs() <= 86_400, "retry_after is {wait:?}");
    }
    let transient = matches!(
        error.kind(),
        ErrorKind::NotSent
            | ErrorKind::Unanswered
            | ErrorKind::Unavailable
            | ErrorKind::RateLimited
            | ErrorKind::Busy
            | ErrorKind::Unauthorized
            | ErrorKind::RefusalUnconfirmed
    );
    // A store error of either kind may be transient.
    assert!(error.is_transient() == transient || error.kind() == ErrorKind::Store, "{line}");
    assert!(!(transient && error.needs_reconnect()), "transient and needs reconnecting: {line}");
}
