//! The parts of an error document that say what it is.

use serde_json::{Map, Value};

use super::oauth_code::OAuthCode;
use crate::provider::dialect::Refusal;

/// Places of texts by which a [`Refusal`] is recognized.
const TEXTS: &[&str] = &[
    "/error",
    "/message",
    "/error_description",
    "/hint",
    "/error/message",
    "/errors/*/message",
    "/errors/*",
    "/errmsg",
];

/// The members of an error response.
#[derive(Clone, Copy)]
pub(crate) struct ErrorDocument<'a>(pub(crate) &'a Map<String, Value>);

impl<'a> ErrorDocument<'a> {
    /// Returns the text of the error code: the first at one of `places` that is a known code, else the first
    /// that is one word. What stands at `/error` counts in any case (RFC 6749 section 5.2).
    pub(crate) fn code(self, places: &[&str]) -> Option<&'a str> {
        let is_word = |text: &str| !text.is_empty() && !text.contains(char::is_whitespace);
        let found = || places.iter().flat_map(|place| self.at(place).map(move |text| (*place, text)));
        found()
            .find(|(_, text)| !matches!(OAuthCode::parse(text), OAuthCode::Other(_)))
            .or_else(|| found().find(|(place, text)| *place == "/error" || is_word(text)))
            .map(|(_, text)| text)
    }

    /// Returns true if it is one of these refusals. Their text may stand at one of `places` too.
    pub(crate) fn is_one_of(self, refusals: &[Refusal], places: &[&str], status: u16) -> bool {
        refusals.iter().filter(|refusal| refusal.status == status).any(|refusal| {
            let mut all = TEXTS.iter().chain(places);
            all.any(|place| self.at(place).any(|text| text.to_ascii_lowercase().contains(refusal.contains)))
        })
    }

    /// Returns the first text at one of these places that is not empty.
    pub(crate) fn text(self, places: &[&str]) -> Option<&'a str> {
        places.iter().flat_map(|place| self.at(place)).find(|text| !text.is_empty())
    }

    /// Returns the texts at a JSON pointer (RFC 6901) in which `*` stands for each item of a list.
    fn at(self, place: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        let mut steps = place.split('/').skip(1);
        let mut found: Vec<&Value> = steps.next().and_then(|name| self.0.get(name)).into_iter().collect();
        for step in steps {
            found = found.into_iter().flat_map(|value| children(value, step)).collect();
        }
        found.into_iter().filter_map(Value::as_str)
    }
}

fn children<'a>(value: &'a Value, step: &str) -> &'a [Value] {
    match (value, step) {
        (Value::Array(items), "*") => items,
        (Value::Object(members), name) => members.get(name).map_or(&[], std::slice::from_ref),
        _ => &[],
    }
}
