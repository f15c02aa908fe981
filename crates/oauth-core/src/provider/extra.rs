//! A provider's own fields of a token response.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A provider's own fields of the token response, kept and persisted with the token.
///
/// Implemented for every type with these bounds. Rules for such a type:
/// - It is parsed from every token response. Fields that the response to a refresh may lack must be optional.
/// - It does not see `access_token`, `token_type`, `refresh_token`, `expires_in` and `scope`.
/// - It names its fields. A map would collect all other fields of the response, including secrets.
/// - `Debug` must show no secret.
pub trait Extra: Clone + fmt::Debug + Serialize + DeserializeOwned + Send + Sync + 'static {}

impl<T: Clone + fmt::Debug + Serialize + DeserializeOwned + Send + Sync + 'static> Extra for T {}

/// The `Extra` of a provider without additional fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NoExtra {}
