//! Looking at everything that passes between a client and a provider.

mod mask;
mod message;

use std::sync::{Arc, Mutex, PoisonError};

use http::StatusCode;
use oauth_core::{Call, Transport, TransportError, async_trait};

pub(crate) use mask::Secrets;
pub(crate) use message::{Body, Field, Link, Request, Response};

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

/// Every call made so far. Clones share the list.
#[derive(Clone, Debug, Default)]
pub(crate) struct Calls(Arc<Mutex<Vec<Made>>>);

impl Calls {
    fn add(&self, made: Made) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(made);
    }

    /// The calls so far, in the order in which their answers came.
    pub(crate) fn so_far(&self) -> Vec<Made> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Shows each request and each answer on its way through, secrets masked.
///
/// [`Transport`] asks not to log URLs, headers and bodies. Showing them is what this one is for, and the provider is played on this
/// machine; even so nothing is shown before [`Secrets`] has been over it.
#[derive(Debug)]
pub(crate) struct Traced {
    inner: Arc<dyn Transport>,
    token_url: String,
    secrets: Secrets,
    voice: Voice,
    calls: Calls,
}

impl Traced {
    /// Shows with `voice` what passes through `inner`.
    pub(crate) fn new(
        inner: Arc<dyn Transport>,
        token_url: String,
        secrets: Secrets,
        voice: Voice,
        calls: Calls,
    ) -> Self {
        Self { inner, token_url, secrets, voice, calls }
    }
}

#[async_trait]
impl Transport for Traced {
    async fn call(&self, call: Call) -> Result<http::Response<Vec<u8>>, TransportError> {
        let uri = call.request.uri().to_string();
        let purpose =
            if uri.split('?').next() == Some(&self.token_url) { Purpose::Token } else { Purpose::Api };
        let method = call.request.method().to_string();
        let secrets = &self.secrets;
        self.voice.tell(&Event::Request(Request::read(&call.request, secrets)));
        let answer = self.inner.call(call).await;
        let status = answer.as_ref().ok().map(http::Response::status);
        match &answer {
            Ok(response) => self.voice.tell(&Event::Response(Response::read(response, purpose, secrets))),
            Err(error) => self.voice.tell(&Event::NoAnswer { error: error.to_string() }),
        }
        self.calls.add(Made { purpose, method, status });
        answer
    }
}
