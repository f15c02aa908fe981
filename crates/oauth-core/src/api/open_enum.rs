//! `open_enum!`: declares a set of documented words to which a provider may add.

/// Declares an enum of documented words that keeps any other word as `Other`.
///
/// The enum converts from and to text, is serialized as its word, and can be a query parameter. An unknown
/// word never spoils a response.
///
/// ```
/// oauth_core::open_enum! {
///     /// The state of an agent.
///     pub enum AgentState {
///         /// Waiting for work.
///         Idle = "Idle",
///         /// Not heard of for a while.
///         LostContact = "LostContact",
///     }
/// }
///
/// assert_eq!(AgentState::from("Idle"), AgentState::Idle);
/// assert_eq!(AgentState::from("Asleep").as_str(), "Asleep");
/// ```
#[macro_export]
macro_rules! open_enum {
    (
        $(#[$doc:meta])*
        $visibility:vis enum $name:ident {
            $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        $visibility enum $name {
            $($(#[$variant_doc])* #[doc = ::core::concat!("\n`", $word, "`")] $variant,)*
            /// A word that is not documented.
            Other(::std::string::String),
        }

        impl $name {
            /// Returns the word.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)*
                    Self::Other(word) => word,
                }
            }
        }

        impl ::core::convert::From<&str> for $name {
            fn from(word: &str) -> Self {
                match word {
                    $($word => Self::$variant,)*
                    _ => Self::Other(word.to_owned()),
                }
            }
        }

        impl ::core::convert::From<::std::string::String> for $name {
            fn from(word: ::std::string::String) -> Self {
                Self::from(word.as_str())
            }
        }

        impl $crate::IntoArgument<$name> for &str {
            fn into_argument(self) -> $name {
                self.into()
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::macro_support::Serialize for $name {
            fn serialize<S: $crate::macro_support::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::macro_support::Deserialize<'de> for $name {
            fn deserialize<D: $crate::macro_support::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                <::std::string::String as $crate::macro_support::Deserialize>::deserialize(deserializer)
                    .map(Self::from)
            }
        }

        impl $crate::QueryValue for $name {
            fn write(&self, add: &mut dyn FnMut(&str)) {
                add(self.as_str());
            }
        }
    };
}
