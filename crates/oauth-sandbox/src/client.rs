//! Applications registered at a provider.

use subtle::ConstantTimeEq as _;

use crate::bounded::BoundedList;
use crate::provider::{ProviderRules, ProviderSetup};
use crate::random;

#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) name: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) redirect_uris: Vec<String>,
}

impl Client {
    /// Compares character by character.
    pub(crate) fn has_registered(&self, redirect_uri: &str) -> bool {
        self.redirect_uris.iter().any(|uri| uri == redirect_uri)
    }

    /// Compares like [`has_registered`](Self::has_registered), and allows more query parameters.
    pub(crate) fn has_registered_with_query(&self, redirect_uri: &str) -> bool {
        self.redirect_uris.iter().any(|uri| {
            redirect_uri.strip_prefix(uri.as_str()).is_some_and(|rest| {
                rest.is_empty() || rest.starts_with(if uri.contains('?') { '&' } else { '?' })
            }) && !redirect_uri.contains('#')
        })
    }
}

/// All applications of one provider. The handle and the manifest have the credentials of the first.
pub(crate) struct Clients(BoundedList<Client>);

impl Clients {
    pub(crate) fn new<P: ProviderRules>(setup: &ProviderSetup<P>) -> Self {
        Self(BoundedList::pinned(vec![Client {
            name: "Sandbox application".into(),
            client_id: setup.credentials.client_id.clone(),
            client_secret: setup.credentials.client_secret.clone(),
            redirect_uris: setup.redirect_uris.clone(),
        }]))
    }

    pub(crate) fn find(&self, client_id: &str) -> Option<&Client> {
        self.0.iter().find(|client| client.client_id == client_id)
    }

    pub(crate) fn authenticate(&self, client_id: &str, client_secret: &str) -> Option<&Client> {
        self.find(client_id)
            .filter(|client| client.client_secret.as_bytes().ct_eq(client_secret.as_bytes()).into())
    }

    pub(crate) fn redirect_uris(&self) -> Vec<String> {
        self.0.first().map(|client| client.redirect_uris.clone()).unwrap_or_default()
    }

    /// Registers an application with the first application's redirect URIs. Returns its identifier and
    /// secret.
    pub(crate) fn register(&mut self, name: &str) -> (String, String) {
        let client = Client {
            name: name.into(),
            client_id: random::hex::<20>(),
            client_secret: random::hex::<20>(),
            redirect_uris: self.redirect_uris(),
        };
        let credentials = (client.client_id.clone(), client.client_secret.clone());
        self.0.push(client);
        credentials
    }
}
