//! `GET /learning-objects`, on the gateway and in version 2.

use axum::Json;
use axum::response::IntoResponse as _;
use chrono::TimeDelta;
use http::StatusCode;
use serde_json::{Value, json};

use super::Request;
use super::api::{authenticate, error_response};
use super::model::Scroll;
use crate::params::Params;
use crate::random;
use crate::request::{Handled, Rejection};

/// Page sizes: the default, the maximum, and the maximum when scrolling.
const DEFAULT_LIMIT: usize = 20;
const MAX_LIMIT: usize = 50;
const MAX_SCROLL_LIMIT: usize = 5_000;
const MAX_OFFSET: usize = 10_000;
const SCROLL_LIFE: TimeDelta = TimeDelta::minutes(5);

/// `GET /gateway/learning-objects`. Needs an `Api-Version` header.
pub(super) async fn list_on_gateway(request: Request) -> Handled {
    authenticate(&request, &["lo.read"])?;
    if !is_version(request.header("api-version").unwrap_or_default()) {
        request.log.note("refused: no API version");
        let text = "The header Api-Version has to name a version, such as 2025-01-01.";
        return Ok(error_response(StatusCode::BAD_REQUEST, "api_version", text));
    }
    page(&request, Item::gateway_json)
}

pub(super) async fn list_in_v2(request: Request) -> Handled {
    authenticate(&request, &["lo.read"])?;
    page(&request, Item::v2_json)
}

/// Accepts a date or `alpha`, the only other value seen in use.
fn is_version(text: &str) -> bool {
    text == "alpha" || (text.len() == 10 && text.parse::<chrono::NaiveDate>().is_ok())
}

struct Span {
    from: usize,
    limit: usize,
    scrolls: bool,
}

fn span(request: &Request) -> Result<Span, Rejection> {
    let params = &request.params;
    let invalid =
        |text: &str| Rejection::new(error_response(StatusCode::BAD_REQUEST, "invalid_paging", text));
    let number = |name: &str, default: usize| match params.present(name) {
        None => Ok(default),
        Some(text) => text.parse().map_err(|_| invalid(&format!("{name} has to be a number."))),
    };
    let scrolls = params.get("use_scroll") == Some("true");
    let max_limit = if scrolls { MAX_SCROLL_LIMIT } else { MAX_LIMIT };
    let limit = number("limit", DEFAULT_LIMIT)?;
    if !(1..=max_limit).contains(&limit) {
        return Err(invalid(&format!("limit has to be between 1 and {max_limit}.")));
    }
    if !scrolls {
        let from = number("offset", 0)?;
        if from.saturating_add(limit) > MAX_OFFSET {
            return Err(invalid("offset and limit reach the first 10000 only; scroll instead."));
        }
        return Ok(Span { from, limit, scrolls });
    }
    if params.get("offset").is_some() {
        return Err(invalid("offset is not for scrolling."));
    }
    let Some(id) = params.present("scroll_id") else { return Ok(Span { from: 0, limit, scrolls }) };
    let now = request.core.now();
    let state = request.core.state();
    let found = state.scrolls.peek(id).filter(|scroll| scroll.expires_at > now);
    let from = found.map(|scroll| scroll.from).ok_or_else(|| {
        let text = "This scroll is unknown or has expired.";
        Rejection::new(error_response(StatusCode::NOT_FOUND, "scroll_not_found", text))
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

#[derive(Clone, Copy, Debug)]
struct Item {
    number: usize,
    title: &'static str,
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

impl Item {
    fn matches_keywords(&self, words: &str) -> bool {
        let title = self.title.to_lowercase();
        words.to_lowercase().split_whitespace().all(|word| title.contains(word))
    }

    fn gateway_json(&self) -> Value {
        let time = format!("2024-07-{:02}T08:30:00.000Z", self.number % 28 + 1);
        json!({
            "id": format!("con_01HB{:022}", self.number),
            "lo_id": self.number,
            "created_time": time,
            "updated_time": time,
            "updated_media_time": time,
            "updated_metadata_time": time,
            "core": {
                "type": self.kind,
                "title": self.title,
                "description": self.description(),
                "image": { "key": "thumbnail", "value": self.image(), "mimetype": "image/png" },
                "provider_id": 1_100_042,
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
            "provider": { "id": 1_100_042, "name": "Sandbox Publishing" },
        })
    }

    fn description(&self) -> String {
        format!("{}: {} minutes of made-up content.", self.title, self.minutes)
    }

    fn image(&self) -> String {
        format!("https://images.example/{}.png", self.number)
    }
}
