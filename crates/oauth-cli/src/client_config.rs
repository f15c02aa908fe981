//! A provider's client as configured by environment variables and the configuration file.
//!
//! A secret belongs to one client at one server. The configuration table names both. Environment variables
//! name only the client, so they apply to the table's server if it names one.

use oauth_core::{ClientSecret, Site as _};
use url::Origin;

use crate::config::Config;
use crate::credential_text;
use crate::failure::Failure;
use crate::providers::{CliProvider, ProviderName, with_provider};
use crate::registration::Registration;
use crate::setting::Settings;

/// The configured client, redirect URI and options of one provider.
#[derive(Clone, Debug, Default)]
pub(crate) struct ClientConfig {
    pub(crate) client: ClientCredentials,
    pub(crate) redirect_uri: Option<String>,
    pub(crate) settings: Settings,
    provider: Option<ProviderName>,
    /// Set if the client belongs to one server: a server is named, or the table holds the secret.
    bound_to_server: bool,
}

/// A client's id and secret. The id is empty if only a secret is configured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ClientCredentials {
    pub(crate) id: String,
    pub(crate) secret: Option<ClientSecret>,
}

impl ClientConfig {
    /// Loads from environment variables, then the configuration file.
    ///
    /// An empty variable counts as unset.
    pub(crate) fn load(config: &Config, provider: ProviderName) -> Result<Self, Failure> {
        let mut table = config.provider(provider);
        let variable = |suffix| environment_variable(provider, suffix);
        let mut in_table =
            ClientCredentials { id: table.client_id.unwrap_or_default(), secret: table.client_secret };
        if let Some(server) = variable("URL")? {
            table.settings.set("server", vec![server]);
            // It may belong to another server.
            in_table = ClientCredentials::default();
        }
        let names_server = table.settings.one("server").is_some();
        let in_environment = ClientCredentials {
            id: variable("CLIENT_ID")?.unwrap_or_default(),
            secret: variable("CLIENT_SECRET")?.map(ClientSecret::from),
        };
        let has_secret = in_table.secret.is_some();
        let (client, secret_from_table) = in_environment.with_defaults(in_table);
        Ok(Self {
            bound_to_server: names_server || (secret_from_table && has_secret),
            client,
            redirect_uri: table.redirect_uri,
            settings: table.settings,
            provider: Some(provider),
        })
    }

    /// Returns the client if it belongs to the server of these settings.
    pub(crate) fn client_for(&self, settings: &Settings) -> Option<&ClientCredentials> {
        let provider = self.provider?;
        let applies = !self.bound_to_server
            || match origin(provider, &self.settings) {
                Some(origin) => Some(origin) == self::origin(provider, settings),
                // The table names no server, and the provider has no default.
                None => self.settings.one("server").is_none(),
            };
        applies.then_some(&self.client)
    }

    /// Converts to a registration, as if a connection had been made with this client.
    pub(crate) fn into_registration(self) -> Registration {
        Registration {
            client_id: self.client.id,
            client_secret: self.client.secret,
            redirect_uri: self.redirect_uri,
            settings: self.settings,
        }
    }
}

impl ClientCredentials {
    /// Fills gaps from `defaults` where both name the same client. Also returns whether the default's secret
    /// is used.
    fn with_defaults(self, defaults: Self) -> (Self, bool) {
        let is_same = self.id.is_empty() || defaults.id.is_empty() || self.id == defaults.id;
        let uses_default_secret = self.secret.is_none() && is_same && defaults.secret.is_some();
        let secret = if uses_default_secret { defaults.secret } else { self.secret };
        let id = if self.id.is_empty() { defaults.id } else { self.id };
        (Self { id, secret }, uses_default_secret)
    }
}

/// Returns the origin of the token endpoint that these settings lead to. Reads no file: only the server
/// address matters.
pub(crate) fn origin(provider: ProviderName, settings: &Settings) -> Option<Origin> {
    let settings = settings.filter(|name| name == "server");
    with_provider!(provider, P => token_origin::<P>(&settings))
}

fn token_origin<P: CliProvider>(settings: &Settings) -> Option<Origin> {
    P::site(settings).ok().map(|site| site.token_url().origin())
}

/// Returns a name such as `OAUTH_GO1_CLIENT_ID`.
pub(crate) fn variable_name(provider: ProviderName, suffix: &str) -> String {
    format!("OAUTH_{}_{suffix}", provider.as_str().to_ascii_uppercase().replace('-', "_"))
}

fn environment_variable(provider: ProviderName, suffix: &str) -> Result<Option<String>, Failure> {
    let name = variable_name(provider, suffix);
    let Some(value) = std::env::var_os(&name).filter(|value| !value.is_empty()) else { return Ok(None) };
    let Some(text) = value.to_str() else {
        return Err(Failure::setup(format!("the environment variable {name} is not valid UTF-8")));
    };
    let label = format!("the environment variable {name}");
    credential_text::parse_named(text, &label).map(|text| Some(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(id: &str, secret: &str) -> ClientCredentials {
        ClientCredentials { id: id.to_owned(), secret: (!secret.is_empty()).then(|| secret.into()) }
    }

    #[test]
    fn secret_stays_with_its_client() {
        for (environment, table, expected) in [
            (("", ""), ("table", "table's"), ("table", "table's", true)),
            (("table", ""), ("table", "table's"), ("table", "table's", true)),
            (("other", ""), ("table", "table's"), ("other", "", false)),
            (("", "changed"), ("table", "table's"), ("table", "changed", false)),
            (("other", "other's"), ("table", "table's"), ("other", "other's", false)),
            (("", "alone"), ("", ""), ("", "alone", false)),
        ] {
            let ((id, secret), (table_id, table_secret)) = (environment, table);
            let (id, secret, secret_from_table) = {
                let (client, secret_from_table) =
                    client(id, secret).with_defaults(client(table_id, table_secret));
                (
                    client.id,
                    client.secret.map(|secret| secret.expose().to_owned()).unwrap_or_default(),
                    secret_from_table,
                )
            };
            assert_eq!((id.as_str(), secret.as_str(), secret_from_table), expected, "{environment:?}");
        }
    }

    #[test]
    fn client_applies_to_its_server_only() {
        let at = |server: &str| {
            let mut settings = Settings::default();
            if !server.is_empty() {
                settings.set("server", vec![server.to_owned()]);
            }
            settings
        };
        let a = "https://a.example.com";
        for (provider, configured, bound_to_server, settings, applies) in [
            (ProviderName::Gocd, a, true, a, true),
            (ProviderName::Gocd, a, true, "https://a.example.com/other", true),
            (ProviderName::Gocd, a, true, "https://b.example.com", false),
            (ProviderName::Gocd, a, true, "https://a.example.com:8154", false),
            // An unreadable server matches nothing.
            (ProviderName::Gocd, "no URL", true, a, false),
            (ProviderName::Gocd, "", true, a, true),
            (ProviderName::Go1, "", true, "", true),
            (ProviderName::Go1, "", true, "qa", false),
            (ProviderName::Go1, "", false, a, true),
        ] {
            let configured = ClientConfig {
                client: client("id", "secret"),
                settings: at(configured),
                provider: Some(provider),
                bound_to_server,
                redirect_uri: None,
            };
            assert_eq!(configured.client_for(&at(settings)).is_some(), applies, "{configured:?} {settings}");
        }
    }
}
