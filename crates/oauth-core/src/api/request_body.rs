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
/// - `optional` fields are set by the method of their name, and left out otherwise.
/// - `secrets` are optional fields that hold a [`Secret`](crate::Secret). Errors redact them.
///
/// `with` adds a field that is not declared, and sets an optional one to a value of another type, such as
/// `null`. Setting a field both ways is an error when the request is sent. A field whose Rust name differs from
/// its JSON name has the JSON name after `=`.
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
            $(optional { $($(#[$optional_doc:meta])* $optional:ident $(= $optional_key:literal)?: $optional_type:ty,)* })?
            $(secrets { $($(#[$secret_doc:meta])* $secret:ident $(= $secret_key:literal)?,)* })?
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        #[allow(missing_docs)] // of fields whose names say enough
        $visibility struct $name {
            $($($(#[$required_doc])* pub $required: $required_type,)*)?
            $($($(#[$optional_doc])* pub $optional: ::core::option::Option<$optional_type>,)*)?
            $($($(#[$secret_doc])* pub $secret: ::core::option::Option<$crate::Secret>,)*)?
            /// Further fields, added by `with`.
            pub other: $crate::serde_json::Map<::std::string::String, $crate::serde_json::Value>,
        }

        #[allow(dead_code)] // in a private type
        impl $name {
            /// Creates the body with its required fields.
            #[must_use]
            // A body that gets a required field is no default.
            #[allow(clippy::new_without_default, clippy::too_many_arguments)]
            $visibility fn new($($($required: impl ::core::convert::Into<$required_type>),*)?) -> Self {
                Self {
                    $($($required: $required.into(),)*)?
                    $($($optional: ::core::option::Option::None,)*)?
                    $($($secret: ::core::option::Option::None,)*)?
                    other: $crate::serde_json::Map::new(),
                }
            }

            $($(
                #[doc = ::core::concat!("Sets the field `", $crate::response!(@key $optional $($optional_key)?), "`.")]
                ///
                $(#[$optional_doc])*
                #[must_use]
                $visibility fn $optional(mut self, value: impl ::core::convert::Into<$optional_type>) -> Self {
                    self.$optional = ::core::option::Option::Some(value.into());
                    self
                }
            )*)?

            $($(
                #[doc = ::core::concat!("Sets the secret `", $crate::response!(@key $secret $($secret_key)?), "`.")]
                ///
                $(#[$secret_doc])*
                #[must_use]
                $visibility fn $secret(mut self, value: impl ::core::convert::Into<$crate::Secret>) -> Self {
                    self.$secret = ::core::option::Option::Some(value.into());
                    self
                }
            )*)?

            /// Adds a field that has no method here, or sets a field to a value of another type, such as `null`.
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
                ];
                $($(if self.$optional.is_some() {
                    names.push($crate::response!(@key $optional $($optional_key)?));
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
                $($(if let ::core::option::Option::Some(value) = &self.$optional {
                    fields.put(
                        $crate::response!(@key $optional $($optional_key)?),
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

    #[test]
    fn field_set_in_two_ways_is_rejected() {
        for thing in [
            NewThing::new("a").count(1_u32).with("count", 2),
            NewThing::new("a").with("name", "b"),
            NewThing::new("a").key("b").with("api-key", "c"),
        ] {
            let error = serde_json::to_value(vec![NewThing::new("a"), thing]).unwrap_err().to_string();
            assert!(error.ends_with("is set by its method and by `with`"), "{error}");
        }
    }
}
