//! `response!`: declares the type of a response, and how its fields are read.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Declares a response type that one bad field or list element does not spoil.
///
/// The type has the declared fields and `other`, a map with everything else. It implements [`Clone`],
/// [`PartialEq`], `Serialize` and `Deserialize`, and `Debug` without the values of `other`, which may be
/// confidential.
///
/// - `required` fields identify the thing: a response without one is an error. So is an error document that
///   came with status 200.
/// - `optional` fields are `Option`s. `null` is `None`. A value of another type is `None` too, and stays in
///   `other` under its name.
/// - `secrets` are optional [`Secret`](crate::Secret)s. They are read, but never serialized, not even from
///   `other`.
/// - `lists` are `Vec`s; `required_lists` must be there. `null` is empty. Elements that cannot be read stay
///   in `other` under the name of the list, as an array.
///
/// A number in a string is read as a number, and a whole number as a string, if the type is declared so.
/// Documentation names each field's JSON name; a comment is needed only if that does not say all.
///
/// `unread` counts what stayed in `other` although it is declared. A field whose Rust name differs from its
/// JSON name has the JSON name after `=`.
///
/// ```
/// oauth_core::response! {
///     /// A course.
///     pub struct Course {
///         required {
///             /// Identifier.
///             id: String,
///         }
///         optional {
///             /// Kind.
///             kind = "type": String,
///             /// Duration in minutes.
///             duration: u32,
///         }
///         lists {
///             /// Tags.
///             tags: String,
///         }
///     }
/// }
///
/// let json = r#"{"id":7,"type":"video","duration":"long","tags":["a",{},"b"],"level":1}"#;
/// let course: Course = oauth_core::serde_json::from_str(json)?;
/// assert_eq!((course.id.as_str(), course.kind.as_deref(), course.duration), ("7", Some("video"), None));
/// assert_eq!(course.tags, ["a", "b"]);
/// assert_eq!((course.other["duration"].as_str(), course.unread()), (Some("long"), 2));
/// # Ok::<(), oauth_core::serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! response {
    (
        $(#[$doc:meta])*
        $visibility:vis struct $name:ident {
            $(required { $($(#[$required_doc:meta])* $required:ident $(= $required_key:literal)?: $required_type:ty,)* })?
            $(optional { $($(#[$optional_doc:meta])* $optional:ident $(= $optional_key:literal)?: $optional_type:ty,)* })?
            $(secrets { $($(#[$secret_doc:meta])* $secret:ident $(= $secret_key:literal)?,)* })?
            $(required_lists { $($(#[$needed_doc:meta])* $needed:ident $(= $needed_key:literal)?: $needed_type:ty,)* })?
            $(lists { $($(#[$list_doc:meta])* $list:ident $(= $list_key:literal)?: $list_type:ty,)* })?
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        $visibility struct $name {
            $($($(#[$required_doc])* #[doc = $crate::response!(@doc $required $($required_key)?)] pub $required: $required_type,)*)?
            $($($(#[$optional_doc])* #[doc = $crate::response!(@doc $optional $($optional_key)?)] pub $optional: ::core::option::Option<$optional_type>,)*)?
            $($($(#[$secret_doc])* #[doc = $crate::response!(@doc $secret $($secret_key)?)] pub $secret: ::core::option::Option<$crate::Secret>,)*)?
            $($($(#[$needed_doc])* #[doc = $crate::response!(@doc $needed $($needed_key)?)] pub $needed: ::std::vec::Vec<$needed_type>,)*)?
            $($($(#[$list_doc])* #[doc = $crate::response!(@doc $list $($list_key)?)] pub $list: ::std::vec::Vec<$list_type>,)*)?
            /// Further fields of the response, and declared ones that cannot be read.
            pub other: $crate::serde_json::Map<::std::string::String, $crate::serde_json::Value>,
        }

        impl $name {
            /// Returns the number of declared fields and list elements that cannot be read. They are in
            /// [`other`](Self::other).
            #[must_use]
            #[allow(dead_code)] // in a private type
            $visibility fn unread(&self) -> usize {
                0 $($(+ $crate::macro_support::unread_field(
                    &self.other,
                    $crate::response!(@key $optional $($optional_key)?),
                ))*)?
                $($(+ $crate::macro_support::unread_field(
                    &self.other,
                    $crate::response!(@key $secret $($secret_key)?),
                ))*)?
                $($(+ $crate::macro_support::unread_elements(
                    &self.other,
                    $crate::response!(@key $needed $($needed_key)?),
                ))*)?
                $($(+ $crate::macro_support::unread_elements(
                    &self.other,
                    $crate::response!(@key $list $($list_key)?),
                ))*)?
            }
        }

        impl<'de> $crate::macro_support::Deserialize<'de> for $name {
            fn deserialize<D: $crate::macro_support::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                #[allow(unused_mut)]
                let mut other: $crate::serde_json::Map<::std::string::String, $crate::serde_json::Value> =
                    $crate::macro_support::Deserialize::deserialize(deserializer)?;
                ::core::result::Result::Ok(Self {
                    $($($required: $crate::macro_support::required(
                        &mut other,
                        $crate::response!(@key $required $($required_key)?),
                    )?,)*)?
                    $($($optional: $crate::macro_support::optional(
                        &mut other,
                        $crate::response!(@key $optional $($optional_key)?),
                    ),)*)?
                    $($($secret: $crate::macro_support::optional(
                        &mut other,
                        $crate::response!(@key $secret $($secret_key)?),
                    ),)*)?
                    $($($needed: $crate::macro_support::required_list(
                        &mut other,
                        $crate::response!(@key $needed $($needed_key)?),
                    )?,)*)?
                    $($($list: $crate::macro_support::list(
                        &mut other,
                        $crate::response!(@key $list $($list_key)?),
                    ),)*)?
                    other,
                })
            }
        }

        impl $crate::macro_support::Serialize for $name {
            fn serialize<S: $crate::macro_support::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                #[allow(unused_mut)]
                let mut fields = $crate::serde_json::Map::new();
                $($($crate::macro_support::put(
                    &mut fields,
                    $crate::response!(@key $required $($required_key)?),
                    &self.$required,
                )?;)*)?
                $($(if let ::core::option::Option::Some(value) = &self.$optional {
                    $crate::macro_support::put(
                        &mut fields,
                        $crate::response!(@key $optional $($optional_key)?),
                        value,
                    )?;
                })*)?
                $($($crate::macro_support::put(
                    &mut fields,
                    $crate::response!(@key $needed $($needed_key)?),
                    &self.$needed,
                )?;)*)?
                $($($crate::macro_support::put(
                    &mut fields,
                    $crate::response!(@key $list $($list_key)?),
                    &self.$list,
                )?;)*)?
                $crate::macro_support::Serialize::serialize(
                    &$crate::macro_support::merged(
                        fields,
                        &self.other,
                        &[$($($crate::response!(@key $secret $($secret_key)?)),*)?],
                    ),
                    serializer,
                )
            }
        }

        impl ::core::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.debug_struct(::core::stringify!($name))
                    $($(.field(::core::stringify!($required), &self.$required))*)?
                    $($(.field(::core::stringify!($optional), &self.$optional))*)?
                    $($(.field(::core::stringify!($secret), &self.$secret))*)?
                    $($(.field(::core::stringify!($needed), &self.$needed))*)?
                    $($(.field(::core::stringify!($list), &self.$list))*)?
                    .field("other", &self.other.keys().collect::<::std::vec::Vec<_>>())
                    .finish()
            }
        }
    };
    // So that a field whose name says all needs no comment.
    (@doc $field:ident $($key:literal)?) => {
        ::core::concat!("\nJSON name: `", $crate::response!(@key $field $($key)?), "`")
    };
    (@key $field:ident $key:literal) => { $key };
    (@key $field:ident) => { ::core::stringify!($field) };
}

/// Reads a value, a number in a string, or a whole number as a string.
fn read<T: DeserializeOwned>(value: &Value) -> Option<T> {
    if let Ok(read) = T::deserialize(value) {
        return Some(read);
    }
    let other_form = match value {
        Value::String(text) => Value::Number(text.trim().parse().ok()?),
        // Identifiers; a negative or fractional number is none.
        Value::Number(number) => Value::String(number.as_u64()?.to_string()),
        _ => return None,
    };
    T::deserialize(&other_form).ok()
}

/// Removes and returns a field that must be there.
#[doc(hidden)]
pub fn required<T: DeserializeOwned, E: serde::de::Error>(
    fields: &mut Map<String, Value>,
    key: &'static str,
) -> Result<T, E> {
    match fields.get(key) {
        None | Some(Value::Null) => Err(E::missing_field(key)),
        Some(value) => {
            let read = read(value).ok_or_else(|| E::custom(format_args!("unreadable field `{key}`")))?;
            fields.remove(key);
            Ok(read)
        }
    }
}

/// Removes and returns a field. A value of another type stays where it is.
#[doc(hidden)]
pub fn optional<T: DeserializeOwned>(fields: &mut Map<String, Value>, key: &str) -> Option<T> {
    let value = fields.get(key)?;
    let read = read(value);
    if read.is_some() || value.is_null() {
        fields.remove(key);
    }
    read
}

/// Removes and returns the elements of a list. Unreadable ones stay where they are.
#[doc(hidden)]
pub fn list<T: DeserializeOwned>(fields: &mut Map<String, Value>, key: &str) -> Vec<T> {
    match fields.remove(key) {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(elements)) => {
            let (read, unread) = read_elements(elements);
            if !unread.is_empty() {
                fields.insert(key.to_owned(), Value::Array(unread));
            }
            read
        }
        Some(value) => {
            fields.insert(key.to_owned(), value);
            Vec::new()
        }
    }
}

/// [`list`], for a list that must be there.
#[doc(hidden)]
pub fn required_list<T: DeserializeOwned, E: serde::de::Error>(
    fields: &mut Map<String, Value>,
    key: &'static str,
) -> Result<Vec<T>, E> {
    match fields.get(key) {
        None => Err(E::missing_field(key)),
        Some(Value::Null | Value::Array(_)) => Ok(list(fields, key)),
        Some(_) => Err(E::custom(format_args!("unreadable field `{key}`"))),
    }
}

/// Separates the elements of a list that can be read from those that cannot, as
/// [`response!`](crate::response) does for a declared list.
pub fn read_elements<T: DeserializeOwned>(elements: Vec<Value>) -> (Vec<T>, Vec<Value>) {
    let (mut readable, mut unread) = (Vec::with_capacity(elements.len()), Vec::new());
    for element in elements {
        match read(&element) {
            Some(element) => readable.push(element),
            None => unread.push(element),
        }
    }
    (readable, unread)
}

#[doc(hidden)]
pub fn unread_field(other: &Map<String, Value>, key: &str) -> usize {
    usize::from(other.contains_key(key))
}

#[doc(hidden)]
pub fn unread_elements(other: &Map<String, Value>, key: &str) -> usize {
    match other.get(key) {
        None => 0,
        Some(Value::Array(elements)) => elements.len(),
        Some(_) => 1,
    }
}

#[doc(hidden)]
pub fn put<T: serde::Serialize, E: serde::ser::Error>(
    fields: &mut Map<String, Value>,
    key: &str,
    value: &T,
) -> Result<(), E> {
    let value = serde_json::to_value(value).map_err(|_| E::custom("not JSON"))?;
    fields.insert(key.to_owned(), value);
    Ok(())
}

/// Adds `other` without the declared secrets; unread elements follow those of their list.
#[doc(hidden)]
#[must_use]
pub fn merged(
    mut fields: Map<String, Value>,
    other: &Map<String, Value>,
    secrets: &[&str],
) -> Map<String, Value> {
    for (key, value) in other {
        if secrets.contains(&key.as_str()) {
            continue;
        }
        match (fields.get_mut(key), value) {
            (Some(Value::Array(elements)), Value::Array(unread)) => elements.extend(unread.iter().cloned()),
            (Some(Value::Array(elements)), _) if !elements.is_empty() => {}
            _ => {
                fields.insert(key.clone(), value.clone());
            }
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    crate::response! {
        /// A thing.
        struct Thing {
            required {
                /// Identifier.
                id: String,
            }
            optional {
                /// Kind.
                kind = "type": String,
                /// Count.
                count: u64,
                /// Time.
                time: DateTime<Utc>,
                /// Part.
                part: Part,
            }
            required_lists {
                /// Hits.
                hits: Part,
            }
            lists {
                /// Names.
                names: String,
            }
        }
    }

    crate::response! {
        /// A part.
        struct Part {
            required {
                /// Identifier.
                id: u64,
            }
        }
    }

    fn thing(value: Value) -> Result<Thing, serde_json::Error> {
        serde_json::from_value(value)
    }

    #[test]
    fn bad_field_costs_only_itself() {
        for (key, bad) in [
            ("type", json!([])),
            ("type", json!({})),
            ("count", json!(-1)),
            ("count", json!("many")),
            ("count", json!(1.5)),
            ("time", json!("")),
            ("time", json!("0000-00-00 00:00:00")),
            ("time", json!(1_719_792_000)),
            ("part", json!([])),
            ("part", json!("")),
            ("part", json!({})),
            ("names", json!("one")),
            ("names", json!({})),
            ("names", json!([7.5e3, [], null])),
        ] {
            let mut fields = json!({"id": "1", "hits": [], "type": "a", "count": 2});
            fields[key] = bad.clone();
            let thing = thing(fields).unwrap();
            assert_eq!(thing.id, "1", "{key} {bad}");
            assert!(thing.unread() > 0, "{key} {bad}");
            assert!(thing.other.contains_key(key), "{key} {bad}");
        }
    }

    #[test]
    fn null_is_absent() {
        let thing =
            thing(json!({"id": 1, "type": null, "count": null, "part": null, "names": null, "hits": null}))
                .unwrap();
        assert_eq!((thing.kind, thing.count, thing.part, thing.names.len()), (None, None, None, 0));
        assert!(thing.other.is_empty());
    }

    #[test]
    fn numbers_and_strings_are_interchangeable() {
        let thing = thing(json!({"id": 7, "count": " 5 ", "hits": [{"id": "9"}], "names": [1]})).unwrap();
        assert_eq!((thing.id.as_str(), thing.count, thing.hits[0].id), ("7", Some(5), 9));
        assert_eq!((thing.names, thing.other.len()), (vec!["1".to_owned()], 0));
    }

    #[test]
    fn error_document_is_not_a_response() {
        for document in [
            json!({}),
            json!({"error": "invalid_token"}),
            json!({"message": "Unauthorized"}),
            json!({"id": null, "hits": []}),
            json!({"id": [], "hits": []}),
            json!({"id": "1"}),
            json!({"id": "1", "hits": {}}),
            json!([]),
            json!("ok"),
        ] {
            let error = thing(document.clone()).unwrap_err().to_string();
            assert!(
                !error.contains("invalid_token") && !error.contains("Unauthorized"),
                "{document}: {error}"
            );
        }
    }

    #[test]
    fn debug_hides_values_of_other_fields() {
        let thing = thing(json!({"id": 1, "hits": [], "count": "canary-1", "password": "canary-2"})).unwrap();
        let shown = format!("{thing:?}");
        assert!(shown.contains("password") && !shown.contains("canary"), "{shown}");
    }

    crate::response! {
        /// An account with secrets.
        struct Account {
            required {
                /// Identifier.
                id: String,
            }
            secrets {
                /// Password.
                password,
                /// Token.
                token = "api_token",
            }
        }
    }

    #[test]
    fn secrets_are_never_serialized() {
        for secret in [json!("canary"), json!({"value": "canary"}), json!(["canary"]), json!(null)] {
            let sent = json!({"id": "1", "password": secret, "api_token": secret, "plan": "free"});
            let account: Account = serde_json::from_value(sent).unwrap();
            assert_eq!(
                serde_json::to_value(&account).unwrap(),
                json!({"id": "1", "plan": "free"}),
                "{secret}"
            );
            assert!(!format!("{account:?}").contains("canary"), "{secret}");
        }
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            "[a-z0-9]{0,4}".prop_map(Value::from),
        ];
        leaf.prop_recursive(2, 8, 3, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                proptest::collection::btree_map("id|type|x", inner, 0..3)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn nothing_is_lost(
            count in any_json(), names in any_json(), part in any_json(), extra in any_json(),
            hits in proptest::collection::vec(any_json(), 0..3),
        ) {
            let sent = json!({
                "id": "1", "count": count, "names": names, "part": part, "extra": extra, "hits": hits,
            });
            let read = thing(sent).unwrap();
            let again = thing(serde_json::to_value(&read).unwrap()).unwrap();
            prop_assert_eq!(&read, &again);
            let kept = read.hits.len() + read.other.get("hits").map_or(0, |unread| unread.as_array().unwrap().len());
            prop_assert_eq!(kept, hits.len());
        }
    }
}
