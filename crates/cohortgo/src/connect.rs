//! Cohort Go's authorize URL.

use std::ops::Deref;

use oauth_core::{AuthorizationRequest, Error, Scopes, StateRule};

use crate::{Site, scope};

/// What to ask the person to approve.
///
/// [`Connect::new`] connects the person who is logged in; [`Connect::acting_as_users`] connects the whole account, to
/// act as any of its users. Source: cohortgo.dev/guides/oauth2.
///
/// ```
/// # fn main() -> Result<(), cohortgo::Error> {
/// use cohortgo::{App, Client, Connect, Site};
///
/// let app = App::new("some-test-app", "secret", "https://example.org/oauth2/code".parse()?);
/// let cohortgo = Client::new(Site::production(), app)?;
/// let started = cohortgo.begin(&Connect::acting_as_users().creating_them())?;
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
    /// As the person who is logged in: no scope at all.
    pub fn new() -> Self {
        Self::default()
    }

    /// As any user of the account: scope `act-as-user`. The person is told so when they approve.
    ///
    /// The token belongs to a system user that Cohort Go makes. Say with each call whom it is for:
    /// [`ActingAs::acting_as`](crate::ActingAs::acting_as).
    #[must_use]
    pub fn acting_as_users() -> ActingConnect {
        ActingConnect(Self { scopes: [scope::ACT_AS_USER].into(), state_rule: StateRule::default() })
    }

    /// Accepts a callback without `state`.
    ///
    /// **Dangerous.** `state` is what ties a callback to the browser that began the attempt (RFC 6749 section 10.12).
    /// Without it, a stranger can lead a person of yours to a callback that carries the stranger's code, and that
    /// person's data then goes into the stranger's Cohort Go account. The guide does not say whether the portal echoes
    /// `state`; use this only after you have seen that it does not, and only if the attempt is kept in a session that
    /// you protect otherwise. `state` is still sent, and a wrong one is still refused.
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

/// A [`Connect`] with scope `act-as-user`; it stands wherever a `&Connect` is wanted.
///
/// A type of its own, because only such a connection can ask for `auto-create-users` too.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ActingConnect(Connect);

impl ActingConnect {
    /// Lets Cohort Go create a user whom a call names and the account does not know: scope `auto-create-users`.
    ///
    /// Such a user has access to the account's default branch, the role 'None' and no login; a person can change that
    /// in the portal. Source: cohortgo.dev/guides/oauth2.
    #[must_use]
    pub fn creating_them(mut self) -> Self {
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
