//! GitLab, a provider without a crate here: its differences from RFC 6749, its URLs and one API call.

use oauth_core::{
    Bearer, CodeGrant, Dialect, EndpointContext, Error, FixedSite, NoExtra, Pkce, Provider, RedirectUriRule,
    RequestBuilder, Scope, Scopes, SingleUseRefreshToken, endpoint, response,
};

/// GitLab, by <https://docs.gitlab.com/api/oauth2/>, read on 2026-12-01.
#[derive(Debug)]
pub(crate) struct Gitlab;

impl Provider for Gitlab {
    const NAME: &'static str = "gitlab";
    const TITLE: &'static str = "GitLab";
    const DIALECT: Dialect = Dialect::rfc6749()
        // GitLab recommends it for servers too.
        .pkce(Pkce::S256)
        // GitLab's example of a refresh sends it.
        .redirect_uri(RedirectUriRule::OnEveryTokenCall);
    type Site = FixedSite;
    type Extra = NoExtra;
    type Scheme = Bearer;
    // A refresh invalidates the refresh token and returns a new one.
    type Renewal = SingleUseRefreshToken;
}

impl CodeGrant for Gitlab {
    type Connect = Scopes;
}

/// Read the user's profile.
pub(crate) const READ_USER: Scope = Scope::from_static("read_user");

/// Returns GitLab at this URL: `https://gitlab.com`, or another instance.
pub(crate) fn site(url: &str) -> Result<FixedSite, Error> {
    let at = |path: &str| format!("{}/{path}", url.trim_end_matches('/'));
    FixedSite::new(&at("oauth/authorize"), &at("oauth/token"), &at("api/v4"))?
        .with_revocation_url(&at("oauth/revoke"))
}

/// A call below the API's URL.
fn api(context: &EndpointContext<'_, Gitlab>) -> RequestBuilder {
    RequestBuilder::new(context.site().api_url())
}

endpoint! {
    [] Gitlab;
    /// `GET /user`: the user.
    pub(crate) struct CurrentUser;
    GET api "/user" scopes ["read_user"] => json(User)
}

response! {
    /// A user.
    pub(crate) struct User {
        required {
            /// Name.
            name: String,
        }
        optional {
            /// Primary e-mail address.
            email: String,
        }
    }
}
