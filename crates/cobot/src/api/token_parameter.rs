//! The token as a parameter instead of a header.

use oauth_core::http::header::CONTENT_TYPE;
use oauth_core::http::{HeaderValue, Method, Request, Response, StatusCode};
use oauth_core::url::{Url, form_urlencoded};
use oauth_core::{Endpoint, EndpointContext, Error, TokenAlreadySet};
use serde_json::{Map, Value};

use crate::Cobot;

/// Its name, in the query and in a form (<https://dev.cobot.me/page/oauth-flow>).
const NAME: &str = "access_token";

/// An endpoint asked with the token as `access_token` in the query, instead of the header. Source:
/// <https://dev.cobot.me/page/oauth-flow>.
///
/// The header is better: servers and proxies write queries into their logs. Cobot documents the parameter for API 1; for
/// `api.cobot.me` it documents the header alone.
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

/// An endpoint asked with the token as `access_token` in a form body, instead of the header: for requests whose body is a
/// form, or empty, or a flat JSON object, which is then sent as a form.
///
/// Cobot takes form-encoded data wherever it takes JSON (<https://dev.cobot.me/api-docs>), and the token as a parameter
/// (<https://dev.cobot.me/page/oauth-flow>); that the two go together is seen in third-party clients alone.
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

fn twice() -> Error {
    Error::invalid_input("the request has an `access_token` already")
}

fn names_the_token(form: &[u8]) -> bool {
    form_urlencoded::parse(form).any(|(name, _)| name == NAME)
}

impl<E: Endpoint<Cobot>> Endpoint<Cobot> for TokenInQuery<E> {
    type Response = E::Response;
    const NAME: &'static str = E::NAME;
    const IDEMPOTENT: bool = E::IDEMPOTENT;

    fn request(&self, at: &EndpointContext<'_, Cobot>) -> Result<Request<Vec<u8>>, Error> {
        let mut request = self.0.request(at)?;
        let mut url = Url::parse(&request.uri().to_string())
            .map_err(|_| Error::invalid_input("the request has no absolute URL"))?;
        if url.query().is_some_and(|query| names_the_token(query.as_bytes())) {
            return Err(twice());
        }
        url.query_pairs_mut().append_pair(NAME, at.token().access_token().expose());
        *request.uri_mut() =
            url.as_str().parse().map_err(|_| Error::invalid_input("this cannot be a request's URL"))?;
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

impl<E: Endpoint<Cobot>> Endpoint<Cobot> for TokenInForm<E> {
    type Response = E::Response;
    const NAME: &'static str = E::NAME;
    const IDEMPOTENT: bool = E::IDEMPOTENT;

    fn request(&self, at: &EndpointContext<'_, Cobot>) -> Result<Request<Vec<u8>>, Error> {
        let mut request = self.0.request(at)?;
        if matches!(*request.method(), Method::GET | Method::HEAD) {
            return Err(Error::invalid_input("a request without a body has no form for the token")
                .with_help("use TokenInQuery, or the header"));
        }
        let mut form = as_form(&request)?;
        if names_the_token(form.as_bytes()) {
            return Err(twice());
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

/// The request's body as a form.
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

/// A JSON object of plain values as a form; `None` if a value is not plain, as Cobot documents no form of that.
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
