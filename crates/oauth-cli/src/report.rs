//! The status of a connection, as text and JSON.

use oauth_core::chrono::{DateTime, SecondsFormat, Utc};
use oauth_core::connections::{ConnectionState, Status};
use oauth_core::store::{RecordState, RecordSummary};
use serde::Serialize;
use url::Url;

use crate::failure::ExitCode;
use crate::providers::ProviderName;
use crate::shown_text::is_hidden;
use crate::time::relative;

/// The status of a connection. Holds no secret.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) provider: &'static str,
    pub(crate) account: String,
    /// Origin of the token endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) server: Option<String>,
    /// The connected user; known only right after connecting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user: Option<String>,
    pub(crate) state: &'static str,
    /// Machine-readable reason for reconnecting.
    #[serde(rename = "why", skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<&'static str>,
    /// The reason as text, or why the record cannot be read.
    #[serde(rename = "because", skip_serializing_if = "Option::is_none")]
    pub(crate) explanation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "time")]
    pub(crate) since: Option<DateTime<Utc>>,
    #[serde(serialize_with = "time")]
    pub(crate) expires_at: Option<DateTime<Utc>>,
    #[serde(serialize_with = "time")]
    pub(crate) lapses_at: Option<DateTime<Utc>>,
    /// When the current token was received.
    #[serde(serialize_with = "time")]
    pub(crate) refreshed_at: Option<DateTime<Utc>>,
    /// Number of tokens so far.
    pub(crate) generation: u64,
    pub(crate) scopes: Vec<String>,
}

/// Replaces control and format characters.
pub(crate) fn sanitize(text: &str) -> String {
    text.replace(is_hidden, "\u{fffd}")
}

fn time<S: serde::Serializer>(at: &Option<DateTime<Utc>>, serializer: S) -> Result<S::Ok, S::Error> {
    at.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true)).serialize(serializer)
}

impl Report {
    pub(crate) fn from_status(
        provider: ProviderName,
        account: &str,
        status: &Status,
        token_url: &Url,
    ) -> Self {
        let (reason, since) = match status.state {
            ConnectionState::NeedsReconnect { reason, at } => (Some(reason), Some(at)),
            _ => (None, None),
        };
        Self {
            provider: provider.as_str(),
            account: account.to_owned(),
            server: Some(token_url.origin().ascii_serialization()),
            user: None,
            state: match status.state {
                ConnectionState::Expired => "expired",
                ConnectionState::NeedsReconnect { .. } => "needs_reconnect",
                _ => "active",
            },
            reason: reason.map(|reason| reason.as_str()),
            explanation: reason.map(|reason| reason.to_string()),
            since,
            expires_at: status.expires_at,
            lapses_at: status.lapses_at,
            refreshed_at: Some(status.received_at),
            generation: status.generation,
            scopes: status.scopes.iter().map(ToString::to_string).collect(),
        }
    }

    /// A report from the record's summary, for a record that cannot be read.
    pub(crate) fn from_summary(
        provider: ProviderName,
        summary: &RecordSummary,
        explanation: Option<String>,
    ) -> Self {
        let (reason, since) = match summary.state {
            RecordState::NeedsReconnect { reason, at } => (Some(reason), Some(at)),
            _ => (None, None),
        };
        Self {
            provider: provider.as_str(),
            account: summary.account.clone(),
            server: None,
            user: None,
            state: if reason.is_some() { "needs_reconnect" } else { "unread" },
            reason: reason.map(|reason| reason.as_str()),
            explanation: reason.map(|reason| reason.to_string()).or(explanation),
            since,
            expires_at: None,
            lapses_at: summary.lapses_at,
            refreshed_at: None,
            generation: summary.generation,
            scopes: Vec::new(),
        }
    }

    /// The matching exit code; `None` if active.
    pub(crate) fn code(&self) -> Option<ExitCode> {
        match self.state {
            "active" => None,
            "expired" => Some(ExitCode::Expired),
            "needs_reconnect" => Some(ExitCode::NeedsReconnect),
            _ => Some(ExitCode::Setup),
        }
    }

    /// The state as text.
    pub(crate) fn state_label(&self) -> &'static str {
        match self.state {
            "active" => "active",
            "expired" => "expired",
            "needs_reconnect" => "needs reconnecting",
            _ => "unreadable",
        }
    }

    /// The account without control characters: other programs that share the store may have chosen it.
    pub(crate) fn shown_account(&self) -> String {
        sanitize(&self.account)
    }

    /// The report as several lines of text.
    pub(crate) fn lines(&self, now: DateTime<Utc>) -> String {
        let mut lines = vec![format!("{}/{}: {}", self.provider, self.shown_account(), self.state_label())];
        let mut line = |name: &str, value: String| lines.push(format!("  {name:<22}{value}"));
        if let Some(user) = &self.user {
            line("user", sanitize(user));
        }
        if let Some(server) = &self.server {
            line("server", server.clone());
        }
        if let Some(explanation) = &self.explanation {
            let since = self.since.map(|at| format!(", {}", relative(at, now))).unwrap_or_default();
            line("reason", format!("{}{since}", sanitize(explanation)));
        }
        if self.refreshed_at.is_some() {
            let expires = self.expires_at.map_or_else(|| "never".to_owned(), |at| relative(at, now));
            line("access token expires", expires);
        }
        if let Some(at) = self.lapses_at {
            line("refresh token expires", format!("{} if unused", relative(at, now)));
        }
        if let Some(at) = self.refreshed_at {
            line("token received", relative(at, now));
        }
        if !self.scopes.is_empty() {
            line("scopes", self.scopes.join(" "));
        }
        lines.join("\n")
    }
}
