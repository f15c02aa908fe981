//! The callback route, where the user returns from the provider.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Redirect, Response};
use oauth_core::{Error, ErrorKind, OAuthCode, State as OAuthState};

use crate::authorizer::{Purpose, Visit, param};
use crate::connect::connect_refused;
use crate::cookies::Cookies;
use crate::fetch_metadata::is_prefetch;
use crate::hide_query;
use crate::login_attempt::{LoginAttempt, Mode, Stage};
use crate::outcome::Outcome;
use crate::pages::{self, End};
use crate::provider_route::DynProviderRoute;
use crate::web::OAuthWeb;

pub(crate) async fn callback(
    State(web): State<OAuthWeb>,
    Path(name): Path<String>,
    mut parts: Parts,
) -> Response {
    let Some(route) = web.route(&name) else { return pages::unknown_provider(web.site()) };
    if is_prefetch(&parts.headers) {
        return pages::not_in_advance(web.site());
    }
    let query = hide_query::query(&parts.uri, &parts.extensions).to_owned();
    let mut cookies = Cookies::parse(&parts.headers, web.key(), route.paths().is_secure);
    let Some((name, attempt, is_proven)) = find(&cookies, route, &query) else {
        tracing::info!("{}: a callback reached a browser without a matching attempt", route.name());
        return respond(&web, route, &Outcome::NotBegun, None);
    };
    let reference = name.rsplit("oauth-web-").next().unwrap_or_default().get(..8).unwrap_or_default();
    let outcome = match &attempt.stage {
        Stage::Ended(ended) => Outcome::from(ended.clone()),
        Stage::Pending(pending) => {
            // The session may have ended or changed since the attempt began.
            show_link(&mut parts, route, &attempt);
            match route.account(Visit::new(route.name(), Purpose::Connect, parts)).await {
                Err(refusal) => {
                    tracing::info!(
                        "{}: the authorizer refused a callback (attempt {reference})",
                        route.name()
                    );
                    return connect_refused(&web, route, refusal);
                }
                Ok(account) if account != attempt.account => {
                    tracing::info!(
                        "{}: a callback reached another account (attempt {reference})",
                        route.name()
                    );
                    Outcome::OtherAccount
                }
                Ok(account) => {
                    let finished = route.finish(&account, pending, &format!("?{query}")).await;
                    finished.map_or_else(
                        |error| {
                            log(route, reference, &error);
                            Outcome::new(&error)
                        },
                        Outcome::Connected,
                    )
                }
            }
        }
    };
    let mut response = respond(&web, route, &outcome, Some((&attempt, reference)));
    // Anyone can forge a denial without `state`, so it does not end the attempt.
    let ended = outcome.ended().filter(|_| is_proven || matches!(outcome, Outcome::Connected(_)));
    if let (Some(ended), Stage::Pending(_)) = (ended, &attempt.stage) {
        let ended = LoginAttempt { stage: Stage::Ended(ended), ..attempt };
        if let Err(error) = cookies.put(name, &ended, route.attempt_age()) {
            tracing::warn!("{}: {error}", route.name());
        }
        for cookie in cookies.changes() {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }
    response
}

/// Gives the authorizer the link that began the attempt, with its parameters, instead of the callback.
fn show_link(parts: &mut Parts, route: &dyn DynProviderRoute, attempt: &LoginAttempt) {
    let link = route.connect_link(&attempt.query).parse::<Uri>();
    hide_query::replace_uri(parts, link.unwrap_or_default());
}

/// Returns the callback's attempt with its cookie's name, and `true` if `state` proves the match.
fn find(
    cookies: &Cookies<'_>,
    route: &dyn DynProviderRoute,
    query: &str,
) -> Option<(String, LoginAttempt, bool)> {
    let given = |name: &str| param(Some(query), name).filter(|value| !value.is_empty());
    match given("state") {
        Some(state) => cookies
            .attempt(&OAuthState::new(state))
            .filter(|(_, attempt)| attempt.provider == route.name())
            .map(|(name, attempt)| (name, attempt, true)),
        // Some providers omit `state` in denials or always. The callback check decides if that is
        // acceptable; here the attempt only has to be unambiguous.
        None => cookies
            .newest(route.name())
            .filter(|(_, _, is_only)| *is_only || given("error").is_some())
            .map(|(name, attempt, _)| (name, attempt, false)),
    }
}

fn respond(
    web: &OAuthWeb,
    route: &dyn DynProviderRoute,
    outcome: &Outcome,
    attempt: Option<(&LoginAttempt, &str)>,
) -> Response {
    let return_to = attempt.and_then(|(attempt, _)| attempt.return_to());
    let mode = attempt.map_or(Mode::Page, |(attempt, _)| attempt.mode());
    if let (Outcome::Connected(missing), Some(path), Mode::Page) = (outcome, &return_to, mode)
        && missing.is_empty()
    {
        return Redirect::to(path.as_str()).into_response();
    }
    let end = End {
        outcome,
        provider: (route.name(), route.title()),
        age: route.attempt_age(),
        again: route.connect_link(attempt.map_or("", |(attempt, _)| attempt.query.as_str())),
        return_to: return_to.map(|path| path.as_str().to_owned()),
        reference: attempt.map(|(_, reference)| reference),
        popup: attempt.filter(|_| mode == Mode::Popup).map(|(attempt, _)| attempt.account.clone()),
    };
    pages::attempt_ended(web.site(), end)
}

/// Logs the error without text from the callback's query, which anyone can forge.
fn log(route: &dyn DynProviderRoute, reference: &str, error: &Error) {
    let name = route.name();
    if error.kind() == ErrorKind::Denied {
        tracing::info!("{name}: the user denied the connection (attempt {reference})");
    } else if error.host().is_some() || error.kind() == ErrorKind::Store {
        // From the token endpoint or the store.
        tracing::warn!("connecting failed (attempt {reference}): {error}");
    } else {
        let code = error.oauth_code().filter(|code| !matches!(code, OAuthCode::Other(_)));
        let code = code.map_or("", OAuthCode::as_str);
        tracing::warn!("{name}: connecting failed (attempt {reference}): {:?} {code}", error.kind());
    }
}
