//! A macro that declares request bodies from the fields of the guides.

use oauth_core::Error;

/// Declares a request body in which each field is optional.
// `Debug` names the fields that are set without their values: students' data are personal.
macro_rules! request_body {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Default, PartialEq, serde::Serialize)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$field_doc])* #[serde(skip_serializing_if = "Option::is_none")] pub $field: Option<$type>,)*
            /// Further fields, added by `with`.
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

            /// Adds a field that has no method here. A call that sets a field both ways is rejected.
            #[must_use]
            pub fn with(
                mut self,
                name: impl Into<String>,
                value: impl Into<oauth_core::serde_json::Value>,
            ) -> Self {
                self.other.insert(name.into(), value.into());
                self
            }

            /// A field that is both typed and in `other` would be sent twice.
            pub(crate) fn check(&self) -> Result<(), oauth_core::Error> {
                $crate::api::fields::reject_duplicates(&[$(stringify!($field)),*], self.other.keys())
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

pub(crate) use request_body;

/// Rejects an added name that is also a typed field.
pub(crate) fn reject_duplicates<'a>(
    typed: &[&str],
    mut added: impl Iterator<Item = &'a String>,
) -> Result<(), Error> {
    match added.find(|name| typed.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(Error::invalid_input(format!("`{name}` is a typed field of this request"))
            .with_help("use the method of that name instead")),
    }
}
