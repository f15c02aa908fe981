//! JSON in which no object names a member twice.
//!
//! RFC 8259 section 4 leaves open which of two members counts, so two readers of one reply may see two different tokens;
//! RFC 6749 section 5.1 forbids a parameter to stand twice. `serde_json` takes the last one and says nothing.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

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
    match serde_json::from_slice(body) {
        Ok(Once(Value::Object(members))) => Object::Read(members),
        // Everything else that JSON can hold is taken, so nothing else is an error of this category.
        Err(error) if error.is_data() => Object::Ambiguous,
        Ok(_) | Err(_) => Object::Unreadable,
    }
}

/// A member's name, not copied unless it has escapes.
#[derive(Deserialize)]
#[serde(transparent)] // or `serde_path_to_error` does not see it
pub(crate) struct Name<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

/// A name stands twice.
pub(crate) fn twice<E: Error>() -> E {
    E::custom("a name stands twice")
}

/// A value in which no name stands twice.
pub(crate) struct Once(pub(crate) Value);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Look).map(Self)
    }
}

/// What `serde_json` calls a number where some crate of the program has its feature `arbitrary_precision` on.
const NUMBER: &str = "$serde_json::private::Number";

struct Look;

macro_rules! takes {
    ($($name:ident: $type:ty),*) => {$(
        fn $name<E>(self, value: $type) -> Result<Value, E> {
            Ok(value.into())
        }
    )*};
}

impl<'de> Visitor<'de> for Look {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    takes!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str, visit_string: String);

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut read = Vec::new();
        while let Some(Once(item)) = items.next_element()? {
            read.push(item);
        }
        Ok(Value::Array(read))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut read = Map::new();
        while let Some(Name(name)) = members.next_key()? {
            if read.contains_key(&*name) {
                // Read to the end all the same: what is not JSON is to be called so.
                members.next_value::<IgnoredAny>()?;
                while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                return Err(twice());
            }
            let Once(value) = members.next_value()?;
            read.insert(name.into_owned(), value);
        }
        Ok(match (read.len(), read.get(NUMBER).and_then(Value::as_str)) {
            (1, Some(digits)) => digits.parse::<Number>().map_or(Value::Null, Value::Number),
            _ => Value::Object(read),
        })
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
    fn a_number_as_another_crate_may_make_serde_json_hand_it_over() {
        let text = format!(r#"{{"a":{{"{NUMBER}":"1.5"}}}}"#);
        let Object::Read(read) = object(text.as_bytes()) else { panic!("unread") };
        assert_eq!(read["a"], 1.5);
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
