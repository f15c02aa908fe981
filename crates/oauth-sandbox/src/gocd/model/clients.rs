//! Registration of clients by GoCD's rules (docs/provider-facts.md 1f).

use super::{Client, State};
use crate::params::Params;
use crate::random;

/// A client's properties in a form or an API call. An update leaves missing properties unchanged.
#[derive(Clone, Debug, Default)]
pub(in crate::gocd) struct ClientDraft {
    pub(in crate::gocd) name: Option<String>,
    pub(in crate::gocd) redirect_uri: Option<String>,
}

impl ClientDraft {
    /// Reads `client[…]`, as in the Rails 4 engine, or `oauth_client[…]`, as in the plugin before it.
    pub(in crate::gocd) fn parse(params: &Params) -> Self {
        let field = |name: &str| {
            ["client", "oauth_client"]
                .iter()
                .find_map(|model| params.get(&format!("{model}[{name}]")))
                .map(str::to_owned)
        };
        Self { name: field("name"), redirect_uri: field("redirect_uri") }
    }

    fn of(client: &Client) -> Self {
        Self { name: Some(client.name.clone()), redirect_uri: Some(client.redirect_uri().to_owned()) }
    }

    /// Trimmed name and redirect URI, with missing ones taken from `before`.
    fn complete(self, before: Self) -> (String, String) {
        let trimmed = |text: Option<String>| text.unwrap_or_default().trim().to_owned();
        (trimmed(self.name.or(before.name)), trimmed(self.redirect_uri.or(before.redirect_uri)))
    }
}

impl Client {
    pub(in crate::gocd) fn redirect_uri(&self) -> &str {
        self.redirect_uris.first().map(String::as_str).unwrap_or_default()
    }
}

impl State {
    pub(in crate::gocd) fn client_number(&self, number: u64) -> Option<&Client> {
        self.clients.iter().find(|client| client.number == number)
    }

    pub(in crate::gocd) fn clients_by_name(&self) -> Vec<Client> {
        let mut clients = self.clients.to_vec();
        clients.sort_by_cached_key(|client| (client.name.to_lowercase(), client.number));
        clients
    }

    /// Registers a client with a new identifier and secret, or returns validation messages.
    pub(in crate::gocd) fn create_client(
        &mut self,
        draft: ClientDraft,
        unique_names: bool,
    ) -> Result<Client, Vec<String>> {
        let (name, redirect_uri) = draft.complete(ClientDraft::default());
        self.check(None, &name, &redirect_uri, unique_names)?;
        let client = Client {
            number: self.next_number(),
            name,
            client_id: random::hex::<32>(),
            client_secret: random::hex::<32>(),
            redirect_uris: vec![redirect_uri],
        };
        self.clients.push(client.clone());
        Ok(client)
    }

    /// Updates a client. A changed redirect URI replaces all of its URIs. Returns `None` for an unknown
    /// client.
    pub(in crate::gocd) fn update_client(
        &mut self,
        number: u64,
        draft: ClientDraft,
        unique_names: bool,
    ) -> Option<Result<(), Vec<String>>> {
        let at = self.clients.iter().position(|client| client.number == number)?;
        let (name, redirect_uri) = draft.complete(ClientDraft::of(&self.clients[at]));
        Some(self.check(Some(number), &name, &redirect_uri, unique_names).map(|()| {
            let client = &mut self.clients[at];
            client.name = name;
            if client.redirect_uri() != redirect_uri {
                client.redirect_uris = vec![redirect_uri];
            }
        }))
    }

    pub(in crate::gocd) fn destroy_client(&mut self, number: u64) -> Option<Client> {
        let client = self.clients.remove_first(|client| client.number == number)?;
        self.codes.retain(|_, code| code.grant.client != number);
        self.tokens.retain(|_, token| token.grant.client != number);
        Some(client)
    }

    fn check(
        &self,
        number: Option<u64>,
        name: &str,
        redirect_uri: &str,
        unique_names: bool,
    ) -> Result<(), Vec<String>> {
        let mut messages = Vec::new();
        let taken = |client: &Client| client.name == name && Some(client.number) != number;
        if name.is_empty() {
            messages.push("Name can't be empty".to_owned());
        } else if unique_names && self.clients.iter().any(taken) {
            messages.push("Name is a duplicate.".to_owned());
        }
        if redirect_uri.is_empty() {
            messages.push("Redirect uri can't be empty".to_owned());
        } else if !is_redirect_uri(redirect_uri) {
            messages.push("Redirect uri is invalid".to_owned());
        }
        if messages.is_empty() { Ok(()) } else { Err(messages) }
    }
}

/// GoCD only checks for a lower-case scheme followed by at least one character.
fn is_redirect_uri(text: &str) -> bool {
    ["http://", "https://"]
        .iter()
        .any(|scheme| text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()))
}
