//! `request_body!`: declares the type of a JSON request body.

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

/// A JSON request body. [`request_body!`](crate::request_body) implements it.
pub trait RequestBody: Serialize {
    /// Returns the secrets of the body, which errors redact if the server echoes them.
    fn secrets(&self) -> Vec<&str> {
        Vec::new()
    }
}

impl RequestBody for Value {}
impl RequestBody for Map<String, Value> {}

impl<T: RequestBody> RequestBody for Vec<T> {
    fn secrets(&self) -> Vec<&str> {
        self.iter().flat_map(RequestBody::secrets).collect()
    }
}

/// Declares the type of a JSON request body.
///
/// - `required` fields are the arguments of `new`, in the order of their declaration.
/// - `required_lists` are the next arguments of `new`: anything that iterates over elements.
/// - `optional` fields are set by the method of their name, and left out otherwise.
/// - `lists` are optional; their method takes anything that iterates over elements, such as `["a", "b"]`.
/// - `nested` fields are optional and hold a [`RequestBody`](crate::RequestBody), whose secrets count too.
/// - `secrets` are optional fields that hold a [`Secret`](crate::Secret). Errors redact them.
///
/// `with` adds a field that is not declared, and sets an optional one to a value of another type, such as
/// `null`. Setting a field both ways is an error when the request is sent. A field whose Rust name differs
/// from its JSON name has the JSON name after `=`.
///
/// `Debug` shows the names of the fields that are set, because the values may be personal or confidential.
///
/// ```
/// oauth_core::request_body! {
///     /// A new enrollment.
///     pub struct NewEnrollment {
///         required {
///             /// Learning object.
///             lo_id: String,
///         }
///         optional {
///             /// Kind.
///             kind = "type": String,
///             /// Result in percent.
///             result: u8,
///         }
///     }
/// }
///
/// let enrollment = NewEnrollment::new("lo-1").kind("assigned").with("notify", true);
/// assert_eq!(
///     oauth_core::serde_json::to_string(&enrollment)?,
///     r#"{"lo_id":"lo-1","type":"assigned","notify":true}"#
/// );
/// assert!(!format!("{enrollment:?}").contains("lo-1"));
/// # Ok::<(), oauth_core::serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! request_body {
    (
        $(#[$doc:meta])*
        $visibility:vis struct $name:ident {
            $(required { $($(#[$required_doc:meta])* $required:ident $(= $required_key:literal)?: $required_type:ty,)* })?
            $(required_lists { $($(#[$needed_doc:meta])* $needed:ident $(= $needed_key:literal)?: $needed_type:ty,)* })?
            $(optional { $($(#[$optional_doc:meta])* $optional:ident $(= $optional_key:literal)?: $optional_type:ty,)* })?
            $(lists { $($(#[$list_doc:meta])* $list:ident $(= $list_key:literal)?: $list_type:ty,)* })?
            $(nested { $($(#[$nested_doc:meta])* $nested:ident $(= $nested_key:literal)?: $nested_type:ty,)* })?
            $(secrets { $($(#[$secret_doc:meta])* $secret:ident $(= $secret_key:literal)?,)* })?
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        $visibility struct $name {
            $($($(#[$required_doc])* #[doc = $crate::response!(@doc $required $($required_key)?)] pub $required: $required_type,)*)?
            $($($(#[$needed_doc])* #[doc = $crate::response!(@doc $needed $($needed_key)?)] pub $needed: ::std::vec::Vec<$needed_type>,)*)?
            $($($(#[$optional_doc])* #[doc = $crate::response!(@doc $optional $($optional_key)?)] pub $optional: ::core::option::Option<$optional_type>,)*)?
            $($($(#[$list_doc])* #[doc = $crate::response!(@doc $list $($list_key)?)] pub $list: ::core::option::Option<::std::vec::Vec<$list_type>>,)*)?
            $($($(#[$nested_doc])* #[doc = $crate::response!(@doc $nested $($nested_key)?)] pub $nested: ::core::option::Option<$nested_type>,)*)?
            $($($(#[$secret_doc])* #[doc = $crate::response!(@doc $secret $($secret_key)?)] pub $secret: ::core::option::Option<$crate::Secret>,)*)?
            /// Further fields, added by `with`.
            pub other: $crate::serde_json::Map<::std::string::String, $crate::serde_json::Value>,
        }

        #[allow(dead_code)] // in a private type
        impl $name {
            /// Creates the body with its required fields.
            #[must_use]
            // A body that gets a required field is no default.
            #[allow(clippy::new_without_default, clippy::too_many_arguments)]
            $visibility fn new(
                $($($required: impl $crate::IntoArgument<$required_type>,)*)?
                $($($needed: impl ::core::iter::IntoIterator<Item = impl $crate::IntoArgument<$needed_type>>,)*)?
            ) -> Self {
                Self {
                    $($($required: $crate::IntoArgument::into_argument($required),)*)?
                    $($($needed: $needed.into_iter().map($crate::IntoArgument::into_argument).collect(),)*)?
                    $($($optional: ::core::option::Option::None,)*)?
                    $($($list: ::core::option::Option::None,)*)?
                    $($($nested: ::core::option::Option::None,)*)?
                    $($($secret: ::core::option::Option::None,)*)?
                    other: $crate::serde_json::Map::new(),
                }
            }

            $($(
                #[doc = ::core::concat!("Sets the field `", $crate::response!(@key $optional $($optional_key)?), "`.")]
                ///
                $(#[$optional_doc])*
                #[must_use]
                $visibility fn $optional(mut self, value: impl $crate::IntoArgument<$optional_type>) -> Self {
                    self.$optional = ::core::option::Option::Some($crate::IntoArgument::into_argument(value));
                    self
                }
            )*)?

            $($(
                #[doc = ::core::concat!("Sets the list `", $crate::response!(@key $list $($list_key)?), "`.")]
                ///
                $(#[$list_doc])*
                #[must_use]
                $visibility fn $list(
                    mut self,
                    values: impl ::core::iter::IntoIterator<Item = impl $crate::IntoArgument<$list_type>>,
                ) -> Self {
                    let values = values.into_iter().map($crate::IntoArgument::into_argument);
                    self.$list = ::core::option::Option::Some(values.collect());
                    self
                }
            )*)?

            $($(
                #[doc = ::core::concat!("Sets the field `", $crate::response!(@key $nested $($nested_key)?), "`.")]
                ///
                $(#[$nested_doc])*
                #[must_use]
                $visibility fn $nested(mut self, value: impl $crate::IntoArgument<$nested_type>) -> Self {
                    self.$nested = ::core::option::Option::Some($crate::IntoArgument::into_argument(value));
                    self
                }
            )*)?

            $($(
                #[doc = ::core::concat!("Sets the secret `", $crate::response!(@key $secret $($secret_key)?), "`.")]
                ///
                $(#[$secret_doc])*
                #[must_use]
                $visibility fn $secret(mut self, value: impl $crate::IntoArgument<$crate::Secret>) -> Self {
                    self.$secret = ::core::option::Option::Some($crate::IntoArgument::into_argument(value));
                    self
                }
            )*)?

            /// Adds a field that has no method here, or sets a field to a value of another type, such as
            /// `null`.
            #[must_use]
            $visibility fn with(
                mut self,
                name: impl ::core::convert::Into<::std::string::String>,
                value: impl ::core::convert::Into<$crate::serde_json::Value>,
            ) -> Self {
                self.other.insert(name.into(), value.into());
                self
            }

            /// The names of the fields that are set, except those of `other`.
            fn names(&self) -> ::std::vec::Vec<&'static str> {
                #[allow(unused_mut)]
                let mut names = ::std::vec![
                    $($($crate::response!(@key $required $($required_key)?),)*)?
                    $($($crate::response!(@key $needed $($needed_key)?),)*)?
                ];
                $($(if self.$optional.is_some() {
                    names.push($crate::response!(@key $optional $($optional_key)?));
                })*)?
                $($(if self.$list.is_some() {
                    names.push($crate::response!(@key $list $($list_key)?));
                })*)?
                $($(if self.$nested.is_some() {
                    names.push($crate::response!(@key $nested $($nested_key)?));
                })*)?
                $($(if self.$secret.is_some() {
                    names.push($crate::response!(@key $secret $($secret_key)?));
                })*)?
                names
            }
        }

        impl $crate::RequestBody for $name {
            fn secrets(&self) -> ::std::vec::Vec<&str> {
                #[allow(unused_mut)]
                let mut secrets = ::std::vec::Vec::new();
                $($(secrets.extend(self.$nested.iter().flat_map($crate::RequestBody::secrets));)*)?
                $($(secrets.extend(self.$secret.as_ref().map($crate::Secret::expose));)*)?
                secrets
            }
        }

        impl $crate::macro_support::Serialize for $name {
            fn serialize<S: $crate::macro_support::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                let mut fields = $crate::macro_support::Fields::with(&self.other);
                $($(fields.put(
                    $crate::response!(@key $required $($required_key)?),
                    &self.$required,
                )?;)*)?
                $($(fields.put(
                    $crate::response!(@key $needed $($needed_key)?),
                    &self.$needed,
                )?;)*)?
                $($(if let ::core::option::Option::Some(value) = &self.$optional {
                    fields.put(
                        $crate::response!(@key $optional $($optional_key)?),
                        value,
                    )?;
                })*)?
                $($(if let ::core::option::Option::Some(value) = &self.$list {
                    fields.put(
                        $crate::response!(@key $list $($list_key)?),
                        value,
                    )?;
                })*)?
                $($(if let ::core::option::Option::Some(value) = &self.$nested {
                    fields.put(
                        $crate::response!(@key $nested $($nested_key)?),
                        value,
                    )?;
                })*)?
                $($(if let ::core::option::Option::Some(value) = &self.$secret {
                    fields.put(
                        $crate::response!(@key $secret $($secret_key)?),
                        &value.expose(),
                    )?;
                })*)?
                fields.serialize(serializer)
            }
        }

        impl ::core::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::macro_support::debug_names(f, ::core::stringify!($name), &self.names(), &self.other)
            }
        }
    };
}

/// Serializes fields in the order of their declaration, then those of `other`.
#[doc(hidden)]
#[derive(Debug)]
pub struct Fields<'a> {
    declared: Vec<(&'static str, Box<RawValue>)>,
    other: &'a Map<String, Value>,
}

impl<'a> Fields<'a> {
    #[must_use]
    pub fn with(other: &'a Map<String, Value>) -> Self {
        Self { declared: Vec::new(), other }
    }

    /// Adds a declared field.
    ///
    /// # Errors
    /// If the field was also added by `with`, because it would be sent twice.
    pub fn put<T: Serialize + ?Sized, E: serde::ser::Error>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), E> {
        if self.other.contains_key(key) {
            return Err(E::custom(format_args!("the field `{key}` is set by its method and by `with`")));
        }
        self.declared.push((key, to_raw_value(value).map_err(E::custom)?));
        Ok(())
    }

    /// Serializes all fields.
    ///
    /// # Errors
    /// If the serializer fails.
    pub fn serialize<S: Serializer>(self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in &self.declared {
            map.serialize_entry(key, value)?;
        }
        for (key, value) in self.other {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

#[doc(hidden)]
pub fn debug_names(
    f: &mut std::fmt::Formatter<'_>,
    name: &str,
    set: &[&str],
    other: &Map<String, Value>,
) -> std::fmt::Result {
    let mut shown = f.debug_struct(name);
    for name in set {
        shown.field(name, &format_args!("…"));
    }
    shown.field("other", &other.keys().collect::<Vec<_>>()).finish()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    crate::request_body! {
        /// A thing.
        struct NewThing {
            required {
                /// Name.
                name: String,
            }
            optional {
                /// Count.
                count: u32,
            }
            secrets {
                /// Key.
                key = "api-key",
            }
        }
    }

    #[test]
    fn set_fields_are_sent() {
        let thing = NewThing::new("canary-1").key("canary-2").with("count", Value::Null);
        assert_eq!(
            serde_json::to_value(&thing).unwrap(),
            json!({"name": "canary-1", "api-key": "canary-2", "count": null})
        );
        assert_eq!(thing.secrets(), ["canary-2"]);
        let shown = format!("{thing:?}");
        assert!(shown.contains("api-key") && !shown.contains("canary"), "{shown}");
    }

    crate::request_body! {
        /// Things.
        struct NewThings {
            required_lists {
                /// Owners.
                owners: String,
            }
            lists {
                /// Tags.
                tags: String,
            }
            nested {
                /// Things.
                things: Vec<NewThing>,
            }
        }
    }

    #[test]
    fn nested_secrets_are_redacted() {
        let thing = NewThing::new("a").key("canary-1");
        let things = NewThings::new(["b"]).tags(["c"]).things([thing.clone(), thing]);
        assert_eq!(things.secrets(), ["canary-1", "canary-1"]);
        assert_eq!(
            serde_json::to_value(&things).unwrap(),
            json!({
                "owners": ["b"],
                "tags": ["c"],
                "things": [{"name": "a", "api-key": "canary-1"}, {"name": "a", "api-key": "canary-1"}],
            })
        );
        assert!(!format!("{things:?}").contains("canary"));
    }

    #[test]
    fn field_set_in_two_ways_is_rejected() {
        for thing in [
            NewThing::new("a").count(1).with("count", 2),
            NewThing::new("a").with("name", "b"),
            NewThing::new("a").key("b").with("api-key", "c"),
        ] {
            let error = serde_json::to_value(vec![NewThing::new("a"), thing]).unwrap_err().to_string();
            assert!(error.ends_with("is set by its method and by `with`"), "{error}");
        }
    }
}
