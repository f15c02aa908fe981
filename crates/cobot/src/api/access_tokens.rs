//! URL and scopes of `/api/access_tokens`.

use oauth_core::url::Url;
use oauth_core::{AccessToken, EndpointContext, Error, Scopes, join};

use crate::provider::Cobot;

/// `…/api/access_tokens/:token`. The token is part of the path, which is why errors never contain a path.
pub(super) fn access_token_url(at: &EndpointContext<'_, Cobot>, token: &AccessToken) -> Result<Url, Error> {
    join(at.site().api_url(), &["access_tokens", token.expose()])
}

/// Skips scopes that are invalid by RFC 6749, so that one of them does not invalidate the response.
pub(super) fn parse_scopes(names: &[String]) -> Scopes {
    names.iter().filter_map(|name| name.parse().ok()).collect()
}
