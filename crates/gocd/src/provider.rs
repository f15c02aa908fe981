//! How GoCD differs from RFC 6749.

use oauth_core::facts::Source;
use oauth_core::{
    CodeGrant, Dialect, NoExtra, Provider, RedirectUriRule, Refusal, SingleUseRefreshToken, TokenRefusal,
};

use crate::{Connect, Site, TokenScheme};

/// GoCD's OAuth provider, as servers up to 18.7 have it. 18.8 dropped it; see [`Personal`](crate::Personal) for later
/// ones.
///
/// ```
/// use oauth_core::Provider;
///
/// assert_eq!(gocd::Gocd::DIALECT.code_grant, "authorization-code");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Gocd;

/// A refused token either shows as 401, or, on pages, as a redirect to the login form.
// The login form's path is no part of any API document; GoCD's web.xml and security configuration name it.
pub(crate) const TOKEN_REFUSED: &[TokenRefusal] =
    &[TokenRefusal::Status(401), TokenRefusal::RedirectTo("/auth/login")];

impl Provider for Gocd {
    const NAME: &'static str = "gocd";
    const TITLE: &'static str = "GoCD";

    const DIALECT: Dialect = Dialect::rfc6749()
        // OAuth 2.0 draft 09 spelling (GoCD's OAuth page; ThoughtWorksStudios/oauth2_provider).
        .code_grant("authorization-code")
        .refresh_grant("refresh-token")
        // Compared for equality with the registered one on both grants (its tokens_controller.rb).
        .redirect_uri(RedirectUriRule::OnEveryTokenCall)
        // `state` is appended on success only (its authorize_controller.rb).
        .echoes_state_on_error(false)
        // `?code=…` is glued on even if the redirect URI has a query (same file).
        .appends_query_to_query(true)
        // A wrong redirect URI is the client's fault, though it is reported as `invalid-grant`.
        .client_refused(&[Refusal::new(400, "redirect uri mismatch")])
        .token_refused(TOKEN_REFUSED);

    const SOURCES: &'static [Source] = crate::sources::OAUTH;

    type Site = Site;
    type Extra = NoExtra;
    type Scheme = TokenScheme;
    // Each refresh destroys the old pair; a refresh token itself has no expiry (its token.rb).
    type Renewal = SingleUseRefreshToken;
}

impl CodeGrant for Gocd {
    type Connect = Connect;
}
