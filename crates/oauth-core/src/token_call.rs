//! One token call: the dialect writes, the transport sends, the dialect reads.

use std::time::Duration;

use http::header::{AUTHORIZATION, USER_AGENT};
use http::{HeaderValue, Request};
use url::Url;

use crate::bridge::Grant;
use crate::dialect::{reply, request};
use crate::wire::{WireToken, unreadable};
use crate::{App, Call, Clock, Dialect, Encoding, Error, Transport};

/// Everything but the request and the grant that is in it.
pub(crate) struct TokenCall<'a> {
    pub(crate) app: &'a App,
    pub(crate) token_url: &'a Url,
    pub(crate) dialect: &'static Dialect,
    pub(crate) encoding: Encoding,
    pub(crate) user_agent: &'a HeaderValue,
    pub(crate) deadline: Duration,
    pub(crate) body_cap: usize,
    pub(crate) transport: &'a dyn Transport,
    pub(crate) clock: &'a dyn Clock,
}

impl TokenCall<'_> {
    pub(crate) fn check_encoding(&self) -> Result<(), Error> {
        if self.dialect.encodings.contains(&self.encoding) {
            return Ok(());
        }
        Err(Error::invalid(format!("the token endpoint takes no {:?} encoding", self.encoding))
            .advise(format!("choose one of {:?}", self.dialect.encodings)))
    }

    /// Sends `standard`, which `oauth2` built of `grant`, as the provider wants it.
    pub(crate) async fn send(
        &self,
        standard: Request<Vec<u8>>,
        grant: &Grant<'_>,
    ) -> Result<WireToken, Error> {
        let mut request = request::rewrite(standard, self.dialect, self.encoding)?;
        request.headers_mut().insert(USER_AGENT, self.user_agent.clone());
        let authorization = request.headers().get(AUTHORIZATION).cloned();
        let call = Call::new(request, self.deadline, self.body_cap);
        let response = self.transport.call(call).await.map_err(Error::from)?;
        if reply::is_ordinary(&response)
            && let Ok(token) = serde_json::from_slice(response.body())
        {
            return Ok(token);
        }
        // HTTP Basic has the client's secret in base64, together with its id.
        let basic = authorization.as_ref().and_then(|value| Some(value.to_str().ok()?.split_once(' ')?.1));
        let client_secret = self.app.client_secret().map(crate::ClientSecret::expose);
        let secrets: Vec<&str> =
            grant.secrets().into_iter().chain([client_secret, basic]).flatten().collect();
        let body = reply::normalise(response, self.token_url, self.dialect, &secrets, self.clock.now())?;
        serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_slice(&body))
            .map_err(|error| unreadable(&error))
    }
}
