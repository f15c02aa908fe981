//! Cobot's differences from RFC 6749.

use oauth_core::{
    Bearer, CodeGrant, Dialect, DirectCode, Encoding, Never, NoExtra, PasswordGrant, Pkce, Provider,
    RedirectUriRule, Refusal, TokenRefusal,
};

use crate::app_flow::AppFlow;
use crate::connect::Connect;
use crate::site::Site;

/// The provider Cobot.
///
/// Its differences from RFC 6749, read on 2026-11-21:
///
/// | difference | source |
/// | --- | --- |
/// | token calls have no `redirect_uri` | <https://dev.cobot.me/page/oauth-flow>: the documented body has none |
/// | PKCE with `S256` is supported | <https://dev.cobot.me>, "PKCE"; `code_challenge_methods_supported` of <https://www.cobot.me/.well-known/openid-configuration> |
/// | a token call's parameters may be in the query | <https://dev.cobot.me/page/oauth-flow>: the app flow is documented this way |
/// | tokens do not expire, and there are no refresh tokens | <https://dev.cobot.me/page/oauth-flow> |
/// | `read` and `write` may stand for `read_…` and `write_…` | <https://github.com/cobot/reminders>: its calls; `write` is inferred |
/// | the API issues authorization codes too (`grant_code`) | <https://dev.cobot.me/api-docs/users> |
///
/// The grant's name, the separator of scopes, and the client's credentials in the body follow the RFC.
#[derive(Clone, Copy, Debug)]
pub struct Cobot;

impl Provider for Cobot {
    const NAME: &'static str = "cobot";
    const TITLE: &'static str = "Cobot";
    const DIALECT: Dialect = Dialect::rfc6749()
        // dev.cobot.me/page/oauth-flow, 2026-11-21: a token call has only client_id, client_secret,
        // grant_type and code.
        .redirect_uri(RedirectUriRule::Never)
        // dev.cobot.me, "PKCE", 2026-11-21: supported for the code grant, S256 only, not enforced.
        .pkce(Pkce::S256)
        // dev.cobot.me/page/oauth-flow, 2026-11-21: the code grant uses a form, the app flow a query. The
        // form is the default because it keeps secrets out of server logs.
        .encodings(&[Encoding::Form, Encoding::Query])
        // api.cobot.me/mcp, as probed by github.com/api-evangelist/cobot, 2026-11-29: 401 without a valid
        // token. That the other APIs say the same is inferred.
        .token_refused(&[TokenRefusal::Message(Refusal::new(401, "a valid access token must be passed"))])
        // github.com/cobot/reminders requested `read` alone and called /api/memberships, which is documented
        // with `read_memberships`. That `write` is the same is inferred.
        .umbrella_scopes(&[("read", "read_"), ("write", "write_")]);

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
