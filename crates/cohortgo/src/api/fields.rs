//! How the structs that are sent and received are made from the fields that the guides name.

use oauth_core::Error;
use oauth_core::serde_json::{self, Map, Value};
use serde::de::DeserializeOwned;

/// A struct that is sent: every field may be left out, `with` adds others. `Debug` names the fields that are set and
/// shows none, because students' data are personal.
macro_rules! sent {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Default, PartialEq, serde::Serialize)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$field_doc])* #[serde(skip_serializing_if = "Option::is_none")] pub $field: Option<$type>,)*
            /// Fields that the guides do not name, added by `with`.
            #[serde(flatten)]
            pub other: oauth_core::serde_json::Map<String, oauth_core::serde_json::Value>,
        }

        impl $name {
            $(
                #[doc = concat!("Sets the field `", stringify!($field), "`.")]
                ///
                $(#[$field_doc])*
                #[must_use]
                pub fn $field(mut self, value: impl Into<$type>) -> Self {
                    self.$field = Some(value.into());
                    self
                }
            )*

            /// Adds a field that has no method of its own here. The call is refused if it has one.
            #[must_use]
            pub fn with(
                mut self,
                name: impl Into<String>,
                value: impl Into<oauth_core::serde_json::Value>,
            ) -> Self {
                self.other.insert(name.into(), value.into());
                self
            }

            /// A field that is both typed and among the others would be sent twice.
            pub(crate) fn check(&self) -> Result<(), oauth_core::Error> {
                $crate::api::fields::none_of(&[$(stringify!($field)),*], self.other.keys())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let mut debug = f.debug_struct(stringify!($name));
                $(if self.$field.is_some() {
                    debug.field(stringify!($field), &format_args!("…"));
                })*
                debug.field("other", &self.other.keys().collect::<Vec<_>>()).finish()
            }
        }
    };
}

/// A struct that is received: what is not of the kind that the guides show stays in `other`.
macro_rules! received {
    (
        $(#[$doc:meta])* $name:ident
        { $($(#[$must_doc:meta])* $must:ident: $must_type:ty,)* }
        { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$must_doc])* pub $must: $must_type,)*
            $($(#[$field_doc])* pub $field: Option<$type>,)*
            /// Everything else the answer held.
            pub other: oauth_core::serde_json::Map<String, oauth_core::serde_json::Value>,
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let mut other = oauth_core::serde_json::Map::deserialize(deserializer)?;
                Ok(Self {
                    $($must: $crate::api::fields::take(&mut other, stringify!($must)).ok_or_else(|| {
                        <D::Error as serde::de::Error>::missing_field(stringify!($must))
                    })?,)*
                    $($field: $crate::api::fields::take(&mut other, stringify!($field)),)*
                    other,
                })
            }
        }
    };
}

pub(crate) use {received, sent};

/// Takes a field out if it is of the right kind.
pub(crate) fn take<T: DeserializeOwned>(fields: &mut Map<String, Value>, name: &str) -> Option<T> {
    let value = serde_json::from_value(fields.get(name)?.clone()).ok()?;
    fields.remove(name);
    Some(value)
}

/// Refuses added names that have a typed field.
pub(crate) fn none_of<'a>(typed: &[&str], mut added: impl Iterator<Item = &'a String>) -> Result<(), Error> {
    match added.find(|name| typed.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(Error::invalid_input(format!("`{name}` was given as another field"))
            .with_help("use the method of that name instead")),
    }
}
