//! Normalising of token responses: from the provider's dialect to RFC 6749. No IO.
//!
//! | Servers send | Handling |
//! |---|---|
//! | any 2xx | as 200 |
//! | any or no content type | the body decides |
//! | a form-encoded body | parsed into the same fields |
//! | `error` in a 200 without a token | an error |
//! | a byte order mark | skipped |
//! | a number that no double can hold | the nearest double |
//! | a duplicate key or parameter | an error: RFC 6749 section 5.1 forbids it |
//! | no `token_type` | a type that the provider's header serves |
//! | `expires_in` as a float, as text, or of another type | whole seconds, or absent |
//! | `scope` as an array, or separated by commas | separated by spaces |

use std::time::Duration;

use chrono::{DateTime, Utc};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use serde::de::{Deserialize as _, Deserializer};
use serde_json::value::RawValue;
use serde_json::{Map, Number, Value};
use serde_with::{As, DeserializeAs};
use url::{Url, form_urlencoded};

use crate::error::oauth_code::OAuthCode;
use crate::error::{Error, ErrorKind};
use crate::provider::dialect::{Dialect, Refusal};
use crate::provider::scopes::Scopes;
use crate::util::headers::{location_host, retry_after};
use crate::util::redact::{is_token, redact};
use crate::util::strict_json::{self, Parsed, UniqueMembers};

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// `serde_json`'s own limit.
const MAX_DEPTH: usize = 128;

/// The request that a response belongs to.
pub(crate) struct Context<'a> {
    pub(crate) token_url: &'a Url,
    pub(crate) dialect: &'a Dialect,
    pub(crate) token_types: &'static [&'static str],
    /// Secrets of the request, redacted if the server echoes them.
    pub(crate) secrets: &'a [&'a str],
    pub(crate) now: DateTime<Utc>,
}

/// Returns the response as RFC 6749 section 5.1 defines it, or the error that it is.
pub(crate) fn normalise(
    response: Response<Vec<u8>>,
    context: &Context<'_>,
) -> Result<Response<Vec<u8>>, Error> {
    let (parts, body) = response.into_parts();
    let status = parts.status;
    if status.is_redirection() {
        let host = location_host(&parts.headers, context.token_url, context.secrets);
        return Err(Error::new(ErrorKind::Redirected, "the token endpoint responded with a redirect")
            .with_status(status)
            .with_message(host.map(|host| format!("to {host}"))));
    }
    let retry_after = retry_after(&parts.headers, context.now);
    let fields = match parse(&body) {
        Parsed::Object(fields) if status.is_success() && !is_error(&fields) => fields,
        Parsed::Object(fields) => {
            return Err(refused(status, &fields, context.dialect, retry_after, context.secrets));
        }
        unparsed if status.is_success() => {
            let what = match unparsed {
                _ if body.is_empty() => "the token response is empty",
                Parsed::DuplicateKey => "the token response has a duplicate parameter",
                _ => "the token response is neither a JSON object nor form-encoded",
            };
            return Err(Error::new(ErrorKind::InvalidResponse, what).with_status(status));
        }
        _ => {
            let what = "the token endpoint responded with something other than an OAuth error";
            return Err(Error::new(kind_by_status(status), what)
                .with_status(status)
                .with_retry_after(retry_after));
        }
    };
    let fields = standard_fields(fields, context.token_types)?;
    // A `Value` always serializes.
    let mut response = Response::new(serde_json::to_vec(&fields).unwrap_or_default());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

/// Rewrites the fields of RFC 6749 section 5.1 to the types defined there. All others stay.
fn standard_fields(mut fields: Map<String, Value>, token_types: &[&str]) -> Result<Value, Error> {
    for name in ["refresh_token", "token_type"] {
        if is_absent(fields.get(name)) {
            fields.remove(name);
        }
    }
    for name in ["access_token", "refresh_token"] {
        if text(&fields, name).is_some_and(|token| !is_token(token)) {
            let what = "of the response is empty, longer than 64 KiB, or not printable ASCII";
            return Err(Error::new(ErrorKind::InvalidResponse, format!("the `{name}` {what}")));
        }
    }
    let is_served = |given: &str| token_types.iter().any(|served| served.eq_ignore_ascii_case(given.trim()));
    if text(&fields, "token_type").is_some_and(|given| !is_served(given)) {
        // The given type is not shown: a broken server may send anything there, a secret too.
        let what = format!("the `token_type` of the response is not `{}`", token_types.join("` or `"));
        return Err(Error::new(ErrorKind::InvalidResponse, what));
    }
    fields.entry("token_type").or_insert_with(|| token_types.first().copied().unwrap_or_default().into());
    let expires_in = fields.remove("expires_in").unwrap_or_default();
    if let Ok(Some(seconds)) = As::<LenientSeconds>::deserialize::<_, Option<u64>>(expires_in) {
        fields.insert("expires_in".to_owned(), seconds.into());
    }
    let scope = fields.remove("scope").unwrap_or_default();
    if let Ok(Some(scope)) = As::<ScopeList>::deserialize::<_, Option<String>>(scope) {
        fields.insert("scope".to_owned(), scope.into());
    }
    Ok(Value::Object(fields))
}

fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    fields.get(name).and_then(Value::as_str)
}

fn is_absent(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.trim().is_empty(),
        Some(_) => false,
    }
}

/// `expires_in` as a number or as text, limited to 0 up to 68 years. Any other value is dropped: an error
/// would lose the refresh token in the same response.
struct LenientSeconds;

impl<'de> DeserializeAs<'de, Option<u64>> for LenientSeconds {
    fn deserialize_as<D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
        let seconds = match Value::deserialize(deserializer)? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse::<f64>().ok(),
            _ => None,
        };
        let seconds = seconds.filter(|seconds| !seconds.is_nan());
        Ok(seconds.map(|seconds| seconds.clamp(0.0, f64::from(i32::MAX)) as u64))
    }
}

/// `scope` as text, separated by spaces or commas, or as an array of such text. Any other value is dropped.
struct ScopeList;

impl<'de> DeserializeAs<'de, Option<String>> for ScopeList {
    fn deserialize_as<D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
        let text = match Value::deserialize(deserializer)? {
            Value::String(text) => text,
            Value::Array(items) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
            _ => return Ok(None),
        };
        Ok(Some(Scopes::lenient(&text).to_string()))
    }
}

/// Parses JSON or a form into one object.
fn parse(body: &[u8]) -> Parsed {
    let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
    match strict_json::parse_object(body) {
        Parsed::NotAnObject => match parse_out_of_range(body) {
            Parsed::NotAnObject => parse_form(body),
            parsed => parsed,
        },
        parsed => parsed,
    }
}

/// Parses JSON with numbers beyond the range of a double, such as a lifetime of `1e999`. `serde_json` rejects
/// them, which would lose the token.
fn parse_out_of_range(body: &[u8]) -> Parsed {
    strict_json::parsed(serde_json::from_slice(body).and_then(|raw| nearest_value(raw, MAX_DEPTH)))
}

fn nearest_value(raw: &RawValue, depth: usize) -> serde_json::Result<Value> {
    let text = raw.get();
    let depth =
        depth.checked_sub(1).ok_or_else(|| serde_json::Error::io(std::io::ErrorKind::Other.into()))?;
    match text.as_bytes().first() {
        Some(b'{') => {
            let UniqueMembers(members) = serde_json::from_str::<UniqueMembers<&RawValue>>(text)?;
            let members = members.into_iter().map(|(key, raw)| Ok((key, nearest_value(raw, depth)?)));
            Ok(Value::Object(members.collect::<serde_json::Result<_>>()?))
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(text)?;
            items.into_iter().map(|raw| nearest_value(raw, depth)).collect()
        }
        _ => serde_json::from_str(text).or_else(|error| {
            let number =
                text.parse().ok().and_then(|number: f64| Number::from_f64(number.clamp(f64::MIN, f64::MAX)));
            number.map(Value::Number).ok_or(error)
        }),
    }
}

/// A token counts even beside an `error`: it may be the only live one.
fn is_error(fields: &Map<String, Value>) -> bool {
    is_absent(fields.get("access_token")) && !is_absent(fields.get("error"))
}

fn parse_form(body: &[u8]) -> Parsed {
    let text = std::str::from_utf8(body).unwrap_or_default().trim();
    let first = text.split('&').next().unwrap_or_default();
    let looks_like_a_form = first.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
    });
    if !looks_like_a_form {
        return Parsed::NotAnObject;
    }
    let mut fields = Map::new();
    for (name, value) in form_urlencoded::parse(text.as_bytes()).into_owned() {
        if fields.insert(name, Value::String(value)).is_some() {
            return Parsed::DuplicateKey;
        }
    }
    Parsed::Object(fields)
}

fn refused(
    status: StatusCode,
    fields: &Map<String, Value>,
    dialect: &Dialect,
    retry_after: Option<Duration>,
    secrets: &[&str],
) -> Error {
    // A broken server may send tokens in a refusal, too.
    let given = ["access_token", "refresh_token", "id_token"].iter().filter_map(|name| text(fields, name));
    let secrets: Vec<&str> = secrets.iter().copied().chain(given).collect();
    let secrets = secrets.as_slice();
    let code = text(fields, "error").map(|code| OAuthCode::parse(&redact(code, secrets, 64)));
    let message = ["error_description", "message", "hint"]
        .iter()
        .find_map(|name| text(fields, name))
        .filter(|message| !message.is_empty());
    let is_one_of = |refusals: &[Refusal]| {
        refusals.iter().any(|refusal| {
            refusal.status == status.as_u16()
                && ["error", "message", "error_description", "hint"].iter().any(|name| {
                    text(fields, name)
                        .is_some_and(|text| text.to_ascii_lowercase().contains(refusal.contains))
                })
        })
    };
    let kind = if is_one_of(dialect.client_refused) {
        ErrorKind::ClientRefused
    } else if is_one_of(dialect.grant_refused) {
        ErrorKind::GrantRefused
    } else {
        match &code {
            // A failing server is no evidence about the customer, whatever its error code.
            _ if matches!(status.as_u16(), 429 | 500..) => kind_by_status(status),
            Some(OAuthCode::InvalidGrant) => ErrorKind::GrantRefused,
            Some(code) if code.blames_client() => ErrorKind::ClientRefused,
            Some(OAuthCode::ServerError | OAuthCode::TemporarilyUnavailable) => ErrorKind::Unavailable,
            None | Some(OAuthCode::Other(_)) => kind_by_status(status),
            Some(_) => ErrorKind::RequestRefused,
        }
    };
    let mut error = Error::new(kind, "the token endpoint refused")
        .with_status(status)
        .with_message(message.map(|message| redact(message, secrets, 200)))
        .with_retry_after(retry_after);
    if let Some(code) = code {
        error = error.with_code(code);
    }
    error
}

fn kind_by_status(status: StatusCode) -> ErrorKind {
    match status.as_u16() {
        429 => ErrorKind::RateLimited,
        408 | 425 | 500.. => ErrorKind::Unavailable,
        // At a token endpoint 401 is about the client's credentials (RFC 6749 section 5.2).
        401 => ErrorKind::ClientRefused,
        _ => ErrorKind::RequestRefused,
    }
}

#[cfg(test)]
mod tests {
    use http::header::CONTENT_TYPE;

    use super::*;
    use proptest::strategy::Strategy;

    fn response(status: u16, content_type: &str, body: &str) -> Response<Vec<u8>> {
        Response::builder()
            .status(status)
            .header(CONTENT_TYPE, content_type)
            .body(body.as_bytes().to_vec())
            .unwrap()
    }

    const SECRET: &str = "canary-s3cret";

    fn normalise_with(response: Response<Vec<u8>>, secrets: &[&str]) -> Result<Value, Error> {
        let context = Context {
            token_url: &Url::parse("https://provider.example/token").unwrap(),
            dialect: &Dialect::rfc6749(),
            token_types: &["bearer"],
            secrets,
            now: "1994-11-06T08:49:30Z".parse().unwrap(),
        };
        let response = normalise(response, &context)?;
        assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
        Ok(serde_json::from_slice(response.body()).unwrap())
    }

    fn read(status: u16, content_type: &str, body: &str) -> Result<Value, Error> {
        normalise_with(response(status, content_type, body), &[SECRET])
    }

    #[test]
    fn normalises_what_oauth2_refuses() {
        let json = r#"{"access_token":"t"}"#;
        for (status, content_type, body) in [
            (201, "application/json", json),
            (200, "text/html; charset=utf-8", json),
            (200, "application/vnd.provider+json", json),
            (200, "text/plain", "access_token=t"),
            (200, "application/x-www-form-urlencoded", "access_token=t"),
            (200, "application/x-www-form-urlencoded", "access_token=t&scope=1e999"),
            (200, "application/json", "\u{FEFF}{\"access_token\":\"t\"}"),
            (200, "application/json", r#"{"access_token":"t","error":null}"#),
            (200, "application/json", r#"{"access_token":"t","expires_in":1e999,"x":[-1e999]}"#),
            // A token is kept whatever else the response holds: it may be the only live one.
            (200, "application/json", r#"{"access_token":"t","error":"slow"}"#),
        ] {
            let value = read(status, content_type, body).unwrap();
            assert_eq!(value["access_token"], "t", "{status} {content_type} {body}");
        }
    }

    #[test]
    fn errors_show_no_secret() {
        let mut out = String::new();
        for (status, body) in [
            (400, r#"{"error":"invalid-grant","error_description":"Authorization expired or invalid!"}"#),
            (200, r#"{"error":"invalid_client"}"#),
            (401, r#"{"error":"invalid_request","message":"code canary-s3cret is spent"}"#),
            (400, r#"{"error":"canary-s3cret"}"#),
            (400, "error=invalid_scope"),
            (500, r#"{"error":"invalid_grant"}"#),
            (429, r#"{"error":"invalid_grant"}"#),
            (200, r#"{"error":"invalid_grant","access_token":null}"#),
            (401, r#"{"message":"who are you"}"#),
            (408, ""),
            (502, "<html>Bad gateway</html>"),
            (429, "slow down"),
            (404, "{}"),
            (200, ""),
            (200, "<html></html>"),
            (200, "[1]"),
            (302, ""),
        ] {
            let error = read(status, "application/json", body).unwrap_err();
            out += &format!("{status} {}\n  {:?}\n", body.replace(SECRET, "[secret]"), error);
        }
        insta::assert_snapshot!(out);
    }

    #[test]
    fn rejects_duplicate_parameter() {
        for body in [
            r#"{"access_token":"a","access_token":"b"}"#,
            r#"{"access_token":"a","account":{"api_base_url":"x","api_base_url":"y"}}"#,
            "access_token=a&access_token=b",
        ] {
            let error = read(200, "", body).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{body}");
            assert!(error.to_string().contains("duplicate"), "{error}");
        }
        // With two error codes, neither counts: the grant may still be valid.
        let error = read(400, "", r#"{"error":"invalid_grant","error":"invalid_client"}"#).unwrap_err();
        assert_eq!((error.kind(), error.oauth_code()), (ErrorKind::RequestRefused, None));
    }

    #[test]
    fn refusal_redacts_its_tokens() {
        let body = r#"{"error":"invalid_request","access_token":"canary-a1","refresh_token":"canary-r1",
            "error_description":"no scope for canary-a1 and canary-r1"}"#;
        let error = read(400, "", body).unwrap_err();
        assert_eq!(error.message(), Some("no scope for [redacted] and [redacted]"));
    }

    #[test]
    fn redacts_long_secret_in_error_code() {
        let secret = "d".repeat(100);
        let body = format!(r#"{{"error":"{secret}"}}"#);
        let error = normalise_with(response(400, "", &body), &[&secret]).unwrap_err();
        assert!(!format!("{error:?}").contains("dddd"), "{error:?}");
    }

    #[test]
    fn redirect_error_names_target_host() {
        for (location, host) in [
            ("//evil.example/x?code=1", "evil.example"),
            ("/login", "provider.example"),
            ("https://evil.example:8443/x", "evil.example:8443"),
            ("https://Canary-S.evil.example/", "[redacted].evil.example"),
        ] {
            let mut response = response(302, "", "");
            response.headers_mut().insert("location", location.parse().unwrap());
            let error = normalise_with(response, &["Canary-S"]).unwrap_err();
            assert_eq!(error.message(), Some(format!("to {host}").as_str()));
        }
    }

    fn field(json: &str, name: &str) -> Option<Value> {
        read(200, "", json).unwrap().get(name).cloned()
    }

    #[test]
    fn reads_expires_in_of_every_kind() {
        for (value, expected) in [
            ("3529", Some(3529)),
            ("3529.9", Some(3529)),
            ("\"3529\"", Some(3529)),
            ("\" 3529.0 \"", Some(3529)),
            ("null", None),
            ("\"soon\"", None),
            ("\"NaN\"", None),
            ("[1]", None),
            ("-5", Some(0)),
            ("1e300", Some(i32::MAX as u64)),
            ("99999999999999999999999", Some(i32::MAX as u64)),
            ("1e999", Some(i32::MAX as u64)),
        ] {
            let seconds = field(&format!(r#"{{"access_token":"t","expires_in":{value}}}"#), "expires_in");
            assert_eq!(seconds, expected.map(Value::from), "{value}");
        }
        assert_eq!(field(r#"{"access_token":"t"}"#, "expires_in"), None);
    }

    #[test]
    fn reads_scope_of_every_kind() {
        let scope = |value: &str| field(&format!(r#"{{"access_token":"t","scope":{value}}}"#), "scope");
        assert_eq!(scope(r#""a b""#).unwrap(), "a b");
        assert_eq!(scope(r#""a,b, c""#).unwrap(), "a b c");
        assert_eq!(scope(r#"["a","b c"]"#).unwrap(), "a b c");
        assert_eq!(scope(r#""""#).unwrap(), "");
        assert_eq!(scope("null"), None);
        assert_eq!(field(r#"{"access_token":"t"}"#, "scope"), None);
    }

    #[test]
    fn keeps_undeclared_fields() {
        let value =
            read(200, "", r#"{"access_token":"t","token_type":"Bearer","id_token":"x","n":1}"#).unwrap();
        assert_eq!((&value["id_token"], &value["n"]), (&"x".into(), &1.into()));
    }

    #[test]
    fn clamps_numbers_beyond_a_double() {
        let max = serde_json::json!(f64::MAX);
        let long = "9".repeat(400);
        let parsed = |body: &str| match parse(body.as_bytes()) {
            Parsed::Object(fields) => Some(Value::Object(fields).to_string()),
            _ => None,
        };
        assert_eq!(
            parsed(r#"{"a":1e999,"b":"1e999","c":-1E+999}"#).unwrap(),
            format!(r#"{{"a":{max},"b":"1e999","c":-{max}}}"#)
        );
        assert_eq!(
            parsed(&format!(r#"{{"a":[{long},{long}.5,1]}}"#)).unwrap(),
            format!(r#"{{"a":[{max},{max},1]}}"#)
        );
        for malformed in
            ["01e999", "1.e999", "-.5e999", "1e", "1e9e999", "--1e999", "1e999-", "[1e999", "{\"b\":1e999"]
        {
            assert_eq!(parsed(&format!(r#"{{"a":{malformed}}}"#)), None, "{malformed}");
        }
        let nested = format!(r#"{{"a":{}1e999{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(parsed(&nested), None);
        assert_eq!(parse(br#"{"a":1e999,"b":1,"b":2}"#), Parsed::DuplicateKey);
    }

    proptest::proptest! {
        #[test]
        fn normalise_never_panics_or_leaks(
            status in 100_u16..600,
            content_type in "[ -~]{0,30}",
            body in proptest::prop_oneof![
                proptest::collection::vec(proptest::prelude::any::<u8>(), 0..80),
                "\\{\"(error|message|hint|access_token|error_description)\":\"(s3cret| |[a-z_-]){0,4}\"\\}".prop_map(String::into_bytes),
                "(error|access_token|x)=(s3cret|%|[a-z]){0,4}".prop_map(String::into_bytes),
            ],
        ) {
            let response =
                Response::builder().status(status).header(CONTENT_TYPE, content_type).body(body).unwrap();
            match normalise_with(response, &["s3cret"]) {
                Ok(value) => proptest::prop_assert!(value.is_object()),
                Err(error) => proptest::prop_assert!(!format!("{error} {error:?}").contains("s3cret"), "{}", error),
            }
        }
    }
}
