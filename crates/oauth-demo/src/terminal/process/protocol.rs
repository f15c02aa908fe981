//! The protocol between the demo and the application's process: JSON lines over stdin and stdout.
//!
//! The pipes carry the store's key, the client secret, and requests with tokens, which the demo redacts.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};

use crate::arguments::ProviderName;
use crate::provider::Registration;

/// The first line that the process receives.
#[derive(Serialize, Deserialize)]
pub(super) struct Setup {
    pub(super) provider: ProviderName,
    pub(super) registration: Registration,
    /// The store's SQLite file.
    pub(super) store: PathBuf,
    /// The store's encryption key in base64.
    pub(super) key: String,
    /// Stops before the first token call and waits to be killed.
    pub(super) stop_before_token_call: bool,
}

/// Every later line that the process receives.
#[derive(Serialize, Deserialize)]
pub(super) struct TaskRequest {
    /// The difference between the sandbox's clock and the system clock.
    pub(super) clock_offset: Duration,
    pub(super) task: Task,
}

/// A task for the process.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum Task {
    /// Calls the API through the connection of this account.
    CallApi(String),
    /// Refreshes tokens that are due.
    SweepDue,
    /// Refreshes tokens that would expire unused.
    SweepLapsing,
}

/// A line that the process sends.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ProcessMessage {
    /// A request is sent.
    Request(HttpMessage),
    /// A response arrived, or the call failed.
    Response { method: String, uri: String, response: Result<HttpMessage, String> },
    /// A connection changed.
    Connection { account: String, text: String },
    /// The process stopped before a token call.
    Stopped,
    /// The task's result or error.
    Done(Result<String, String>),
}

/// A request or a response.
#[derive(Serialize, Deserialize)]
pub(super) struct HttpMessage {
    /// The method of a request, the status of a response.
    start: String,
    /// Empty for a response.
    uri: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl HttpMessage {
    pub(super) fn of_request(request: &http::Request<Vec<u8>>) -> Self {
        let (method, uri) = (request.method().to_string(), request.uri().to_string());
        Self::new(method, uri, request.headers(), request.body())
    }

    pub(super) fn of_response(response: &http::Response<Vec<u8>>) -> Self {
        Self::new(response.status().as_str().to_owned(), String::new(), response.headers(), response.body())
    }

    fn new(start: String, uri: String, headers: &HeaderMap, body: &[u8]) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let headers =
            headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes()))).collect();
        Self { start, uri, headers, body: text(body) }
    }

    pub(super) fn into_request(self) -> anyhow::Result<http::Request<Vec<u8>>> {
        let mut request = http::Request::new(self.body.into_bytes());
        *request.method_mut() = self.start.parse().context("invalid method")?;
        *request.uri_mut() = self.uri.parse().context("invalid URI")?;
        *request.headers_mut() = header_map(self.headers)?;
        Ok(request)
    }

    pub(super) fn into_response(self) -> anyhow::Result<http::Response<Vec<u8>>> {
        let mut response = http::Response::new(self.body.into_bytes());
        *response.status_mut() = self.start.parse().context("invalid status")?;
        *response.headers_mut() = header_map(self.headers)?;
        Ok(response)
    }
}

fn header_map(headers: Vec<(String, String)>) -> anyhow::Result<HeaderMap> {
    let parsed = headers
        .into_iter()
        .map(|(name, value)| Ok((name.parse::<HeaderName>()?, HeaderValue::try_from(value)?)));
    parsed.collect()
}
