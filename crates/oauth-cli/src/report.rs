//! What is known of a connection, for people and machines.

use oauth_core::chrono::{DateTime, SecondsFormat, Utc};
use oauth_core::connections::{ConnectionState, Status};
use oauth_core::store::{RecordState, RecordSummary};
use serde::Serialize;

use crate::failure::ExitCode;
use crate::providers::ProviderName;
use crate::time::relative;

/// What is known of a connection. Holds no secret.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) provider: &'static str,
    pub(crate) account: String,
    pub(crate) state: &'static str,
    /// Why it needs reconnecting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) why: Option<&'static str>,
    /// The same, for people; or what else is wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) because: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "time")]
    pub(crate) since: Option<DateTime<Utc>>,
    #[serde(serialize_with = "time")]
    pub(crate) expires_at: Option<DateTime<Utc>>,
    #[serde(serialize_with = "time")]
    pub(crate) lapses_at: Option<DateTime<Utc>>,
    /// When the newest token came.
    #[serde(serialize_with = "time")]
    pub(crate) refreshed_at: Option<DateTime<Utc>>,
    /// How many tokens there have been.
    pub(crate) generation: u64,
    pub(crate) scopes: Vec<String>,
}

/// Without control characters.
pub(crate) fn sanitize(text: &str) -> String {
    text.replace(char::is_control, "\u{fffd}")
}

fn time<S: serde::Serializer>(at: &Option<DateTime<Utc>>, serializer: S) -> Result<S::Ok, S::Error> {
    at.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true)).serialize(serializer)
}

impl Report {
    pub(crate) fn from_status(provider: ProviderName, account: &str, status: &Status) -> Self {
        let (why, since) = match status.state {
            ConnectionState::NeedsReconnect { reason, at } => (Some(reason), Some(at)),
            _ => (None, None),
        };
        Self {
            provider: provider.as_str(),
            account: account.to_owned(),
            state: match status.state {
                ConnectionState::Expired => "expired",
                ConnectionState::NeedsReconnect { .. } => "needs_reconnect",
                _ => "active",
            },
            why: why.map(|why| why.as_str()),
            because: why.map(|why| why.to_string()),
            since,
            expires_at: status.expires_at,
            lapses_at: status.lapses_at,
            refreshed_at: Some(status.received_at),
            generation: status.generation,
            scopes: status.scopes.iter().map(ToString::to_string).collect(),
        }
    }

    /// What can be told of one whose content cannot be read here, and why.
    pub(crate) fn from_summary(
        provider: ProviderName,
        summary: &RecordSummary,
        because: Option<String>,
    ) -> Self {
        let (why, since) = match summary.state {
            RecordState::NeedsReconnect { reason, at } => (Some(reason), Some(at)),
            _ => (None, None),
        };
        Self {
            provider: provider.as_str(),
            account: summary.account.clone(),
            state: if why.is_some() { "needs_reconnect" } else { "unread" },
            why: why.map(|why| why.as_str()),
            because: why.map(|why| why.to_string()).or(because),
            since,
            expires_at: None,
            lapses_at: summary.lapses_at,
            refreshed_at: None,
            generation: summary.generation,
            scopes: Vec::new(),
        }
    }

    /// What the exit code says of it; `None` if all is well.
    pub(crate) fn code(&self) -> Option<ExitCode> {
        match self.state {
            "active" => None,
            "expired" => Some(ExitCode::Expired),
            "needs_reconnect" => Some(ExitCode::NeedsReconnect),
            _ => Some(ExitCode::Setup),
        }
    }

    /// The state for people.
    pub(crate) fn state_label(&self) -> &'static str {
        match self.state {
            "active" => "active",
            "expired" => "expired",
            "needs_reconnect" => "needs reconnecting",
            _ => "not readable",
        }
    }

    /// The account for people: other programs that share the store may have given it a name that does things to a terminal.
    pub(crate) fn shown_account(&self) -> String {
        sanitize(&self.account)
    }

    /// Several lines for people.
    pub(crate) fn lines(&self, now: DateTime<Utc>) -> String {
        let mut lines = vec![format!("{}/{}: {}", self.provider, self.shown_account(), self.state_label())];
        let mut line = |name: &str, value: String| lines.push(format!("  {name:<22}{value}"));
        if let Some(because) = &self.because {
            let since = self.since.map(|at| format!(", {}", relative(at, now))).unwrap_or_default();
            line("because", format!("{}{since}", sanitize(because)));
        }
        if self.refreshed_at.is_some() {
            let expires = self.expires_at.map_or_else(|| "never".to_owned(), |at| relative(at, now));
            line("access token expires", expires);
        }
        if let Some(at) = self.lapses_at {
            line("refresh token lapses", format!("{}, if it is not used", relative(at, now)));
        }
        if let Some(at) = self.refreshed_at {
            line("token from", relative(at, now));
        }
        if !self.scopes.is_empty() {
            line("scopes", self.scopes.join(" "));
        }
        lines.join("\n")
    }
}
