//! Typed API calls.

use chrono::{DateTime, Utc};
use http::{Request, Response, StatusCode};
use serde::Deserialize as _;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::sync::Arc;

use crate::error::{Error, ErrorKind};
use crate::provider::provider::Provider;
use crate::provider::scopes::Scopes;
use crate::token::token::{ScopeSource, Token, TokenData, TokenOrigin};
use crate::util::secret::AccessToken;
use crate::util::strict_json::{UniqueKeys, describe_mismatch};

/// One API call of provider `P`: how it is asked, and how its answer is read.
///
/// Neither direction does any IO. Core adds the access token, `User-Agent` and `Accept`, checks where the request
/// goes, and turns an answer that is not [accepted](Self::accepts) into an [`Error`].
///
/// An endpoint without parameters is a unit struct. Should it ever need some, that is another endpoint, so that `&Me`
/// goes on to compile.
///
/// An endpoint of one's own is a few lines:
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
///     fn request(&self, at: &EndpointContext<'_, P>) -> Result<http::Request<Vec<u8>>, Error> {
///         get(&join(at.site().api_url(), &["ping"])?)
///     }
///
///     fn parse(&self, _: &EndpointContext<'_, P>, response: http::Response<Vec<u8>>) -> Result<String, Error> {
///         json(&response)
///     }
/// }
/// ```
pub trait Endpoint<P: Provider>: Sync {
    /// What comes back.
    type Response: Send;

    /// Method and path template, for messages. Names parameters, never holds one: `POST /api/access_tokens/:token/space`.
    const NAME: &'static str;

    /// Whether the call may be sent twice. By default what RFC 9110 section 9.2.2 says of the method that
    /// [`NAME`](Self::NAME) starts with.
    const IDEMPOTENT: bool = has_idempotent_method(Self::NAME);

    /// The request, with an absolute URL and without the token.
    ///
    /// # Errors
    /// If what was asked for cannot be asked.
    fn request(&self, at: &EndpointContext<'_, P>) -> Result<Request<Vec<u8>>, Error>;

    /// Secrets that the request holds beside the token it is made with (a password, another token), so that an error
    /// never shows them, even where the server's answer repeats them. None by default.
    fn secrets(&self) -> Vec<&str> {
        Vec::new()
    }

    /// Whether [`reply`](Self::reply) wants to see an answer of this status. By default any 2xx.
    fn accepts_status(&self, status: StatusCode) -> bool {
        status.is_success()
    }

    /// Reads the answer.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidResponse`] if it cannot be read.
    fn parse(
        &self,
        at: &EndpointContext<'_, P>,
        response: Response<Vec<u8>>,
    ) -> Result<Self::Response, Error>;
}

/// Whether RFC 9110 section 9.2.2 defines the first word of `name` as an idempotent method.
const fn has_idempotent_method(name: &str) -> bool {
    matches!(
        name.as_bytes(),
        [b'G', b'E', b'T', b' ', ..]
            | [b'H', b'E', b'A', b'D', b' ', ..]
            | [b'P', b'U', b'T', b' ', ..]
            | [b'D', b'E', b'L', b'E', b'T', b'E', b' ', ..]
    )
}

/// Where and for whom a call is made.
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

    /// The token that the call is made with.
    pub fn token(&self) -> &'a Token<P> {
        self.token
    }

    /// A token that the API gave out in exchange for this one: of the same provider, site and client.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidResponse`] if it cannot be an access token.
    pub fn derived(&self, access_token: impl Into<AccessToken>, scopes: Scopes) -> Result<Token<P>, Error> {
        let access_token = access_token.into();
        if !crate::util::redact::is_token(access_token.expose()) {
            return Err(Error::new(
                ErrorKind::InvalidResponse,
                "the token of the answer is empty, longer than 64 KiB, or not printable ASCII",
            ));
        }
        Ok(Token {
            data: TokenData {
                access_token,
                refresh_token: None,
                requested: scopes.clone(),
                scopes,
                scope_source: ScopeSource::Response,
                received_at: self.now,
                expires_at: None,
                lapses_at: None,
                origin: TokenOrigin::Derived,
                issuer: Arc::clone(&self.token.data.issuer),
                client_id: self.token.data.client_id.clone(),
                other: Map::new(),
            },
            extra: self.token.extra.clone(),
        })
    }
}

impl<P: Provider> std::fmt::Debug for EndpointContext<'_, P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("At").field("site", self.site).field("token", self.token).finish()
    }
}

/// Put into a request's extensions by an endpoint that wrote the token into the request itself: core then adds no
/// header.
#[derive(Clone, Copy, Debug)]
pub struct TokenAlreadySet;

/// Reads a JSON body, in which no object may name a member twice: which of them counts is anybody's guess (RFC 8259 section
/// 4). The error names the place, never the content.
///
/// # Errors
/// [`ErrorKind::InvalidResponse`] if the body is not JSON, not of this shape, or names a member twice.
pub fn json<T: DeserializeOwned>(response: &Response<Vec<u8>>) -> Result<T, Error> {
    // Only this is compiled anew for each type.
    serde_path_to_error::deserialize(value(response)?).map_err(|error| misread(response, &error))
}

fn value(response: &Response<Vec<u8>>) -> Result<Value, Error> {
    let body = response.body();
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let not_json = || bad(response, "the answer is not JSON");
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    // Everything else that JSON can hold is taken, so nothing else is an error of this category.
    let UniqueKeys(value) =
        UniqueKeys::deserialize(&mut deserializer).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => bad(response, "the answer names a member twice"),
            _ => not_json(),
        })?;
    deserializer.end().map_err(|_| not_json())?;
    Ok(value)
}

fn misread(response: &Response<Vec<u8>>, error: &serde_path_to_error::Error<serde_json::Error>) -> Error {
    bad(response, describe_mismatch(error.path(), error.inner()))
}

fn bad(response: &Response<Vec<u8>>, what: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidResponse, what.into()).with_status(response.status())
}

/// A `GET` of this URL.
///
/// # Errors
/// [`ErrorKind::InvalidInput`] if it cannot be a request's URL.
pub fn get(url: &url::Url) -> Result<Request<Vec<u8>>, Error> {
    request(http::Method::GET, url, Vec::new())
}

/// A request with this method, URL and body.
///
/// # Errors
/// [`ErrorKind::InvalidInput`] if it cannot be a request's URL.
pub fn request(method: http::Method, url: &url::Url, body: Vec<u8>) -> Result<Request<Vec<u8>>, Error> {
    Request::builder()
        .method(method)
        .uri(url.as_str())
        .body(body)
        .map_err(|_| Error::invalid_input("this cannot be a request's URL"))
}

/// A request with a JSON body.
///
/// # Errors
/// [`ErrorKind::InvalidInput`] if the value cannot be written or the URL cannot be used.
pub fn json_request<T: serde::Serialize + ?Sized>(
    method: http::Method,
    url: &url::Url,
    value: &T,
) -> Result<Request<Vec<u8>>, Error> {
    let body =
        serde_json::to_vec(value).map_err(|_| Error::invalid_input("the body cannot be written as JSON"))?;
    let mut request = request(method, url, body)?;
    request
        .headers_mut()
        .insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
    Ok(request)
}

/// `base` with path segments added; each is encoded, so that none can leave its place. A path of `base` is kept.
///
/// # Errors
/// [`ErrorKind::InvalidInput`] if a segment is empty, `.` or `..`, or `base` cannot have a path.
///
/// ```
/// let base = "https://demo.s.portal.cohortgo.com/api/v1".parse().unwrap();
/// let url = oauth_core::join(&base, &["students.json"]).unwrap();
/// assert_eq!(url.as_str(), "https://demo.s.portal.cohortgo.com/api/v1/students.json");
/// assert!(oauth_core::join(&base, &[".."]).is_err());
/// ```
pub fn join(base: &url::Url, segments: &[&str]) -> Result<url::Url, Error> {
    if segments.iter().any(|segment| matches!(*segment, "" | "." | "..")) {
        return Err(Error::invalid_input("a part of the path is empty or dots"));
    }
    let mut url = base.clone();
    url.path_segments_mut()
        .map_err(|()| Error::invalid_input("the base URL cannot have a path"))?
        .pop_if_empty()
        .extend(segments);
    Ok(url)
}

/// Any request of one's own, answered by whatever comes back with a 2xx.
///
/// ```
/// use oauth_core::{RawRequest, http};
///
/// let raw = RawRequest::new(http::Request::get("https://api.example.com/things").body(Vec::new()).unwrap());
/// ```
#[derive(Clone)]
pub struct RawRequest(Request<Vec<u8>>);

impl RawRequest {
    /// This request; the token is added to it.
    pub fn new(request: Request<Vec<u8>>) -> Self {
        Self(request)
    }
}

impl std::fmt::Debug for RawRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Raw").field("method", self.0.method()).field("host", &self.0.uri().host()).finish()
    }
}

impl<P: Provider> Endpoint<P> for RawRequest {
    type Response = Response<Vec<u8>>;
    const NAME: &'static str = "a request of one's own";

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
    fn an_answer_ends_where_its_json_does() {
        let read = |body: &str| json::<Vec<u8>>(&Response::new(body.as_bytes().to_vec()));
        assert_eq!(read("\u{FEFF}[1] \n").unwrap(), [1]);
        for more in ["[1]]", "[1] [2]", "[1]\0"] {
            assert_eq!(read(more).unwrap_err().kind(), ErrorKind::InvalidResponse, "{more:?}");
        }
    }

    #[test]
    fn a_member_that_stands_twice_is_refused_wherever_it_stands() {
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
            assert!(text.contains("names a member twice") && !text.contains("canary"), "{text}");
        }
        // What is not JSON is called so, whatever stands twice in it before.
        let error = read(r#"{"id":"a","x":1,"x":2"#).unwrap_err().to_string();
        assert!(error.contains("not JSON"), "{error}");
    }

    #[test]
    fn what_is_wrong_with_an_answer_is_said_without_quoting_it() {
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
