//! GoCD's differences from RFC 6749.

use oauth_core::{
    CodeGrant, Dialect, NoExtra, Provider, RedirectUriRule, Refusal, SingleUseRefreshToken, TokenRefusal,
};

use crate::connect::Connect;
use crate::scheme::TokenScheme;
use crate::site::{NAME, Site};

/// The OAuth provider of GoCD servers up to 18.7. For later servers see [`Personal`](crate::Personal).
///
/// ```
/// use oauth_core::Provider;
///
/// assert_eq!(gocd::Gocd::DIALECT.code_grant, "authorization-code");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Gocd;

// The server's own 401 has its realm (its security configuration; `BasicProcessingFilterEntryPoint.java`, and
// since 18.x `BasicAuthenticationWithChallengeFailureResponseHandler.java`; 2026-11-29): one of a proxy has
// another. Pages redirect to the login form instead. No API document names its path; GoCD's web.xml and
// security configuration do (2026-11-21).
pub(crate) const TOKEN_REFUSED: &[TokenRefusal] = &[
    TokenRefusal::Challenge { scheme: "Basic", realm: "GoCD" },
    TokenRefusal::RedirectTo("/auth/login"),
    TokenRefusal::RedirectTo("/go/auth/login"),
];

impl Provider for Gocd {
    const NAME: &'static str = NAME;
    const TITLE: &'static str = "GoCD";

    const DIALECT: Dialect = Dialect::rfc6749()
        // OAuth 2.0 draft 09 spelling (GoCD's OAuth page; ThoughtWorksStudios/oauth2_provider; 2026-11-21).
        .code_grant("authorization-code")
        .refresh_grant("refresh-token")
        // Both grants compare it for equality with the registered one (tokens_controller.rb, 2026-11-21).
        .redirect_uri(RedirectUriRule::OnEveryTokenCall)
        // `state` is appended on success only (authorize_controller.rb, 2026-11-21).
        .echoes_state_on_error(false)
        // `?code=…` is appended even if the redirect URI has a query (same file, 2026-11-21).
        .appends_query_to_query(true)
        // The refresh token is destroyed before grant type and secret are checked (tokens_controller.rb,
        // 2026-11-21).
        .spends_before_checks(true)
        // Its response has no `token_type`. If one appears, it must name the header's scheme.
        .token_types(&["token"])
        // A wrong redirect URI is a configuration error of the client, although it is reported as
        // `invalid-grant` (tokens_controller.rb, 2026-11-21).
        .client_refused(&[Refusal::new(400, "redirect uri mismatch")])
        .token_refused(TOKEN_REFUSED);

    type Site = Site;
    type Extra = NoExtra;
    type Scheme = TokenScheme;
    // Each refresh destroys the old pair; a refresh token itself has no expiry (token.rb, 2026-11-21).
    type Renewal = SingleUseRefreshToken;
}

impl CodeGrant for Gocd {
    type Connect = Connect;
}
