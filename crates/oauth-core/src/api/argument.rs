//! `IntoArgument`: conversions of the arguments of declared types.

use chrono::{DateTime, Utc};

use crate::api::amount::Amount;
use crate::api::list::Milliseconds;
use crate::api::request_builder::CommaSeparated;
use crate::util::secret::Secret;

/// A value that a declared call or body accepts where it needs a `T`.
///
/// Every type accepts itself, and a plain `50` is a `u32`, where [`Into`] would be ambiguous:
///
/// ```
/// # use oauth_core::IntoArgument;
/// fn size(value: impl IntoArgument<u32>) -> u32 {
///     value.into_argument()
/// }
///
/// fn name(value: impl IntoArgument<String>) -> String {
///     value.into_argument()
/// }
///
/// assert_eq!((size(50), name("lamp")), (50, "lamp".to_owned()));
/// ```
pub trait IntoArgument<T> {
    /// Returns the value.
    fn into_argument(self) -> T;
}

impl<T> IntoArgument<T> for T {
    fn into_argument(self) -> T {
        self
    }
}

macro_rules! accepts {
    ($($type:ty: $from:ty),* $(,)?) => {$(
        impl IntoArgument<$type> for $from {
            fn into_argument(self) -> $type {
                self.into()
            }
        }
    )*};
}

accepts! {
    String: &str,
    String: &String,
    Secret: &str,
    Secret: String,
    Amount: u32,
    Milliseconds: DateTime<Utc>,
}

impl<T, U: IntoArgument<T>, const N: usize> IntoArgument<Vec<T>> for [U; N] {
    fn into_argument(self) -> Vec<T> {
        self.into_iter().map(IntoArgument::into_argument).collect()
    }
}

impl<T, U: IntoArgument<T>, const N: usize> IntoArgument<CommaSeparated<T>> for [U; N] {
    fn into_argument(self) -> CommaSeparated<T> {
        CommaSeparated(self.into_argument())
    }
}

impl<T> IntoArgument<CommaSeparated<T>> for Vec<T> {
    fn into_argument(self) -> CommaSeparated<T> {
        CommaSeparated(self)
    }
}
