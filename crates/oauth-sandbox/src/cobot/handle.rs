//! What the handle and the builder can do for Cobot alone.

use super::Rules;
use super::fixtures::SPACES;
use crate::builder::Builder;
use crate::server_handle::ServerHandle;

/// A space.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Space {
    /// What the API calls it, such as `space-betahaus`.
    pub id: String,
    /// The label in front of `.cobot.me`, here of `.localhost`.
    pub subdomain: String,
    /// Its name for people.
    pub name: String,
    /// Its root: where its API is and where one may authorize.
    pub url: String,
    /// The root of its own domain, to which it moves browsers, if it has one.
    pub custom_url: Option<String>,
}

impl Builder<Rules> {
    /// The scopes that the client is registered for; all known ones when not set. See
    /// [`ServerHandle::set_client_scopes`](ServerHandle::set_client_scopes).
    pub fn client_scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.options.client_scopes = Some(scopes.into_iter().map(Into::into).collect());
        self
    }
}

impl ServerHandle<Rules> {
    /// The access token that registering the app made: the first user's, with all the scopes that the client had at the start.
    #[must_use]
    pub fn registration_token(&self) -> &str {
        &self.core().setup.credentials.registration_token
    }

    /// All spaces. The first user administers `betahaus` and `harbour` (which has a domain of its own) and is a member of `atelier`.
    #[must_use]
    pub fn spaces(&self) -> Vec<Space> {
        let origin = &self.core().setup.origin;
        SPACES
            .iter()
            .map(|space| Space {
                id: space.id.to_owned(),
                subdomain: space.subdomain.to_owned(),
                name: space.name.to_owned(),
                url: self.space_url(space.subdomain),
                custom_url: space.custom_domain.map(|domain| origin.at(domain)),
            })
            .collect()
    }

    /// The root of a space, such as `http://betahaus.localhost:4567`. There need not be such a space.
    #[must_use]
    pub fn space_url(&self, subdomain: &str) -> String {
        self.core().setup.origin.at(&format!("{subdomain}.localhost"))
    }

    /// The scopes that the client is registered for now.
    #[must_use]
    pub fn client_scopes(&self) -> Vec<String> {
        self.core().state().client_scopes.clone()
    }

    /// Registers the client for these scopes and no others. Tokens that there are keep theirs, whether more or fewer.
    pub fn set_client_scopes(&self, scopes: impl IntoIterator<Item = impl Into<String>>) {
        let scopes = scopes.into_iter().map(Into::into).collect();
        self.core().state().client_scopes = scopes;
    }

    /// Ends somebody's administration of a space: the person's tokens are refused there from now on (403), and the tokens that
    /// they made for the space pass to its owner and go on working. The owner's rights cannot be cut.
    ///
    /// Gives back whether there were any rights to cut. `user` is an e-mail address or a user id, `subdomain` the space's.
    pub fn cut_admin_rights(&self, user: &str, subdomain: &str) -> bool {
        self.core().state().cut(user, subdomain)
    }
}
