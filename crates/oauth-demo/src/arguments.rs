//! The arguments of `oauth demo`.

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};

/// Arguments of `oauth demo`.
#[doc(hidden)]
#[derive(Args, Debug)]
#[command(after_help = "Exit code 0 only if every step succeeds; with --web, when the demo is stopped.")]
pub struct Arguments {
    /// Run only this provider; can be repeated
    #[arg(long, value_enum, value_name = "NAME")]
    pub(crate) provider: Vec<ProviderName>,

    /// Print one JSON object per line instead of text
    #[arg(long)]
    pub(crate) json: bool,

    /// Serve the demo as a web page instead: connect, advance the clock and trigger failures, until Ctrl-C
    #[arg(long, conflicts_with_all = ["provider", "json", "fail"])]
    pub(crate) web: bool,

    /// With --web, listen on this port of 127.0.0.1; 0 picks a free port
    #[arg(long, requires = "web", value_name = "N", default_value_t = 0)]
    pub(crate) port: u16,

    /// Makes the first token call at this provider fail, so that tests can check how failures are reported.
    #[arg(long, value_enum, value_name = "NAME", hide = true)]
    pub(crate) fail: Option<ProviderName>,
}

/// A sandbox provider, by its name on the command line and in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ProviderName {
    /// Cohort Go, payments for international students.
    Cohortgo,
    /// Cobot, software for coworking spaces.
    Cobot,
    /// Go1, the learning platform.
    Go1,
    /// GoCD, the continuous delivery server.
    Gocd,
}

impl ProviderName {
    /// Returns the name as typed.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Cohortgo => "cohortgo",
            Self::Cobot => "cobot",
            Self::Go1 => "go1",
            Self::Gocd => "gocd",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn provider_names_match_typed_values() {
        for provider in ProviderName::value_variants() {
            let typed = provider.to_possible_value().unwrap();
            assert_eq!(typed.get_name(), provider.name());
        }
    }
}
