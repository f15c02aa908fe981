//! The configuration file: where the store is, and one table for each provider.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::ValueEnum as _;
use oauth_core::ClientSecret;

use crate::failure::Failure;
use crate::private_file;
use crate::providers::ProviderName;
use crate::setting::Settings;

/// What the file says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Config {
    /// The file, whether it is there or not.
    pub(crate) path: PathBuf,
    pub(crate) exists: bool,
    pub(crate) store: Option<String>,
    /// False: the operating system's keyring is left alone.
    pub(crate) keyring: Option<bool>,
    providers: BTreeMap<&'static str, ProviderTable>,
}

/// What it says of one provider.
#[derive(Clone, Debug, Default)]
pub(crate) struct ProviderTable {
    pub(crate) client_id: Option<String>,
    pub(crate) client_secret: Option<ClientSecret>,
    pub(crate) redirect_uri: Option<String>,
    pub(crate) settings: Settings,
}

impl Config {
    /// Reads the file. One that was named must be there; the usual one need not.
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
                let what = format!("the configuration file {} cannot be read: {error}", path.display());
                return Err(Failure::setup(what));
            }
        };
        let mut config = Self::parse(&text).map_err(|what| {
            Failure::setup(format!("the configuration file {}: {what}", path.display()))
                .with_help("the README of the program has an example")
        })?;
        if config.providers.values().any(|table| table.client_secret.is_some()) {
            private_file::check_permissions(&path, "it holds a client secret")?;
        }
        config.path = path;
        config.exists = true;
        Ok(config)
    }

    fn parse(text: &str) -> Result<Self, String> {
        // Without the line: it may be the one with the secret.
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            let line = error.span().map_or(1, |span| 1 + text[..span.start].matches('\n').count());
            format!("line {line}: {}", error.message())
        })?;
        let mut config = Self::default();
        for (key, value) in &table {
            match (key.as_str(), value) {
                ("store", toml::Value::String(store)) => config.store = Some(store.clone()),
                ("keyring", toml::Value::Boolean(keyring)) => config.keyring = Some(*keyring),
                ("store", _) => return Err("`store` must be text".to_owned()),
                ("keyring", _) => return Err("`keyring` must be true or false".to_owned()),
                (name, toml::Value::Table(table)) => {
                    let Ok(provider) = ProviderName::from_str(name, false) else {
                        return Err(format!("there is no provider `{name}`"));
                    };
                    let read =
                        ProviderTable::parse(provider, table).map_err(|what| format!("[{name}]: {what}"))?;
                    config.providers.insert(provider.as_str(), read);
                }
                (key, _) => return Err(format!("there is no setting `{key}`")),
            }
        }
        Ok(config)
    }

    /// What it says of this provider.
    pub(crate) fn provider(&self, provider: ProviderName) -> ProviderTable {
        self.providers.get(provider.as_str()).cloned().unwrap_or_default()
    }
}

impl ProviderTable {
    fn parse(provider: ProviderName, table: &toml::Table) -> Result<Self, String> {
        let mut read = Self::default();
        for (key, value) in table {
            let text = || value.as_str().map(str::to_owned).ok_or_else(|| format!("`{key}` must be text"));
            match key.as_str() {
                "client_id" => read.client_id = Some(text()?),
                "client_secret" => read.client_secret = Some(text()?.into()),
                "redirect_uri" => read.redirect_uri = Some(text()?),
                key => {
                    let Some(setting) = provider.settings().iter().find(|one| one.key() == key) else {
                        let known: Vec<String> =
                            provider.settings().iter().map(crate::setting::Setting::key).collect();
                        return Err(format!(
                            "there is no setting `{key}`; there are client_id, client_secret, redirect_uri, {}",
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
        let wrong: Vec<String> = [
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
        insta::assert_snapshot!(wrong.join("\n"));
    }
}
