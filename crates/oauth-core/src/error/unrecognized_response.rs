//! A response that no declaration explains, without its values.

use std::fmt;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value};

use crate::util::redact::redact;

const MAX_KEYS: usize = 20;
/// Longest name that is shown, in bytes.
const MAX_KEY: usize = 30;

/// A response that nothing the provider declares explains. It holds no value of the response, so it can be
/// logged and reported.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnrecognizedResponse {
    /// Its status.
    pub status: StatusCode,
    /// Its media type, without parameters.
    pub content_type: Option<String>,
    /// The names of its members, at most 20.
    pub keys: Vec<String>,
}

impl UnrecognizedResponse {
    pub(crate) fn new(
        status: StatusCode,
        headers: &HeaderMap,
        fields: Option<&Map<String, Value>>,
        secrets: &[&str],
    ) -> Self {
        let media_type = |value: &str| value.split(';').next().unwrap_or_default().to_ascii_lowercase();
        let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(media_type);
        let keys = fields.into_iter().flat_map(Map::keys).take(MAX_KEYS);
        Self {
            status,
            content_type: content_type.map(|text| redact(&text, secrets, 60)).filter(|text| !text.is_empty()),
            keys: keys.map(|key| redact(shown_key(key), secrets, MAX_KEY)).collect(),
        }
    }
}

/// The name of a member if it looks like one: a map's keys may be addresses, ids or tokens.
fn shown_key(key: &str) -> &str {
    let is_name = (1..=MAX_KEY).contains(&key.len())
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        && key.bytes().filter(u8::is_ascii_digit).count() <= 2;
    if is_name { key } else { "[other]" }
}

impl fmt::Display for UnrecognizedResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "status {}", self.status.as_u16())?;
        write!(f, ", {}", self.content_type.as_deref().unwrap_or("no content type"))?;
        if self.keys.is_empty() {
            return f.write_str(", no members");
        }
        write!(f, ", members `{}`", self.keys.join("`, `"))
    }
}
