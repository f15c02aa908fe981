//! JSON in which no object names a member twice.
//!
//! RFC 8259 section 4 leaves open which of two members counts, so two readers of one reply may see two different tokens;
//! RFC 6749 section 5.1 forbids a parameter to stand twice. `serde_json` takes the last one and says nothing.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// What a body is, if it is to be a JSON object.
#[derive(Debug, PartialEq)]
pub(crate) enum Object {
    /// An object; no name stands twice in it, nor in what it holds.
    Read(Map<String, Value>),
    /// JSON in which a name stands twice.
    Ambiguous,
    /// Something else.
    Unreadable,
}

pub(crate) fn object(body: &[u8]) -> Object {
    match serde_json::from_slice::<Unique>(body) {
        Ok(Unique) => {}
        // Everything else that JSON can hold is taken, so nothing else is an error of this category.
        Err(error) if error.is_data() => return Object::Ambiguous,
        Err(_) => return Object::Unreadable,
    }
    serde_json::from_slice(body).map_or(Object::Unreadable, Object::Read)
}

/// A member's name, not copied unless it has escapes.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// Looks at every member and keeps nothing.
struct Unique;

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Look)
    }
}

struct Look;

macro_rules! takes {
    ($($name:ident: $type:ty),*) => {$(
        fn $name<E>(self, _: $type) -> Result<Unique, E> {
            Ok(Unique)
        }
    )*};
}

impl<'de> Visitor<'de> for Look {
    type Value = Unique;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    takes!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str);

    fn visit_unit<E>(self) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Unique, A::Error> {
        while items.next_element::<Unique>()?.is_some() {}
        Ok(Unique)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Unique, A::Error> {
        let mut names = HashSet::new();
        while let Some(Name(name)) = members.next_key()? {
            if !names.insert(name) {
                // Read to the end all the same: what is not JSON is to be called so.
                members.next_value::<IgnoredAny>()?;
                while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                return Err(A::Error::custom("a name stands twice"));
            }
            members.next_value::<Unique>()?;
        }
        Ok(Unique)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_stands_twice_is_seen_wherever_it_stands() {
        for twice in [
            r#"{"access_token":"a","access_token":"b"}"#,
            r#"{"access_token":"a","access_token":"a"}"#,
            r#"{"access_token":"a","\u0061ccess_token":"b"}"#,
            r#"{"a":{"b":1,"b":2}}"#,
            r#"{"a":[[{"b":1,"b":2}]]}"#,
            r#"{"":1,"":2}"#,
        ] {
            assert_eq!(object(twice.as_bytes()), Object::Ambiguous, "{twice}");
        }
        for once in [
            r#"{"a":{"b":1},"b":{"b":2}}"#,
            r#"{"a":[{"b":1},{"b":2}],"A":-1.5e3,"ä":null,"c":true,"d":18446744073709551615,"e":-9}"#,
            "{}",
        ] {
            assert_eq!(object(once.as_bytes()), Object::Read(serde_json::from_str(once).unwrap()), "{once}");
        }
        for unreadable in ["", "[1]", "7", "null", r#"{"a":1"#, r#"{"a":1,"a":2"#, "{a:1}"] {
            assert_eq!(object(unreadable.as_bytes()), Object::Unreadable, "{unreadable}");
        }
    }

    #[test]
    fn no_depth_is_too_much() {
        let deep = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert!(matches!(object(deep(100).as_bytes()), Object::Read(_)));
        assert_eq!(object(deep(100_000).as_bytes()), Object::Unreadable);
    }

    proptest::proptest! {
        /// Whatever `serde_json` itself writes has each name once, and is read as it was.
        #[test]
        fn what_names_each_member_once_is_read(names in proptest::collection::hash_map(".{0,6}", proptest::prelude::any::<i64>(), 0..6)) {
            let map: Map<String, Value> = names.into_iter().map(|(name, value)| (name, value.into())).collect();
            let text = Value::Object(map.clone()).to_string();
            proptest::prop_assert_eq!(object(text.as_bytes()), Object::Read(map));
        }
    }
}
