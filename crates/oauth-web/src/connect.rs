//! The connect route: redirects the user to the provider and stores the attempt in the browser.
//!
//! Only a page of the site begins an attempt. A foreign page could otherwise connect a visitor's account
//! without a click, or with one that the visitor did not see (clickjacking).

use axum::extract::{Path, State};
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use oauth_core::Error;
use oauth_core::url::form_urlencoded;

use crate::authorizer::{Purpose, Refusal, RefusalKind, Visit, param};
use crate::cookies::Cookies;
use crate::fetch_metadata::{is_framed, is_from_own_page, is_prefetch};
use crate::login_attempt::Mode;
use crate::outcome::Outcome;
use crate::pages::{self, End};
use crate::provider_route::{BegunAttempt, DynProviderRoute};
use crate::return_to::ReturnTo;
use crate::web::OAuthWeb;

/// The longest query of a link, which is stored in a cookie.
pub(crate) const MAX_QUERY: usize = 1_200;
/// The parameter of links that need a confirmation although a page of the site contains them: any site may
/// show that page in a frame.
const CONFIRM: &str = "confirm";

pub(crate) async fn connect(State(web): State<OAuthWeb>, Path(name): Path<String>, parts: Parts) -> Response {
    let Some(route) = web.route(&name) else { return pages::unknown_provider(web.site()) };
    if is_prefetch(&parts.headers) {
        return pages::not_in_advance(web.site());
    }
    let query = parts.uri.query().unwrap_or_default().to_owned();
    if query.len() > MAX_QUERY {
        return pages::long_link(web.site());
    }
    let return_to = param(Some(&query), "return_to").filter(|path| !path.is_empty());
    if return_to.is_some_and(|path| ReturnTo::parse(&path).is_none()) {
        return pages::foreign_return_to(web.site());
    }
    if Mode::of(Some(&query)) == Mode::Iframe || is_framed(&parts.headers) {
        let link = route.connect_link(&link_out_of_frame(&query));
        return pages::leave_frame(web.site(), route.title(), link);
    }
    let is_confirmed = parts.method == Method::POST || param(Some(&query), CONFIRM).is_none();
    let query = without(&query, |name, _| name == CONFIRM);
    if !is_confirmed || !is_from_own_page(&parts.method, &parts.headers, &route.paths().origin) {
        return pages::confirm(web.site(), route.title(), route.connect_link(&query));
    }
    let cookies = Cookies::parse(&parts.headers, web.key(), route.paths().is_secure);
    match route.begin(Visit::new(route.name(), Purpose::Connect, parts)).await {
        Err(refusal) => connect_refused(&web, route, refusal),
        Ok(begun) => begun
            .and_then(|begun| redirect_to_provider(route, cookies, begun, query.clone()))
            .unwrap_or_else(|error| misconfigured(&web, route, &query, &error)),
    }
}

fn redirect_to_provider(
    route: &dyn DynProviderRoute,
    mut cookies: Cookies<'_>,
    begun: BegunAttempt,
    query: String,
) -> Result<Response, Error> {
    let location = HeaderValue::try_from(begun.url.as_str()).map_err(|error| {
        Error::invalid_input("the authorize URL is not a header value").with_source(error)
    })?;
    cookies.begin(begun.pending, begun.account, query, route.attempt_age())?;
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(LOCATION, location);
    for cookie in cookies.changes() {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    tracing::debug!("{}: an attempt to connect has begun", route.name());
    Ok(response)
}

pub(crate) fn connect_refused(web: &OAuthWeb, route: &dyn DynProviderRoute, refusal: Refusal) -> Response {
    refusal_response(web, Some(route.title()), format!("You cannot connect {} here", route.title()), refusal)
}

pub(crate) fn refusal_response(
    web: &OAuthWeb,
    title: Option<&'static str>,
    heading: impl Into<String>,
    refusal: Refusal,
) -> Response {
    match refusal.0 {
        RefusalKind::Reason(reason) => pages::not_allowed(web.site(), title, heading, &reason),
        RefusalKind::Response(response) => *response,
    }
}

fn misconfigured(web: &OAuthWeb, route: &dyn DynProviderRoute, query: &str, error: &Error) -> Response {
    tracing::error!("an attempt to connect could not begin: {error}");
    let end = End {
        outcome: &Outcome::Misconfigured,
        provider: (route.name(), route.title()),
        age: route.attempt_age(),
        again: route.connect_link(query),
        return_to: None,
        reference: None,
        popup: None,
    };
    pages::attempt_ended(web.site(), end)
}

/// The query of the link that leads out of a frame: it does not ask for a frame again.
fn link_out_of_frame(query: &str) -> String {
    let query = without(query, |name, value| name == CONFIRM || (name == "mode" && value == "iframe"));
    form_urlencoded::Serializer::new(query).append_pair(CONFIRM, "1").finish()
}

/// Removes the parameters that `is_removed` selects. Without one, the query stays as it is.
pub(crate) fn without(query: &str, is_removed: impl Fn(&str, &str) -> bool) -> String {
    let pairs = || form_urlencoded::parse(query.as_bytes());
    if !pairs().any(|(name, value)| is_removed(&name, &value)) {
        return query.to_owned();
    }
    let kept = pairs().filter(|(name, value)| !is_removed(name, value));
    form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish()
}
