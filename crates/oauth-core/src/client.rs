//! The client: one provider, one site, one registration.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use http::HeaderValue;
use url::Url;

use crate::attempts::Attempts;
use crate::authorize::{Connect, PendingAuthorization, StartedAuthorization};
use crate::bridge::{self, Grant, TokenRequests};
use crate::callback::{Callback, fault};
use crate::token_call::TokenCall;
use crate::wire::{Rest, WireToken};
use crate::{
    AccessToken, App, AuthorizationCode, CallbackFault, ClientBuilder, ClientCredentialsGrant, Clock,
    CodeGrant, DirectCode, Encoding, Error, ErrorKind, Limits, PasswordGrant, PasswordRequest, Provider,
    Refreshes, Renewal, Scheme, ScopeSource, Scopes, Site, Token, TokenOrigin, Transport, origin,
};

/// A client of provider `P`: connects people, exchanges and refreshes tokens, sends API calls.
///
/// Cheap to clone; clones share everything. What the provider does not offer does not compile:
///
/// ```compile_fail
/// use oauth_core::*;
/// # #[derive(Debug)] struct P;
/// # impl Provider for P {
/// #     const NAME: &'static str = "p";
/// #     const DIALECT: Dialect = Dialect::rfc6749();
/// #     type Site = FixedSite;
/// #     type Extra = NoExtra;
/// #     type Scheme = Bearer;
/// type Renewal = Never;
/// # }
/// async fn refresh(client: Client<P>, token: &Token<P>) {
///     client.refresh(token).await; // `P` gives no refresh tokens
/// }
/// ```
pub struct Client<P: Provider>(Arc<Inner<P>>);

pub(crate) struct Inner<P: Provider> {
    pub(crate) site: P::Site,
    pub(crate) app: App,
    pub(crate) issuer: Arc<str>,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) limits: Limits,
    pub(crate) encoding: Encoding,
    pub(crate) user_agent: HeaderValue,
    pub(crate) attempts: Attempts,
    pub(crate) token_requests: TokenRequests,
}

impl<P: Provider> Client<P> {
    /// A client with the ordinary transport and settings.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if the site cannot be used.
    #[cfg(feature = "reqwest")]
    pub fn new(site: P::Site, app: App) -> Result<Self, Error> {
        Self::builder(site, app).build()
    }

    /// A client with settings of one's own.
    pub fn builder(site: P::Site, app: App) -> ClientBuilder<P> {
        ClientBuilder::new(site, app)
    }

    pub(crate) fn from_inner(inner: Inner<P>) -> Self {
        Self(Arc::new(inner))
    }

    pub(crate) fn inner(&self) -> &Inner<P> {
        &self.0
    }

    /// The site.
    pub fn site(&self) -> &P::Site {
        &self.0.site
    }

    /// The registration.
    pub fn app(&self) -> &App {
        &self.0.app
    }

    /// Deadlines and size limits.
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// Takes in a token that was got elsewhere. Without expiry, as nothing is known of it.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if it cannot be an access token.
    pub fn import_token(
        &self,
        access_token: impl Into<AccessToken>,
        scopes: impl Into<Scopes>,
    ) -> Result<Token<P>, Error>
    where
        P::Extra: Default,
    {
        self.import_token_with(access_token, scopes, P::Extra::default())
    }

    /// Like [`import_token`](Self::import_token), with the provider's own fields.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if it cannot be an access token.
    pub fn import_token_with(
        &self,
        access_token: impl Into<AccessToken>,
        scopes: impl Into<Scopes>,
        extra: P::Extra,
    ) -> Result<Token<P>, Error> {
        let (access_token, scopes) = (access_token.into(), scopes.into());
        if !crate::text::is_token(access_token.expose()) {
            return Err(Error::invalid_input("this cannot be an access token")
                .with_provider(P::NAME)
                .with_help("it is empty, longer than 64 KiB, or not printable ASCII; paste it again"));
        }
        P::Scheme::header(&access_token).map_err(|error| error.with_provider(P::NAME))?;
        Ok(Token {
            access_token,
            refresh_token: None,
            requested: scopes.clone(),
            scopes,
            scope_source: ScopeSource::Request,
            received_at: self.0.clock.now(),
            expires_at: None,
            lapses_at: None,
            origin: TokenOrigin::Imported,
            issuer: Arc::clone(&self.0.issuer),
            client_id: self.0.app.client_id().clone(),
            extra,
            other: serde_json::Map::new(),
            provider: PhantomData,
        })
    }

    async fn ask(
        &self,
        grant: Grant<'_>,
        requested: Requested<'_>,
        what: &'static str,
    ) -> Result<Token<P>, Error> {
        let inner = &*self.0;
        let dialect = const { &P::DIALECT };
        let sends_scopes = requested.send_scopes && !requested.scopes.is_empty();
        let scope = sends_scopes.then(|| requested.scopes.joined(dialect.scope_separator));
        let scope = scope.transpose().map_err(|error| error.with_provider(P::NAME))?;
        let call = TokenCall {
            requests: &inner.token_requests,
            app: &inner.app,
            token_url: inner.site.token_url(),
            dialect,
            scope,
            redirect_uri: requested.redirect_uri.or(inner.app.redirect_uri()),
            params: requested.params,
            encoding: requested.encoding.unwrap_or(inner.encoding),
            user_agent: &inner.user_agent,
            deadline: inner.limits.token_deadline,
            body_cap: inner.limits.token_body,
            transport: &*inner.transport,
            clock: &*inner.clock,
        };
        // Counted from before the call, so that the token is never thought to live longer than the server thinks.
        let asked_at = inner.clock.now();
        let reply = call.ask(grant).await;
        reply.and_then(|wire| self.token(wire, requested, asked_at)).map_err(|error| {
            error
                .with_provider(P::NAME)
                .with_host(crate::confine::authority(inner.site.token_url()))
                .during(what)
        })
    }

    fn token(
        &self,
        wire: WireToken,
        requested: Requested<'_>,
        asked_at: DateTime<Utc>,
    ) -> Result<Token<P>, Error> {
        wire.check(P::Scheme::TOKEN_TYPES)?;
        // Now, while the error is about this reply, and not with the first API call.
        if P::Scheme::check(&wire.access_token).is_err() {
            return Err(Error::new(
                ErrorKind::InvalidResponse,
                "the `access_token` of the reply holds characters that the provider's header cannot hold",
            ));
        }
        let Rest { extra, other } = Rest::of(wire.rest)?;
        let (scopes, scope_source) = match wire.scope {
            Some(scopes) => (scopes, ScopeSource::Response),
            None => (requested.scopes.clone(), requested.scope_source),
        };
        let lapses_at = wire.refresh_token.as_ref().and_then(|_| lapses_at::<P>(asked_at));
        Ok(Token {
            access_token: wire.access_token,
            refresh_token: wire.refresh_token,
            scopes,
            scope_source,
            requested: requested.scopes,
            received_at: self.0.clock.now(),
            expires_at: wire.expires_in.and_then(|lifetime| {
                asked_at.checked_add_signed(chrono::TimeDelta::from_std(lifetime).ok()?)
            }),
            lapses_at,
            origin: requested.origin,
            issuer: Arc::clone(&self.0.issuer),
            client_id: self.0.app.client_id().clone(),
            extra,
            other,
            provider: PhantomData,
        })
    }
}

/// What was asked for, for the request and for what the reply leaves out.
struct Requested<'a> {
    scopes: Scopes,
    scope_source: ScopeSource,
    /// Not on a code exchange, where they were said before, nor on a refresh, where leaving them out means the same.
    send_scopes: bool,
    origin: TokenOrigin,
    redirect_uri: Option<&'a crate::RedirectUri>,
    params: &'a [(&'static str, String)],
    encoding: Option<Encoding>,
}

impl Requested<'_> {
    fn new(scopes: Scopes, origin: TokenOrigin) -> Self {
        Self {
            scopes,
            scope_source: ScopeSource::Request,
            send_scopes: false,
            origin,
            redirect_uri: None,
            params: &[],
            encoding: None,
        }
    }
}

impl<P: Provider> Client<P> {
    /// Begins an attempt: where to send the person's browser, and what to remember.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if the registration has no redirect URI, or `connect` cannot be had.
    pub fn begin(&self, connect: &<P as CodeGrant>::Connect) -> Result<StartedAuthorization, Error>
    where
        P: CodeGrant,
    {
        let inner = &*self.0;
        let named = |error: Error| error.with_provider(P::NAME);
        let redirect_uri = inner.app.redirect_uri().ok_or_else(|| {
            named(Error::invalid_input("the registration has no redirect URI"))
                .with_help("make the App with one")
        })?;
        let authorization = connect.authorization(&inner.site).map_err(named)?;
        crate::check_url(&authorization.endpoint).map_err(named)?;
        let authorize = bridge::authorize(&authorization, &inner.app, redirect_uri, const { &P::DIALECT })
            .map_err(named)?;
        let pending = PendingAuthorization::new(
            P::NAME,
            inner.issuer.to_string(),
            inner.app.client_id(),
            redirect_uri,
            authorization.scopes,
            &authorize.state,
            authorize.pkce_verifier.as_ref(),
            authorization.state_rule,
            inner.clock.now(),
        );
        Ok(StartedAuthorization { url: authorize.url, pending })
    }

    /// Finishes an attempt: checks the callback and exchanges its code for a token.
    ///
    /// `callback` is what the browser asked for: the whole URL, or its path with the query, or the query.
    ///
    /// An attempt is finished once: a second call with the same `pending` is refused, except after
    /// [`ErrorKind::NotSent`] or a callback that was not acceptable, as the code is then unspent. It is borrowed for
    /// that reason; forget it once this returns `Ok`.
    ///
    /// # Errors
    /// [`ErrorKind::Callback`] if the callback is not acceptable, [`ErrorKind::Denied`] if the person refused,
    /// [`ErrorKind::AuthorizationRefused`] if the provider did — nothing was sent and no code spent in these cases —
    /// and whatever the token endpoint or the way to it may fail with.
    pub async fn finish(&self, pending: &PendingAuthorization, callback: &str) -> Result<Token<P>, Error>
    where
        P: CodeGrant,
    {
        let code = self.accept(pending, callback).map_err(|error| error.with_provider(P::NAME))?;
        let result = self.exchange(pending, &code).await;
        if result.as_ref().is_err_and(|error| {
            matches!(error.kind(), ErrorKind::NotSent | ErrorKind::Setup | ErrorKind::InvalidInput)
        }) {
            self.reopen(pending);
        }
        result
    }

    /// The token call of a callback that was accepted.
    pub(crate) async fn exchange(
        &self,
        pending: &PendingAuthorization,
        code: &AuthorizationCode,
    ) -> Result<Token<P>, Error> {
        let requested = Requested {
            redirect_uri: Some(&pending.redirect_uri),
            ..Requested::new(pending.scopes.clone(), TokenOrigin::AuthorizationCode)
        };
        let grant = Grant::Code { code, pkce_verifier: pending.pkce_verifier() };
        self.ask(grant, requested, "exchanging the authorization code").await
    }

    /// Takes back that an attempt is over: nothing was sent, so its code is still good.
    pub(crate) fn reopen(&self, pending: &PendingAuthorization) {
        self.0.attempts.reopen(pending.state_text());
    }

    /// Everything about a callback that can be decided without asking the provider.
    pub(crate) fn accept(
        &self,
        pending: &PendingAuthorization,
        callback: &str,
    ) -> Result<AuthorizationCode, Error> {
        let inner = &*self.0;
        let dialect = const { &P::DIALECT };
        if pending.provider != P::NAME {
            return Err(fault(CallbackFault::OtherProvider));
        }
        if *pending.issuer != *inner.issuer {
            return Err(fault(CallbackFault::OtherSite));
        }
        if pending.client_id != inner.app.client_id().as_str()
            || inner.app.redirect_uri().is_none_or(|uri| *uri != pending.redirect_uri)
        {
            return Err(fault(CallbackFault::OtherClient));
        }
        let now = inner.clock.now();
        // The other way round as well: a clock may be set back a little, but not by more than an attempt may take.
        let age = (now - pending.begun_at).abs().to_std().unwrap_or(std::time::Duration::MAX);
        if age > inner.limits.attempt_age {
            return Err(fault(CallbackFault::TooOld));
        }
        let callback = Callback::read(callback, dialect)?;
        let state = pending.state_text();
        match callback.check(pending, dialect) {
            Ok(code) => {
                if inner.attempts.end(state, pending.begun_at, now, inner.limits.attempt_age) {
                    Ok(code)
                } else {
                    Err(fault(CallbackFault::Replayed))
                }
            }
            Err(refused) => {
                if inner.attempts.is_over(state) {
                    return Err(fault(CallbackFault::Replayed));
                }
                if refused.ends_attempt {
                    inner.attempts.end(state, pending.begun_at, now, inner.limits.attempt_age);
                }
                Err(refused.error)
            }
        }
    }
}

impl<P: Provider> Client<P> {
    /// Exchanges an authorization code that came by another way than a callback.
    ///
    /// # Errors
    /// [`ErrorKind::GrantRefused`] if the code is spent or wrong, and whatever else a token call may fail with.
    pub async fn exchange_code(
        &self,
        code: impl Into<AuthorizationCode>,
        scopes: impl Into<Scopes>,
    ) -> Result<Token<P>, Error>
    where
        P: DirectCode,
    {
        let requested = Requested::new(scopes.into(), TokenOrigin::AuthorizationCode);
        let code = code.into();
        self.ask(Grant::Code { code: &code, pkce_verifier: None }, requested, "redeeming the code").await
    }
}

impl<P: Provider> Client<P> {
    /// Asks for a token by a person's password.
    ///
    /// # Errors
    /// [`ErrorKind::GrantRefused`] if the password is refused, and whatever else a token call may fail with.
    pub async fn password(&self, request: <P as PasswordGrant>::Request) -> Result<Token<P>, Error>
    where
        P: PasswordGrant,
    {
        let request: PasswordRequest = request.into();
        let requested = Requested {
            send_scopes: true,
            params: &request.params,
            encoding: request.encoding,
            ..Requested::new(request.scopes, TokenOrigin::Password)
        };
        let grant = Grant::Password { username: &request.username, password: &request.password };
        self.ask(grant, requested, "asking for a token by password").await
    }
}

impl<P: Provider> Client<P> {
    /// Asks for a token by the client's own credentials. [`Client::refresh`] renews it by asking again.
    ///
    /// # Errors
    /// Whatever a token call may fail with.
    pub async fn client_credentials(&self, scopes: impl Into<Scopes>) -> Result<Token<P>, Error>
    where
        P: ClientCredentialsGrant,
    {
        self.by_client_credentials(scopes.into()).await
    }
}

impl<P: Provider> Client<P> {
    async fn by_client_credentials(&self, scopes: Scopes) -> Result<Token<P>, Error> {
        let requested =
            Requested { send_scopes: true, ..Requested::new(scopes, TokenOrigin::ClientCredentials) };
        self.ask(Grant::ClientCredentials, requested, "asking for a token by client credentials").await
    }
}

impl<P: Provider> Client<P> {
    /// Renews a token. One got by client credentials is asked for again, any other is refreshed.
    ///
    /// Where refresh tokens are single use, save the result before using it, and never call this twice with the same
    /// token. A reply without a refresh token leaves the old one in force (RFC 6749 section 6).
    ///
    /// # Errors
    /// [`ErrorKind::GrantRefused`] if the refresh token is refused, [`ErrorKind::ForeignToken`] if it is another
    /// client's, [`ErrorKind::InvalidInput`] if there is none, and whatever else a token call may fail with.
    pub async fn refresh(&self, token: &Token<P>) -> Result<Token<P>, Error>
    where
        P: Refreshes,
    {
        self.renew(token).await
    }

    /// [`refresh`](Self::refresh) for callers that know by [`Renewal::REFRESHES`] whether there is one.
    pub(crate) async fn renew(&self, token: &Token<P>) -> Result<Token<P>, Error> {
        let inner = &*self.0;
        token
            .check_belongs_to(&inner.issuer, inner.app.client_id())
            .map_err(|error| error.with_provider(P::NAME))?;
        if token.origin == TokenOrigin::ClientCredentials {
            return self.by_client_credentials(token.requested.clone()).await;
        }
        let Some(refresh_token) = &token.refresh_token else {
            return Err(Error::invalid_input("the token came without a refresh token")
                .with_provider(P::NAME)
                .needing_reconnect());
        };
        let requested = Requested {
            scope_source: token.scope_source,
            ..Requested::new(token.scopes.clone(), token.origin)
        };
        let asked_at = inner.clock.now();
        let mut new = self.ask(Grant::Refresh { refresh_token }, requested, "refreshing the token").await?;
        if new.refresh_token.is_none() {
            new.refresh_token = Some(refresh_token.clone());
            // It was used just now; one that is single use should not be here at all, and gains nothing by it.
            new.lapses_at =
                if <P::Renewal as Renewal>::SINGLE_USE { token.lapses_at } else { lapses_at::<P>(asked_at) };
        }
        Ok(new)
    }
}

/// When a refresh token that was used, or came, at this time lapses for want of use.
fn lapses_at<P: Provider>(used_at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let idle = <P::Renewal as Renewal>::IDLE_LIFETIME?;
    used_at.checked_add_signed(chrono::TimeDelta::from_std(idle).ok()?)
}

/// The origin of a site's token endpoint.
pub(crate) fn issuer<P: Provider>(site: &P::Site) -> String {
    let url: &Url = site.token_url();
    origin(url)
}

impl<P: Provider> Clone for Client<P> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<P: Provider> fmt::Debug for Client<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("provider", &P::NAME)
            .field("site", &self.0.site)
            .field("app", &self.0.app)
            .field("limits", &self.0.limits)
            .field("encoding", &self.0.encoding)
            .finish_non_exhaustive()
    }
}
