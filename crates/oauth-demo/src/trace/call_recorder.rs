//! Shows the calls to a provider and records them.

use std::sync::{Mutex, PoisonError};

use http::{Method, StatusCode, Uri};

use super::{CallObserver, Purpose, Request, Response, Secrets};
use crate::output::{Event, ProviderOutput};

/// A call, to be compared with the sandbox's journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RecordedCall {
    /// The target.
    pub(crate) purpose: Purpose,
    /// The method.
    pub(crate) method: String,
    /// The response's status, or `None` without a response.
    pub(crate) status: Option<StatusCode>,
}

/// Shows and records the calls to one provider, from any process.
#[derive(Debug)]
pub(crate) struct CallRecorder {
    token_url: String,
    secrets: Secrets,
    output: ProviderOutput,
    calls: Mutex<Vec<RecordedCall>>,
}

impl CallRecorder {
    /// Creates a recorder that shows calls on `output`.
    pub(crate) fn new(token_url: String, secrets: Secrets, output: ProviderOutput) -> Self {
        Self { token_url, secrets, output, calls: Mutex::default() }
    }

    /// The calls so far, in the order of their responses.
    pub(crate) fn calls(&self) -> Vec<RecordedCall> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl CallObserver for CallRecorder {
    fn request(&self, request: &http::Request<Vec<u8>>) {
        self.output.emit(&Event::Request(Request::parse(request, &self.secrets)));
    }

    fn response(&self, method: &Method, uri: &Uri, response: Result<&http::Response<Vec<u8>>, String>) {
        let purpose = Purpose::of(uri, &self.token_url);
        let status = response.as_ref().ok().map(|response| response.status());
        match response {
            Ok(response) => {
                self.output.emit(&Event::Response(Response::parse(response, purpose, &self.secrets)));
            }
            Err(error) => self.output.emit(&Event::NoResponse { error }),
        }
        let call = RecordedCall { purpose, method: method.to_string(), status };
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).push(call);
    }
}
