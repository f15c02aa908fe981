//! `GET /learning-objects`, on the gateway and in version 2, and `GET /learning-objects/{id}` on the
//! gateway.

use axum::Json;
use axum::response::IntoResponse as _;
use chrono::TimeDelta;
use http::StatusCode;
use serde_json::{Value, json};

use super::api::{authenticate, authenticate_on_gateway, invalid, rejection};
use super::model::Scroll;
use super::{PathText, Request, paging};
use crate::params::Params;
use crate::random;
use crate::request::{Handled, Rejection};

const MAX_SCROLL_LIMIT: usize = 5_000;
const SCROLL_LIFE: TimeDelta = TimeDelta::minutes(5);

/// `GET /gateway/learning-objects`. Needs an `Api-Version` header.
pub(super) async fn list_on_gateway(request: Request) -> Handled {
    authenticate_on_gateway(&request, "lo.read")?;
    page(&request, Item::gateway_json)
}

pub(super) async fn list_in_v2(request: Request) -> Handled {
    authenticate(&request, &["lo.read"])?;
    page(&request, Item::v2_json)
}

/// `GET /gateway/learning-objects/{id}`, by either identifier.
pub(super) async fn show(id: PathText, request: Request) -> Handled {
    authenticate_on_gateway(&request, "lo.read")?;
    let found = match request.params.present("identifier") {
        None => id.ok().and_then(|id| find(&id)),
        // No learning object has an `external_id`.
        Some("external_id") => None,
        Some(_) => return Err(invalid("identifier has to be external_id.")),
    };
    let Some(item) = found else {
        let text = "There's no Learning Object found with the given id.";
        return Err(rejection(StatusCode::NOT_FOUND, "learning_object_not_found", text));
    };
    let parts: Vec<_> = request
        .params
        .query
        .iter()
        .filter(|(name, _)| name == "include[]")
        .map(|(_, part)| &**part)
        .collect();
    let mut body = item.gateway_json();
    if !parts.is_empty() && !parts.contains(&"core") {
        body.as_object_mut().map(|body| body.remove("core"));
    }
    if parts.contains(&"lifecycle") {
        body["lifecycle"] = json!({ "state": "published" });
    }
    if parts.contains(&"relevance") {
        body["relevance"] = json!({ "duration": item.minutes, "language": item.language });
    }
    if parts.contains(&"provider") {
        body["provider"] = json!({ "name": PROVIDER });
    }
    Ok(Json(body).into_response())
}

struct Span {
    from: usize,
    limit: usize,
    scrolls: bool,
}

fn span(request: &Request) -> Result<Span, Rejection> {
    let params = &request.params;
    let scrolls = params.get("use_scroll") == Some("true");
    if !scrolls {
        let (from, limit) = paging::span(params)?;
        return Ok(Span { from, limit, scrolls });
    }
    let limit = paging::limit(params, MAX_SCROLL_LIMIT)?;
    if params.get("offset").is_some() {
        return Err(paging::invalid("offset is not for scrolling."));
    }
    let Some(id) = params.present("scroll_id") else { return Ok(Span { from: 0, limit, scrolls }) };
    let now = request.core.now();
    let state = request.core.state();
    let found = state.scrolls.peek(id).filter(|scroll| scroll.expires_at > now);
    let from = found.map(|scroll| scroll.from).ok_or_else(|| {
        let text = "This scroll is unknown or has expired.";
        rejection(StatusCode::NOT_FOUND, "scroll_not_found", text)
    })?;
    Ok(Span { from, limit, scrolls })
}

fn page(request: &Request, show: impl Fn(&Item) -> Value) -> Handled {
    let Span { from, limit, scrolls } = span(request)?;
    let core = &request.core;
    let found: Vec<_> = items().filter(|item| matches_filters(item, &request.params)).collect();
    let hits: Vec<_> = found.iter().skip(from).take(limit).map(show).collect();
    let next = from.saturating_add(hits.len());
    let mut body = json!({ "total": found.len(), "hits": hits });
    if scrolls && next < found.len() {
        let id = random::opaque();
        body["next_scroll_id"] = id.as_str().into();
        core.state().scrolls.insert(id, Scroll { from: next, expires_at: core.now() + SCROLL_LIFE });
    }
    Ok(Json(body).into_response())
}

/// Applies the filters to `item`. A repeated filter matches any of its values.
fn matches_filters(item: &Item, params: &Params) -> bool {
    let values = |names: [&'static str; 2]| {
        params.query.iter().filter(move |(name, _)| names.contains(&&**name)).map(|(_, value)| value.as_str())
    };
    let any =
        |names, matches: &dyn Fn(&str) -> bool| values(names).next().is_none() || values(names).any(matches);
    any(["type", "type[]"], &|kind| item.kind == kind)
        && any(["language", "language[]"], &|language| item.language == language)
        && params.present("keyword").is_none_or(|words| item.matches_keywords(words))
}

/// Made-up content that every portal has access to: title, kind, language and minutes.
const ITEMS: [(&str, &str, &str, u32); 24] = [
    ("Fire Safety at Work", "course", "en", 45),
    ("Giving Feedback", "course", "en", 30),
    ("Spotting Phishing", "video", "en", 6),
    ("Spreadsheets for Beginners", "course", "en", 120),
    ("First Aid: the Basics", "course", "en", 90),
    ("Remote Teams", "playlist", "en", 150),
    ("Lifting without Harm", "video", "en", 8),
    ("Privacy in Plain Words", "document", "en", 15),
    ("Asking Better Questions", "audio", "en", 22),
    ("Forklift Checklist", "interactive", "en", 12),
    ("Brandschutz am Arbeitsplatz", "course", "de", 45),
    ("Gesund am Bildschirm", "video", "de", 9),
    ("Premiers secours", "course", "fr", 90),
    ("Ergonomie au bureau", "video", "fr", 7),
    ("Welcome to the Company", "text", "en", 5),
    ("Bullying and Harassment", "course", "en", 40),
    ("Project Planning", "course", "en", 75),
    ("Writing Clear E-mails", "course", "en", 25),
    ("Inclusive Meetings", "video", "en", 11),
    ("Food Hygiene", "course", "en", 60),
    ("Presenting to a Room", "video", "en", 14),
    ("Manager's Toolkit", "playlist", "en", 200),
    ("Waste and Recycling", "link", "en", 4),
    ("Safe Driving Award", "award", "en", 240),
];

const PROVIDER: &str = "Sandbox Publishing";

#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    pub(super) number: usize,
    pub(super) title: &'static str,
    kind: &'static str,
    language: &'static str,
    minutes: u32,
}

fn items() -> impl Iterator<Item = Item> {
    ITEMS.into_iter().enumerate().map(|(at, (title, kind, language, minutes))| Item {
        number: 2_170_001 + at,
        title,
        kind,
        language,
        minutes,
    })
}

/// The learning object with this identifier, new or old.
pub(super) fn find(id: &str) -> Option<Item> {
    items().find(|item| item.id() == id || item.number.to_string() == id)
}

impl Item {
    fn id(&self) -> String {
        format!("con_01HB{:022}", self.number)
    }

    fn matches_keywords(&self, words: &str) -> bool {
        let title = self.title.to_lowercase();
        words.to_lowercase().split_whitespace().all(|word| title.contains(word))
    }

    fn gateway_json(&self) -> Value {
        let time = format!("2024-07-{:02}T08:30:00.000Z", self.number % 28 + 1);
        json!({
            "id": self.id(),
            "lo_id": self.number.to_string(),
            "created_time": time,
            "updated_time": time,
            "updated_media_time": time,
            "updated_metadata_time": time,
            "core": {
                "type": self.kind,
                "title": self.title,
                "description": self.description(),
                "image": { "key": "thumbnail", "value": self.image(), "mimetype": "image/png" },
                "provider_id": "1100042",
                "external_id": null,
            },
        })
    }

    fn v2_json(&self) -> Value {
        json!({
            "id": self.number,
            "type": self.kind,
            "title": self.title,
            "description": self.description(),
            "language": self.language,
            "image": self.image(),
            "delivery": { "duration": self.minutes * 60 },
            "provider": { "id": 1_100_042, "name": PROVIDER },
        })
    }

    fn description(&self) -> String {
        format!("{}: {} minutes of made-up content.", self.title, self.minutes)
    }

    fn image(&self) -> String {
        format!("https://images.example/{}.png", self.number)
    }
}
