//! The command line.

use clap::{Args, Parser, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};

use crate::commands::{
    ConnectionArgs, add, completions, connect, disconnect, doctor, keep, list, refresh, request, rotate_keys,
    status,
};
use crate::providers::ProviderArgs;

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
    /// Connect an account: a person says yes in a browser, and the connection is kept
    Connect(Box<ProviderArgs<connect::ConnectArgs>>),
    /// Add a token that was got elsewhere
    Add(Box<ProviderArgs<add::AddArgs>>),
    /// List all connections
    List(list::ListArgs),
    /// Tell how a connection is, or all: the exit code says it
    Status(status::StatusArgs),
    /// Print the header that authorizes a request, refreshed first if that is due: curl -H @-
    Header(ConnectionArgs),
    /// Send one authorized call, and print its answer
    Request(Box<request::RequestArgs>),
    /// Refresh a connection now, or all, or those that are due
    Refresh(refresh::RefreshArgs),
    /// Keep all connections alive, until stopped
    Keep(keep::KeepArgs),
    /// Revoke a connection where the provider can, and remove it
    Disconnect(disconnect::DisconnectArgs),
    /// Encrypt the store with a new key
    RotateKeys(rotate_keys::RotateKeysArgs),
    /// Look at everything, and say what is wrong and what to do
    Doctor(doctor::DoctorArgs),
    /// Print the completions of a shell
    Completions(completions::CompletionsArgs),
    /// Play the four providers on this machine, for other programs to use, until Ctrl-C
    Sandbox(Sandbox),
}

impl Command {
    /// Whether it prints JSON, and so its errors as well.
    pub(crate) fn is_json(&self) -> bool {
        match self {
            Self::Demo(_) | Self::DemoProcess | Self::Sandbox(_) | Self::Completions(_) => false,
            Self::Connect(arguments) => arguments.command.common.json,
            Self::Add(arguments) => arguments.command.common.json,
            Self::List(arguments) => arguments.common.json,
            Self::Status(arguments) => arguments.common.json,
            Self::Header(arguments) => arguments.common.json,
            Self::Request(arguments) => arguments.common.json,
            Self::Refresh(arguments) => arguments.common.json,
            Self::Keep(arguments) => arguments.common.json,
            Self::Disconnect(arguments) => arguments.common.json,
            Self::RotateKeys(arguments) => arguments.common.json,
            Self::Doctor(arguments) => arguments.common.json,
        }
    }
}

/// Arguments of `demo`.
#[derive(Args, Debug)]
#[command(after_help = "Exit code 0 only if every step held; with --web, once it was ended.")]
pub(crate) struct Demo {
    /// AccountFilter this provider; may be given more than once
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
    fn command_line_is_valid() {
        Cli::command().debug_assert();
    }

    #[test]
    fn provider_names_match_typed_values() {
        for provider in Provider::value_variants() {
            let typed = provider.to_possible_value().unwrap();
            assert_eq!(typed.get_name(), provider.name());
        }
    }
}
