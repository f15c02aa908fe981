//! A provider's own fields of a token response.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A provider's own fields of the token reply; they are kept, and stored, with the token.
///
/// Implemented for everything that fits, under these rules:
/// - It is read from every token reply, that of a refresh too: a field that may be missing there is optional.
/// - It cannot read `access_token`, `token_type`, `refresh_token`, `expires_in` and `scope`, which core has read then.
/// - It names its fields. A map would take in what else the reply holds, secrets too.
/// - `Debug` must show no secret.
pub trait Extra: Clone + fmt::Debug + Serialize + DeserializeOwned + Send + Sync + 'static {}

impl<T: Clone + fmt::Debug + Serialize + DeserializeOwned + Send + Sync + 'static> Extra for T {}

/// No fields of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NoExtra {}
