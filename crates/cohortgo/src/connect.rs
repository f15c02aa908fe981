//! Cohort Go's authorize URL.

use std::ops::Deref;

use oauth_core::{AuthorizationRequest, Error, Scopes, StateRule};

use crate::scope;
use crate::site::Site;

/// Scopes and options of Cohort Go's authorize URL.
///
/// [`Connect::new`] connects the user who is logged in. [`Connect::acting_as_users`] connects the whole
/// account, so that calls can be made on behalf of any of its users. Source: cohortgo.dev/guides/oauth2.
///
/// ```
/// # fn main() -> Result<(), cohortgo::Error> {
/// use cohortgo::{App, Client, Connect, Site};
///
/// let app = App::new("some-test-app", "secret", "https://example.org/oauth2/code");
/// let cohortgo = Client::new(Site::production(), app)?;
/// let started = cohortgo.begin(&Connect::acting_as_users().creating_users())?;
/// assert!(started.url.as_str().ends_with("&scope=act-as-user%2Cauto-create-users"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Connect {
    scopes: Scopes,
    state_rule: StateRule,
}

impl Connect {
    /// Acts as the user who is logged in: no scope is requested.
    pub fn new() -> Self {
        Self::default()
    }

    /// Acts as any user of the account: scope `act-as-user`. Cohort Go shows this to the user who approves.
    ///
    /// The token belongs to a system user that Cohort Go creates. Name the user of each call with
    /// [`ActingAs::acting_as`](crate::ActingAs::acting_as).
    #[must_use]
    pub fn acting_as_users() -> ActingConnect {
        ActingConnect(Self { scopes: [scope::ACT_AS_USER].into(), state_rule: StateRule::default() })
    }

    /// Accepts a callback without `state`.
    ///
    /// **Dangerous.** `state` ties a callback to the browser that began the attempt (RFC 6749 section 10.12).
    /// Without it, an attacker can send your user to a callback with the attacker's code, and the user's data
    /// then goes to the attacker's Cohort Go account. The guide does not document whether the portal echoes
    /// `state`. Use this only after you have seen that it does not, and only if a session that is protected
    /// otherwise holds the attempt. `state` is still sent, and a wrong one is still rejected.
    #[must_use]
    pub fn without_state_echo(mut self) -> Self {
        self.state_rule = StateRule::MayBeMissing;
        self
    }
}

impl oauth_core::Connect<Site> for Connect {
    fn authorization(&self, site: &Site) -> Result<AuthorizationRequest, Error> {
        Ok(AuthorizationRequest::at(site.authorize_url().clone())
            .scopes(self.scopes.clone())
            .state_rule(self.state_rule))
    }
}

/// A [`Connect`] with scope `act-as-user`. It dereferences to `Connect`.
///
/// This is a separate type because only such a connection may request `auto-create-users`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ActingConnect(Connect);

impl ActingConnect {
    /// Lets Cohort Go create users that a call names and the account does not have: scope
    /// `auto-create-users`.
    ///
    /// A created user has access to the account's default branch, the role 'None' and no login; an
    /// administrator can change that in the portal. Source: cohortgo.dev/guides/oauth2.
    #[must_use]
    pub fn creating_users(mut self) -> Self {
        self.0.scopes.extend([scope::AUTO_CREATE_USERS]);
        self
    }

    /// Accepts a callback without `state`. **Dangerous**; see [`Connect::without_state_echo`].
    #[must_use]
    pub fn without_state_echo(self) -> Self {
        Self(self.0.without_state_echo())
    }
}

impl Deref for ActingConnect {
    type Target = Connect;

    fn deref(&self) -> &Connect {
        &self.0
    }
}
