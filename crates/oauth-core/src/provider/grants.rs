//! Grants as capability traits: a grant that a provider does not offer does not compile.

use crate::authorize::connect::Connect;
use crate::provider::dialect::Encoding;
use crate::provider::provider::Provider;
use crate::provider::renewal;
use crate::provider::scopes::Scopes;
use crate::util::secret::Password;

/// The provider has the authorization code grant (RFC 6749 section 4.1).
#[diagnostic::on_unimplemented(message = "`{Self}` has no authorization code grant")]
pub trait CodeGrant: Provider {
    /// Scopes and parameters of its authorize URL.
    type Connect: Connect<Self::Site>;
}

/// The provider refreshes tokens. Implemented through [`Provider::Renewal`], never by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` issues no refresh tokens",
    label = "this provider's tokens cannot be refreshed",
    note = "a token it refuses needs a new connection"
)]
pub trait Refreshes: Provider {}

impl<P: Provider> Refreshes for P where P::Renewal: renewal::ByRefreshToken {}

/// The provider has the password grant (RFC 6749 section 4.3).
#[diagnostic::on_unimplemented(message = "`{Self}` has no password grant")]
pub trait PasswordGrant: Provider {
    /// The provider's own form of the request.
    type Request: Into<PasswordRequest>;
}

/// The provider has the client credentials grant (RFC 6749 section 4.4).
#[diagnostic::on_unimplemented(message = "`{Self}` has no client credentials grant")]
pub trait ClientCredentialsGrant: Provider {}

/// The provider also issues authorization codes other than through a callback.
#[diagnostic::on_unimplemented(message = "`{Self}` issues authorization codes only through a callback")]
pub trait DirectCode: CodeGrant {}

/// A password grant request (RFC 6749 section 4.3.2).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PasswordRequest {
    /// `username`.
    pub username: String,
    /// `password`.
    pub password: Password,
    /// `scope`.
    pub scopes: Scopes,
    /// The provider's own parameters.
    pub params: Vec<(&'static str, String)>,
    /// The body encoding, if other than the client's.
    pub encoding: Option<Encoding>,
}

impl PasswordRequest {
    /// Creates a request for these scopes, without parameters of the provider's own.
    pub fn new(
        username: impl Into<String>,
        password: impl Into<Password>,
        scopes: impl Into<Scopes>,
    ) -> Self {
        Self {
            username: username.into(),
            password: password.into(),
            scopes: scopes.into(),
            params: Vec::new(),
            encoding: None,
        }
    }
}
