//! The callback route: the person comes back from the provider.

use axum::extract::{Path, State};
use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Redirect, Response};
use oauth_core::{Error, ErrorKind, OAuthCode, State as OAuthState};

use crate::attempt::{Attempt, Mode, Stage};
use crate::authorizer::param;
use crate::connect::link;
use crate::cookies::Cookies;
use crate::hide_query;
use crate::mounted::Provided;
use crate::outcome::Outcome;
use crate::pages::{self, End};
use crate::web::OAuthWeb;

pub(crate) async fn callback(
    State(web): State<OAuthWeb>,
    Path(name): Path<String>,
    parts: Parts,
) -> Response {
    let Some(provided) = web.provider(&name) else { return pages::nothing_here(web.site()) };
    let query = hide_query::query(&parts.uri, &parts.extensions);
    let mut cookies = Cookies::read(&parts.headers, web.key(), provided.place().is_secure);
    let Some((name, attempt, is_proven)) = find(&cookies, provided, query) else {
        tracing::info!("{}: a callback came to a browser that did not begin it", provided.name());
        return respond(&web, provided, &Outcome::NotBegun, None);
    };
    let reference = name.rsplit("oauth-web-").next().unwrap_or_default().get(..8).unwrap_or_default();
    let outcome = match &attempt.stage {
        Stage::Ended(ended) => Outcome::from(ended.clone()),
        Stage::Pending(pending) => {
            let finished = provided.finish(&attempt.account, pending, &format!("?{query}")).await;
            finished.map_or_else(
                |error| {
                    log(provided, reference, &error);
                    Outcome::of(&error)
                },
                Outcome::Connected,
            )
        }
    };
    let mut response = respond(&web, provided, &outcome, Some((&attempt, reference)));
    // A refusal without `state` may have been written by anybody, so it ends nothing.
    let ended = outcome.ended().filter(|_| is_proven || matches!(outcome, Outcome::Connected(_)));
    if let (Some(ended), Stage::Pending(_)) = (ended, &attempt.stage) {
        let ended = Attempt { stage: Stage::Ended(ended), ..attempt };
        if let Err(error) = cookies.put(name, &ended, provided.attempt_age()) {
            tracing::warn!("{}: {error}", provided.name());
        }
        for cookie in cookies.changes() {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }
    response
}

/// The attempt that a callback belongs to, under its cookie's name, and whether the callback's `state` proves that.
fn find(cookies: &Cookies<'_>, provided: &dyn Provided, query: &str) -> Option<(String, Attempt, bool)> {
    let given = |name: &str| param(Some(query), name).filter(|value| !value.is_empty());
    match given("state") {
        Some(state) => cookies
            .attempt(&OAuthState::new(state))
            .filter(|(_, attempt)| attempt.provider == provided.name())
            .map(|(name, attempt)| (name, attempt, true)),
        // Some providers send refusals without it, and one may be known never to echo it. Whether that will do is decided
        // where the callback is checked; here it only has to be clear which attempt is meant.
        None => cookies
            .newest(provided.name())
            .filter(|(_, _, is_only)| *is_only || given("error").is_some())
            .map(|(name, attempt, _)| (name, attempt, false)),
    }
}

fn respond(
    web: &OAuthWeb,
    provided: &dyn Provided,
    outcome: &Outcome,
    attempt: Option<(&Attempt, &str)>,
) -> Response {
    let on = attempt.and_then(|(attempt, _)| attempt.return_to());
    let mode = attempt.map_or(Mode::Page, |(attempt, _)| attempt.mode());
    if let (Outcome::Connected(missing), Some(on), Mode::Page) = (outcome, &on, mode)
        && missing.is_empty()
    {
        return Redirect::to(on.as_str()).into_response();
    }
    let end = End {
        outcome,
        provider: (provided.name(), provided.title()),
        age: provided.attempt_age(),
        again: link(provided, attempt.map_or("", |(attempt, _)| attempt.query.as_str())),
        on: on.map(|on| on.as_str().to_owned()),
        reference: attempt.map(|(_, reference)| reference),
        popup: attempt.filter(|_| mode == Mode::Popup).map(|(attempt, _)| attempt.account.clone()),
    };
    pages::ended(web.site(), end)
}

/// What went wrong, without what stood in the callback's query: a provider's words there may be anybody's.
fn log(provided: &dyn Provided, reference: &str, error: &Error) {
    let name = provided.name();
    if error.kind() == ErrorKind::Denied {
        tracing::info!("{name}: the person refused to connect (attempt {reference})");
    } else if error.host().is_some() || error.kind() == ErrorKind::Store {
        // From the token endpoint or the store.
        tracing::warn!("connecting failed (attempt {reference}): {error}");
    } else {
        let code = error.oauth_code().filter(|code| !matches!(code, OAuthCode::Other(_)));
        let code = code.map_or("", OAuthCode::as_str);
        tracing::warn!("{name}: connecting failed (attempt {reference}): {:?} {code}", error.kind());
    }
}
