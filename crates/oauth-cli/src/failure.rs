//! Errors of the program: message, help and exit code.

use std::fmt;

use oauth_core::ErrorKind;
use oauth_core::store::{StoreError, StoreErrorKind};
use serde_json::{Value, json};

/// The program's exit code. The numbers are stable and listed in the README.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum ExitCode {
    /// Any error without a more specific code.
    Failed = 1,
    /// Invalid command line.
    Usage = 2,
    /// The connection does not exist.
    NotConnected = 3,
    /// The customer must connect again.
    NeedsReconnect = 4,
    /// The user declined.
    Denied = 5,
    /// The provider rejected the client: its id, secret or redirect URI.
    ClientRefused = 6,
    /// Temporary: no network, or a server that fails or is busy.
    TryLater = 7,
    /// The API rejected the request.
    Refused = 8,
    /// Invalid configuration, key, store or value.
    Setup = 9,
    /// The access token has expired; its next use refreshes it.
    Expired = 10,
    /// Ctrl-C or SIGTERM.
    Interrupted = 130,
}

/// An error with a message, help for the user and an exit code.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) code: ExitCode,
    /// A stable identifier for programs.
    pub(crate) kind: &'static str,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

impl Failure {
    pub(crate) fn new(code: ExitCode, kind: &'static str, message: impl Into<String>) -> Self {
        Self { code, kind, message: message.into(), help: None }
    }

    /// An error in configuration, key or store.
    pub(crate) fn setup(message: impl Into<String>) -> Self {
        Self::new(ExitCode::Setup, "setup", message)
    }

    /// A command-line error that the argument parser cannot detect.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(ExitCode::Usage, "usage", message)
    }

    pub(crate) fn interrupted() -> Self {
        Self::new(ExitCode::Interrupted, "interrupted", "interrupted")
    }

    pub(crate) fn not_connected(provider: &str, account: &str) -> Self {
        Self::new(ExitCode::NotConnected, "not_connected", format!("no connection {provider}/{account}"))
            .with_help(format!("run `oauth connect {provider} {account}`"))
    }

    /// Marks an error that occurred after the token was stored.
    pub(crate) fn without_client(self) -> Self {
        let message = format!("connected, but the client was not saved: {}", self.message);
        Self { message, ..self }
            .with_help("run `oauth connect` again; until then the token can be refreshed only if the client is configured")
    }

    #[must_use]
    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Converts a library error about this connection, with help in terms of this program's commands.
    pub(crate) fn for_connection(error: &oauth_core::Error, provider: &str, account: &str) -> Self {
        if error.kind() == ErrorKind::NotConnected {
            return Self::not_connected(provider, account);
        }
        let failure = Self::from(error);
        match error.kind() {
            _ if error.needs_reconnect() => {
                failure.with_help(format!("run `oauth connect {provider} {account}`"))
            }
            ErrorKind::MissingScope if provider == "cohortgo" => failure.with_help(format!(
                "run `oauth connect {provider} {account} --act-as-user`"
            )),
            ErrorKind::MissingScope => failure.with_help(format!(
                "`oauth api {provider}` lists the scopes of each call; connect again with --scope and all scopes"
            )),
            ErrorKind::ForeignToken => failure.with_help(
                "the token belongs to another client or server than the one configured; \
                 correct the configuration, or run `oauth connect` again",
            ),
            _ => failure,
        }
    }

    /// The JSON form, for `--json`.
    pub(crate) fn json(&self) -> Value {
        json!({ "error": {
            "kind": self.kind,
            "message": self.message,
            "hint": self.help,
            "exit_code": self.code as u8,
        } })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<&oauth_core::Error> for Failure {
    fn from(error: &oauth_core::Error) -> Self {
        let code = match error.kind() {
            ErrorKind::NotConnected => ExitCode::NotConnected,
            _ if error.needs_reconnect() => ExitCode::NeedsReconnect,
            ErrorKind::Denied => ExitCode::Denied,
            ErrorKind::ClientRefused | ErrorKind::AuthorizationRefused => ExitCode::ClientRefused,
            ErrorKind::InvalidInput | ErrorKind::Setup | ErrorKind::ForeignToken => ExitCode::Setup,
            _ if error.is_transient() => ExitCode::TryLater,
            ErrorKind::Store => ExitCode::Setup,
            ErrorKind::TokenRefused
            | ErrorKind::RequestRefused
            | ErrorKind::MissingScope
            | ErrorKind::Forbidden
            | ErrorKind::PreconditionFailed
            | ErrorKind::ApiRefused
            | ErrorKind::ForeignHost => ExitCode::Refused,
            _ => ExitCode::Failed,
        };
        let (text, help) = (error.to_string(), error.help());
        let message = text.strip_suffix(help).and_then(|text| text.strip_suffix("; ")).unwrap_or(&text);
        Self::new(code, error.kind().as_str(), message).with_help(cli_help(error))
    }
}

/// Returns the library's help, or the equivalent here where that names Rust types.
fn cli_help(error: &oauth_core::Error) -> &str {
    let help = error.help();
    let text = error.to_string();
    if text.contains("failed to lookup address") || text.contains("dns error") {
        return "the server's name is not known: check its spelling, and the network connection";
    }
    if text.contains("Connection refused") {
        return "nothing listens there: check the port, and that the server runs";
    }
    let names_types = help.contains("::");
    match error.kind() {
        ErrorKind::MissingScope => {
            "connect again with the missing permission: --scope, or --act-as-user at Cohort Go"
        }
        ErrorKind::Denied => "run this command again to ask anew",
        ErrorKind::ForeignHost if names_types => {
            "nothing was sent; if the API host is correct, connect or add the account again with --trust-api-host"
        }
        ErrorKind::ForeignHost => "nothing was sent; check the URL",
        // The only `InvalidInput` whose help names a type.
        ErrorKind::InvalidInput if names_types => "use an ASCII name without `=?`",
        ErrorKind::ClientRefused if help.contains("reconfigure") => {
            "no more requests are sent with this client; correct its id, secret or redirect URI in the environment, in the \
             configuration file, or by connecting again; customers need not do anything"
        }
        _ => help,
    }
}

impl From<oauth_core::Error> for Failure {
    fn from(error: oauth_core::Error) -> Self {
        Self::from(&error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let code = if error.is_transient() { ExitCode::TryLater } else { ExitCode::Setup };
        let text = error.to_string();
        // What follows names Rust types.
        let message = text.split("; add the missing key").next().unwrap_or_default();
        let failure = Self::new(code, "store", message);
        match error.kind() {
            StoreErrorKind::WrongKey => failure.with_help(
                "it was stored with a different key; run `oauth doctor` to see where the key is read from. If that key \
                 is lost, move the store's file away and connect again",
            ),
            _ => failure,
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::new(ExitCode::Failed, "failed", format!("{error:#}"))
    }
}
