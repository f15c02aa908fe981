//! `Provider`: the declaration of a provider.

use crate::provider::dialect::Dialect;
use crate::provider::extra::Extra;
use crate::provider::renewal::Renewal;
use crate::provider::scheme::Scheme;
use crate::provider::site::Site;

/// A provider: its differences from RFC 6749 and its types. Implemented by a unit struct.
///
/// A whole provider is a declaration:
///
/// ```
/// use oauth_core::*;
///
/// #[derive(Debug)]
/// pub struct Example;
///
/// impl Provider for Example {
///     const NAME: &'static str = "example";
///     const DIALECT: Dialect =
///         Dialect::rfc6749().scope_separator(',').client_auth(ClientAuth::BasicEncoded);
///     type Site = FixedSite;
///     type Extra = NoExtra;
///     type Scheme = Bearer;
///     type Renewal = ReusableRefreshToken;
/// }
///
/// impl CodeGrant for Example {
///     type Connect = Scopes; // no other parameters in its authorize URL
/// }
/// ```
pub trait Provider: Sized + Send + Sync + 'static {
    /// The provider's name: lower case, stable, stored with every token.
    const NAME: &'static str;
    /// Its display name, in the provider's own spelling.
    const TITLE: &'static str = Self::NAME;
    /// Its differences from RFC 6749.
    const DIALECT: Dialect;
    /// Its base URLs: fixed, per customer, or self-hosted.
    type Site: Site<Self::Extra>;
    /// Its own fields of the token response.
    type Extra: Extra;
    /// The header scheme of its API.
    type Scheme: Scheme;
    /// Its rule for refresh tokens.
    type Renewal: Renewal;
}
