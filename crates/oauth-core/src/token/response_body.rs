//! Lenient parsing of a token endpoint's body: nothing beside the token costs the connection.
//!
//! | Servers send | Handling |
//! |---|---|
//! | byte order marks | skipped |
//! | invalid UTF-8 | replaced by U+FFFD |
//! | control characters | replaced by spaces; a token that holds one is refused later, as not printable |
//! | two different values of `access_token`, `refresh_token` or `error` | an error: RFC 6749 section 5.1 forbids it |
//! | any other member with two different values, or one that cannot be parsed | that member is dropped |

use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde_json::map::Entry;
use serde_json::value::RawValue;
use serde_json::{Map, Number, Value};
use url::form_urlencoded;

use crate::util::strict_json::{UniqueKeys, UniqueMembers, without_byte_order_marks};

/// `serde_json`'s own limit.
const MAX_DEPTH: usize = 128;

/// Members that decide what the response is.
const DECISIVE: [&str; 3] = ["access_token", "refresh_token", "error"];

/// Stands for a control character until the tokens are checked. A noncharacter, which no server sends.
const CONTROL_MARK: char = '\u{FDD0}';

/// The reason why a body has no fields.
#[derive(Debug, PartialEq)]
pub(super) enum Unreadable {
    Empty,
    /// A decisive member has two different values.
    Ambiguous,
    NotAnObject,
}

impl Unreadable {
    pub(super) fn as_str(&self) -> &'static str {
        match self {
            Self::Empty => "the token response is empty",
            Self::Ambiguous => "the token response has a duplicate parameter",
            Self::NotAnObject => "the token response is neither a JSON object nor form-encoded",
        }
    }
}

/// Parses JSON or a form into one object.
pub(super) fn parse(body: &[u8]) -> Result<Map<String, Value>, Unreadable> {
    if body.is_empty() {
        return Err(Unreadable::Empty);
    }
    let text = String::from_utf8_lossy(without_byte_order_marks(body));
    let mut fields = Fields::default();
    let marked;
    let members = match serde_json::from_str(&text) {
        Err(_) => {
            marked = mark_control_characters(&text);
            serde_json::from_str(&marked)
        }
        members => members,
    };
    if let Ok(Members(members)) = members {
        for (name, raw) in members {
            // A name with an unpaired surrogate.
            let Ok(name) = String::from_utf8(name) else {
                fields.unnamed += 1;
                continue;
            };
            fields.insert(name, lenient_value(raw))?;
        }
    } else {
        for (name, value) in form(&text).ok_or(Unreadable::NotAnObject)? {
            fields.insert(name.into_owned(), Some(Value::String(value.into_owned())))?;
        }
    }
    Ok(fields.finish())
}

/// The members in the order of the body, with duplicates.
struct Members<'a>(Vec<(Vec<u8>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Members<'de>, A::Error> {
        let mut read = Vec::with_capacity(8);
        while let Some((Name(name), raw)) = members.next_entry()? {
            read.push((name, raw));
        }
        Ok(Members(read))
    }
}

/// A member's name as bytes: as text, an unpaired surrogate would cost the whole body.
struct Name(Vec<u8>);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(NameVisitor).map(Self)
    }
}

struct NameVisitor;

impl Visitor<'_> for NameVisitor {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
        Ok(bytes.to_vec())
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Vec<u8>, E> {
        Ok(text.as_bytes().to_vec())
    }
}

/// Parses one member; `None` if it cannot be read, or holds a duplicate key.
fn lenient_value(raw: &RawValue) -> Option<Value> {
    match serde_json::from_str(raw.get()) {
        Ok(UniqueKeys(value)) => Some(value),
        Err(error) if error.is_data() => None,
        Err(_) => nearest_value(raw, MAX_DEPTH).ok(),
    }
}

/// Parses JSON with numbers beyond the range of a double, which `serde_json` refuses: a lifetime of `1e999`
/// must not cost the lifetime.
fn nearest_value(raw: &RawValue, depth: usize) -> serde_json::Result<Value> {
    let text = raw.get();
    let depth = depth.checked_sub(1).ok_or_else(|| serde_json::Error::custom("too deep"))?;
    match text.as_bytes().first() {
        Some(b'{') => {
            let UniqueMembers(members) = serde_json::from_str::<UniqueMembers<&RawValue>>(text)?;
            let members = members.into_iter().map(|(key, raw)| Ok((key, nearest_value(raw, depth)?)));
            Ok(Value::Object(members.collect::<serde_json::Result<_>>()?))
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(text)?;
            items.into_iter().map(|raw| nearest_value(raw, depth)).collect()
        }
        _ => serde_json::from_str(text).or_else(|error| {
            let number =
                text.parse().ok().and_then(|number: f64| Number::from_f64(number.clamp(f64::MIN, f64::MAX)));
            number.map(Value::Number).ok_or(error)
        }),
    }
}

#[derive(Default)]
struct Fields {
    kept: Map<String, Value>,
    dropped: BTreeSet<String>,
    /// Number of dropped members whose names are not text.
    unnamed: usize,
}

impl Fields {
    /// Adds a member; `None` for one that cannot be read.
    fn insert(&mut self, name: String, value: Option<Value>) -> Result<(), Unreadable> {
        let is_decisive = DECISIVE.contains(&name.as_str());
        if self.dropped.contains(&name) {
            return if is_decisive { Err(Unreadable::Ambiguous) } else { Ok(()) };
        }
        match (self.kept.entry(name), value) {
            (Entry::Vacant(place), Some(value)) => {
                place.insert(value);
            }
            (Entry::Occupied(first), Some(value)) if *first.get() == value => {}
            (Entry::Occupied(_), _) if is_decisive => return Err(Unreadable::Ambiguous),
            (Entry::Vacant(place), None) => {
                let name = place.key().clone();
                self.drop_member(name);
            }
            (Entry::Occupied(place), _) => {
                let name = place.key().clone();
                place.remove();
                self.drop_member(name);
            }
        }
        Ok(())
    }

    fn drop_member(&mut self, name: String) {
        self.dropped.insert(name);
    }

    fn finish(mut self) -> Map<String, Value> {
        // One line for all: a broken server may send thousands. Names may be secrets, too.
        #[cfg(feature = "connections")]
        if self.dropped.len() + self.unnamed > 0 {
            tracing::warn!(
                members = self.dropped.len() + self.unnamed,
                "members of a token response are dropped: they cannot be read, or have two values"
            );
        }
        for (name, value) in &mut self.kept {
            // A mark left in a token makes it unprintable.
            if !matches!(name.as_str(), "access_token" | "refresh_token") {
                remove_marks(value);
            }
        }
        self.kept
    }
}

fn remove_marks(value: &mut Value) {
    match value {
        Value::String(text) if text.contains(CONTROL_MARK) => *text = text.replace(CONTROL_MARK, " "),
        Value::Array(items) => items.iter_mut().for_each(remove_marks),
        Value::Object(members) => members.values_mut().for_each(remove_marks),
        _ => {}
    }
}

/// Replaces unescaped control characters, which JSON forbids in strings: by a mark there, by spaces
/// elsewhere.
fn mark_control_characters(text: &str) -> String {
    let (mut out, mut in_string, mut escaped) = (String::with_capacity(text.len()), false, false);
    for c in text.chars() {
        if c >= ' ' {
            out.push(c);
            in_string ^= c == '"' && !escaped;
            escaped = in_string && c == '\\' && !escaped;
            continue;
        }
        if escaped {
            out.pop();
            escaped = false;
        }
        out.push(if in_string { CONTROL_MARK } else { ' ' });
    }
    out
}

fn form(text: &str) -> Option<form_urlencoded::Parse<'_>> {
    let text = text.trim();
    let (name, _) = text.split('&').next()?.split_once('=')?;
    let is_name = !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    is_name.then(|| form_urlencoded::parse(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(body: impl AsRef<[u8]>) -> Value {
        parse(body.as_ref()).map(Value::Object).unwrap_or_else(|why| json!(format!("{why:?}")))
    }

    #[test]
    fn bad_bytes_beside_token_cost_nothing() {
        let token = json!("t");
        for (body, name) in [
            (&b"{\"access_token\":\"t\",\"name\":\"caf\xE9\"}"[..], "caf\u{FFFD}"),
            (b"\xEF\xBB\xBF\xEF\xBB\xBF{\"access_token\":\"t\",\"name\":\"a\"}", "a"),
            (b"{\"access_token\":\"t\",\r\n\t\"name\":\"a\tb\0c\nd\"}\n", "a b c d"),
            (b"{\0\"access_token\":\"t\",\"name\":\"a\\\\\tb\\\"\x1F\"}\0", "a\\ b\" "),
            (b"{\"access_token\":\"t\",\"name\":\"a\\\tb\"}", "a b"),
            (b"access_token=t&name=caf%E9\x01", "caf\u{FFFD}\u{1}"),
        ] {
            let value = read(body);
            assert_eq!((&value["access_token"], &value["name"]), (&token, &json!(name)), "{body:?}");
        }
        // Nested, and in a name.
        let value = read("{\"access_token\":\"t\",\"a\":[{\"b\":\"\t\"}],\"c\td\":1}");
        assert_eq!(value["a"], json!([{ "b": " " }]));
        // A token with a replacement stays unprintable.
        for body in
            [&b"{\"access_token\":\"t\t\"}"[..], b"{\"access_token\":\"t\xE9\"}", b"access_token=t\xE9"]
        {
            assert!(!read(body)["access_token"].as_str().unwrap().is_ascii(), "{body:?}");
        }
        assert_eq!(read("{\"access_token\":\"t \"}")["access_token"], "t ");
    }

    #[test]
    fn bad_member_costs_itself() {
        for member in [
            r#""x":1,"x":2"#,
            r#""x":1,"x":"1","x":1"#,
            r#""x":"\ud800""#,
            r#""x":{"y":[{"z":1,"z":2}]}"#,
            r#""x":"\ud800","x":1"#,
            r#""\ud800":1"#,
            &format!(r#""x":{}1{}"#, "[".repeat(5_000), "]".repeat(5_000)),
            &format!(r#""x":{}1e999{}"#, "[".repeat(5_000), "]".repeat(5_000)),
        ] {
            assert_eq!(read(format!(r#"{{"access_token":"t",{member}}}"#)), json!({ "access_token": "t" }));
        }
        assert_eq!(read("access_token=t&x=1&x=2"), json!({ "access_token": "t" }));
        // The same value twice leaves no doubt.
        assert_eq!(read(r#"{"access_token":"t","access_token":"\u0074","x":[1],"x":[1]}"#)["x"], json!([1]));
        assert_eq!(read(r#"{"x":1e999,"y":[-1e999]}"#), json!({ "x": f64::MAX, "y": [-f64::MAX] }));
    }

    #[test]
    fn decisive_member_with_two_values_is_ambiguous() {
        for name in DECISIVE {
            for body in [
                format!(r#"{{"{name}":"a","{name}":"b"}}"#),
                format!(r#"{{"{name}":"a","{name}":"\ud800"}}"#),
                format!(r#"{{"{name}":"\ud800","{name}":"a"}}"#),
                format!(r#"{{"{name}":"a","\u{:04x}{}":null}}"#, u32::from(name.as_bytes()[0]), &name[1..]),
                format!("{name}=a&{name}=b"),
            ] {
                assert_eq!(parse(body.as_bytes()), Err(Unreadable::Ambiguous), "{body}");
            }
        }
    }

    #[test]
    fn other_bodies_have_no_fields() {
        for body in
            ["[1]", "7", "null", "<html a=\"b\">", r#"{"a":1"#, "{a:1}", r#"{"a":01}"#, r#"{"a":1e}"#, "\0"]
        {
            assert_eq!(parse(body.as_bytes()), Err(Unreadable::NotAnObject), "{body}");
        }
        assert_eq!(parse(b""), Err(Unreadable::Empty));
        assert_eq!(read("{}"), json!({}));
    }

    proptest::proptest! {
        #[test]
        fn reads_objects_that_serde_json_writes(
            names in proptest::collection::hash_map(".{0,6}", ".{0,6}", 0..6),
        ) {
            // The noncharacter that marks control characters reads as a space.
            let fields: Map<String, Value> = names
                .into_iter()
                .map(|(name, value)| (name, value.replace(CONTROL_MARK, " ").into()))
                .collect();
            let text = Value::Object(fields.clone()).to_string();
            proptest::prop_assert_eq!(parse(text.as_bytes()), Ok(fields));
        }

        #[test]
        fn reads_any_bytes_without_panic(body in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..80)) {
            let _ = parse(&body);
        }
    }
}
