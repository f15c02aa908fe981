//! Members of a token response that stand elsewhere than in RFC 6749, by the provider's dialect.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use crate::provider::dialect::{Dialect, Expiry};
use crate::token::response::is_absent;

/// Gives members the names of RFC 6749 section 5.1, and `expires_in` its form.
pub(crate) fn with_standard_names(
    mut fields: Map<String, Value>,
    dialect: &Dialect,
    now: DateTime<Utc>,
) -> Map<String, Value> {
    if !dialect.response_members.is_empty() {
        let document = Value::Object(fields.clone());
        let places = |name| dialect.response_members.iter().filter(move |(of, _)| *of == name);
        let at = |place| document.pointer(place).filter(|value| !is_absent(Some(value)));
        // All members come from the access token's place: another one may have another user's.
        let rank = places("access_token").position(|(_, place)| at(place).is_some()).unwrap_or_default();
        for (name, _) in dialect.response_members {
            let place = places(*name).nth(rank).or_else(|| places(*name).next());
            match place.and_then(|(_, place)| at(place)) {
                Some(value) => fields.insert((*name).to_owned(), value.clone()),
                None => fields.remove(*name),
            };
        }
    }
    if dialect.expiry != Expiry::Seconds
        && let Some(stated) = fields.remove("expires_in")
        && let Some(seconds) = seconds(&stated, dialect.expiry, now)
    {
        fields.insert("expires_in".to_owned(), seconds.into());
    }
    fields
}

/// Returns the lifetime in seconds, negative if it is over.
fn seconds(stated: &Value, form: Expiry, now: DateTime<Utc>) -> Option<i64> {
    let number = match stated {
        Value::String(text) => text.trim().parse().ok(),
        value => value.as_f64(),
    };
    let number = number.filter(|number: &f64| number.is_finite());
    match form {
        Expiry::Seconds => number.map(|number| number as i64),
        // Less than a second is not zero, which often means that the token does not expire.
        Expiry::Milliseconds => number.map(|number| (number / 1e3).ceil() as i64),
        Expiry::Time => {
            let at = match number {
                // The point in time at which seconds since 1970 would be in the year 5138.
                Some(number) if number >= 1e11 => (number / 1e3) as i64,
                Some(number) => number as i64,
                None => DateTime::parse_from_rfc3339(stated.as_str()?.trim()).ok()?.timestamp(),
            };
            // 1970 or the year 1: the token does not expire.
            (at > 0).then(|| at.saturating_sub(now.timestamp()))
        }
        Expiry::Ignored => None,
    }
}

/// Members that hold tokens.
const TOKENS: &[&str] = &["access_token", "refresh_token", "id_token"];

/// Returns the tokens of a response, wherever they stand.
pub(super) fn tokens(fields: &Map<String, Value>, dialect: &Dialect) -> Vec<String> {
    let own = dialect.response_members.iter().filter(|(name, _)| TOKENS.contains(name));
    let own = own.filter_map(|(_, place)| place.rsplit('/').next());
    let names: Vec<&str> = TOKENS.iter().copied().chain(own).collect();
    let mut found = Vec::new();
    collect(fields, &names, &mut found);
    found
}

fn collect(members: &Map<String, Value>, names: &[&str], found: &mut Vec<String>) {
    for (name, value) in members {
        match value {
            Value::String(text) if names.contains(&name.as_str()) => found.push(text.clone()),
            Value::Object(members) => collect(members, names, found),
            Value::Array(items) => {
                items.iter().filter_map(Value::as_object).for_each(|item| collect(item, names, found));
            }
            _ => {}
        }
    }
}
