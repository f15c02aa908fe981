//! The callback route, where the user returns from the provider.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Redirect, Response};
use oauth_core::{Error, ErrorKind, OAuthCode, State as OAuthState};

use crate::authorizer::{Purpose, RefusalKind, Visit, param};
use crate::cookies::Cookies;
use crate::fetch_metadata::is_prefetch;
use crate::hide_query;
use crate::login_attempt::{LastOutcome, LoginAttempt, Mode, Stage};
use crate::outcome::Outcome;
use crate::pages::{self, End};
use crate::provider_route::DynProviderRoute;
use crate::web::OAuthWeb;

/// Stands for the attempt in the address of the result page if the browser has none.
const NO_ATTEMPT: &str = "none";

/// The longest reason of a refusal, in characters, that fits into a cookie in any script.
const MAX_REASON: usize = 600;

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
    let Some((cookie, mut attempt, is_proven)) = find(&cookies, route, &query) else {
        tracing::info!("{}: a callback reached a browser without a matching attempt", route.name());
        return Redirect::to(&route.paths().result_path(NO_ATTEMPT)).into_response();
    };
    let id = cookie.rsplit("oauth-web-").next().unwrap_or_default().to_owned();
    if let Stage::Pending(pending) = &attempt.stage {
        // The session may have ended or changed since the attempt began.
        show_link(&mut parts, route, &attempt);
        let decision = route.account(Visit::new(route.name(), Purpose::Connect, parts)).await;
        let outcome = match decision.map_err(|refusal| refusal.0) {
            Ok(account) if account == attempt.account => {
                let finished = route.finish(&account, pending, &format!("?{query}")).await;
                finished.map_or_else(
                    |error| {
                        log(route, reference(&id), &error);
                        Outcome::new(&error)
                    },
                    Outcome::Connected,
                )
            }
            Ok(_) => {
                tracing::info!(
                    "{}: a callback reached another account (attempt {})",
                    route.name(),
                    reference(&id)
                );
                Outcome::OtherAccount
            }
            Err(refusal) => {
                tracing::info!(
                    "{}: the authorizer refused a callback (attempt {})",
                    route.name(),
                    reference(&id)
                );
                match refusal {
                    RefusalKind::Response(response) => return *response,
                    RefusalKind::Reason(reason) => {
                        Outcome::NotAllowed(reason.chars().take(MAX_REASON).collect())
                    }
                }
            }
        };
        // Anyone can forge a denial without `state`, so it does not end the attempt.
        let stored = if outcome.is_final() && (is_proven || matches!(outcome, Outcome::Connected(_))) {
            attempt.stage = Stage::Ended(outcome);
            cookies.put(cookie, &attempt, route.attempt_age())
        } else {
            cookies.put_last_outcome(&LastOutcome { attempt: id.clone(), outcome }, route.attempt_age())
        };
        if let Err(error) = stored {
            tracing::warn!("{}: {error}", route.name());
        }
    }
    let path = match (&attempt.stage, attempt.return_to(), attempt.mode()) {
        (Stage::Ended(Outcome::Connected(missing)), Some(path), Mode::Page) if missing.is_empty() => {
            path.as_str().to_owned()
        }
        _ => route.paths().result_path(&id),
    };
    let mut response = Redirect::to(&path).into_response();
    for cookie in cookies.changes() {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// The page of an attempt's result. Its address contains neither code nor state, so it can be reloaded.
pub(crate) async fn result(
    State(web): State<OAuthWeb>,
    Path((name, id)): Path<(String, String)>,
    parts: Parts,
) -> Response {
    let Some(route) = web.route(&name) else { return pages::unknown_provider(web.site()) };
    let cookies = Cookies::parse(&parts.headers, web.key(), route.paths().is_secure);
    match cookies.attempt_with_id(&id) {
        Some((attempt, Some(outcome))) if attempt.provider == route.name() => {
            show(&web, route, &outcome, Some((&attempt, reference(&id))))
        }
        _ => show(&web, route, &Outcome::NotBegun, None),
    }
}

/// The attempt's reference in the log.
fn reference(id: &str) -> &str {
    id.get(..8).unwrap_or_default()
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

fn show(
    web: &OAuthWeb,
    route: &dyn DynProviderRoute,
    outcome: &Outcome,
    attempt: Option<(&LoginAttempt, &str)>,
) -> Response {
    let return_to = attempt.and_then(|(attempt, _)| attempt.return_to());
    let mode = attempt.map_or(Mode::Page, |(attempt, _)| attempt.mode());
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
