//! Writes what passes between the application and one provider into the log, masked.

use std::sync::Arc;

use http::{Method, Uri};
use oauth_sandbox::SandboxClock;

use super::log::Log;
use crate::trace::{Link, Purpose, Request, Response, Secrets, Watch};

/// One provider's wire.
#[derive(Debug)]
pub(super) struct Wire {
    pub(super) provider: &'static str,
    pub(super) token_url: String,
    pub(super) clock: SandboxClock,
    pub(super) secrets: Secrets,
    pub(super) log: Arc<Log>,
}

impl Wire {
    fn purpose(&self, uri: &Uri) -> Purpose {
        let is_token_call = uri.to_string().split('?').next() == Some(&self.token_url);
        if is_token_call { Purpose::Token } else { Purpose::Api }
    }
}

impl Watch for Wire {
    fn request(&self, request: &http::Request<Vec<u8>>) {
        let is_token_call = self.purpose(request.uri()) == Purpose::Token;
        let request = Request::read(request, &self.secrets);
        self.log.sent(self.clock.now(), self.provider, request, is_token_call);
    }

    fn answer(&self, method: &Method, uri: &Uri, answer: Result<&http::Response<Vec<u8>>, String>) {
        let answer = answer
            .map(|response| Response::read(response, self.purpose(uri), &self.secrets))
            .map_err(|error| self.secrets.scrub(&error));
        // As it was written when the request left.
        let url = Link::read(&uri.to_string(), &self.secrets).url;
        self.log.answered(self.provider, method.as_str(), &url, answer);
    }
}
