//! The providers, as far as the command line has to know them: one file each.

mod by_provider;
mod cobot;
mod cohortgo;
mod go1;
mod gocd;
mod personal;

use std::fmt;

use clap::ValueEnum;
use oauth_core::connections::Connection;
use oauth_core::{AccessToken, Client, Provider, Token, async_trait, http};
use url::Url;

pub(crate) use by_provider::{ByProvider, Own};

use crate::attempt::Attempt;
use crate::failure::Failure;
use crate::setting::{Of, Setting, Settings};

/// A provider, by the name that its connections are stored under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum)]
pub(crate) enum Name {
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

impl Name {
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
        at!(self, P => P::SETTINGS)
    }

    /// What is kept with a connection: where it is, and what was asked for. How the person was asked holds for that time alone.
    pub(crate) fn lasting(self, settings: &Settings) -> Settings {
        let lasts = |of| matches!(of, Of::Site | Of::Scopes | Of::Rights);
        settings.only(|name| self.settings().iter().any(|one| one.name == name && lasts(one.of)))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Does something for the provider of this name, as a type.
macro_rules! at {
    ($name:expr, $P:ident => $body:expr) => {
        match $name {
            $crate::providers::Name::Cohortgo => {
                type $P = ::cohortgo::CohortGo;
                $body
            }
            $crate::providers::Name::Cobot => {
                type $P = ::cobot::Cobot;
                $body
            }
            $crate::providers::Name::Go1 => {
                type $P = ::go1::Go1;
                $body
            }
            $crate::providers::Name::Gocd => {
                type $P = ::gocd::Gocd;
                $body
            }
            $crate::providers::Name::GocdPersonal => {
                type $P = ::gocd::Personal;
                $body
            }
        }
    };
}
pub(crate) use at;

/// What the command line has to know of a provider.
#[async_trait(?Send)]
pub(crate) trait Offered: Provider {
    /// The rules by which the sandbox plays it.
    type Sandbox: oauth_sandbox::SandboxProvider;
    /// Its options on the command line and in the configuration file.
    const SETTINGS: &'static [Setting];
    /// What a request may say besides method, path and body.
    const REQUEST: &'static [&'static str] = &[];

    /// Where it is.
    fn site(settings: &Settings) -> Result<Self::Site, Failure>;

    /// Whether connecting, as these settings want it, brings the person's browser back to us.
    fn comes_back(settings: &Settings) -> bool {
        let _ = settings;
        true
    }

    /// Whether it knows clients at all.
    const HAS_CLIENTS: bool = true;

    /// Connects, by the grant that the settings ask for.
    async fn connect(attempt: &Attempt<'_, Self>) -> Result<(), Failure>;

    /// Takes in a token that was got elsewhere.
    fn import_token(
        client: &Client<Self>,
        token: AccessToken,
        settings: &Settings,
    ) -> Result<Token<Self>, Failure>;

    /// What paths of its API are appended to.
    fn api(site: &Self::Site, token: &Token<Self>, asked: &Settings) -> Result<Url, Failure>;

    /// Sets what a request needs beyond the token.
    fn dress(
        request: &mut http::Request<Vec<u8>>,
        site: &Self::Site,
        token: &Token<Self>,
        asked: &Settings,
    ) -> Result<(), Failure> {
        let _ = (request, site, token, asked);
        Ok(())
    }

    /// Tells the provider that the token is not to be used any more.
    async fn revoke(connection: &Connection<Self>) -> Result<Revoked, oauth_core::Error> {
        let _ = connection;
        Ok(Revoked::NotOffered(Self::STAYS))
    }

    /// What becomes of a token that cannot be revoked.
    const STAYS: &'static str;

    /// Its pages and endpoints that can be reached without a token, for `doctor`.
    fn endpoints(site: &Self::Site) -> Vec<(&'static str, Url)>;
}

/// What became of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Revoked {
    /// The provider takes it no more.
    Done,
    /// The provider offers no such call; what becomes of the token.
    NotOffered(&'static str),
}

/// The option that most providers have.
const SCOPE: Setting = Setting::many(
    Of::Scopes,
    "scope",
    "SCOPE",
    "Ask for this scope; may be given more than once, or with commas between",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_crates_and_settings_are_unlike() {
        for name in Name::value_variants() {
            assert_eq!(name.to_possible_value().unwrap().get_name(), name.as_str());
            assert_eq!(at!(*name, P => P::NAME), name.as_str());
            let settings = name.settings();
            for (n, one) in settings.iter().enumerate() {
                assert!(settings[..n].iter().all(|other| other.name != one.name), "{name} {}", one.name);
                assert!(!["client_id", "client_secret", "redirect_uri"].contains(&one.key().as_str()));
            }
        }
    }
}
