//! A received request with everything that handlers need.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::cookie::CookieJar;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode, Uri};
use maud::Markup;

use crate::journal::RequestLog;
use crate::middleware::RequestContext;
use crate::page::Page;
use crate::params::Params;
use crate::provider::{ProviderRules, SharedCore};
use crate::server::ConnectionInfo;

pub(crate) struct ProviderRequest<P: ProviderRules> {
    pub(crate) core: SharedCore<P>,
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) jar: CookieJar,
    pub(crate) params: Arc<Params>,
    pub(crate) body: Bytes,
    pub(crate) log: RequestLog,
    pub(crate) connection: ConnectionInfo,
}

impl<P: ProviderRules> ProviderRequest<P> {
    /// The value of a header, unless it is missing or not ASCII.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The token of `Authorization: Bearer …`.
    pub(crate) fn bearer_token(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("Bearer").then_some(token)
    }

    /// Identifier and secret of `Authorization: Basic …`.
    pub(crate) fn basic_credentials(&self) -> Option<(String, String)> {
        let (scheme, encoded) = self.header("authorization")?.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("Basic") {
            return None;
        }
        let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
        decoded.split_once(':').map(|(id, secret)| (id.to_owned(), secret.to_owned()))
    }

    /// Checks for the media type `application/json`, with any parameters.
    pub(crate) fn has_json_body(&self) -> bool {
        let essence = self.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default();
        essence.trim().eq_ignore_ascii_case("application/json")
    }

    pub(crate) fn refuse(&self, status: StatusCode, heading: &str, text: &str) -> Rejection {
        self.log.note(format!("refused: {text}"));
        Rejection::new(Page::message(P::TITLE, status, heading, text))
    }

    pub(crate) fn page(&self, heading: &str, body: &Markup) -> Page {
        Page::new(P::TITLE, heading, body)
    }

    pub(crate) fn path_and_query(&self) -> &str {
        self.uri.path_and_query().map_or("", |path| path.as_str())
    }
}

impl<P: ProviderRules> FromRequestParts<SharedCore<P>> for ProviderRequest<P> {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, core: &SharedCore<P>) -> Result<Self, Infallible> {
        let RequestContext { body, params, log } =
            parts.extensions.get().cloned().expect("`middleware::record` wraps every route");
        Ok(Self {
            core: Arc::clone(core),
            method: parts.method.clone(),
            uri: parts.uri.clone(),
            headers: parts.headers.clone(),
            jar: CookieJar::from_headers(&parts.headers),
            params,
            body,
            log,
            connection: parts.extensions.get().copied().unwrap_or_default(),
        })
    }
}

/// A response that ends the processing of a request. Boxed, because it is returned as an error.
#[derive(Debug)]
pub(crate) struct Rejection(Box<Response>);

impl Rejection {
    pub(crate) fn new(response: impl IntoResponse) -> Self {
        Self(Box::new(response.into_response()))
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        *self.0
    }
}

pub(crate) type Handled = Result<Response, Rejection>;
