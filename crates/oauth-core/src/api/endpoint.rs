//! `Endpoint`: a typed API call, and helpers to write one.

use chrono::{DateTime, TimeDelta, Utc};
use http::{Request, Response, StatusCode};
use serde::Deserialize as _;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::sync::Arc;
use std::time::Duration;

use crate::error::{Error, ErrorKind};
use crate::provider::provider::Provider;
use crate::provider::renewal::Renewal;
use crate::provider::scopes::Scopes;
use crate::token::lineage::Lineage;
use crate::token::response::standard_fields;
use crate::token::response_members::with_standard_names;
use crate::token::token::{ScopeSource, Token, TokenData, TokenOrigin};
use crate::util::secret::AccessToken;
use crate::util::strict_json::{UniqueKeys, describe_mismatch, without_byte_order_marks};
use crate::util::url_policy::{encode_segment, is_dot_segment};

/// One API call of provider `P`: its request, and the parsing of its response. No IO.
///
/// The client checks the URL, adds the access token, `User-Agent` and `Accept`, and returns an [`Error`]
/// unless the response's status is [accepted](Self::accepts_status).
///
/// An endpoint without parameters is a unit struct. If parameters are needed later, add another endpoint, so
/// that `&Me` still compiles.
///
/// [`endpoint!`](crate::endpoint) declares most endpoints. Any other takes a few lines:
///
/// ```
/// use oauth_core::*;
///
/// struct Ping;
///
/// impl<P: Provider<Site = FixedSite>> Endpoint<P> for Ping {
///     type Response = String;
///     const NAME: &'static str = "GET /ping";
///
///     fn request(&self, context: &EndpointContext<'_, P>) -> Result<http::Request<Vec<u8>>, Error> {
///         get(&join(context.site().api_url(), &["ping"])?)
///     }
///
///     fn parse(
///         &self,
///         _: &EndpointContext<'_, P>,
///         response: http::Response<Vec<u8>>,
///     ) -> Result<String, Error> {
///         json(&response)
///     }
/// }
/// ```
pub trait Endpoint<P: Provider>: Sync {
    /// The parsed response.
    type Response: Send;

    /// Method and path template for messages, without values: `POST /api/access_tokens/:token/space`.
    const NAME: &'static str;

    /// True if the call may be sent twice. The default goes by the method, the first word of
    /// [`NAME`](Self::NAME): true if it is idempotent (RFC 9110 section 9.2.2). A call with an entity tag is
    /// not: if the response is lost, a second one gets 412, although the first changed the resource.
    const IDEMPOTENT: bool = has_idempotent_method(Self::NAME);

    /// Scopes that the call needs, all of them. If the server stated the scopes of a token and one is
    /// missing, the call fails with [`ErrorKind::MissingScope`] and nothing is sent.
    const SCOPES: &'static [&'static str] = &[];

    /// Size in bytes that a response may have for this call, where the client's limit is lower.
    const MIN_BODY_LIMIT: usize = 0;

    /// Time that this call may take, where the client's deadline is shorter.
    const MIN_DEADLINE: Duration = Duration::ZERO;

    /// True if the call names another user than the token's: an unexplained 401 may then be about that user.
    const ACTS_FOR_USER: bool = false;

    /// Returns the request, with an absolute URL and without the token.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if the parameters cannot be sent.
    fn request(&self, context: &EndpointContext<'_, P>) -> Result<Request<Vec<u8>>, Error>;

    /// Returns the request's secrets other than its token, such as a password. Errors redact them if the
    /// server echoes them. None by default.
    fn secrets(&self) -> Vec<&str> {
        Vec::new()
    }

    /// Returns true if [`parse`](Self::parse) handles responses with this status. By default any 2xx.
    fn accepts_status(&self, status: StatusCode) -> bool {
        status.is_success()
    }

    /// Parses the response.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidResponse`] if it cannot be read.
    fn parse(
        &self,
        at: &EndpointContext<'_, P>,
        response: Response<Vec<u8>>,
    ) -> Result<Self::Response, Error>;
}

const fn has_idempotent_method(name: &str) -> bool {
    matches!(
        name.as_bytes(),
        [b'G', b'E', b'T', b' ', ..]
            | [b'H', b'E', b'A', b'D', b' ', ..]
            | [b'P', b'U', b'T', b' ', ..]
            | [b'D', b'E', b'L', b'E', b'T', b'E', b' ', ..]
    )
}

/// The site and the token of a call.
pub struct EndpointContext<'a, P: Provider> {
    site: &'a P::Site,
    token: &'a Token<P>,
    now: DateTime<Utc>,
}

impl<'a, P: Provider> EndpointContext<'a, P> {
    pub(crate) fn new(site: &'a P::Site, token: &'a Token<P>, now: DateTime<Utc>) -> Self {
        Self { site, token, now }
    }

    /// The client's site.
    pub fn site(&self) -> &'a P::Site {
        self.site
    }

    /// The token of the call.
    pub fn token(&self) -> &'a Token<P> {
        self.token
    }

    /// Returns a token that the API issued in exchange for this one: of the same provider, site and client.
    /// `None` means the scopes of this token.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidResponse`] if it cannot be an access token.
    pub fn derived(
        &self,
        access_token: impl Into<AccessToken>,
        scopes: Option<Scopes>,
    ) -> Result<Token<P>, Error> {
        let access_token = access_token.into();
        if !crate::util::redact::is_token(access_token.expose()) {
            return Err(Error::new(
                ErrorKind::InvalidResponse,
                "the token of the response is empty, longer than 64 KiB, or not printable ASCII",
            ));
        }
        // Scopes that were only requested for this token are no better known for the new one.
        let (scopes, scope_source) = match scopes {
            Some(scopes) => (scopes, ScopeSource::Response),
            None => (self.token.data.scopes.clone(), self.token.data.scope_source),
        };
        Ok(Token {
            data: TokenData {
                access_token,
                refresh_token: None,
                requested: scopes.clone(),
                scopes,
                scope_source,
                received_at: self.now,
                expires_at: None,
                lapses_at: None,
                origin: TokenOrigin::Derived,
                lineage: Lineage::default(),
                issuer: Arc::clone(&self.token.data.issuer),
                client_id: self.token.data.client_id.clone(),
                other: Map::new(),
            },
            extra: self.token.extra.clone(),
        })
    }

    /// [`derived`](Self::derived) from the fields of a token response (RFC 6749 section 5.1), with its
    /// refresh token and expiry, if any. Fields without `scope` mean the scopes of the call's token.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidResponse`] if there is no access token, or one that cannot be used.
    pub fn derived_from(&self, fields: Map<String, Value>) -> Result<Token<P>, Error> {
        let dialect = const { &P::DIALECT };
        let fields = standard_fields(with_standard_names(fields, dialect, self.now), dialect)?;
        let text = |name: &str| fields[name].as_str().unwrap_or_default();
        let scopes = fields["scope"].as_str().map(Scopes::lenient);
        let token = self.derived(text("access_token"), scopes)?;
        let after = |lifetime| self.now.checked_add_signed(TimeDelta::from_std(lifetime).ok()?);
        let refresh_token = fields["refresh_token"].as_str().map(Into::into);
        Ok(Token {
            data: TokenData {
                expires_at: fields["expires_in"].as_u64().map(Duration::from_secs).and_then(after),
                lapses_at: refresh_token.as_ref().and(<P::Renewal as Renewal>::IDLE_LIFETIME).and_then(after),
                refresh_token,
                ..token.data
            },
            ..token
        })
    }
}

impl<P: Provider> std::fmt::Debug for EndpointContext<'_, P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EndpointContext").field("site", self.site).field("token", self.token).finish()
    }
}

/// Extension of a request that already holds its token, so that the client adds no header.
#[derive(Clone, Copy, Debug)]
pub struct TokenAlreadySet;

/// Parses a JSON body. Duplicate keys are rejected: RFC 8259 section 4 leaves their meaning undefined.
///
/// The error gives the position in the body, never its content.
///
/// # Errors
/// [`ErrorKind::InvalidResponse`] if the body is not JSON, not of this shape, or has a duplicate key.
pub fn json<T: DeserializeOwned>(response: &Response<Vec<u8>>) -> Result<T, Error> {
    json_at(response, "")
}

/// Parses the part of a JSON body at a JSON pointer (RFC 6901), such as the list in an envelope.
///
/// ```
/// let response = oauth_core::http::Response::new(br#"{"_embedded":{"ids":[5]}}"#.to_vec());
/// assert_eq!(oauth_core::json_at::<Vec<u8>>(&response, "/_embedded/ids")?, [5]);
/// # Ok::<(), oauth_core::Error>(())
/// ```
///
/// # Errors
/// As [`json`], and if the body has no such part.
pub fn json_at<T: DeserializeOwned>(response: &Response<Vec<u8>>, pointer: &str) -> Result<T, Error> {
    // The only part that is compiled for each type.
    serde_path_to_error::deserialize(part(response, pointer)?).map_err(|error| misread(response, &error))
}

fn part(response: &Response<Vec<u8>>, pointer: &str) -> Result<Value, Error> {
    let mut body = value(response)?;
    let part = body.pointer_mut(pointer).map(Value::take);
    part.ok_or_else(|| bad(response, format!("the response has no `{pointer}`")))
}

fn value(response: &Response<Vec<u8>>) -> Result<Value, Error> {
    let body = without_byte_order_marks(response.body());
    let not_json = || bad(response, "the response is not JSON");
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    // Every JSON value is accepted, so a duplicate key is the only error of this category.
    let UniqueKeys(value) =
        UniqueKeys::deserialize(&mut deserializer).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => bad(response, "the response has a duplicate key"),
            _ => not_json(),
        })?;
    deserializer.end().map_err(|_| not_json())?;
    Ok(value)
}

/// Returns the body as text.
#[doc(hidden)]
pub fn text(response: Response<Vec<u8>>) -> Result<String, Error> {
    let status = response.status();
    String::from_utf8(response.into_body())
        .map_err(|_| Error::new(ErrorKind::InvalidResponse, "the response is not UTF-8").with_status(status))
}

fn misread(response: &Response<Vec<u8>>, error: &serde_path_to_error::Error<serde_json::Error>) -> Error {
    bad(response, describe_mismatch(error.path(), error.inner()))
}

fn bad(response: &Response<Vec<u8>>, what: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidResponse, what.into()).with_status(response.status())
}

/// Returns a `GET` request.
///
/// # Errors
/// [`ErrorKind::InvalidInput`] if a request cannot have this URL.
pub fn get(url: &url::Url) -> Result<Request<Vec<u8>>, Error> {
    request(http::Method::GET, url, Vec::new())
}

/// Returns a request with this method, URL and body.
///
/// # Errors
/// [`ErrorKind::InvalidInput`] if a request cannot have this URL.
pub fn request(method: http::Method, url: &url::Url, body: Vec<u8>) -> Result<Request<Vec<u8>>, Error> {
    Request::builder()
        .method(method)
        .uri(url.as_str())
        .body(body)
        .map_err(|_| Error::invalid_input("a request cannot have this URL"))
}

/// Returns a request with a JSON body.
///
/// # Errors
/// [`ErrorKind::InvalidInput`] if the value cannot be serialized or the URL cannot be used.
pub fn json_request<T: serde::Serialize + ?Sized>(
    method: http::Method,
    url: &url::Url,
    value: &T,
) -> Result<Request<Vec<u8>>, Error> {
    let body = serde_json::to_vec(value)
        .map_err(|_| Error::invalid_input("the body cannot be serialized as JSON"))?;
    let mut request = request(method, url, body)?;
    request
        .headers_mut()
        .insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
    Ok(request)
}

/// Appends path segments to `base`. Each is encoded, so that none can change the path before it.
///
/// # Errors
/// [`ErrorKind::InvalidInput`] if a segment is empty, `.` or `..`, also without its tabs and line breaks,
/// which URL parsers skip, or if `base` cannot have a path.
///
/// ```
/// let base = "https://api.example.com/v1".parse().unwrap();
/// let url = oauth_core::join(&base, &["reports", "may 2026.json"]).unwrap();
/// assert_eq!(url.as_str(), "https://api.example.com/v1/reports/may%202026.json");
/// assert!(oauth_core::join(&base, &[".."]).is_err());
/// ```
pub fn join(base: &url::Url, segments: &[&str]) -> Result<url::Url, Error> {
    if segments.iter().any(|segment| is_dot_segment(segment)) {
        return Err(Error::invalid_input("a path segment is empty, `.` or `..`"));
    }
    if base.cannot_be_a_base() {
        return Err(Error::invalid_input("the base URL cannot have a path"));
    }
    let mut path = base.path().strip_suffix('/').unwrap_or(base.path()).to_owned();
    for segment in segments {
        path.push('/');
        path.push_str(&encode_segment(segment));
    }
    let mut url = base.clone();
    url.set_path(&path);
    Ok(url)
}

/// Any request, with the 2xx response as it is.
///
/// ```
/// use oauth_core::{RawRequest, http};
///
/// let raw = RawRequest::new(http::Request::get("https://api.example.com/things").body(Vec::new()).unwrap());
/// ```
#[derive(Clone)]
pub struct RawRequest(Request<Vec<u8>>);

impl RawRequest {
    /// Wraps a request; the client adds the token.
    pub fn new(request: Request<Vec<u8>>) -> Self {
        Self(request)
    }
}

impl std::fmt::Debug for RawRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RawRequest")
            .field("method", self.0.method())
            .field("host", &self.0.uri().host())
            .finish()
    }
}

impl<P: Provider> Endpoint<P> for RawRequest {
    type Response = Response<Vec<u8>>;
    const NAME: &'static str = "raw request";

    fn request(&self, _: &EndpointContext<'_, P>) -> Result<Request<Vec<u8>>, Error> {
        Ok(self.0.clone())
    }

    fn parse(
        &self,
        _: &EndpointContext<'_, P>,
        response: Response<Vec<u8>>,
    ) -> Result<Response<Vec<u8>>, Error> {
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    struct Flat {
        id: String,
        #[allow(dead_code)]
        #[serde(flatten)]
        other: Map<String, serde_json::Value>,
    }

    #[test]
    fn method_in_name_decides_idempotence() {
        for (name, idempotent) in [
            ("GET /ping", true),
            ("HEAD /ping", true),
            ("PUT /ping", true),
            ("DELETE /ping/:id", true),
            ("POST /ping", false),
            ("PATCH /ping", false),
            ("GETTING /ping", false),
            ("", false),
        ] {
            assert_eq!(has_idempotent_method(name), idempotent, "{name}");
        }
    }

    #[test]
    fn rejects_bytes_after_json() {
        let read = |body: &str| json::<Vec<u8>>(&Response::new(body.as_bytes().to_vec()));
        assert_eq!(read("\u{FEFF}[1] \n").unwrap(), [1]);
        for more in ["[1]]", "[1] [2]", "[1]\0"] {
            assert_eq!(read(more).unwrap_err().kind(), ErrorKind::InvalidResponse, "{more:?}");
        }
    }

    #[test]
    fn part_of_response_is_needed() {
        let response = Response::new(br#"{"a":{"b":[1,{}]},"c":null}"#.to_vec());
        let read = |pointer| json_at::<crate::List<u8>>(&response, pointer);
        let list = read("/a/b").unwrap();
        assert_eq!((list.items, list.unread.len()), (vec![1], 1));
        for pointer in ["/a/c", "/c", "/a", ""] {
            assert_eq!(read(pointer).unwrap_err().kind(), ErrorKind::InvalidResponse, "{pointer}");
        }
    }

    #[test]
    fn duplicate_members_are_refused_at_every_level() {
        let read = |body: &str| json::<Flat>(&Response::new(body.as_bytes().to_vec()));
        assert_eq!(read(r#"{"id":"a","x":{"id":"a"},"y":[{"x":1},{"x":1}]}"#).unwrap().id, "a");
        for twice in [
            r#"{"id":"a","id":"canary"}"#,
            r#"{"id":"a","\u0069d":"a"}"#,
            r#"{"id":"a","canary":1,"canary":2}"#,
            r#"{"id":"a","x":[{"y":{"z":1,"z":1}}]}"#,
        ] {
            let error = read(twice).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{twice}");
            let text = error.to_string();
            assert!(text.contains("duplicate key") && !text.contains("canary"), "{text}");
        }
        let error = read(r#"{"id":"a","x":1,"x":2"#).unwrap_err().to_string();
        assert!(error.contains("not JSON"), "{error}");
    }

    #[test]
    fn parse_error_shows_no_value() {
        let wrong = |body: &str| {
            let flat = json::<Flat>(&Response::new(body.as_bytes().to_vec())).unwrap_err().to_string();
            let list =
                json::<Vec<(String, u8)>>(&Response::new(body.as_bytes().to_vec())).unwrap_err().to_string();
            for text in [&flat, &list] {
                assert!(!text.contains("canary"), "{text}");
            }
            format!("{}\n{}", flat.split(": status").next().unwrap(), list.split(": status").next().unwrap())
        };
        insta::assert_snapshot!(
            ["{}", r#"{"id":["canary, expected canary"]}"#, r#"[["canary","canary"]]"#, "canary"]
                .map(wrong)
                .join("\n")
        );
    }
}
