//! The command line.

use clap::{Args, Parser, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};

/// OAuth2 connections to Cohort Go, Cobot, Go1 and GoCD.
#[derive(Debug, Parser)]
#[command(name = "oauth", version, disable_help_subcommand = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Connect one account at each provider, played on this machine, keep it through a restart, and show every step
    Demo(Demo),
    /// What the demo starts: the application after a restart, told on stdin what to do.
    #[command(hide = true)]
    DemoProcess,
    /// Play the four providers on this machine, for other programs to use, until Ctrl-C
    Sandbox(Sandbox),
}

/// Arguments of `demo`.
#[derive(Args, Debug)]
#[command(after_help = "Exit code 0 only if every step held; with --web, once it was ended.")]
pub(crate) struct Demo {
    /// Only this provider; may be given more than once
    #[arg(long, value_enum, value_name = "NAME")]
    pub(crate) provider: Vec<Provider>,

    /// Print one JSON object per line instead of text
    #[arg(long)]
    pub(crate) json: bool,

    /// In a browser instead, on one page: connect, let time pass, break things, until Ctrl-C
    #[arg(long, conflicts_with_all = ["provider", "json", "fail"])]
    pub(crate) web: bool,

    /// With --web, listen on this port of 127.0.0.1; 0 takes any free one
    #[arg(long, requires = "web", value_name = "N", default_value_t = 0)]
    pub(crate) port: u16,

    /// Makes the first token call at this provider fail: how the tests see that a failure is told.
    #[arg(long, value_enum, value_name = "NAME", hide = true)]
    pub(crate) fail: Option<Provider>,
}

/// Arguments of `sandbox`.
#[derive(Args, Debug)]
#[command(after_help = "\
The first line on stdout, once all providers listen, is one JSON object with all URLs, client
credentials, users and the control key. They open nothing but this sandbox.")]
pub(crate) struct Sandbox {
    /// The providers listen on N to N+4, the control server on N+9; 0 takes any free ports
    #[arg(long, value_name = "N", default_value_t = 4400)]
    pub(crate) port_base: u16,

    /// Register one more redirect URI at every provider; may be given more than once
    #[arg(long, value_name = "URI")]
    pub(crate) redirect_uri: Vec<String>,

    /// Answer authorize URLs with the redirect straight away, without login and consent
    #[arg(long)]
    pub(crate) auto_approve: bool,

    /// Speak TLS; the certificates to trust are in the JSON object
    #[arg(long)]
    pub(crate) tls: bool,
}

/// A provider, by the name it has everywhere in this project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Provider {
    /// Cohort Go, payments for international students.
    Cohortgo,
    /// Cobot, software for coworking spaces.
    Cobot,
    /// Go1, the learning platform.
    Go1,
    /// GoCD, the continuous delivery server.
    Gocd,
}

impl Provider {
    /// The name, as typed.
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
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_makes_sense() {
        Cli::command().debug_assert();
    }

    #[test]
    fn names_are_what_is_typed() {
        for provider in Provider::value_variants() {
            let typed = provider.to_possible_value().unwrap();
            assert_eq!(typed.get_name(), provider.name());
        }
    }
}
