//! The command line.

use clap::{Args, Parser, Subcommand};

use crate::commands::{
    add, api, completions, connect, disconnect, doctor, exec, keep, list, refresh, request, rotate_keys,
    status,
};
use crate::connection_name::ConnectionArgs;
use crate::providers::ProviderArgs;

/// Connect and use OAuth 2.0 accounts at Cohort Go, Cobot, Go1 and GoCD.
#[derive(Debug, Parser)]
#[command(name = "oauth", version, arg_required_else_help = true, max_term_width = 110)]
pub(crate) struct Cli {
    /// The subcommand.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Demonstrate connecting, restarting and refreshing against sandbox providers on this machine
    Demo(oauth_demo::Arguments),
    /// Internal: the application process that the demo starts after a restart. Reads its tasks from stdin.
    #[command(hide = true)]
    DemoProcess,
    /// Connect an account through its login and consent page
    Connect(Box<ProviderArgs<connect::ConnectArgs>>),
    /// Import an existing token
    Add(Box<ProviderArgs<add::AddArgs>>),
    /// List all connections
    List(list::ListArgs),
    /// Show the status of one or all connections; the exit code reflects it
    Status(status::StatusArgs),
    /// Print an Authorization header, refreshing the token if needed (for curl -H @-)
    #[command(after_help = "\
Example:
  oauth header go1/acme |
    curl -H @- https://api.go1.com/v2/me")]
    Header(ConnectionArgs),
    /// Print the access token, refreshing it if needed
    #[command(after_help = "Example: TOKEN=$(oauth token go1/acme)")]
    Token(ConnectionArgs),
    /// Run a command with the access token in its environment
    Exec(exec::ExecArgs),
    /// Send one authorized API request and print the response
    Request(Box<request::RequestArgs>),
    /// List the calls of a provider's API and their OAuth scopes
    Api(api::ApiArgs),
    /// Refresh one connection, all connections, or those that are due
    Refresh(refresh::RefreshArgs),
    /// Keep all connections refreshed until stopped
    Keep(keep::KeepArgs),
    /// Revoke a connection where the provider supports it, and remove it
    Disconnect(disconnect::DisconnectArgs),
    /// Encrypt the store with a new key
    RotateKeys(rotate_keys::RotateKeysArgs),
    /// Check configuration, store, keys and endpoints
    Doctor(doctor::DoctorArgs),
    /// Print a shell completion script
    Completions(completions::CompletionsArgs),
    /// Run sandbox versions of the four providers on this machine until Ctrl-C
    Sandbox(Sandbox),
}

impl Command {
    /// Returns whether results and errors are printed as JSON.
    pub(crate) fn is_json(&self) -> bool {
        match self {
            Self::Demo(_) | Self::DemoProcess | Self::Sandbox(_) | Self::Completions(_) => false,
            Self::Connect(arguments) => arguments.command.common.json,
            Self::Add(arguments) => arguments.command.common.json,
            Self::List(arguments) => arguments.common.json,
            Self::Status(arguments) => arguments.common.json,
            Self::Header(arguments) | Self::Token(arguments) => arguments.common.json,
            Self::Exec(arguments) => arguments.connection.common.json,
            Self::Request(arguments) => arguments.common.json,
            Self::Api(arguments) => arguments.json,
            Self::Refresh(arguments) => arguments.common.json,
            Self::Keep(arguments) => arguments.common.json,
            Self::Disconnect(arguments) => arguments.connection.common.json,
            Self::RotateKeys(arguments) => arguments.common.json,
            Self::Doctor(arguments) => arguments.common.json,
        }
    }
}

/// Arguments of `sandbox`.
#[derive(Args, Debug)]
#[command(after_help = "\
When all providers are listening, prints on a terminal the commands that connect to each. In a pipe and with \
--json, prints one JSON object on the first line of stdout: URLs, client credentials, users, a personal access \
token of GoCD and the control key. They are valid only for this sandbox. `oauth connect` finds them by itself. \
The last three options can be changed while it runs: POST {\"late_acl\":true} to /gocd/options on the control \
server. GET /PROVIDER/options shows them.

Examples:
  oauth sandbox
  oauth sandbox --auto-approve --json > sandbox.json
  oauth sandbox --env > sandbox.env")]
pub(crate) struct Sandbox {
    /// First port: providers listen on N to N+4, the control server on N+9; 0 picks free ports
    #[arg(long, value_name = "N", default_value_t = 4400)]
    pub(crate) port_base: u16,

    /// Print one JSON object on the first line, also on a terminal
    #[arg(long, conflicts_with = "env")]
    pub(crate) json: bool,

    /// Print shell exports instead: URL, client id and secret of each provider, and the control server
    #[arg(long)]
    pub(crate) env: bool,

    /// Register another redirect URI at every provider; can be repeated
    #[arg(long, value_name = "URI")]
    pub(crate) redirect_uri: Vec<String>,

    /// Skip login and consent: redirect authorize URLs immediately
    #[arg(long)]
    pub(crate) auto_approve: bool,

    /// Serve over TLS; the JSON object includes the certificates to trust. Plain http then listens ten ports
    /// above (`plain_url`)
    #[arg(long)]
    pub(crate) tls: bool,

    /// Go1: end the redirect URI's path in a slash, as in Go1's guide
    #[arg(long)]
    pub(crate) callback_slash: bool,

    /// Cohort Go: do not return `state` to the callback
    #[arg(long)]
    pub(crate) no_state_echo: bool,

    /// GoCD: refuse OAuth tokens at cctray.xml and the API, as versions of 2017 and 2018 seem to do
    #[arg(long)]
    pub(crate) late_acl: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn command_line_is_valid() {
        Cli::command().debug_assert();
    }
}
