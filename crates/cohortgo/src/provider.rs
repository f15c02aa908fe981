//! How Cohort Go differs from RFC 6749.

use oauth_core::facts::Source;
use oauth_core::{Bearer, CodeGrant, Dialect, Never, Provider, RedirectUriRule};

use crate::{Account, Connect, Site};

/// Cohort Go: the authorization code grant, and nothing else.
///
/// Source: Cohort Go's OAuth2 guide (cohortgo.dev/guides/oauth2), here called "the guide".
///
/// ```
/// use cohortgo::oauth_core::Provider;
///
/// assert_eq!(cohortgo::CohortGo::DIALECT.scope_separator, ',');
/// ```
#[derive(Clone, Copy, Debug)]
pub struct CohortGo;

impl Provider for CohortGo {
    const NAME: &'static str = "cohortgo";
    const TITLE: &'static str = "Cohort Go";

    // PKCE stays off: the guide does not mention it.
    const DIALECT: Dialect = Dialect::rfc6749()
        // The guide: `&scope=act-as-user,auto-create-users`.
        .scope_separator(',')
        // The guide: "should be fixed as server".
        .token_params(&[("mode", "server")])
        // The guide's list of token parameters has no redirect URI.
        .redirect_uri(RedirectUriRule::Never);

    const SOURCES: &'static [Source] = crate::sources::SOURCES;

    type Site = Site;
    type Extra = Account;
    // The guide: "include an Authorization: Bearer <access_token> header".
    type Scheme = Bearer;
    // The guide's reply has neither `expires_in` nor `refresh_token`: a refused token needs a new connection.
    type Renewal = Never;
}

impl CodeGrant for CohortGo {
    type Connect = Connect;
}
