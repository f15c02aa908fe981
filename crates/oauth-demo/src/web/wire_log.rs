//! Logs the calls between the application and one provider, with secrets redacted.

use std::sync::Arc;

use http::{Method, Uri};
use oauth_sandbox::SandboxClock;

use super::log::Log;
use crate::trace::{CallObserver, Link, Purpose, Request, Response, Secrets};

/// The observer of one provider's calls.
#[derive(Debug)]
pub(super) struct WireLog {
    pub(super) provider: &'static str,
    pub(super) token_url: String,
    pub(super) clock: SandboxClock,
    pub(super) secrets: Secrets,
    pub(super) log: Arc<Log>,
}

impl CallObserver for WireLog {
    fn request(&self, request: &http::Request<Vec<u8>>) {
        let is_token_call = Purpose::of(request.uri(), &self.token_url) == Purpose::Token;
        let request = Request::parse(request, &self.secrets);
        self.log.request(self.clock.now(), self.provider, request, is_token_call);
    }

    fn response(&self, method: &Method, uri: &Uri, result: Result<&http::Response<Vec<u8>>, String>) {
        let result = result
            .map(|response| Response::parse(response, Purpose::of(uri, &self.token_url), &self.secrets))
            .map_err(|error| self.secrets.redact(&error));
        // The same form as in the logged request.
        let url = Link::parse(&uri.to_string(), &self.secrets).url;
        self.log.response(self.provider, method.as_str(), &url, result);
    }
}
