//! One token call: the dialect writes, the transport sends, the dialect reads.

use std::pin::Pin;
use std::time::Duration;

use http::HeaderValue;
use http::header::{AUTHORIZATION, USER_AGENT};
use url::Url;

use crate::bridge::{Grant, TokenRequests};
use crate::dialect::{reply, request};
use crate::wire::{WireToken, unreadable};
use crate::{App, Call, Clock, Dialect, Encoding, Error, RedirectUri, RedirectUriRule, Transport};

/// Everything but the grant.
pub(crate) struct TokenCall<'a> {
    pub(crate) requests: &'a TokenRequests,
    pub(crate) app: &'a App,
    pub(crate) token_url: &'a Url,
    pub(crate) dialect: &'static Dialect,
    /// Already joined.
    pub(crate) scope: Option<String>,
    pub(crate) redirect_uri: Option<&'a RedirectUri>,
    pub(crate) params: &'a [(&'static str, String)],
    pub(crate) encoding: Encoding,
    pub(crate) user_agent: &'a HeaderValue,
    pub(crate) deadline: Duration,
    pub(crate) body_cap: usize,
    pub(crate) transport: &'a dyn Transport,
    pub(crate) clock: &'a dyn Clock,
}

impl<'a> TokenCall<'a> {
    /// Boxed, so that it is compiled once, in this crate, and not in that of each caller.
    pub(crate) fn ask(
        self,
        grant: Grant<'a>,
    ) -> Pin<Box<dyn Future<Output = Result<WireToken, Error>> + Send + 'a>> {
        Box::pin(async move { self.asked(&grant).await })
    }

    async fn asked(&self, grant: &Grant<'_>) -> Result<WireToken, Error> {
        self.check_encoding()?;
        let standard = self.requests.build(grant)?;
        let mut request = request::rewrite(standard, self.params_beside(grant), self.dialect, self.encoding)?;
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

    fn check_encoding(&self) -> Result<(), Error> {
        if self.dialect.encodings.contains(&self.encoding) {
            return Ok(());
        }
        Err(Error::invalid_input(format!("the token endpoint takes no {:?} encoding", self.encoding))
            .with_help(format!("choose one of {:?}", self.dialect.encodings)))
    }

    fn params_beside(&self, grant: &Grant<'_>) -> impl Iterator<Item = (&str, &str)> {
        let wants_redirect_uri = match self.dialect.redirect_uri {
            RedirectUriRule::OnCodeExchange => matches!(grant, Grant::Code { .. }),
            RedirectUriRule::OnEveryTokenCall => true,
            RedirectUriRule::Never => false,
        };
        let secret = self.app.client_secret().map(|secret| ("client_secret", secret.expose()));
        let scope = self.scope.as_deref().map(|scope| ("scope", scope));
        let redirect_uri = self.redirect_uri.filter(|_| wants_redirect_uri);
        let redirect_uri = redirect_uri.map(|uri| ("redirect_uri", uri.as_str()));
        let own = self.params.iter().map(|(name, value)| (*name, value.as_str()));
        secret.into_iter().chain(scope).chain(redirect_uri).chain(own)
    }
}
