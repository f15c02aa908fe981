//! What environment and configuration file say of a provider's client, and for which server.
//!
//! A secret belongs to one client at one server. The table of the configuration file names both; the variables of the environment
//! name the client alone, so they are taken to be of the table's server where it names one.

use oauth_core::{ClientSecret, Site as _};
use url::Origin;

use crate::config::Config;
use crate::providers::{Name, Offered, at};
use crate::registration::Registration;
use crate::setting::Settings;

/// What was said.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    pub(crate) client: Client,
    pub(crate) redirect_uri: Option<String>,
    pub(crate) settings: Settings,
    provider: Option<Name>,
    /// Whether it is about one server: a table that has a secret is, be it by leaving out the provider's own.
    of_one_server: bool,
}

/// A client's id and secret. The id is empty where only a secret was said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Client {
    pub(crate) id: String,
    pub(crate) secret: Option<ClientSecret>,
}

impl Said {
    /// By environment and configuration file.
    pub(crate) fn of(config: &Config, provider: Name) -> Self {
        let table = config.of(provider);
        let names_server = table.settings.one("server").is_some();
        let variable = |what| variable(provider, what);
        let in_table = Client { id: table.client_id.unwrap_or_default(), secret: table.client_secret };
        let in_environment = Client {
            id: variable("CLIENT_ID").unwrap_or_default(),
            secret: variable("CLIENT_SECRET").map(ClientSecret::from),
        };
        let has_secret = in_table.secret.is_some();
        let (client, by_table) = in_environment.over(in_table);
        Self {
            of_one_server: names_server || (by_table && has_secret),
            client,
            redirect_uri: table.redirect_uri,
            settings: table.settings,
            provider: Some(provider),
        }
    }

    /// The client, if it is one of the server that `settings` lead to.
    pub(crate) fn client_at(&self, settings: &Settings) -> Option<&Client> {
        let provider = self.provider?;
        let is_there = !self.of_one_server
            || match origin(provider, &self.settings) {
                Some(origin) => Some(origin) == self::origin(provider, settings),
                // It says nothing of a server, and the provider has none of its own.
                None => self.settings.one("server").is_none(),
            };
        is_there.then_some(&self.client)
    }

    /// All of it, as if a connection had been made so.
    pub(crate) fn registration(self) -> Registration {
        Registration {
            client_id: self.client.id,
            client_secret: self.client.secret,
            redirect_uri: self.redirect_uri,
            settings: self.settings,
        }
    }
}

impl Client {
    /// `self`, and what `under` adds to the same client. Whether anything of the client is `under`'s secret.
    fn over(self, under: Self) -> (Self, bool) {
        let is_same = self.id.is_empty() || under.id.is_empty() || self.id == under.id;
        let by_under = self.secret.is_none() && is_same && under.secret.is_some();
        let secret = if by_under { under.secret } else { self.secret };
        let id = if self.id.is_empty() { under.id } else { self.id };
        (Self { id, secret }, by_under)
    }
}

/// The server that `settings` lead to, as far as tokens are concerned: the origin of its token endpoint. Nothing but the address is
/// looked at, so no file is read.
pub(crate) fn origin(provider: Name, settings: &Settings) -> Option<Origin> {
    let settings = settings.only(|name| name == "server");
    at!(provider, P => token_origin::<P>(&settings))
}

fn token_origin<P: Offered>(settings: &Settings) -> Option<Origin> {
    P::site(settings).ok().map(|site| site.token_url().origin())
}

/// `OAUTH_GO1_CLIENT_ID` and its like.
pub(crate) fn variable_name(provider: Name, what: &str) -> String {
    format!("OAUTH_{}_{what}", provider.as_str().to_ascii_uppercase().replace('-', "_"))
}

fn variable(provider: Name, what: &str) -> Option<String> {
    std::env::var(variable_name(provider, what)).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(id: &str, secret: &str) -> Client {
        Client { id: id.to_owned(), secret: (!secret.is_empty()).then(|| secret.into()) }
    }

    #[test]
    fn a_secret_stays_with_its_client() {
        for (environment, table, expected) in [
            (("", ""), ("table", "table's"), ("table", "table's", true)),
            (("table", ""), ("table", "table's"), ("table", "table's", true)),
            (("other", ""), ("table", "table's"), ("other", "", false)),
            (("", "changed"), ("table", "table's"), ("table", "changed", false)),
            (("other", "other's"), ("table", "table's"), ("other", "other's", false)),
            (("", "alone"), ("", ""), ("", "alone", false)),
        ] {
            let ((id, secret), (table_id, table_secret)) = (environment, table);
            let (id, secret, by_table) = {
                let (client, by_table) = client(id, secret).over(client(table_id, table_secret));
                (
                    client.id,
                    client.secret.map(|secret| secret.expose().to_owned()).unwrap_or_default(),
                    by_table,
                )
            };
            assert_eq!((id.as_str(), secret.as_str(), by_table), expected, "{environment:?}");
        }
    }

    #[test]
    fn a_client_is_one_of_its_own_server() {
        let at = |server: &str| {
            let mut settings = Settings::default();
            if !server.is_empty() {
                settings.set("server", vec![server.to_owned()]);
            }
            settings
        };
        let a = "https://a.example.com";
        for (provider, said, of_one_server, asked, is_there) in [
            (Name::Gocd, a, true, a, true),
            (Name::Gocd, a, true, "https://a.example.com/other", true),
            (Name::Gocd, a, true, "https://b.example.com", false),
            (Name::Gocd, a, true, "https://a.example.com:8154", false),
            // Not even the right one, once it cannot be read.
            (Name::Gocd, "no URL", true, a, false),
            (Name::Gocd, "", true, a, true),
            (Name::Go1, "", true, "", true),
            (Name::Go1, "", true, "qa", false),
            (Name::Go1, "", false, a, true),
        ] {
            let said = Said {
                client: client("id", "secret"),
                settings: at(said),
                provider: Some(provider),
                of_one_server,
                redirect_uri: None,
            };
            assert_eq!(said.client_at(&at(asked)).is_some(), is_there, "{said:?} {asked}");
        }
    }
}
