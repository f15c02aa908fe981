//! Provider-specific behaviour of the command line, one file per provider.

mod cobot;
mod cohortgo;
mod go1;
mod gocd;
mod gocd_personal;
mod provider_args;

use std::fmt;

use clap::ValueEnum;
use oauth_core::{Client, Error, Provider, Token, async_trait, http};
use url::Url;

pub(crate) use provider_args::{CommandArgs, ProviderArgs};

use crate::connect_flow::ConnectFlow;
use crate::failure::Failure;
use crate::setting::{Setting, SettingScope, Settings};

/// A provider, by the name under which its connections are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum)]
pub(crate) enum ProviderName {
    /// Cohort Go, payments for international students.
    Cohortgo,
    /// Cobot, software for coworking spaces.
    Cobot,
    /// Go1, the learning platform.
    Go1,
    /// GoCD up to 18.7, the continuous delivery server, with OAuth.
    Gocd,
    /// GoCD since 19.2, with personal access tokens.
    GocdPersonal,
}

impl ProviderName {
    /// Returns the name as typed and stored.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Cohortgo => "cohortgo",
            Self::Cobot => "cobot",
            Self::Go1 => "go1",
            Self::Gocd => "gocd",
            Self::GocdPersonal => "gocd-personal",
        }
    }

    /// Returns the provider's options.
    pub(crate) fn settings(self) -> &'static [Setting] {
        with_provider!(self, P => P::SETTINGS)
    }

    /// Returns the settings to save with a connection: address and permissions, but not options of one
    /// attempt.
    pub(crate) fn persistent(self, settings: &Settings) -> Settings {
        let is_persistent =
            |scope| matches!(scope, SettingScope::Site | SettingScope::Scopes | SettingScope::Permissions);
        settings.filter(|name| self.settings().iter().any(|one| one.name == name && is_persistent(one.scope)))
    }
}

impl fmt::Display for ProviderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Evaluates an expression with the provider's type.
macro_rules! with_provider {
    (@ $type:ty, $P:ident => $body:expr) => {{
        type $P = $type;
        $body
    }};
    ($name:expr, $P:ident => $body:expr) => {
        match $name {
            $crate::providers::ProviderName::Cohortgo => $crate::providers::with_provider!(@ ::cohortgo::CohortGo, $P => $body),
            $crate::providers::ProviderName::Cobot => $crate::providers::with_provider!(@ ::cobot::Cobot, $P => $body),
            $crate::providers::ProviderName::Go1 => $crate::providers::with_provider!(@ ::go1::Go1, $P => $body),
            $crate::providers::ProviderName::Gocd => $crate::providers::with_provider!(@ ::gocd::Gocd, $P => $body),
            $crate::providers::ProviderName::GocdPersonal => $crate::providers::with_provider!(@ ::gocd::Personal, $P => $body),
        }
    };
}
pub(crate) use with_provider;

/// A provider's options and behaviour on the command line.
#[async_trait(?Send)]
pub(crate) trait CliProvider: Provider {
    /// The provider's sandbox.
    type Sandbox: oauth_sandbox::SandboxProvider;
    /// Options on the command line and in the configuration file.
    const SETTINGS: &'static [Setting];
    /// Options of `oauth request` that the provider supports.
    const REQUEST_OPTIONS: &'static [&'static str] = &[];

    /// Path of a first call to try after connecting, and the scope that it needs.
    const FIRST_CALL: (&'static str, &'static str);

    /// Asks the provider who is connected. `None` if no call tells.
    async fn user(client: &Client<Self>, token: &Token<Self>) -> Result<Option<String>, Error> {
        let _ = (client, token);
        Ok(None)
    }

    /// Builds the provider's site from settings.
    fn site(settings: &Settings) -> Result<Self::Site, Failure>;

    /// Returns whether connecting with these settings uses a redirect URI.
    fn uses_redirect(settings: &Settings) -> bool {
        let _ = settings;
        true
    }

    /// False if the provider has no OAuth clients.
    const HAS_CLIENTS: bool = true;

    /// Connects with the grant that the settings select.
    async fn connect(flow: &ConnectFlow<'_, Self>) -> Result<(), Failure>;

    /// Returns the provider's own fields of an imported token, from the options of `oauth add`.
    fn imported_extra(site: &Self::Site, settings: &Settings) -> Result<Self::Extra, Failure>;

    /// Returns the base URL of a path: that of the documented call, or else of the provider's main API.
    fn base_url(
        context: &RequestContext<'_, Self>,
        method: &http::Method,
        path: &str,
    ) -> Result<Url, Failure>;

    /// Adds headers that a request needs besides the token.
    fn prepare_request(
        request: &mut http::Request<Vec<u8>>,
        context: &RequestContext<'_, Self>,
    ) -> Result<(), Failure> {
        let _ = (request, context);
        Ok(())
    }

    /// Returns what the user may do about an API response with this status, where it is not the usual.
    fn hint(status: http::StatusCode, path: &str, options: &Settings) -> Option<&'static str> {
        let _ = (status, path, options);
        None
    }

    /// Explains what a new connection does to another one of the same user. Empty if nothing.
    const EFFECT_ON_OTHERS: &'static str = "";

    /// Explains why a token cannot be revoked and what remains possible. Empty if it can.
    const NO_REVOCATION: &'static str;

    /// Returns the URLs that `doctor` probes without a token.
    fn public_endpoints(site: &Self::Site) -> Vec<(&'static str, Url)>;
}

/// Joins the names under which a user is known: `Ada Lovelace <ada@example.org>`.
fn user_name(name: &str, email: Option<&str>) -> String {
    match (name.trim(), email) {
        ("", Some(email)) => email.to_owned(),
        (name, None) => name.to_owned(),
        (name, Some(email)) => format!("{name} <{email}>"),
    }
}

/// The connection that an API request uses, and the provider's options of `oauth request`.
pub(crate) struct RequestContext<'a, P: Provider> {
    pub(crate) site: &'a P::Site,
    pub(crate) token: &'a Token<P>,
    pub(crate) options: &'a Settings,
}

/// The option for the provider's address.
const fn server(help: &'static str) -> Setting {
    Setting::one(SettingScope::Site, "server", "URL", help)
}

/// The scope option of most providers.
const SCOPE: Setting = Setting::many(
    SettingScope::Scopes,
    "scope",
    "SCOPE",
    "OAuth scope; can be repeated or comma-separated; `oauth api PROVIDER` lists them",
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
