//! The token as a parameter instead of a header.

use std::time::Duration;

use oauth_core::http::header::CONTENT_TYPE;
use oauth_core::http::{HeaderValue, Method, Request, Response, StatusCode};
use oauth_core::url::{Url, form_urlencoded};
use oauth_core::{Endpoint, EndpointContext, Error, FileEndpoint, TokenAlreadySet};
use serde_json::{Map, Value};

use crate::provider::Cobot;

/// Parameter name, in a query and in a form (<https://dev.cobot.me/page/oauth-flow>).
const NAME: &str = "access_token";

/// Sends an endpoint with the token as `access_token` in the query instead of the header.
///
/// Prefer the header: servers and proxies write queries to their logs. Cobot documents the parameter for API
/// 1; for `api.cobot.me` it documents the header only. Source: <https://dev.cobot.me/page/oauth-flow>.
///
/// ```no_run
/// # async fn example(client: cobot::Client, token: cobot::Token) -> Result<(), cobot::Error> {
/// use cobot::api::{TokenInQuery, User};
///
/// let user = client.send(&token, &TokenInQuery(User)).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct TokenInQuery<E>(pub E);

/// Sends an endpoint with the token as `access_token` in a form body instead of the header.
///
/// The endpoint's body must be a form, empty, or a flat JSON object, which is converted to a form. Cobot
/// accepts form data wherever it accepts JSON (<https://dev.cobot.me/api-docs>), and the token as a parameter
/// (<https://dev.cobot.me/page/oauth-flow>). Only third-party clients combine the two.
///
/// ```no_run
/// # async fn example(client: cobot::Client, token: cobot::Token) -> Result<(), cobot::Error> {
/// use cobot::api::{CreateUser, TokenInForm};
///
/// let joe = client.send(&token, &TokenInForm(CreateUser::new("joe@doe.com"))).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct TokenInForm<E>(pub E);

fn duplicate_parameter() -> Error {
    Error::invalid_input("the request already has an `access_token`")
}

fn has_token_parameter(form: &[u8]) -> bool {
    form_urlencoded::parse(form).any(|(name, _)| name == NAME)
}

impl<E: Endpoint<Cobot>> Endpoint<Cobot> for TokenInQuery<E> {
    type Response = E::Response;
    const NAME: &'static str = E::NAME;
    const IDEMPOTENT: bool = E::IDEMPOTENT;
    const SCOPES: &'static [&'static str] = E::SCOPES;
    const MIN_BODY_LIMIT: usize = E::MIN_BODY_LIMIT;
    const MIN_DEADLINE: Duration = E::MIN_DEADLINE;

    fn request(&self, at: &EndpointContext<'_, Cobot>) -> Result<Request<Vec<u8>>, Error> {
        let mut request = self.0.request(at)?;
        let mut url = Url::parse(&request.uri().to_string())
            .map_err(|_| Error::invalid_input("the request has no absolute URL"))?;
        if url.query().is_some_and(|query| has_token_parameter(query.as_bytes())) {
            return Err(duplicate_parameter());
        }
        url.query_pairs_mut().append_pair(NAME, at.token().access_token().expose());
        *request.uri_mut() =
            url.as_str().parse().map_err(|_| Error::invalid_input("the URL cannot be used in a request"))?;
        request.extensions_mut().insert(TokenAlreadySet);
        Ok(request)
    }

    fn secrets(&self) -> Vec<&str> {
        self.0.secrets()
    }

    fn accepts_status(&self, status: StatusCode) -> bool {
        self.0.accepts_status(status)
    }

    fn parse(
        &self,
        at: &EndpointContext<'_, Cobot>,
        response: Response<Vec<u8>>,
    ) -> Result<E::Response, Error> {
        self.0.parse(at, response)
    }
}

impl<E: FileEndpoint<Cobot>> FileEndpoint<Cobot> for TokenInQuery<E> {
    fn has_file(&self, status: StatusCode) -> bool {
        self.0.has_file(status)
    }
}

impl<E: Endpoint<Cobot>> Endpoint<Cobot> for TokenInForm<E> {
    type Response = E::Response;
    const NAME: &'static str = E::NAME;
    const IDEMPOTENT: bool = E::IDEMPOTENT;
    const SCOPES: &'static [&'static str] = E::SCOPES;
    const MIN_BODY_LIMIT: usize = E::MIN_BODY_LIMIT;
    const MIN_DEADLINE: Duration = E::MIN_DEADLINE;

    fn request(&self, at: &EndpointContext<'_, Cobot>) -> Result<Request<Vec<u8>>, Error> {
        let mut request = self.0.request(at)?;
        if matches!(*request.method(), Method::GET | Method::HEAD) {
            return Err(Error::invalid_input("a request without a body cannot carry the token in a form")
                .with_help("use TokenInQuery, or the header"));
        }
        let mut form = as_form(&request)?;
        if has_token_parameter(form.as_bytes()) {
            return Err(duplicate_parameter());
        }
        let pair = form_urlencoded::Serializer::new(String::new())
            .append_pair(NAME, at.token().access_token().expose())
            .finish();
        if !form.is_empty() {
            form.push('&');
        }
        form.push_str(&pair);
        *request.body_mut() = form.into_bytes();
        request
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        request.extensions_mut().insert(TokenAlreadySet);
        Ok(request)
    }

    fn secrets(&self) -> Vec<&str> {
        self.0.secrets()
    }

    fn accepts_status(&self, status: StatusCode) -> bool {
        self.0.accepts_status(status)
    }

    fn parse(
        &self,
        at: &EndpointContext<'_, Cobot>,
        response: Response<Vec<u8>>,
    ) -> Result<E::Response, Error> {
        self.0.parse(at, response)
    }
}

impl<E: FileEndpoint<Cobot>> FileEndpoint<Cobot> for TokenInForm<E> {
    fn has_file(&self, status: StatusCode) -> bool {
        self.0.has_file(status)
    }
}

fn as_form(request: &Request<Vec<u8>>) -> Result<String, Error> {
    let body = request.body();
    if body.is_empty() {
        return Ok(String::new());
    }
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    match kind.split(';').next().unwrap_or_default().trim() {
        "application/x-www-form-urlencoded" => String::from_utf8(body.clone()).ok(),
        "application/json" => serde_json::from_slice(body).ok().and_then(|object| flat(&object)),
        _ => None,
    }
    .ok_or_else(|| {
        Error::invalid_input("the request's body cannot be sent as a form")
            .with_help("use TokenInQuery, or the header")
    })
}

/// Converts a flat JSON object to a form. `None` for nested values: Cobot documents no form for them.
fn flat(object: &Map<String, Value>) -> Option<String> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    for (name, value) in object {
        match value {
            Value::String(text) => form.append_pair(name, text),
            Value::Number(_) | Value::Bool(_) => form.append_pair(name, &value.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => return None,
        };
    }
    Some(form.finish())
}
