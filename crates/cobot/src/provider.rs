//! Cobot, as its differences from RFC 6749.

use oauth_core::facts::Source;
use oauth_core::{
    Bearer, CodeGrant, Dialect, DirectCode, Encoding, Never, NoExtra, PasswordGrant, Pkce, Provider,
    RedirectUriRule,
};

use crate::{AppFlow, Connect, Site};

/// Cobot.
///
/// It differs from RFC 6749 in this:
///
/// | What | Source |
/// | --- | --- |
/// | the token endpoint is not told the `redirect_uri` | <https://dev.cobot.me/page/oauth-flow>: the body it shows has none |
/// | PKCE with `S256` is understood | <https://dev.cobot.me>, "PKCE"; `code_challenge_methods_supported` of <https://www.cobot.me/.well-known/openid-configuration> |
/// | the parameters of a token call may stand in the query | <https://dev.cobot.me/page/oauth-flow>: the app flow is shown so |
/// | tokens don't expire, and there are no refresh tokens | <https://dev.cobot.me/page/oauth-flow> |
/// | codes come by the API too (`grant_code`) | <https://dev.cobot.me/api-docs/users> |
///
/// As by the RFC are the grant's name, the space between scopes, and the client's credentials in the body.
#[derive(Clone, Copy, Debug)]
pub struct Cobot;

impl Provider for Cobot {
    const NAME: &'static str = "cobot";
    const TITLE: &'static str = "Cobot";
    const DIALECT: Dialect = Dialect::rfc6749()
        // dev.cobot.me/page/oauth-flow: the token call has client_id, client_secret, grant_type and code, no more.
        .redirect_uri(RedirectUriRule::Never)
        // dev.cobot.me, "PKCE": supported for the code grant, S256 only, not enforced.
        .pkce(Pkce::S256)
        // The same page shows the code grant with a body and the app flow with a query. The body comes first: it keeps
        // secrets out of servers' logs.
        .encodings(&[Encoding::Form, Encoding::Query]);
    const SOURCES: &'static [Source] = crate::sources::SOURCES;

    type Site = Site;
    type Extra = NoExtra;
    type Scheme = Bearer;
    type Renewal = Never;
}

impl CodeGrant for Cobot {
    type Connect = Connect;
}

impl PasswordGrant for Cobot {
    type Request = AppFlow;
}

impl DirectCode for Cobot {}
