//! Normalising of token responses: from the provider's dialect to RFC 6749. No IO.
//!
//! | Servers send | Handling |
//! |---|---|
//! | any 2xx | as 200 |
//! | any or no content type | the body decides |
//! | a body that is not quite JSON, or form-encoded | see [`response_body`] |
//! | members under other names, or another form of expiry | see [`response_members`](super::response_members) |
//! | an error code in a 200 without a token | an error |
//! | no `token_type` | one that the provider's header serves |
//! | `expires_in` as a float, as text, or of another type | whole seconds, or absent |
//! | `scope` as an array, or separated by commas | separated by spaces |

use std::time::Duration;

use chrono::{DateTime, Utc};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use serde::de::{Deserialize as _, Deserializer};
use serde_json::{Map, Value};
use serde_with::{As, DeserializeAs};
use url::Url;

use crate::error::error_document::ErrorDocument;
use crate::error::oauth_code::OAuthCode;
use crate::error::unrecognized_response::UnrecognizedResponse;
use crate::error::{Error, ErrorKind};
use crate::provider::dialect::{Dialect, Expiry, ZeroLifetime};
use crate::provider::scopes::Scopes;
use crate::token::response_body;
use crate::token::response_members::{tokens, with_standard_names};
use crate::util::headers::{location_host, retry_after};
use crate::util::redact::{is_token, redact};

/// Places of the message in an error response.
const MESSAGES: &[&str] =
    &["/error_description", "/message", "/hint", "/error/message", "/errors/*/message", "/errmsg"];

/// The request that a response belongs to.
pub(crate) struct Context<'a> {
    pub(crate) token_url: &'a Url,
    pub(crate) dialect: &'a Dialect,
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
    let retry_after = retry_after(&parts.headers, context.now);
    if status.is_redirection() {
        let host = location_host(&parts.headers, context.token_url, context.secrets);
        return Err(Error::new(ErrorKind::Redirected, "the token endpoint responded with a redirect")
            .with_status(status)
            .with_retry_after(retry_after)
            .with_message(host.map(|host| format!("to {host}"))));
    }
    // The names of a form can be any text of the body.
    let is_json = body.trim_ascii_start().starts_with(b"{");
    let fields = match response_body::parse(&body) {
        Ok(document) => {
            let whole = (!context.dialect.response_members.is_empty()).then(|| document.clone());
            let fields = with_standard_names(document, context.dialect, context.now);
            if !status.is_success() || is_error(&fields, context.dialect) {
                // A broken server may send tokens in a refusal, too.
                let given = tokens(whole.as_ref().unwrap_or(&fields), context.dialect);
                let secrets = context.secrets.iter().copied().chain(given.iter().map(String::as_str));
                let context = Context { secrets: &secrets.collect::<Vec<_>>(), ..*context };
                return Err(refused(status, &parts.headers, &fields, is_json, &context, retry_after));
            }
            fields
        }
        Err(unreadable) => {
            let (kind, what) = if status.is_success() {
                (ErrorKind::InvalidResponse, unreadable.as_str())
            } else {
                let what = "the token endpoint responded with something other than an OAuth error";
                (kind_by_status(status), what)
            };
            return Err(Error::new(kind, what)
                .with_status(status)
                .with_retry_after(retry_after)
                .with_unrecognized(unrecognized(status, &parts.headers, None, context.secrets)));
        }
    };
    let fields = standard_fields(fields, context.dialect)?;
    let mut normalised = Vec::with_capacity(body.len() + 64);
    // A `Value` always serializes.
    let _ = serde_json::to_writer(&mut normalised, &fields);
    let mut response = Response::new(normalised);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

/// Checks the response to a revocation. The body of a successful one does not matter (RFC 7009 section 2.2).
#[cfg_attr(not(feature = "connections"), allow(dead_code))]
pub(crate) fn check_revocation(response: Response<Vec<u8>>, context: &Context<'_>) -> Result<(), Error> {
    let status = response.status();
    let is_refused = |body| {
        response_body::parse(body).is_ok_and(|fields| {
            let (document, places) = (ErrorDocument(&fields), context.dialect.error_code_at);
            let says = |refusals| document.is_one_of(refusals, places, status.as_u16());
            text(&fields, "error").is_some_and(|error| !error.is_empty())
                || says(context.dialect.client_refused)
                || says(context.dialect.grant_refused)
        })
    };
    if status.is_success() && !is_refused(response.body()) {
        return Ok(());
    }
    normalise(response, context).map(drop)
}

/// Rewrites the fields of RFC 6749 section 5.1 to the types defined there. All others stay.
pub(crate) fn standard_fields(mut fields: Map<String, Value>, dialect: &Dialect) -> Result<Value, Error> {
    if is_absent(fields.get("refresh_token")) || fields.get("refresh_token").is_some_and(is_empty) {
        fields.remove("refresh_token");
    }
    if let Some(Value::Array(types)) = fields.get_mut("token_type")
        && let [single] = &mut types[..]
    {
        fields["token_type"] = single.take();
    }
    // Another type is not text: a damaged field.
    if is_absent(fields.get("token_type")) || fields.get("token_type").is_some_and(|value| !value.is_string())
    {
        fields.remove("token_type");
    }
    for name in ["access_token", "refresh_token"] {
        if text(&fields, name).is_some_and(|token| !is_token(token)) {
            let what = "of the response is empty, longer than 64 KiB, or not printable ASCII";
            return Err(Error::new(ErrorKind::InvalidResponse, format!("the `{name}` {what}")));
        }
    }
    let types = dialect.token_types;
    let is_served = |given: &str| types.iter().any(|served| served.eq_ignore_ascii_case(given.trim()));
    if text(&fields, "token_type").is_some_and(|given| !is_served(given)) {
        // The given type is not shown: a broken server may send anything there, a secret too.
        let what = format!("the `token_type` of the response is not `{}`", types.join("` or `"));
        return Err(Error::new(ErrorKind::InvalidResponse, what));
    }
    fields.entry("token_type").or_insert_with(|| types.first().copied().unwrap_or_default().into());
    let expires_in = fields.remove("expires_in").unwrap_or_default();
    let expires_in = As::<LenientSeconds>::deserialize::<_, Option<u64>>(expires_in).ok().flatten();
    // A time in the past is stated as clearly as one in the future.
    let zero_is_stated = dialect.zero_lifetime == ZeroLifetime::Expired || dialect.expiry == Expiry::Time;
    let is_stated = |seconds: &u64| *seconds > 0 || zero_is_stated;
    if let Some(seconds) = expires_in.filter(is_stated) {
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

pub(super) fn is_absent(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.trim().is_empty(),
        Some(_) => false,
    }
}

/// `false`, `0`, `[]` or `{}`, which some servers send instead of null.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Bool(value) => !value,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
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

/// A token counts even beside an error: it may be the only live one.
fn is_error(fields: &Map<String, Value>, dialect: &Dialect) -> bool {
    is_absent(fields.get("access_token"))
        && (!is_absent(fields.get("error")) || ErrorDocument(fields).code(dialect.error_code_at).is_some())
}

fn refused(
    status: StatusCode,
    headers: &HeaderMap,
    fields: &Map<String, Value>,
    is_json: bool,
    context: &Context<'_>,
    retry_after: Option<Duration>,
) -> Error {
    let (dialect, secrets) = (context.dialect, context.secrets);
    let document = ErrorDocument(fields);
    let code = document.code(dialect.error_code_at).map(|code| OAuthCode::redacted(code, secrets));
    let message = document.text(MESSAGES);
    let by_code = match &code {
        Some(OAuthCode::InvalidGrant) => Some(ErrorKind::GrantRefused),
        Some(code) if code.blames_client() => Some(ErrorKind::ClientRefused),
        Some(OAuthCode::ServerError | OAuthCode::TemporarilyUnavailable) => Some(ErrorKind::Unavailable),
        None | Some(OAuthCode::Other(_)) => None,
        Some(_) => Some(ErrorKind::RequestRefused),
    };
    // A failing server is no evidence about the customer, whatever its error code.
    let is_failing = matches!(status.as_u16(), 429 | 500..);
    let is_one_of = |refusals| document.is_one_of(refusals, dialect.error_code_at, status.as_u16());
    let recognized = if is_one_of(dialect.client_refused) {
        Some(ErrorKind::ClientRefused)
    } else if is_one_of(dialect.grant_refused) {
        Some(ErrorKind::GrantRefused)
    } else {
        by_code.filter(|_| !is_failing)
    };
    let unrecognized = match recognized {
        Some(_) => None,
        None => unrecognized(status, headers, is_json.then_some(fields), secrets),
    };
    let mut error =
        Error::new(recognized.unwrap_or_else(|| kind_by_status(status)), "the token endpoint refused")
            .with_status(status)
            .with_message(message.map(|message| redact(message, secrets, 200)))
            .with_unrecognized(unrecognized)
            .with_retry_after(retry_after);
    if error.kind() == ErrorKind::GrantRefused {
        error = error.needing_reconnect(dialect.reconnect_help);
    }
    if let Some(code) = code {
        error = error.with_code(code);
    }
    error
}

/// Describes a response that nothing explains. A 429 or 5xx explains itself.
fn unrecognized(
    status: StatusCode,
    headers: &HeaderMap,
    fields: Option<&Map<String, Value>>,
    secrets: &[&str],
) -> Option<UnrecognizedResponse> {
    let explains_itself = matches!(status.as_u16(), 429 | 500..);
    (!explains_itself).then(|| UnrecognizedResponse::new(status, headers, fields, secrets))
}

/// The kind of a response without an OAuth code. It blames neither client nor customer: a gateway may have
/// sent it.
fn kind_by_status(status: StatusCode) -> ErrorKind {
    match status.as_u16() {
        429 => ErrorKind::RateLimited,
        401 | 403 | 407 | 408 | 425 | 500.. => ErrorKind::Unavailable,
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
        normalise_by(&Dialect::rfc6749(), response, secrets)
    }

    fn normalise_by(
        dialect: &Dialect,
        response: Response<Vec<u8>>,
        secrets: &[&str],
    ) -> Result<Value, Error> {
        let context = Context {
            token_url: &Url::parse("https://provider.example/token").unwrap(),
            dialect,
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
            (
                200,
                "application/json",
                r#"{"access_token":"t","refresh_token":false,"token_type":["bearer"]}"#,
            ),
            (200, "application/json", r#"{"access_token":"t","refresh_token":0,"token_type":7}"#),
            (200, "application/json", r#"{"access_token":"t","token_type":{"type":"mac"}}"#),
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
            let body = body.replace(SECRET, "[secret]");
            out += &format!("{status} {body}\n  {:?}: {error:?}\n", error.kind());
        }
        insta::assert_snapshot!(out);
    }

    #[test]
    fn rejects_duplicate_parameter() {
        for body in [
            r#"{"access_token":"a","access_token":"b"}"#,
            r#"{"access_token":"a","refresh_token":"b","refresh_token":"c"}"#,
            r#"{"access_token":"a","error":"b","error":"c"}"#,
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
            // Contested; by default "not stated".
            ("0", None),
            ("\"0\"", None),
            ("-5", None),
            ("0.9", None),
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
    fn zero_lifetime_is_dialect_data() {
        let dialect = Dialect::rfc6749().zero_lifetime(ZeroLifetime::Expired);
        for value in ["0", "\"0\"", "-1", "0.5"] {
            let body = format!(r#"{{"access_token":"t","expires_in":{value}}}"#);
            let fields = normalise_by(&dialect, response(200, "", &body), &[]).unwrap();
            assert_eq!(fields["expires_in"], 0, "{value}");
        }
    }

    #[test]
    fn expiry_has_the_declared_form() {
        // The tests' time is 1994-11-06T08:49:30Z.
        for (form, value, expected) in [
            (Expiry::Milliseconds, "7200000", Some(7200)),
            (Expiry::Milliseconds, "\"7200999\"", Some(7201)),
            (Expiry::Milliseconds, "500", Some(1)),
            (Expiry::Milliseconds, "0", None),
            (Expiry::Milliseconds, "-1e300", None),
            (Expiry::Milliseconds, "[]", None),
            (Expiry::Time, "\"1994-11-06T09:49:30Z\"", Some(3600)),
            (Expiry::Time, "\"1994-11-06T10:49:30.9+01:00\"", Some(3600)),
            (Expiry::Time, "784115370", Some(3600)),
            (Expiry::Time, "\"784115370.5\"", Some(3600)),
            (Expiry::Time, "784115370000", Some(3600)),
            (Expiry::Time, "\"1994-11-06T08:00:00Z\"", Some(0)),
            (Expiry::Time, "1e999", Some(i32::MAX as u64)),
            (Expiry::Time, "0", None),
            (Expiry::Time, "\"0001-01-01T00:00:00Z\"", None),
            (Expiry::Time, "-1e300", None),
            (Expiry::Time, "\"-inf\"", None),
            (Expiry::Time, "\"nan\"", None),
            (Expiry::Time, "-9223372036854775808", None),
            (Expiry::Time, "\"soon\"", None),
            (Expiry::Time, "null", None),
            (Expiry::Ignored, "7200", None),
        ] {
            let dialect = Dialect::rfc6749().expiry(form);
            let body = format!(r#"{{"access_token":"t","expires_in":{value}}}"#);
            let fields = normalise_by(&dialect, response(200, "", &body), &[]).unwrap();
            assert_eq!(fields.get("expires_in").cloned(), expected.map(Value::from), "{form:?} {value}");
        }
    }

    #[test]
    fn members_are_read_at_the_declared_places() {
        let dialect = Dialect::rfc6749()
            .response_members(&[
                ("access_token", "/user/accessToken"),
                ("access_token", "/accessToken"),
                ("expires_in", "/expires_at"),
            ])
            .expiry(Expiry::Time);
        let read = |body: &str| normalise_by(&dialect, response(200, "", body), &[SECRET]);
        let body = r#"{"access_token":"bot","expires_in":7,"user":{"accessToken":"t"},
            "expires_at":784115370,"refresh_token":"r"}"#;
        let fields = read(body).unwrap();
        assert_eq!((&fields["access_token"], &fields["refresh_token"]), (&"t".into(), &"r".into()));
        assert_eq!(fields["expires_in"], 3600);
        for body in [r#"{"accessToken":"t"}"#, r#"{"user":{"accessToken":null},"accessToken":"t"}"#] {
            assert_eq!(read(body).unwrap()["access_token"], "t");
        }
        // The standard member is another token.
        for error in ["invalid_grant", "bot-1"] {
            let body = format!(
                r#"{{"access_token":"bot-1","error":"{error}","error_description":"bot-1 bot-2 bot-3","x":[{{"refresh_token":
                "bot-2","accessToken":"bot-3"}}]}}"#
            );
            let error = read(&body).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("bot"), "{error:?}");
        }
        assert!(read(r#"{"access_token":"bot"}"#).unwrap().get("access_token").is_none());
    }

    #[test]
    fn members_of_two_users_are_not_mixed() {
        let dialect = Dialect::rfc6749().response_members(&[
            ("access_token", "/user/access_token"),
            ("access_token", "/access_token"),
            ("refresh_token", "/user/refresh_token"),
            ("refresh_token", "/refresh_token"),
            ("scope", "/scope"),
        ]);
        let body = r#"{"access_token":"bot","refresh_token":"bot","scope":"a","user":{"access_token":"t"}}"#;
        let fields = normalise_by(&dialect, response(200, "", body), &[]).unwrap();
        assert_eq!(fields["access_token"], "t");
        assert_eq!((fields.get("refresh_token"), &fields["scope"]), (None, &"a".into()));
    }

    #[test]
    fn token_types_are_dialect_data() {
        let body = |token_type: &str| format!(r#"{{"access_token":"t","token_type":"{token_type}"}}"#);
        let dialect = Dialect::rfc6749().token_types(&["Application Access Token", "bot"]);
        for (token_type, by_default, declared) in [
            ("bearer", true, false),
            (" BeArEr ", true, false),
            ("", true, true),
            ("bot", false, true),
            ("APPLICATION access token", false, true),
            ("mac", false, false),
        ] {
            for (dialect, expected) in [(&Dialect::rfc6749(), by_default), (&dialect, declared)] {
                let result = normalise_by(dialect, response(200, "", &body(token_type)), &[]);
                assert_eq!(result.is_ok(), expected, "{token_type}");
            }
        }
    }

    #[test]
    fn finds_error_code_where_servers_put_it() {
        for (status, body) in [
            (400, r#"{"error":"invalid_grant"}"#),
            (400, r#"{"error":{"code":"invalid_grant"}}"#),
            (400, r#"{"error":{"message":"no","type":"invalid_grant","code":190}}"#),
            (400, r#"{"errors":[{"errorType":"invalid_grant","message":"no"}],"success":false}"#),
            (401, r#"{"errors":[{"errorType":"other"},{"errorType":"invalid-grant"}]}"#),
            (400, r#"{"errors":[{"code":"invalid_grant"}]}"#),
            (400, r#"{"errcode":40029,"errmsg":"invalid_grant"}"#),
            // WeChat sends 200.
            (200, r#"{"errcode":40029,"errmsg":"invalid_grant"}"#),
            (200, r#"{"errors":[{"errorType":"invalid_grant"}]}"#),
            (400, "error=invalid_grant"),
            // Bytes beside the code do not hide it.
            (400, "\u{FEFF}\u{FEFF}{\"error\":\"invalid_grant\",\"error_description\":\"a\tb\"}"),
        ] {
            let error = read(status, "", body).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::GrantRefused, "{body}: {error}");
            assert_eq!(error.oauth_code(), Some(&OAuthCode::InvalidGrant), "{body}");
            assert!(error.unrecognized_response().is_none(), "{body}");
        }
        let dialect = Dialect::rfc6749().error_code_at(&["/fault/name"]);
        let of = |body| normalise_by(&dialect, response(400, "", body), &[]).unwrap_err().kind();
        assert_eq!(of(r#"{"fault":{"name":"invalid_grant"}}"#), ErrorKind::GrantRefused);
        assert_eq!(of(r#"{"error":"invalid_grant"}"#), ErrorKind::RequestRefused);
        // A sentence is no code.
        let error = read(400, "", r#"{"errmsg":"invalid code, hints: x"}"#).unwrap_err();
        assert_eq!((error.oauth_code(), error.message()), (None, Some("invalid code, hints: x")));
    }

    #[test]
    fn classifies_before_redacting() {
        for (secret, code, kind) in [
            ("grant", "invalid_grant", ErrorKind::GrantRefused),
            ("invalid", "invalid-grant", ErrorKind::GrantRefused),
            ("client", "invalid_client", ErrorKind::ClientRefused),
            ("invalid_client", "invalid_client", ErrorKind::ClientRefused),
            ("error", "server_error", ErrorKind::Unavailable),
        ] {
            let body = format!(r#"{{"error":"{code}","error_description":"for {secret}"}}"#);
            let error = normalise_with(response(400, "", &body), &[secret]).unwrap_err();
            assert_eq!((error.kind(), error.message()), (kind, Some("for [redacted]")), "{code}");
        }
        let error = normalise_with(response(400, "", r#"{"error":"no_grant"}"#), &["grant"]).unwrap_err();
        assert_eq!(error.oauth_code(), Some(&OAuthCode::Other("no_[redacted]".into())));
    }

    #[test]
    fn response_without_code_blames_nobody() {
        for (status, content_type, body, keys) in [
            (401, "text/html", "<html>Unauthorized</html>", &[][..]),
            (401, "", "", &[]),
            (401, "application/json; charset=utf-8", r#"{"message":"Unauthorized"}"#, &["message"]),
            (401, "application/json", r#"{"error":"Unauthorized","status":401}"#, &["error", "status"]),
            (403, "text/html", "<html>Forbidden</html>", &[]),
            (407, "text/plain", "proxy", &[]),
        ] {
            let error = read(status, content_type, body).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unavailable, "{body}: {error}");
            assert!(error.is_transient() && !error.needs_reconnect(), "{body}");
            let seen = error.unrecognized_response().unwrap();
            assert_eq!((seen.status.as_u16(), &*seen.keys.join(" ")), (status, &*keys.join(" ")));
            let media_type = content_type.split(';').next().filter(|text| !text.is_empty());
            assert_eq!(seen.content_type.as_deref(), media_type);
        }
        // Names, too, may hold secrets. No value is kept.
        let body = r#"{"canary-s3cret":"canary-other","message":"canary-other"}"#;
        let error = read(400, "", body).unwrap_err();
        let shown = error.unrecognized_response().unwrap().to_string();
        assert_eq!(shown, "status 400, no content type, members `[redacted]`, `message`");
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
