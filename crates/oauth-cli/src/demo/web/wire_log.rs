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

impl WireLog {
    fn purpose(&self, uri: &Uri) -> Purpose {
        let is_token_call = uri.to_string().split('?').next() == Some(&self.token_url);
        if is_token_call { Purpose::Token } else { Purpose::Api }
    }
}

impl CallObserver for WireLog {
    fn request(&self, request: &http::Request<Vec<u8>>) {
        let is_token_call = self.purpose(request.uri()) == Purpose::Token;
        let request = Request::parse(request, &self.secrets);
        self.log.request(self.clock.now(), self.provider, request, is_token_call);
    }

    fn response(&self, method: &Method, uri: &Uri, result: Result<&http::Response<Vec<u8>>, String>) {
        let result = result
            .map(|response| Response::parse(response, self.purpose(uri), &self.secrets))
            .map_err(|error| self.secrets.redact(&error));
        // The same form as in the logged request.
        let url = Link::parse(&uri.to_string(), &self.secrets).url;
        self.log.response(self.provider, method.as_str(), &url, result);
    }
}
