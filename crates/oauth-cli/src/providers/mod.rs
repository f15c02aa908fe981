//! The providers, as far as the command line has to know them: one file each.

mod cobot;
mod cohortgo;
mod go1;
mod gocd;
mod gocd_personal;
mod provider_args;

use std::fmt;

use clap::ValueEnum;
use oauth_core::connections::Connection;
use oauth_core::{AccessToken, Client, Provider, Token, async_trait, http};
use url::Url;

pub(crate) use provider_args::{CommandArgs, ProviderArgs};

use crate::connect_flow::ConnectFlow;
use crate::failure::Failure;
use crate::setting::{Setting, SettingScope, Settings};

/// A provider, by the name that its connections are stored under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum)]
pub(crate) enum ProviderName {
    /// Cohort Go, payments for international students.
    Cohortgo,
    /// Cobot, software for coworking spaces.
    Cobot,
    /// Go1, the learning platform.
    Go1,
    /// GoCD up to 18.7, the continuous delivery server, by OAuth.
    Gocd,
    /// GoCD since 19.2, by personal access tokens.
    GocdPersonal,
}

impl ProviderName {
    /// As typed, and as stored.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Cohortgo => "cohortgo",
            Self::Cobot => "cobot",
            Self::Go1 => "go1",
            Self::Gocd => "gocd",
            Self::GocdPersonal => "gocd-personal",
        }
    }

    /// Its options.
    pub(crate) fn settings(self) -> &'static [Setting] {
        with_provider!(self, P => P::SETTINGS)
    }

    /// What is kept with a connection: where it is, and what was asked for. How the person was asked holds for that time alone.
    pub(crate) fn persistent(self, settings: &Settings) -> Settings {
        let is_persistent =
            |scope| matches!(scope, SettingScope::Site | SettingScope::Scopes | SettingScope::Rights);
        settings.filter(|name| self.settings().iter().any(|one| one.name == name && is_persistent(one.scope)))
    }
}

impl fmt::Display for ProviderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Does something for the provider of this name, as a type.
macro_rules! with_provider {
    ($name:expr, $P:ident => $body:expr) => {
        match $name {
            $crate::providers::ProviderName::Cohortgo => {
                type $P = ::cohortgo::CohortGo;
                $body
            }
            $crate::providers::ProviderName::Cobot => {
                type $P = ::cobot::Cobot;
                $body
            }
            $crate::providers::ProviderName::Go1 => {
                type $P = ::go1::Go1;
                $body
            }
            $crate::providers::ProviderName::Gocd => {
                type $P = ::gocd::Gocd;
                $body
            }
            $crate::providers::ProviderName::GocdPersonal => {
                type $P = ::gocd::Personal;
                $body
            }
        }
    };
}
pub(crate) use with_provider;

/// What the command line has to know of a provider.
#[async_trait(?Send)]
pub(crate) trait CliProvider: Provider {
    /// The rules by which the sandbox plays it.
    type Sandbox: oauth_sandbox::SandboxProvider;
    /// Its options on the command line and in the configuration file.
    const SETTINGS: &'static [Setting];
    /// What a request may say besides method, path and body.
    const REQUEST_OPTIONS: &'static [&'static str] = &[];

    /// Where it is.
    fn site(settings: &Settings) -> Result<Self::Site, Failure>;

    /// Whether connecting, as these settings want it, brings the person's browser back to us.
    fn uses_redirect(settings: &Settings) -> bool {
        let _ = settings;
        true
    }

    /// Whether it knows clients at all.
    const HAS_CLIENTS: bool = true;

    /// Connects, by the grant that the settings ask for.
    async fn connect(flow: &ConnectFlow<'_, Self>) -> Result<(), Failure>;

    /// Takes in a token that was got elsewhere.
    fn import_token(
        client: &Client<Self>,
        token: AccessToken,
        settings: &Settings,
    ) -> Result<Token<Self>, Failure>;

    /// What paths of its API are appended to.
    fn api_url(site: &Self::Site, token: &Token<Self>, options: &Settings) -> Result<Url, Failure>;

    /// Sets what a request needs beyond the token.
    fn prepare_request(
        request: &mut http::Request<Vec<u8>>,
        site: &Self::Site,
        token: &Token<Self>,
        options: &Settings,
    ) -> Result<(), Failure> {
        let _ = (request, site, token, options);
        Ok(())
    }

    /// Tells the provider that the token is not to be used any more.
    async fn revoke(connection: &Connection<Self>) -> Result<Revocation, oauth_core::Error> {
        let _ = connection;
        Ok(Revocation::NotSupported(Self::NO_REVOCATION))
    }

    /// What becomes of a token that cannot be revoked.
    const NO_REVOCATION: &'static str;

    /// Its pages and endpoints that can be reached without a token, for `doctor`.
    fn public_endpoints(site: &Self::Site) -> Vec<(&'static str, Url)>;
}

/// What became of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Revocation {
    /// The provider takes it no more.
    Done,
    /// The provider offers no such call; what becomes of the token.
    NotSupported(&'static str),
}

/// The option that most providers have.
const SCOPE: Setting = Setting::many(
    SettingScope::Scopes,
    "scope",
    "SCOPE",
    "Ask for this scope; may be given more than once, or with commas between",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn provider_names_match_and_settings_are_unique() {
        for name in ProviderName::value_variants() {
            assert_eq!(name.to_possible_value().unwrap().get_name(), name.as_str());
            assert_eq!(with_provider!(*name, P => P::NAME), name.as_str());
            let settings = name.settings();
            for (n, one) in settings.iter().enumerate() {
                assert!(settings[..n].iter().all(|other| other.name != one.name), "{name} {}", one.name);
                assert!(!["client_id", "client_secret", "redirect_uri"].contains(&one.key().as_str()));
            }
        }
    }
}
