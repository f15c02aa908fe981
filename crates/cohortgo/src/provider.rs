//! Cohort Go's differences from RFC 6749.

use oauth_core::{Bearer, CodeGrant, Dialect, Never, Provider, RedirectUriRule};

use crate::account::Account;
use crate::connect::Connect;
use crate::site::{NAME, Site};

/// The provider Cohort Go. It offers the authorization code grant only.
///
/// Source: Cohort Go's OAuth2 guide (cohortgo.dev/guides/oauth2), called "the guide" in this crate,
/// read on 2026-11-21.
///
/// ```
/// use cohortgo::oauth_core::Provider;
///
/// assert_eq!(cohortgo::CohortGo::DIALECT.scope_separator, ',');
/// ```
#[derive(Clone, Copy, Debug)]
pub struct CohortGo;

impl Provider for CohortGo {
    const NAME: &'static str = NAME;
    const TITLE: &'static str = "Cohort Go";

    // PKCE stays off: the guide does not mention it.
    const DIALECT: Dialect = Dialect::rfc6749()
        // The guide, 2026-11-21: `&scope=act-as-user,auto-create-users`.
        .scope_separator(',')
        // The guide, 2026-11-21: "should be fixed as server".
        .token_params(&[("mode", "server")])
        // The guide, 2026-11-21: its list of token parameters has no redirect URI.
        .redirect_uri(RedirectUriRule::Never);

    type Site = Site;
    type Extra = Account;
    // The guide, 2026-11-21: "include an Authorization: Bearer <access_token> header".
    type Scheme = Bearer;
    // The guide, 2026-11-21: its token response has neither `expires_in` nor `refresh_token`.
    type Renewal = Never;
}

impl CodeGrant for CohortGo {
    type Connect = Connect;
}
