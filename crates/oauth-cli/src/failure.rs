//! What went wrong, what to do about it, and the exit code that says so.

use std::fmt;

use oauth_core::ErrorKind;
use oauth_core::store::{StoreError, StoreErrorKind};
use serde_json::{Value, json};

/// What the program ends with. The numbers are a promise: the README has them in a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum ExitCode {
    /// Anything that has no code of its own.
    Failed = 1,
    /// The command line was not understood.
    Usage = 2,
    /// There is no such connection.
    NotConnected = 3,
    /// The customer has to connect again.
    NeedsReconnect = 4,
    /// The person said no.
    Denied = 5,
    /// The provider blames the client: its id, its secret or its redirect URI.
    ClientRefused = 6,
    /// The same may succeed later: no network, a server that fails or is busy.
    TryLater = 7,
    /// The API refused the request.
    Refused = 8,
    /// Configuration, key, store or a value cannot be used.
    Setup = 9,
    /// The access token has expired; its next use refreshes it.
    Expired = 10,
    /// Ctrl-C, or a polite request to end.
    Interrupted = 130,
}

/// A failure that a person can act on.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) code: ExitCode,
    /// A stable word, for machines.
    pub(crate) kind: &'static str,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl Failure {
    pub(crate) fn new(code: ExitCode, kind: &'static str, message: impl Into<String>) -> Self {
        Self { code, kind, message: message.into(), hint: None }
    }

    /// Something of the configuration, the key or the store.
    pub(crate) fn setup(message: impl Into<String>) -> Self {
        Self::new(ExitCode::Setup, "setup", message)
    }

    /// The command line, where only the program can tell.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(ExitCode::Usage, "usage", message)
    }

    pub(crate) fn interrupted() -> Self {
        Self::new(ExitCode::Interrupted, "interrupted", "interrupted")
    }

    pub(crate) fn not_connected(provider: &str, account: &str) -> Self {
        Self::new(
            ExitCode::NotConnected,
            "not_connected",
            format!("{provider}/{account}: there is no such connection"),
        )
        .with_help(format!("oauth connect {provider} {account}"))
    }

    /// What went wrong after the token was kept already.
    pub(crate) fn without_client(self) -> Self {
        let message = format!("connected, but its client was not kept: {}", self.message);
        Self { message, ..self }
            .with_help("connect it again; until then its token is used as it is, and refreshed only where the client is configured")
    }

    #[must_use]
    pub(crate) fn with_help(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// What the library says of this connection, with advice in terms of this program's commands.
    pub(crate) fn for_connection(error: &oauth_core::Error, provider: &str, account: &str) -> Self {
        if error.kind() == ErrorKind::NotConnected {
            return Self::not_connected(provider, account);
        }
        let told = Self::from(error);
        match error.kind() {
            _ if error.needs_reconnect() => told.with_help(format!("oauth connect {provider} {account}")),
            ErrorKind::ForeignToken => told.with_help(
                "it was made by another client or at another server than the configuration names now; \
                 connect it again, or correct the configuration",
            ),
            _ => told,
        }
    }

    /// For `--json`.
    pub(crate) fn json(&self) -> Value {
        json!({ "error": {
            "kind": self.kind,
            "message": self.message,
            "hint": self.hint,
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
            | ErrorKind::ApiRefused
            | ErrorKind::ForeignHost => ExitCode::Refused,
            _ => ExitCode::Failed,
        };
        let (text, advice) = (error.to_string(), error.help());
        let message = text.strip_suffix(advice).and_then(|text| text.strip_suffix("; ")).unwrap_or(&text);
        Self::new(code, error.kind().as_str(), message).with_help(cli_help(error))
    }
}

/// The library's advice; where that names its own types, what does the same here.
fn cli_help(error: &oauth_core::Error) -> &str {
    let advice = error.help();
    let is_about_types = advice.contains("::");
    match error.kind() {
        ErrorKind::MissingScope => {
            "connect it again, and ask for more: --scope, or --act-as-user at Cohort Go"
        }
        ErrorKind::ForeignHost if is_about_types => {
            "nothing was sent; if that is where the API really is, connect or add the account again with --trust-api-host"
        }
        ErrorKind::ForeignHost => "nothing was sent: check the URL",
        // The only one that speaks of anything but a value.
        ErrorKind::InvalidInput if is_about_types => "write the user's name in ASCII, and without `=?`",
        ErrorKind::ClientRefused if advice.contains("reconfigure") => {
            "nothing is sent until the client is set right: its id, secret or redirect URI, in the environment, in the \
             configuration file, or by connecting again; no customer is at fault"
        }
        _ => advice,
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
        let failure = Self::new(code, "store", error.to_string());
        match error.kind() {
            StoreErrorKind::WrongKey => failure.with_help(
                "the key is another than the one that this was stored with; `oauth doctor` says where it is taken from",
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
