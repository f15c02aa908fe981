//! A transport that records requests and returns prepared responses.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use oauth_core::http::header::CONTENT_TYPE;
use oauth_core::http::{Request, Response};
use oauth_core::{Call, Transport, TransportError};

/// Records requests and returns the given responses in order. Clones share both.
#[derive(Clone, Debug, Default)]
pub struct RecordingTransport {
    sent: Arc<Mutex<Vec<Request<Vec<u8>>>>>,
    responses: Arc<Mutex<VecDeque<Response<Vec<u8>>>>>,
}

impl RecordingTransport {
    /// Returns `responses` in order, then transport errors.
    pub fn with_responses(responses: impl IntoIterator<Item = Response<Vec<u8>>>) -> Self {
        Self { sent: Arc::default(), responses: Arc::new(Mutex::new(responses.into_iter().collect())) }
    }

    /// The number of requests sent.
    pub fn count(&self) -> usize {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// All requests sent, in the canonical text form.
    pub fn text(&self) -> String {
        let sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.iter().map(crate::request).collect::<Vec<_>>().join("\n----\n")
    }
}

#[oauth_core::async_trait]
impl Transport for RecordingTransport {
    async fn call(&self, call: Call) -> Result<Response<Vec<u8>>, TransportError> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).push(call.request);
        let response = self.responses.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        response.ok_or_else(|| TransportError::NotSent("no response left".into()))
    }
}

/// A response with this status and JSON body.
pub fn json_response(status: u16, json: &str) -> Response<Vec<u8>> {
    let mut response = Response::new(json.as_bytes().to_vec());
    *response.status_mut() = oauth_core::http::StatusCode::from_u16(status).unwrap_or_default();
    response
        .headers_mut()
        .insert(CONTENT_TYPE, oauth_core::http::HeaderValue::from_static("application/json; charset=utf-8"));
    response
}

/// The response with one more header.
///
/// # Panics
/// If the value is no header value.
pub fn with_header(mut response: Response<Vec<u8>>, name: &'static str, value: &str) -> Response<Vec<u8>> {
    response.headers_mut().insert(name, value.parse().expect("a header value"));
    response
}
