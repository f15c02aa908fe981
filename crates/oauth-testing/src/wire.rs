//! A transport that records what is sent and answers from a list.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use oauth_core::http::header::CONTENT_TYPE;
use oauth_core::http::{Request, Response};
use oauth_core::{Call, Transport, TransportError};

/// Records requests and gives the answers it was made with, in order. Clones share both.
#[derive(Clone, Debug, Default)]
pub struct Wire {
    sent: Arc<Mutex<Vec<Request<Vec<u8>>>>>,
    answers: Arc<Mutex<VecDeque<Response<Vec<u8>>>>>,
}

impl Wire {
    /// Answers with these, in order; then with transport errors.
    pub fn answering(answers: impl IntoIterator<Item = Response<Vec<u8>>>) -> Self {
        Self { sent: Arc::default(), answers: Arc::new(Mutex::new(answers.into_iter().collect())) }
    }

    /// How many requests were sent.
    pub fn count(&self) -> usize {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Everything that was sent, in the canonical text form.
    pub fn text(&self) -> String {
        let sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.iter().map(crate::request).collect::<Vec<_>>().join("\n----\n")
    }
}

#[oauth_core::async_trait]
impl Transport for Wire {
    async fn call(&self, call: Call) -> Result<Response<Vec<u8>>, TransportError> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).push(call.request);
        let answer = self.answers.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        answer.ok_or_else(|| TransportError::NotSent("no answer is left".into()))
    }
}

/// An answer with this status and JSON body.
pub fn reply(status: u16, json: &str) -> Response<Vec<u8>> {
    let mut response = Response::new(json.as_bytes().to_vec());
    *response.status_mut() = oauth_core::http::StatusCode::from_u16(status).unwrap_or_default();
    response
        .headers_mut()
        .insert(CONTENT_TYPE, oauth_core::http::HeaderValue::from_static("application/json; charset=utf-8"));
    response
}
