//! Sending API calls with a token.

use std::fmt;

use http::header::{ACCEPT, CONTENT_LENGTH, HOST, TRANSFER_ENCODING, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use url::Url;

use crate::api::download::Download;
use crate::api::endpoint::{Endpoint, EndpointContext, TokenAlreadySet};
use crate::api::refusal::refused;
use crate::client::client::Client;
use crate::error::{Error, ErrorKind};
use crate::provider::provider::Provider;
use crate::provider::scheme::Scheme;
use crate::provider::site::Site;
use crate::token::token::{ScopeSource, Token};
use crate::transport::transport::{Call, TransportError};

/// Only scopes that the server stated count: requested ones may have been granted under another name.
fn check_scopes<P: Provider, E: Endpoint<P>>(token: &Token<P>) -> Result<(), Error> {
    let is_granted = |scope: &str| token.scopes().iter().any(|granted| granted.as_str() == scope);
    let may_stand_for = |scope: &str| {
        let mut umbrellas = P::DIALECT.umbrella_scopes.iter();
        umbrellas.any(|(umbrella, prefix)| scope.starts_with(prefix) && is_granted(umbrella))
    };
    let is_missing = |scope: &&str| !is_granted(scope) && !may_stand_for(scope);
    match E::SCOPES.iter().copied().find(is_missing) {
        Some(scope) if token.scope_source() == ScopeSource::Response => {
            Err(Error::new(ErrorKind::MissingScope, format!("the token was not granted the scope `{scope}`"))
                .with_help(format!("connect again and request `{scope}`; refreshing does not help")))
        }
        _ => Ok(()),
    }
}

impl<P: Provider> Client<P> {
    /// Sends one API call with `token`. Nothing is retried or refreshed.
    ///
    /// # Errors
    /// Before anything is sent: [`ErrorKind::ForeignToken`], [`ErrorKind::Expired`],
    /// [`ErrorKind::ForeignHost`], [`ErrorKind::MissingScope`] and [`ErrorKind::InvalidInput`].
    ///
    /// By the response: [`ErrorKind::TokenRefused`], [`ErrorKind::Unauthorized`], [`ErrorKind::Forbidden`],
    /// [`ErrorKind::PreconditionFailed`], [`ErrorKind::RateLimited`], [`ErrorKind::ApiRefused`],
    /// [`ErrorKind::Unavailable`], [`ErrorKind::Redirected`] and [`ErrorKind::InvalidResponse`].
    pub async fn send<E: Endpoint<P>>(&self, token: &Token<P>, endpoint: &E) -> Result<E::Response, Error> {
        self.check_unexpired(token).map_err(|error| error.with_provider(P::NAME).during(E::NAME))?;
        self.send_even_expired(token, endpoint, None, E::parse).await
    }

    /// [`send`](Self::send) for a token that was refreshed for this call: it is used whatever lifetime the
    /// server states. `parse` reads an accepted response, whose body `download` may have taken.
    pub(crate) async fn send_even_expired<E: Endpoint<P>, R>(
        &self,
        token: &Token<P>,
        endpoint: &E,
        download: Option<&mut Download<'_>>,
        parse: impl FnOnce(&E, &EndpointContext<'_, P>, Response<Vec<u8>>) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let named = |error: Error| error.with_provider(P::NAME).during(E::NAME);
        let inner = self.inner();
        token.check_belongs_to(&inner.issuer, inner.app.client_id()).map_err(named)?;
        let context = EndpointContext::new(&inner.site, token, inner.clock.now());
        check_scopes::<P, E>(token).map_err(named)?;
        let mut request = endpoint.request(&context).map_err(named)?;
        let no_url = |_| named(Error::invalid_input("the request has no absolute URL"));
        let url = Url::parse(&request.uri().to_string()).map_err(no_url)?;
        // The checked URL is the one that is sent: two URL parsers may disagree.
        *request.uri_mut() = http::Uri::try_from(url.as_str())
            .map_err(|_| named(Error::invalid_input("a request cannot have this URL")))?;
        let named = |error: Error| {
            error.with_provider(P::NAME).with_host(crate::util::url_policy::authority(&url)).during(E::NAME)
        };
        crate::util::url_policy::check_url(&url).map_err(named)?;
        if !inner.site.may_receive_token(&url, token.extra()) {
            return Err(named(crate::util::url_policy::foreign(&url)));
        }
        if request.extensions_mut().remove::<TokenAlreadySet>().is_none() {
            let (name, value) = P::Scheme::header(token.access_token()).map_err(named)?;
            request.headers_mut().insert(name, value);
        }
        *request.version_mut() = http::Version::HTTP_11;
        let is_read = request.method() == Method::GET;
        let headers = request.headers_mut();
        // The transport sets these. Another `Host` than the URL's could send the token to another tenant.
        for name in [HOST, CONTENT_LENGTH, TRANSFER_ENCODING] {
            headers.remove(name);
        }
        headers.entry(ACCEPT).or_insert(HeaderValue::from_static("application/json"));
        headers.entry(USER_AGENT).or_insert_with(|| inner.user_agent.clone());
        let deadline = inner.limits.api_deadline.max(E::MIN_DEADLINE);
        let call = Call::new(request, deadline, inner.limits.api_body.max(E::MIN_BODY_LIMIT));
        let failed = |error: TransportError| named(error.into());
        let (response, is_complete) = match download {
            Some(download) => download.receive(&*inner.transport, call).await.map_err(failed)?,
            None => {
                let response = inner.transport.call(call).await.map_err(failed)?;
                let is_accepted = endpoint.accepts_status(response.status());
                (response, is_accepted)
            }
        };
        let refused = |response: &Response<Vec<u8>>| {
            let secrets = endpoint.secrets();
            named(refused(response, &url, inner.site.token_url(), token, secrets, inner.clock.now()))
        };
        let unfinished =
            |error: Error| error.with_kind(ErrorKind::Unavailable, "the server does not have the answer yet");
        let status = response.status();
        if is_complete {
            // RFC 9110, 15.3.3: the server still works on it. `parse` decides, for it may be the whole
            // answer.
            let unfinished =
                (status == StatusCode::ACCEPTED && is_read).then(|| unfinished(refused(&response)));
            return parse(endpoint, &context, response).map_err(|error| match unfinished {
                Some(unfinished) if error.kind() == ErrorKind::InvalidResponse => unfinished,
                _ => named(error),
            });
        }
        let error = refused(&response);
        Err(if endpoint.accepts_status(status) { unfinished(error) } else { error })
    }

    /// Returns the headers that authorize a request, for another HTTP client. Marked sensitive.
    ///
    /// # Errors
    /// [`ErrorKind::ForeignToken`] or [`ErrorKind::Expired`] if the token must not be sent.
    pub fn headers(&self, token: &Token<P>) -> Result<HeaderMap, Error> {
        let named = |error: Error| error.with_provider(P::NAME);
        self.check_unexpired(token).map_err(named)?;
        let (name, value) = P::Scheme::header(token.access_token()).map_err(named)?;
        Ok(HeaderMap::from_iter([(name, value)]))
    }

    /// Combines this client with one token.
    pub fn authorized(&self, token: Token<P>) -> AuthorizedClient<P> {
        AuthorizedClient { client: self.clone(), token }
    }

    pub(crate) fn check_unexpired(&self, token: &Token<P>) -> Result<(), Error> {
        let inner = self.inner();
        token.check_belongs_to(&inner.issuer, inner.app.client_id())?;
        if token.is_expired(inner.clock.now()) {
            let expired = Error::new(ErrorKind::Expired, "the token has expired and was not sent");
            return Err(if token.is_renewable() {
                expired
            } else {
                expired.needing_reconnect(P::DIALECT.reconnect_help)
            });
        }
        Ok(())
    }
}

/// A client with one token, for tokens that need no background refresh.
pub struct AuthorizedClient<P: Provider> {
    client: Client<P>,
    token: Token<P>,
}

impl<P: Provider> AuthorizedClient<P> {
    /// Sends one API call; see [`Client::send`].
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn send<E: Endpoint<P>>(&self, endpoint: &E) -> Result<E::Response, Error> {
        self.client.send(&self.token, endpoint).await
    }

    /// Returns the headers that authorize a request; see [`Client::headers`].
    ///
    /// # Errors
    /// As [`Client::headers`].
    pub fn headers(&self) -> Result<HeaderMap, Error> {
        self.client.headers(&self.token)
    }

    /// The client.
    pub fn client(&self) -> &Client<P> {
        &self.client
    }

    /// The token.
    pub fn token(&self) -> &Token<P> {
        &self.token
    }

    /// Returns the token.
    pub fn into_token(self) -> Token<P> {
        self.token
    }
}

impl<P: Provider> Clone for AuthorizedClient<P> {
    fn clone(&self) -> Self {
        Self { client: self.client.clone(), token: self.token.clone() }
    }
}

impl<P: Provider> fmt::Debug for AuthorizedClient<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizedClient").field("client", &self.client).field("token", &self.token).finish()
    }
}
