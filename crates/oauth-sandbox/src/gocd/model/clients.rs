//! Registering applications, with GoCD's rules for it (docs/provider-facts.md 1f).

use super::{Client, State};
use crate::params::Params;
use crate::random;

/// What a form or an API call says about a client. What is left out stays as it was.
#[derive(Clone, Debug, Default)]
pub(in crate::gocd) struct Draft {
    pub(in crate::gocd) name: Option<String>,
    pub(in crate::gocd) redirect_uri: Option<String>,
}

impl Draft {
    /// `client[…]` as in the Rails 4 engine, else `oauth_client[…]` as in the plugin before it.
    pub(in crate::gocd) fn read(params: &Params) -> Self {
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

    /// This, and what it leaves out from `before`; both trimmed.
    fn over(self, before: Self) -> (String, String) {
        let trimmed = |text: Option<String>| text.unwrap_or_default().trim().to_owned();
        (trimmed(self.name.or(before.name)), trimmed(self.redirect_uri.or(before.redirect_uri)))
    }
}

impl Client {
    /// The one that forms show and edit.
    pub(in crate::gocd) fn redirect_uri(&self) -> &str {
        self.redirect_uris.first().map(String::as_str).unwrap_or_default()
    }
}

impl State {
    pub(in crate::gocd) fn client_number(&self, number: u64) -> Option<&Client> {
        self.clients.iter().find(|client| client.number == number)
    }

    /// By name, as the list shows them.
    pub(in crate::gocd) fn clients_by_name(&self) -> Vec<Client> {
        let mut clients = self.clients.to_vec();
        clients.sort_by_cached_key(|client| (client.name.to_lowercase(), client.number));
        clients
    }

    /// Registers an application with a new identifier and secret, or says what is wrong with `draft`.
    pub(in crate::gocd) fn create_client(
        &mut self,
        draft: Draft,
        unique_names: bool,
    ) -> Result<Client, Vec<String>> {
        let (name, redirect_uri) = draft.over(Draft::default());
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

    /// Changes a client. An edited redirect URI takes the place of all that it had. `None`: there is no such client.
    pub(in crate::gocd) fn update_client(
        &mut self,
        number: u64,
        draft: Draft,
        unique_names: bool,
    ) -> Option<Result<(), Vec<String>>> {
        let at = self.clients.iter().position(|client| client.number == number)?;
        let (name, redirect_uri) = draft.over(Draft::of(&self.clients[at]));
        Some(self.check(Some(number), &name, &redirect_uri, unique_names).map(|()| {
            let Some(client) = self.clients.iter_mut().nth(at) else { return };
            client.name = name;
            if client.redirect_uri() != redirect_uri {
                client.redirect_uris = vec![redirect_uri];
            }
        }))
    }

    /// Deletes a client with its codes and tokens.
    pub(in crate::gocd) fn destroy_client(&mut self, number: u64) -> Option<Client> {
        let client = self.clients.remove_first(|client| client.number == number)?;
        self.codes.retain(|code| code.grant.client != number);
        self.tokens.retain(|token| token.grant.client != number);
        Some(client)
    }

    fn check(
        &self,
        number: Option<u64>,
        name: &str,
        redirect_uri: &str,
        unique_names: bool,
    ) -> Result<(), Vec<String>> {
        let mut wrong = Vec::new();
        let taken = |client: &Client| client.name == name && Some(client.number) != number;
        if name.is_empty() {
            wrong.push("Name can't be empty".to_owned());
        } else if unique_names && self.clients.iter().any(taken) {
            wrong.push("Name is a duplicate.".to_owned());
        }
        if redirect_uri.is_empty() {
            wrong.push("Redirect uri can't be empty".to_owned());
        } else if !is_redirect_uri(redirect_uri) {
            wrong.push("Redirect uri is invalid".to_owned());
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }
}

/// One of two schemes in lower case and at least one more character: GoCD looks no closer.
fn is_redirect_uri(text: &str) -> bool {
    ["http://", "https://"]
        .iter()
        .any(|scheme| text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()))
}
