//! `GET /learning-objects`, on the gateway and in version 2.

use axum::extract::State;
use axum::response::Response;
use chrono::TimeDelta;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::Rules;
use super::api::{admit, answer, error};
use super::catalogue::{self, Item};
use super::model::Scroll;
use crate::journal::RequestLog;
use crate::params::Params;
use crate::provider::{ProviderCore, SharedCore};
use crate::random;

/// Page sizes: when none is asked for, the largest, and the largest when scrolling.
const USUAL: usize = 20;
const LARGEST: usize = 50;
const LARGEST_SCROLL: usize = 5_000;
/// How deep offsets reach.
const DEEPEST: usize = 10_000;
/// How long the next page of a scroll can be asked for.
const SCROLL_LIFE: TimeDelta = TimeDelta::minutes(5);

/// On the gateway, which wants to know the API's version.
pub(super) async fn on_gateway(
    State(core): State<SharedCore<Rules>>,
    headers: HeaderMap,
    params: Params,
    log: RequestLog,
) -> Response {
    let version = headers.get("api-version").and_then(|version| version.to_str().ok()).unwrap_or_default();
    if let Err(stopped) = admit(&core, &headers, &log, &["lo.read"]) {
        return *stopped;
    }
    if !is_version(version) {
        log.note("refused: no API version");
        let text = "The header Api-Version has to name a version, such as 2025-01-01.";
        return error(StatusCode::BAD_REQUEST, "api_version", text);
    }
    page(&core, &params, Item::on_gateway)
}

pub(super) async fn in_version_2(
    State(core): State<SharedCore<Rules>>,
    headers: HeaderMap,
    params: Params,
    log: RequestLog,
) -> Response {
    match admit(&core, &headers, &log, &["lo.read"]) {
        Ok(_) => page(&core, &params, Item::in_version_2),
        Err(stopped) => *stopped,
    }
}

/// A date, or the one word that was seen.
fn is_version(text: &str) -> bool {
    text == "alpha" || (text.len() == 10 && text.parse::<chrono::NaiveDate>().is_ok())
}

/// What a page begins and ends with, or what is wrong with the question.
struct Span {
    from: usize,
    limit: usize,
    scrolls: bool,
}

fn span(core: &ProviderCore<Rules>, params: &Params) -> Result<Span, Box<Response>> {
    let wrong = |text: &str| Box::new(error(StatusCode::BAD_REQUEST, "invalid_paging", text));
    let number = |name: &str, usual: usize| match params.present(name) {
        None => Ok(usual),
        Some(text) => text.parse().map_err(|_| wrong(&format!("{name} has to be a number."))),
    };
    let scrolls = params.get("use_scroll") == Some("true");
    let largest = if scrolls { LARGEST_SCROLL } else { LARGEST };
    let limit = number("limit", USUAL)?;
    if !(1..=largest).contains(&limit) {
        return Err(wrong(&format!("limit has to be between 1 and {largest}.")));
    }
    if !scrolls {
        let from = number("offset", 0)?;
        if from.saturating_add(limit) > DEEPEST {
            return Err(wrong("offset and limit reach the first 10000 only; scroll instead."));
        }
        return Ok(Span { from, limit, scrolls });
    }
    if params.get("offset").is_some() {
        return Err(wrong("offset is not for scrolling."));
    }
    let Some(id) = params.present("scroll_id") else { return Ok(Span { from: 0, limit, scrolls }) };
    let now = core.now();
    let state = core.state();
    let found = state.scrolls.iter().find(|scroll| scroll.id == id && scroll.expires_at > now);
    let from = found.map(|scroll| scroll.from).ok_or_else(|| {
        Box::new(error(StatusCode::NOT_FOUND, "scroll_not_found", "This scroll is unknown or has expired."))
    })?;
    Ok(Span { from, limit, scrolls })
}

fn page(core: &ProviderCore<Rules>, params: &Params, show: impl Fn(&Item) -> Value) -> Response {
    let Span { from, limit, scrolls } = match span(core, params) {
        Ok(span) => span,
        Err(stopped) => return *stopped,
    };
    let found: Vec<_> = catalogue::items().filter(|item| wanted(item, params)).collect();
    let hits: Vec<_> = found.iter().skip(from).take(limit).map(show).collect();
    let next = from.saturating_add(hits.len());
    let mut body = json!({ "total": found.len(), "hits": hits });
    if scrolls && next < found.len() {
        let scroll = Scroll { id: random::opaque(), from: next, expires_at: core.now() + SCROLL_LIFE };
        body["next_scroll_id"] = scroll.id.clone().into();
        let mut state = core.state();
        state.scrolls.retain(|scroll| scroll.expires_at > core.now());
        state.scrolls.push(scroll);
    }
    answer(StatusCode::OK, &body)
}

/// Whether `item` passes the filters. A filter given more than once means any of its values.
fn wanted(item: &Item, params: &Params) -> bool {
    let values = |names: [&'static str; 2]| {
        let among = move |name: &str| names.contains(&name);
        params.query().iter().filter(move |(name, _)| among(name)).map(|(_, value)| value)
    };
    let any =
        |names, matches: &dyn Fn(&str) -> bool| values(names).next().is_none() || values(names).any(matches);
    any(["type", "type[]"], &|kind| item.is(kind))
        && any(["language", "language[]"], &|language| item.speaks(language))
        && params.present("keyword").is_none_or(|words| item.mentions(words))
}
