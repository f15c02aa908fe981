//! JSON whose objects have unique keys.
//!
//! RFC 8259 section 4 leaves the meaning of duplicate keys undefined, so two parsers may read different
//! tokens from one response. RFC 6749 section 5.1 forbids them; `serde_json` alone keeps the last one.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Skips byte order marks, which RFC 8259 section 8.1 allows a parser to ignore. Some servers send two.
pub(crate) fn without_byte_order_marks(mut body: &[u8]) -> &[u8] {
    while let Some(rest) = body.strip_prefix(b"\xEF\xBB\xBF") {
        body = rest;
    }
    body
}

/// A JSON value whose objects have unique keys.
pub(crate) struct UniqueKeys(pub(crate) Value);

impl<'de> Deserialize<'de> for UniqueKeys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor).map(Self)
    }
}

/// The members of one JSON object with unique keys.
pub(crate) struct UniqueMembers<V>(pub(crate) BTreeMap<String, V>);

impl<'de, V: Deserialize<'de>> Deserialize<'de> for UniqueMembers<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor(PhantomData))
    }
}

struct MembersVisitor<V>(PhantomData<V>);

impl<'de, V: Deserialize<'de>> Visitor<'de> for MembersVisitor<V> {
    type Value = UniqueMembers<V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<UniqueMembers<V>, A::Error> {
        let mut read = BTreeMap::new();
        read_members(members, |key, value| read.insert(key, value).is_none())?;
        Ok(UniqueMembers(read))
    }
}

/// Reads all members; `insert` returns false for a duplicate key.
fn read_members<'de, A: MapAccess<'de>, V: Deserialize<'de>>(
    mut members: A,
    mut insert: impl FnMut(String, V) -> bool,
) -> Result<(), A::Error> {
    while let Some((key, value)) = members.next_entry()? {
        if !insert(key, value) {
            // The rest is still parsed, so that malformed JSON is reported as such.
            while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Err(A::Error::custom("duplicate key"));
        }
    }
    Ok(())
}

/// Key of the object by which `serde_json` passes a number if its feature `arbitrary_precision` is on.
const NUMBER: &str = "$serde_json::private::Number";

struct ValueVisitor;

macro_rules! visit_as_value {
    ($($name:ident: $type:ty),*) => {$(
        fn $name<E>(self, value: $type) -> Result<Value, E> {
            Ok(value.into())
        }
    )*};
}

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    visit_as_value!(
        visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str, visit_string: String
    );

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut read = Vec::new();
        while let Some(UniqueKeys(item)) = items.next_element()? {
            read.push(item);
        }
        Ok(Value::Array(read))
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Value, A::Error> {
        let mut read = Map::new();
        read_members(members, |key, UniqueKeys(value)| read.insert(key, value).is_none())?;
        Ok(match (read.len(), read.get(NUMBER).and_then(Value::as_str)) {
            (1, Some(digits)) => digits.parse::<Number>().map_or(Value::Null, Value::Number),
            _ => Value::Object(read),
        })
    }
}

/// Describes JSON of another shape: the missing field or the expected type, never the value that was found.
pub(crate) fn describe_mismatch(path: &serde_path_to_error::Path, error: &serde_json::Error) -> String {
    let path = path.to_string();
    let words = error.to_string();
    let words = words.rsplit_once(" at line ").map_or(words.as_str(), |(words, _)| words);
    let field = |prefix| {
        let (name, _) = words.strip_prefix(prefix)?.split_once('`')?;
        Some(if path == "." { name.to_owned() } else { format!("{path}.{name}") })
    };
    if let Some(name) = field("missing field `") {
        return format!("the response lacks `{name}`");
    }
    // From `response!`.
    if let Some(name) = field("unreadable field `") {
        return format!("`{name}` of the response cannot be read");
    }
    // Below `#[serde(flatten)]` the parser no longer knows where it is.
    let place =
        if path == "." { "a value of the response".to_owned() } else { format!("`{path}` of the response") };
    match words.rsplit_once(", expected ") {
        Some((_, "a map")) => format!("{place} is of another type: not an object"),
        Some((_, expected)) => format!("{place} is of another type: not {expected}"),
        None => format!("{place} cannot be read"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    enum Parsed {
        Object(Map<String, Value>),
        DuplicateKey,
        NotAnObject,
    }

    fn parse_object(body: &[u8]) -> Parsed {
        match serde_json::from_slice(body) {
            Ok(UniqueKeys(Value::Object(members))) => Parsed::Object(members),
            // Every JSON value is accepted, so a duplicate key is the only error of this category.
            Err(error) if error.is_data() => Parsed::DuplicateKey,
            Ok(_) | Err(_) => Parsed::NotAnObject,
        }
    }

    #[test]
    fn finds_duplicate_key_at_any_depth() {
        for duplicate in [
            r#"{"access_token":"a","access_token":"b"}"#,
            r#"{"access_token":"a","access_token":"a"}"#,
            r#"{"access_token":"a","\u0061ccess_token":"b"}"#,
            r#"{"a":{"b":1,"b":2}}"#,
            r#"{"a":[[{"b":1,"b":2}]]}"#,
            r#"{"":1,"":2}"#,
        ] {
            assert_eq!(parse_object(duplicate.as_bytes()), Parsed::DuplicateKey, "{duplicate}");
        }
        for unique in [
            r#"{"a":{"b":1},"b":{"b":2}}"#,
            r#"{"a":[{"b":1},{"b":2}],"A":-1.5e3,"ä":null,"c":true,"d":18446744073709551615,"e":-9}"#,
            "{}",
        ] {
            assert_eq!(
                parse_object(unique.as_bytes()),
                Parsed::Object(serde_json::from_str(unique).unwrap()),
                "{unique}"
            );
        }
        for other in ["", "[1]", "7", "null", r#"{"a":1"#, r#"{"a":1,"a":2"#, "{a:1}"] {
            assert_eq!(parse_object(other.as_bytes()), Parsed::NotAnObject, "{other}");
        }
    }

    #[test]
    fn reads_number_passed_as_object() {
        let text = format!(r#"{{"a":{{"{NUMBER}":"1.5"}}}}"#);
        let Parsed::Object(read) = parse_object(text.as_bytes()) else { panic!("not an object") };
        assert_eq!(read["a"], 1.5);
    }

    #[test]
    fn survives_any_depth() {
        let deep = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert!(matches!(parse_object(deep(100).as_bytes()), Parsed::Object(_)));
        assert_eq!(parse_object(deep(100_000).as_bytes()), Parsed::NotAnObject);
    }

    proptest::proptest! {
        #[test]
        fn reads_objects_that_serde_json_writes(names in proptest::collection::hash_map(".{0,6}", proptest::prelude::any::<i64>(), 0..6)) {
            let map: Map<String, Value> = names.into_iter().map(|(name, value)| (name, value.into())).collect();
            let text = Value::Object(map.clone()).to_string();
            proptest::prop_assert_eq!(parse_object(text.as_bytes()), Parsed::Object(map));
        }
    }
}
