//! The configuration file: the store's location and one table per provider.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::ValueEnum as _;
use oauth_core::ClientSecret;

use crate::credential_text;
use crate::failure::Failure;
use crate::private_file;
use crate::providers::ProviderName;
use crate::setting::Settings;

/// Contents of the configuration file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Config {
    /// Path of the file, which need not exist.
    pub(crate) path: PathBuf,
    pub(crate) exists: bool,
    pub(crate) store: Option<String>,
    /// `false` disables the operating system's keyring.
    pub(crate) keyring: Option<bool>,
    providers: BTreeMap<&'static str, ProviderTable>,
}

/// Configuration of one provider.
#[derive(Clone, Debug, Default)]
pub(crate) struct ProviderTable {
    pub(crate) client_id: Option<String>,
    pub(crate) client_secret: Option<ClientSecret>,
    pub(crate) redirect_uri: Option<String>,
    pub(crate) settings: Settings,
}

impl Config {
    /// Reads the file. A path given explicitly must exist; the default path need not.
    pub(crate) fn read(path_given: Option<&Path>) -> Result<Self, Failure> {
        let path = match path_given {
            Some(path) => path.to_owned(),
            None => crate::paths::config_file()?,
        };
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound && path_given.is_none() => {
                return Ok(Self { path, ..Self::default() });
            }
            Err(error) => {
                let message = format!("cannot read the configuration file {}: {error}", path.display());
                return Err(Failure::setup(message));
            }
        };
        let mut config = Self::parse(&text).map_err(|error| {
            Failure::setup(format!("invalid configuration file {}: {error}", path.display()))
                .with_help("see \"Configuration file\" in the README of oauth-cli for an example")
        })?;
        if config.providers.values().any(|table| table.client_secret.is_some()) {
            private_file::check_permissions(&path, "it holds a client secret")?;
        }
        config.path = path;
        config.exists = true;
        Ok(config)
    }

    fn parse(text: &str) -> Result<Self, String> {
        // No excerpt of the line: it may hold a secret.
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            let line = error.span().map_or(1, |span| 1 + text[..span.start].matches('\n').count());
            format!("line {line}: {}", error.message())
        })?;
        let mut config = Self::default();
        for (key, value) in &table {
            match (key.as_str(), value) {
                ("store", toml::Value::String(store)) => config.store = Some(store.clone()),
                ("keyring", toml::Value::Boolean(keyring)) => config.keyring = Some(*keyring),
                ("store", _) => return Err("`store` must be a string".to_owned()),
                ("keyring", _) => return Err("`keyring` must be true or false".to_owned()),
                (name, toml::Value::Table(table)) => {
                    let Ok(provider) = ProviderName::from_str(name, false) else {
                        return Err(format!("unknown provider `{name}`"));
                    };
                    let read = ProviderTable::parse(provider, table)
                        .map_err(|error| format!("[{name}]: {error}"))?;
                    config.providers.insert(provider.as_str(), read);
                }
                (key, _) => return Err(format!("unknown setting `{key}`")),
            }
        }
        Ok(config)
    }

    /// Returns the table of this provider.
    pub(crate) fn provider(&self, provider: ProviderName) -> ProviderTable {
        self.providers.get(provider.as_str()).cloned().unwrap_or_default()
    }
}

impl ProviderTable {
    fn parse(provider: ProviderName, table: &toml::Table) -> Result<Self, String> {
        let mut read = Self::default();
        for (key, value) in table {
            let text =
                || value.as_str().map(str::to_owned).ok_or_else(|| format!("`{key}` must be a string"));
            match key.as_str() {
                "client_id" => read.client_id = credential(key, &text()?)?,
                "client_secret" => read.client_secret = credential(key, &text()?)?.map(Into::into),
                "redirect_uri" => read.redirect_uri = Some(text()?),
                key => {
                    let Some(setting) = provider.settings().iter().find(|one| one.key() == key) else {
                        let known: Vec<String> =
                            provider.settings().iter().map(crate::setting::Setting::key).collect();
                        return Err(format!(
                            "unknown setting `{key}`; valid settings are client_id, client_secret, redirect_uri, {}",
                            known.join(", ")
                        ));
                    };
                    read.settings.set(setting.name, setting.parse_toml(value)?);
                }
            }
        }
        Ok(read)
    }
}

/// Parses a client id or secret. An empty one counts as missing. The error does not quote it.
fn credential(key: &str, text: &str) -> Result<Option<String>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let parsed = credential_text::parse(text).map_err(|reason| format!("`{key}` {reason}"))?;
    Ok(Some(parsed.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_example() {
        let config = Config::parse(
            "store = \"sqlite:/tmp/x.db\"\nkeyring = false\n\
             [go1]\nclient_id = \"a\"\nclient_secret = \"s3cret\"\nscope = [\"user.read\", \"lo.read\"]\npartner_portal = 7654321\n\
             [gocd]\nserver = \"https://go.example.com:8154\"\n",
        )
        .unwrap();
        assert_eq!(config.store.as_deref(), Some("sqlite:/tmp/x.db"));
        assert_eq!(config.keyring, Some(false));
        let go1 = config.provider(ProviderName::Go1);
        assert_eq!(go1.client_id.as_deref(), Some("a"));
        assert_eq!(go1.settings.scopes().unwrap().to_string(), "user.read lo.read");
        assert_eq!(go1.settings.parsed::<u64>("partner-portal").unwrap(), Some(7_654_321));
        assert_eq!(
            config.provider(ProviderName::Gocd).settings.one("server"),
            Some("https://go.example.com:8154")
        );
        assert_eq!(config.provider(ProviderName::Cobot).client_id, None);
        assert!(!format!("{config:?}").contains("s3cret"));
    }

    #[test]
    fn parse_errors_hide_secrets() {
        let errors: Vec<String> = [
            "[go1]\nclient_secret = \"canary\" oops\n",
            "[go2]\nclient_id = \"canary\"\n",
            "[go1]\nspace = \"canary\"\n",
            "[go1]\nclient_secret = [\"canary\"]\n",
            "[go1]\npartner_portal = [\"canary\"]\n",
            "[cohortgo]\nact_as_user = \"canary\"\n",
            "canary = 1\n",
            "store = 1\n",
        ]
        .iter()
        .map(|text| Config::parse(text).unwrap_err())
        .collect();
        insta::assert_snapshot!(errors.join("\n"));
    }
}
