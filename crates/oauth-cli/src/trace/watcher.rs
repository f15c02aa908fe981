//! Shows what passes, masked, and remembers that it did.

use std::sync::{Mutex, PoisonError};

use http::{Method, StatusCode, Uri};

use super::{Request, Response, Secrets, Watch};
use crate::show::{Event, Voice};

/// What a call was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The token endpoint.
    Token,
    /// The API.
    Api,
    /// A page for a person.
    Page,
}

/// A call that was made, for comparing with what the provider saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Made {
    /// What for.
    pub(crate) purpose: Purpose,
    /// With which method.
    pub(crate) method: String,
    /// What came back; `None` if nothing did.
    pub(crate) status: Option<StatusCode>,
}

/// Shows the calls to one provider, whichever process makes them.
#[derive(Debug)]
pub(crate) struct Watcher {
    token_url: String,
    secrets: Secrets,
    voice: Voice,
    calls: Mutex<Vec<Made>>,
}

impl Watcher {
    /// Shows with `voice` what passes.
    pub(crate) fn new(token_url: String, secrets: Secrets, voice: Voice) -> Self {
        Self { token_url, secrets, voice, calls: Mutex::default() }
    }

    /// The calls so far, in the order in which their answers came.
    pub(crate) fn calls(&self) -> Vec<Made> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Watch for Watcher {
    fn request(&self, request: &http::Request<Vec<u8>>) {
        self.voice.tell(&Event::Request(Request::read(request, &self.secrets)));
    }

    fn answer(&self, method: &Method, uri: &Uri, answer: Result<&http::Response<Vec<u8>>, String>) {
        let is_token_call = uri.to_string().split('?').next() == Some(&self.token_url);
        let purpose = if is_token_call { Purpose::Token } else { Purpose::Api };
        let status = answer.as_ref().ok().map(|response| response.status());
        match answer {
            Ok(response) => {
                self.voice.tell(&Event::Response(Response::read(response, purpose, &self.secrets)));
            }
            Err(error) => self.voice.tell(&Event::NoAnswer { error }),
        }
        let made = Made { purpose, method: method.to_string(), status };
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).push(made);
    }
}
