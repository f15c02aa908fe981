//! The connect route: sends a person to the provider, and remembers the attempt in their browser.

use axum::extract::{Path, State};
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use oauth_core::Error;
use oauth_core::url::form_urlencoded;

use crate::attempt::Mode;
use crate::authorizer::{Purpose, Refusal, Refused, Visit, param};
use crate::cookies::Cookies;
use crate::frame::is_framed;
use crate::mounted::{Begun, Provided};
use crate::outcome::Outcome;
use crate::pages::{self, End};
use crate::return_to::ReturnTo;
use crate::web::OAuthWeb;

/// The longest query of a link: it is kept in a cookie.
const LONGEST: usize = 1_200;

pub(crate) async fn connect(State(web): State<OAuthWeb>, Path(name): Path<String>, parts: Parts) -> Response {
    let Some(provided) = web.provider(&name) else { return pages::nothing_here(web.site()) };
    let query = parts.uri.query().unwrap_or_default().to_owned();
    if query.len() > LONGEST {
        return pages::broken_link(web.site(), "It is too long.");
    }
    let return_to = param(Some(&query), "return_to").filter(|path| !path.is_empty());
    if return_to.is_some_and(|path| ReturnTo::read(&path).is_none()) {
        return pages::broken_link(web.site(), "It would have led you to another site afterwards.");
    }
    if Mode::of(Some(&query)) == Mode::Iframe || is_framed(&parts.headers) {
        let link = link(provided, &outside(&query));
        return pages::leave_frame(web.site(), provided.title(), link);
    }
    let cookies = Cookies::read(&parts.headers, web.key(), provided.place().is_secure);
    match provided.begin(Visit::new(provided.name(), Purpose::Connect, parts)).await {
        Err(refusal) => refused(&web, provided, refusal),
        Ok(begun) => begun
            .and_then(|begun| leave(provided, cookies, begun, query.clone()))
            .unwrap_or_else(|error| misconfigured(&web, provided, &query, &error)),
    }
}

/// To the provider.
fn leave(
    provided: &dyn Provided,
    mut cookies: Cookies<'_>,
    begun: Begun,
    query: String,
) -> Result<Response, Error> {
    let location = HeaderValue::try_from(begun.url.as_str())
        .map_err(|error| Error::invalid_input("the authorize URL is no header value").with_source(error))?;
    cookies.begin(begun.pending, begun.account, query, provided.attempt_age())?;
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(LOCATION, location);
    for cookie in cookies.changes() {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    tracing::debug!("{}: an attempt to connect was begun", provided.name());
    Ok(response)
}

pub(crate) fn refused(web: &OAuthWeb, provided: &dyn Provided, refusal: Refusal) -> Response {
    match refusal.0 {
        Refused::Because(reason) => pages::not_allowed(web.site(), provided.title(), &reason),
        Refused::Answer(answer) => *answer,
    }
}

fn misconfigured(web: &OAuthWeb, provided: &dyn Provided, query: &str, error: &Error) -> Response {
    tracing::error!("an attempt to connect could not be begun: {error}");
    let end = End {
        outcome: &Outcome::Misconfigured,
        provider: (provided.name(), provided.title()),
        age: provided.attempt_age(),
        again: link(provided, query),
        on: None,
        reference: None,
        popup: None,
    };
    pages::ended(web.site(), end)
}

/// The link to the connect route with this query.
pub(crate) fn link(provided: &dyn Provided, query: &str) -> String {
    let path = provided.place().connect_path();
    if query.is_empty() { path } else { format!("{path}?{query}") }
}

/// The query of the link that leads out of a frame: it must not lead there again.
fn outside(query: &str) -> String {
    let pairs =
        form_urlencoded::parse(query.as_bytes()).filter(|(name, value)| name != "mode" || value != "iframe");
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}
