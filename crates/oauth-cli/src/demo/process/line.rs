//! What the demo and the other process say to each other: one JSON object per line, through pipes that nobody else has an end of.
//!
//! In go the store's key and the client's secret, out come requests with tokens in them, for the demo to show masked.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};

use crate::cli::Provider;

/// The first line in: all that the process is given.
#[derive(Serialize, Deserialize)]
pub(super) struct Setup {
    pub(super) provider: Provider,
    /// Where the provider is played.
    pub(super) url: String,
    pub(super) client_id: String,
    pub(super) client_secret: String,
    pub(super) redirect_uri: String,
    /// The file with the connections.
    pub(super) store: PathBuf,
    /// Its key.
    pub(super) key: String,
    /// Whether to stop for ever where a token call would leave.
    pub(super) doomed: bool,
}

/// Every other line in.
#[derive(Serialize, Deserialize)]
pub(super) struct Order {
    /// By how much the sandbox's clock is ahead.
    pub(super) ahead: Duration,
    pub(super) task: Task,
}

/// What to do.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum Task {
    /// Ask the API through the connection of this account.
    Ask(String),
    /// Refresh what is due.
    SweepDue,
    /// Refresh what would lapse because nobody uses it.
    SweepLapsing,
}

/// A line out.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Told {
    /// A request leaves.
    Request(Message),
    /// An answer came, or why none did.
    Answer { method: String, uri: String, answer: Result<Message, String> },
    /// Something happened to a connection.
    Connection { account: String, text: String },
    /// A doomed process has come to where a token call would leave.
    Stopped,
    /// The order was carried out, and what came of it; or it was not, and why.
    Done(Result<String, String>),
}

/// A request or an answer.
#[derive(Serialize, Deserialize)]
pub(super) struct Message {
    /// `GET`, or `200`.
    what: String,
    /// Empty for an answer.
    uri: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Message {
    pub(super) fn of_request(request: &http::Request<Vec<u8>>) -> Self {
        let (method, uri) = (request.method().to_string(), request.uri().to_string());
        Self::new(method, uri, request.headers(), request.body())
    }

    pub(super) fn of_response(response: &http::Response<Vec<u8>>) -> Self {
        Self::new(response.status().as_str().to_owned(), String::new(), response.headers(), response.body())
    }

    fn new(what: String, uri: String, headers: &HeaderMap, body: &[u8]) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let headers =
            headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes()))).collect();
        Self { what, uri, headers, body: text(body) }
    }

    pub(super) fn into_request(self) -> anyhow::Result<http::Request<Vec<u8>>> {
        let mut request = http::Request::new(self.body.into_bytes());
        *request.method_mut() = self.what.parse().context("a method")?;
        *request.uri_mut() = self.uri.parse().context("a URI")?;
        *request.headers_mut() = fields(self.headers)?;
        Ok(request)
    }

    pub(super) fn into_response(self) -> anyhow::Result<http::Response<Vec<u8>>> {
        let mut response = http::Response::new(self.body.into_bytes());
        *response.status_mut() = self.what.parse().context("a status")?;
        *response.headers_mut() = fields(self.headers)?;
        Ok(response)
    }
}

fn fields(headers: Vec<(String, String)>) -> anyhow::Result<HeaderMap> {
    let parsed = headers
        .into_iter()
        .map(|(name, value)| Ok((name.parse::<HeaderName>()?, HeaderValue::try_from(value)?)));
    parsed.collect()
}
