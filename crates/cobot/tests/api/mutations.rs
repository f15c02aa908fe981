//! Responses with one member missing, null, of another type, unknown or added.

use std::collections::BTreeSet;
use std::fmt::Debug;

use cobot::serde_json::{self, Value, json};
use cobot::{Cobot, Endpoint};
use proptest::prelude::*;
use proptest::sample::Index;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Visitor, folder};

/// Every member and element of a value, as a JSON pointer.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                pointers(member, &format!("{at}/{name}"), found);
            }
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                pointers(element, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

/// Changes the member or element at a place.
fn change(body: &mut Value, pointer: &str, change: usize) {
    let replacements = [
        Value::Null,
        json!({}),
        json!([]),
        json!("unheard-of"),
        json!(-1.5),
        json!(true),
        json!([{"a": {}}, 1]),
    ];
    if let Some(replacement) = replacements.into_iter().nth(change) {
        *body.pointer_mut(pointer).unwrap() = replacement;
    } else if let Some(Value::Object(members)) = body.pointer_mut(pointer) {
        members.insert("unheard_of".to_owned(), json!({"a": [1]}));
    } else if let Some((parent, name)) = pointer.rsplit_once('/')
        && let Some(Value::Object(members)) = body.pointer_mut(parent)
    {
        members.remove(name);
    }
}

/// True if a response cannot do without this member.
fn identifies(pointer: &str) -> bool {
    matches!(
        pointer,
        "" | "/data"
            | "/data/type"
            | "/data/id"
            | "/id"
            | "/name"
            | "/url"
            | "/payment_method_id"
            | "/created_at"
    )
}

/// True if a response declares this member as a secret.
fn is_secret(pointer: &str) -> bool {
    let name = pointer.rsplit('/').next().unwrap_or_default();
    matches!(name, "link" | "user_url" | "paymentIntentClientSecret" | "setupIntentClientSecret")
}

struct Mutate {
    place: Index,
    change: usize,
    seen: BTreeSet<&'static str>,
}

impl Visitor for Mutate {
    fn visit<E: Endpoint<Cobot>>(&mut self, file: &str, _: &E)
    where
        E::Response: Debug + DeserializeOwned + PartialEq + Serialize,
    {
        if !self.seen.insert(std::any::type_name::<E::Response>()) {
            return;
        }
        let text = std::fs::read_to_string(folder().join("responses").join(format!("{file}.json"))).unwrap();
        let recorded: Value = serde_json::from_str(&text).unwrap();
        let mut body = recorded["body"].clone();
        if body.is_null() {
            return;
        }
        let list = if body.is_array() { "" } else { "/data" };
        let mut places = Vec::new();
        pointers(&body, "", &mut places);
        let elements = body.pointer_mut(list).and_then(Value::as_array_mut);
        let is_list = elements.is_some();
        if let Some(elements) = elements {
            // Another element, which a bad one before it must not spoil.
            let mut other = elements[0].clone();
            for name in ["id", "name", "url"] {
                if let Some(identifier) = other.get_mut(name) {
                    *identifier = json!("other-element");
                }
            }
            elements.push(other);
        }
        let place = self.place.get(&places);
        change(&mut body, place, self.change);
        let read: E::Response = match serde_json::from_value(body.clone()) {
            Ok(read) => read,
            Err(error) => {
                assert!(identifies(place), "{} {place}: {error}\n{body:#}", E::NAME);
                return;
            }
        };
        let shown = format!("{read:?}");
        assert!(
            !is_list || list.starts_with(place) || shown.contains("other-element"),
            "{} {place}\n{shown}",
            E::NAME
        );
        let again: E::Response = serde_json::from_value(serde_json::to_value(&read).unwrap()).unwrap();
        // Secrets are not serialized, of whatever type.
        let has_secret = shown.contains("redacted") || is_secret(place);
        assert!(again == read || has_secret, "{} {place}\n{body:#}", E::NAME);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bad_member_costs_only_itself(place: Index, change in 0..9_usize) {
        let mut mutate = Mutate { place, change, seen: BTreeSet::new() };
        crate::v1::visit(&mut mutate);
        crate::v2::visit(&mut mutate);
    }
}
