//! Go1's differences from RFC 6749.

use oauth_core::{
    Bearer, ClientCredentialsGrant, CodeGrant, Dialect, Encoding, NoExtra, PasswordGrant, Provider, Refusal,
    SingleUseRefreshToken, TokenRefusal,
};

use crate::connect::Connect;
use crate::password::PortalPassword;
use crate::site::{NAME, Site};

/// The provider Go1.
///
/// The names of the grants, spaces between scopes, client id and secret among the parameters, and
/// `redirect_uri` on the code exchange follow RFC 6749.
///
/// Refresh tokens are single use and lapse after 90 days
/// (<https://www.go1.com/developers/partners/concepts/refresh_token>, read on 2026-11-21). PKCE is not sent: no
/// document of Go1 mentions it.
///
/// ```
/// use oauth_core::{Encoding, Provider, Renewal};
///
/// assert_eq!(go1::Go1::DIALECT.encodings[0], Encoding::Multipart);
/// assert!(<go1::Go1 as Provider>::Renewal::SINGLE_USE);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Go1;

impl Provider for Go1 {
    const NAME: &'static str = NAME;
    const TITLE: &'static str = "Go1";

    const DIALECT: Dialect = Dialect::rfc6749()
        // Multipart: the guide to the OAuth Connect Flow (`curl --form`). Form: its pages on the other
        // grants. JSON: sent to this endpoint by LMS plug-ins. All read on 2026-11-21.
        .encodings(&[Encoding::Multipart, Encoding::Form, Encoding::Json])
        .grant_refused(&GRANT_REFUSED)
        .client_refused(&CLIENT_REFUSED)
        // Totara's Go1 plug-in, 2026-11-29: a test has "Invalid token"; `classes/rest_client.php` tells it
        // from "Missing scopes", which no refresh helps.
        .token_refused(&[TokenRefusal::Message(Refusal::new(401, "invalid token"))])
        .scope_missing(&[Refusal::new(401, "missing scopes")]);

    type Site = Site;
    type Extra = NoExtra;
    type Scheme = Bearer;
    type Renewal = SingleUseRefreshToken<90>;
}

impl CodeGrant for Go1 {
    type Connect = Connect;
}

impl PasswordGrant for Go1 {
    type Request = PortalPassword;
}

impl ClientCredentialsGrant for Go1 {}

/// Errors other than `invalid_grant` that mean an invalid grant.
///
/// Inferred, not documented: Go1's sample codes begin with `def502`, as those of thephpleague/oauth2-server
/// do, so these are that server's texts (`OAuthServerException`, `AuthCodeGrant`). "Invalid refresh token" is
/// from a test of Totara's Go1 plug-in. All read on 2026-11-21.
const GRANT_REFUSED: [Refusal; 10] = [
    // `invalid_request` with 401 in older releases; `invalid_grant` in newer ones.
    Refusal::new(401, "refresh token is invalid"),
    Refusal::new(400, "refresh token is invalid"),
    // Totara: only this message, without `error`.
    Refusal::new(401, "invalid refresh token"),
    Refusal::new(400, "invalid refresh token"),
    // The password grant: `invalid_credentials`, which is not a code of RFC 6749.
    Refusal::new(401, "user credentials were incorrect"),
    Refusal::new(400, "user credentials were incorrect"),
    // A code that is spent or expired: `invalid_request`, recognized by its hint.
    Refusal::new(400, "authorization code has expired"),
    Refusal::new(400, "authorization code has been revoked"),
    Refusal::new(400, "cannot decrypt the authorization code"),
    // Version 9.
    Refusal::new(400, "issue decrypting the authorization code"),
];

/// Errors caused by the client's configuration. Inferred like those above: `invalid_request`, recognized by
/// its hint.
const CLIENT_REFUSED: [Refusal; 2] = [
    Refusal::new(400, "invalid redirect uri"),
    Refusal::new(400, "authorization code was not issued to this client"),
];
