//! `Client`: one provider, one site, one registration.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use http::HeaderValue;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use url::Url;

use crate::authorize::callback::{AcceptedCallback, Callback, fault};
use crate::authorize::connect::Connect;
use crate::authorize::pending::{PendingAuthorization, StartedAuthorization};
use crate::authorize::replay_guard::ReplayGuard;
use crate::client::app::{App, RedirectUri};
use crate::error::{CallbackFault, Error, ErrorKind};
use crate::provider::dialect::{Encoding, RedirectUriRule};
use crate::provider::grants::{
    ClientCredentialsGrant, CodeGrant, DirectCode, PasswordGrant, PasswordRequest, Refreshes,
};
use crate::provider::provider::Provider;
use crate::provider::renewal::Renewal;
use crate::provider::scheme::Scheme;
use crate::provider::scopes::Scopes;
use crate::provider::site::Site;
use crate::token::lineage::Lineage;
use crate::token::oauth2_adapter::{self, Grant, TokenClient, TokenHttp, TokenResponse};
use crate::token::token::{ScopeSource, Token, TokenData, TokenOrigin};
use crate::transport::transport::{Limits, Transport};
use crate::util::clock::Clock;
use crate::util::redact::{has_control, is_token};
use crate::util::secret::{AccessToken, AuthorizationCode, cut_line_end};
use crate::util::strict_json::describe_mismatch;
use crate::util::url_policy::{authority, check_url};

/// A client of provider `P`: connects users, exchanges and refreshes tokens, sends API calls.
///
/// Cheap to clone; clones share everything. A grant that the provider does not offer does not compile:
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
///     client.refresh(token).await; // `P` issues no refresh tokens
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
    pub(crate) replay_guard: ReplayGuard,
    pub(crate) token_client: TokenClient,
}

impl<P: Provider> Client<P> {
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

    /// Starts an attempt to connect: returns the URL for the browser, and the state to keep for the callback.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if the app has no redirect URI, or the provider does not support a setting
    /// of `connect`.
    pub fn begin(&self, connect: &<P as CodeGrant>::Connect) -> Result<StartedAuthorization, Error>
    where
        P: CodeGrant,
    {
        self.started(connect).map_err(named::<P>)
    }

    fn started(&self, connect: &<P as CodeGrant>::Connect) -> Result<StartedAuthorization, Error>
    where
        P: CodeGrant,
    {
        let inner = &*self.0;
        let redirect_uri = inner.app.redirect_uri().ok_or_else(|| {
            Error::invalid_input("the registration has no redirect URI").with_help("make the App with one")
        })?;
        let authorization = connect.authorization(&inner.site)?;
        check_url(&authorization.endpoint)?;
        let authorize =
            oauth2_adapter::authorize_url(&authorization, &inner.app, redirect_uri, const { &P::DIALECT })?;
        let pending = PendingAuthorization {
            provider: P::NAME.to_owned(),
            issuer: inner.issuer.to_string(),
            client_id: inner.app.client_id().as_str().to_owned(),
            redirect_uri: redirect_uri.clone(),
            scopes: authorization.scopes,
            state: authorize.state.expose().to_owned(),
            pkce_verifier: authorize.pkce_verifier.map(|verifier| verifier.expose().to_owned()),
            state_rule: authorization.state_rule,
            begun_at: inner.clock.now(),
        };
        Ok(StartedAuthorization { url: authorize.url, pending })
    }

    /// Finishes an attempt to connect: checks the callback and exchanges its code for a token.
    ///
    /// `callback` is the URL that the browser requested: whole, or its path with the query, or the query.
    ///
    /// Each attempt can be finished once. A second call with the same `pending` is an error, except after an
    /// error that sent nothing ([`NotSent`](ErrorKind::NotSent), [`Setup`](ErrorKind::Setup),
    /// [`InvalidInput`](ErrorKind::InvalidInput)) or an unacceptable callback. Keep `pending` until this
    /// returns `Ok`.
    ///
    /// # Errors
    /// Without sending anything: [`ErrorKind::Callback`] if the callback is not acceptable,
    /// [`ErrorKind::Denied`] if the user refused, and [`ErrorKind::AuthorizationRefused`] if the provider
    /// refused. After sending: the errors of a token call.
    pub async fn finish(&self, pending: &PendingAuthorization, callback: &str) -> Result<Token<P>, Error>
    where
        P: CodeGrant,
    {
        let accepted = self.accept(pending, callback)?;
        let result = self.exchange(pending, &accepted).await;
        if result.as_ref().is_err_and(|error| {
            matches!(error.kind(), ErrorKind::NotSent | ErrorKind::Setup | ErrorKind::InvalidInput)
        }) {
            self.reopen(pending);
        }
        result
    }

    /// Exchanges the code of an accepted callback.
    pub(crate) async fn exchange(
        &self,
        pending: &PendingAuthorization,
        accepted: &AcceptedCallback,
    ) -> Result<Token<P>, Error> {
        let requested = Requested {
            redirect_uri: Some(&pending.redirect_uri),
            known_fields: accepted.fields.clone(),
            callback_scopes: accepted.scopes.clone(),
            ..Requested::new(pending.scopes.clone(), TokenOrigin::AuthorizationCode)
        };
        let grant = Grant::Code { code: &accepted.code, pkce_verifier: pending.pkce_verifier() };
        self.request_token(grant, requested, "exchanging the authorization code").await
    }

    /// Allows a second callback: nothing was sent, so the code is unspent.
    pub(crate) fn reopen(&self, pending: &PendingAuthorization) {
        self.0.replay_guard.reopen(pending.state_text());
    }

    /// Decides everything about a callback that needs no call to the provider.
    pub(crate) fn accept(
        &self,
        pending: &PendingAuthorization,
        callback: &str,
    ) -> Result<AcceptedCallback, Error> {
        self.accepted(pending, callback).map_err(named::<P>)
    }

    fn accepted(&self, pending: &PendingAuthorization, callback: &str) -> Result<AcceptedCallback, Error> {
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
        // The absolute value, because the clock may have been set back since.
        let age = (now - pending.begun_at).abs().to_std().unwrap_or(Duration::MAX);
        if age > inner.limits.attempt_age {
            return Err(fault(CallbackFault::TooOld));
        }
        let callback = Callback::read(callback, dialect)?;
        callback.check_issuer(inner.site.callback_issuer())?;
        let state = pending.state_text();
        match callback.check(pending, dialect) {
            Ok(accepted) => {
                if inner.replay_guard.end(state, pending.begun_at, now, inner.limits.attempt_age) {
                    Ok(accepted)
                } else {
                    Err(fault(CallbackFault::Replayed))
                }
            }
            Err(refused) => {
                if inner.replay_guard.is_over(state) {
                    return Err(fault(CallbackFault::Replayed));
                }
                if refused.ends_authorization {
                    inner.replay_guard.end(state, pending.begun_at, now, inner.limits.attempt_age);
                }
                Err(refused.error)
            }
        }
    }

    /// Exchanges an authorization code that the provider issued other than through a callback.
    ///
    /// # Errors
    /// [`ErrorKind::GrantRefused`] if the code is spent or wrong, and the errors of a token call.
    pub async fn exchange_code(
        &self,
        code: impl Into<AuthorizationCode>,
        scopes: impl Into<Scopes>,
    ) -> Result<Token<P>, Error>
    where
        P: DirectCode,
    {
        let requested = Requested::new(scopes.into(), TokenOrigin::AuthorizationCode);
        let mut code: AuthorizationCode = code.into();
        cut_line_end(&mut code, |code| code.expose());
        let grant = Grant::Code { code: &code, pkce_verifier: None };
        self.request_token(grant, requested, "exchanging the code").await
    }

    /// Requests a token with a user's password.
    ///
    /// # Errors
    /// [`ErrorKind::GrantRefused`] if the password is refused, and the errors of a token call.
    pub async fn password(&self, request: <P as PasswordGrant>::Request) -> Result<Token<P>, Error>
    where
        P: PasswordGrant,
    {
        let mut request: PasswordRequest = request.into();
        cut_line_end(&mut request.password, |password| password.expose());
        check_password(&request).map_err(named::<P>)?;
        let requested = Requested {
            send_scopes: true,
            params: &request.params,
            encoding: request.encoding,
            ..Requested::new(request.scopes, TokenOrigin::Password)
        };
        let grant = Grant::Password { username: &request.username, password: &request.password };
        self.request_token(grant, requested, "requesting a token by password").await
    }

    /// Requests a token by the client's own credentials. [`Client::refresh`] renews it by requesting another.
    ///
    /// # Errors
    /// The errors of a token call.
    pub async fn client_credentials(&self, scopes: impl Into<Scopes>) -> Result<Token<P>, Error>
    where
        P: ClientCredentialsGrant,
    {
        self.by_client_credentials(scopes.into(), Map::new()).await
    }

    async fn by_client_credentials(
        &self,
        scopes: Scopes,
        known_fields: Map<String, Value>,
    ) -> Result<Token<P>, Error> {
        let requested = Requested {
            send_scopes: true,
            known_fields,
            ..Requested::new(scopes, TokenOrigin::ClientCredentials)
        };
        self.request_token(Grant::ClientCredentials, requested, "requesting a token by client credentials")
            .await
    }

    /// Renews a token. A client-credentials token is requested again; any other is refreshed.
    ///
    /// With single-use refresh tokens, save the result before using it, and never call this twice with the
    /// same token. A response without a refresh token leaves the old one in force (RFC 6749 section 6),
    /// and one without the provider's own fields leaves those.
    ///
    /// # Errors
    /// [`ErrorKind::GrantRefused`] if the refresh token is refused, [`ErrorKind::ForeignToken`] if it belongs
    /// to another client, [`ErrorKind::InvalidInput`] if there is none, and the errors of a token call.
    pub async fn refresh(&self, token: &Token<P>) -> Result<Token<P>, Error>
    where
        P: Refreshes,
    {
        self.renew(token).await
    }

    /// [`refresh`](Self::refresh) for callers that check [`Renewal::REFRESHES`] at run time.
    pub(crate) async fn renew(&self, token: &Token<P>) -> Result<Token<P>, Error> {
        let inner = &*self.0;
        token.check_belongs_to(&inner.issuer, inner.app.client_id()).map_err(named::<P>)?;
        if token.data.origin == TokenOrigin::ClientCredentials {
            return self.by_client_credentials(token.data.requested.clone(), token.provider_fields()).await;
        }
        let Some(refresh_token) = &token.data.refresh_token else {
            return Err(named::<P>(
                Error::invalid_input("the token came without a refresh token")
                    .needing_reconnect(P::DIALECT.reconnect_help),
            ));
        };
        let requested = Requested {
            send_scopes: P::DIALECT.scope_on_refresh,
            scope_source: token.data.scope_source,
            known_fields: token.provider_fields(),
            ..Requested::new(token.data.scopes.clone(), token.data.origin)
        };
        let asked_at = inner.clock.now();
        let grant = Grant::Refresh { refresh_token };
        let mut new = self.request_token(grant, requested, "refreshing the token").await?;
        if new.data.refresh_token.is_none() {
            new.data.refresh_token = Some(refresh_token.clone());
            // A reusable one was used just now. A single-use one should not get here, and gains no lifetime.
            new.data.lapses_at = if <P::Renewal as Renewal>::SINGLE_USE {
                token.data.lapses_at
            } else {
                lapses_at::<P>(asked_at)
            };
        }
        Ok(new)
    }

    /// Imports an access token obtained elsewhere. The token is treated as never expiring.
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

    /// [`import_token`](Self::import_token) with `extra`, the provider's own token-response fields.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if it cannot be an access token.
    pub fn import_token_with(
        &self,
        access_token: impl Into<AccessToken>,
        scopes: impl Into<Scopes>,
        extra: P::Extra,
    ) -> Result<Token<P>, Error> {
        let mut access_token: AccessToken = access_token.into();
        cut_line_end(&mut access_token, |token| token.expose());
        check_imported::<P::Scheme>(access_token.expose()).map_err(named::<P>)?;
        P::Scheme::header(&access_token).map_err(named::<P>)?;
        let response = TokenResponse {
            access_token,
            refresh_token: None,
            expires_in: None,
            scopes: None,
            other: Map::new(),
        };
        let requested = Requested::new(scopes.into(), TokenOrigin::Imported);
        Ok(Token { data: self.token_data(response, requested, self.0.clock.now()), extra })
    }

    /// Sends one token request. Errors name `action` as the attempted step.
    async fn request_token(
        &self,
        grant: Grant<'_>,
        requested: Requested<'_>,
        action: &'static str,
    ) -> Result<Token<P>, Error> {
        // Before the call, so that the token is never assumed to live longer than the server assumes.
        let asked_at = self.0.clock.now();
        let result = match self.send_token_request(&grant, &requested).await {
            Ok(response) => self.token(response, requested, asked_at),
            Err(error) => Err(error),
        };
        let host = || authority(self.endpoint_of(&grant));
        result.map_err(|error| named::<P>(error).with_host(host()).during(action))
    }

    fn endpoint_of(&self, grant: &Grant<'_>) -> &Url {
        match grant {
            Grant::Refresh { .. } => self.0.site.refresh_url(),
            Grant::Code { .. } | Grant::Password { .. } | Grant::ClientCredentials => self.0.site.token_url(),
        }
    }

    /// Revokes the refresh token, or else the access token, at the endpoint of RFC 7009.
    #[cfg_attr(not(feature = "connections"), allow(dead_code))]
    pub(crate) async fn revoke(&self, token: &Token<P>, endpoint: &Url) -> Result<(), Error> {
        let (secret, hint) = match token.refresh_token() {
            Some(token) => (token.expose(), "refresh_token"),
            None => (token.access_token().expose(), "access_token"),
        };
        let sent = async {
            check_url(endpoint)?;
            let http = self.token_http(endpoint, [Some(secret), None], Encoding::Form);
            http.revoke(secret, hint, &self.0.app).await
        };
        let failed =
            |error: Error| named::<P>(error).with_host(authority(endpoint)).during("revoking the token");
        sent.await.map_err(failed)
    }

    fn token_http<'a>(
        &'a self,
        url: &'a Url,
        secrets: [Option<&'a str>; 2],
        encoding: Encoding,
    ) -> TokenHttp<'a> {
        let inner = &*self.0;
        TokenHttp {
            url,
            is_token_url: std::ptr::eq(url, inner.site.token_url()),
            dialect: const { &P::DIALECT },
            encoding,
            user_agent: &inner.user_agent,
            secrets,
            client_secret: inner.app.client_secret(),
            deadline: inner.limits.token_deadline,
            body_cap: inner.limits.token_body,
            transport: &*inner.transport,
            clock: &*inner.clock,
        }
    }

    async fn send_token_request(
        &self,
        grant: &Grant<'_>,
        requested: &Requested<'_>,
    ) -> Result<TokenResponse, Error> {
        let inner = &*self.0;
        let dialect = const { &P::DIALECT };
        let encoding = requested.encoding.unwrap_or(inner.encoding);
        dialect.check_encoding(encoding)?;
        let mut params: Vec<(Cow<'_, str>, Cow<'_, str>)> = Vec::new();
        if requested.send_scopes && !requested.scopes.is_empty() {
            params.push(("scope".into(), requested.scopes.joined(dialect.scope_separator)?.into()));
        }
        let sends_redirect_uri = match dialect.redirect_uri {
            RedirectUriRule::OnCodeExchange => matches!(grant, Grant::Code { .. }),
            RedirectUriRule::OnEveryTokenCall => true,
            RedirectUriRule::Never => false,
        };
        if sends_redirect_uri && let Some(uri) = requested.redirect_uri.or(inner.app.redirect_uri()) {
            params.push(("redirect_uri".into(), uri.as_str().into()));
        }
        params.extend(requested.params.iter().map(|(name, value)| ((*name).into(), value.as_str().into())));
        let own = inner.site.token_params().iter();
        params.extend(own.map(|(name, value)| (name.as_str().into(), value.as_str().into())));
        let http = self.token_http(self.endpoint_of(grant), grant.secrets(), encoding);
        inner.token_client.request(grant, params, http).await
    }

    fn token(
        &self,
        mut response: TokenResponse,
        mut requested: Requested<'_>,
        asked_at: DateTime<Utc>,
    ) -> Result<Token<P>, Error> {
        // Checked here, where the error is about this response, and not at the first API call.
        if P::Scheme::check(&response.access_token).is_err() {
            return Err(Error::new(
                ErrorKind::InvalidResponse,
                "the `access_token` of the response holds characters that the provider's header cannot hold",
            ));
        }
        let known = std::mem::take(&mut requested.known_fields);
        let SplitFields { extra, other } = SplitFields::of(std::mem::take(&mut response.other), &known)?;
        response.other = other;
        Ok(Token { data: self.token_data(response, requested, asked_at), extra })
    }

    fn token_data(
        &self,
        response: TokenResponse,
        requested: Requested<'_>,
        asked_at: DateTime<Utc>,
    ) -> TokenData {
        let (scopes, scope_source) = match response.scopes {
            Some(scopes) => (scopes, ScopeSource::Response),
            None => match requested.callback_scopes {
                Some(scopes) => (scopes, ScopeSource::Callback),
                None => (requested.scopes.clone(), requested.scope_source),
            },
        };
        let now = self.0.clock.now();
        let expires_at = response.expires_in.and_then(|lifetime| after(asked_at, lifetime));
        // The clock was set during the call, or the call took longer than the lifetime.
        let is_out_of_order = now < asked_at || expires_at.is_some_and(|at| at < now);
        TokenData {
            issuer: Arc::clone(&self.0.issuer),
            client_id: self.0.app.client_id().clone(),
            access_token: response.access_token,
            lapses_at: response.refresh_token.as_ref().and_then(|_| lapses_at::<P>(asked_at)),
            refresh_token: response.refresh_token,
            scopes,
            scope_source,
            requested: requested.scopes,
            received_at: if is_out_of_order { asked_at } else { now },
            expires_at,
            origin: requested.origin,
            lineage: Lineage::default(),
            other: response.other,
        }
    }
}

/// User name and password hold no line ends or other control characters (RFC 6749 appendices A.15 and A.16).
fn check_password(request: &PasswordRequest) -> Result<(), Error> {
    let name = match (has_control(&request.username), has_control(request.password.expose())) {
        (true, _) => "the user name",
        (_, true) => "the password",
        _ => return Ok(()),
    };
    Err(Error::invalid_input(format!("{name} contains a line end or another control character"))
        .with_help("RFC 6749 does not allow it; pass the text alone"))
}

/// Checks a token that a person or another program passes in.
fn check_imported<S: Scheme>(token: &str) -> Result<(), Error> {
    if !is_token(token) {
        return Err(Error::invalid_input("this cannot be an access token")
            .with_help("it is empty, longer than 64 KiB, or not printable ASCII; paste it again"));
    }
    // Sent as it is, the scheme would be in the header twice.
    let probe = S::header(&AccessToken::new("~")).ok();
    let own = probe.as_ref().and_then(|(_, value)| value.to_str().ok()?.split_once('~'));
    let own = own.map_or("", |(prefix, _)| prefix.trim_end_matches('"'));
    let begins_with = |scheme: &str| {
        !scheme.is_empty()
            && token.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    match ["Authorization:", "Bearer ", "Basic ", own].into_iter().find(|scheme| begins_with(scheme)) {
        Some(scheme) => Err(Error::invalid_input(format!(
            "the access token begins with `{}`, which belongs to the Authorization header",
            scheme.trim_end()
        ))
        .with_help("pass the token alone, without the header's name, scheme or quotes")),
        None => Ok(()),
    }
}

/// Adds the provider's name to an error: once, where it leaves the client.
fn named<P: Provider>(error: Error) -> Error {
    error.with_provider(P::NAME)
}

/// The terms of a token request, for the request itself and for fields that the response leaves out.
struct Requested<'a> {
    scopes: Scopes,
    scope_source: ScopeSource,
    /// Scopes that the callback names.
    callback_scopes: Option<Scopes>,
    /// The provider's fields from an earlier response or the callback.
    known_fields: Map<String, Value>,
    /// False for a code exchange, whose authorize URL had them, and for a refresh, which keeps them.
    send_scopes: bool,
    origin: TokenOrigin,
    redirect_uri: Option<&'a RedirectUri>,
    params: &'a [(&'static str, String)],
    encoding: Option<Encoding>,
}

impl Requested<'_> {
    fn new(scopes: Scopes, origin: TokenOrigin) -> Self {
        Self {
            scopes,
            scope_source: ScopeSource::Request,
            callback_scopes: None,
            known_fields: Map::new(),
            send_scopes: false,
            origin,
            redirect_uri: None,
            params: &[],
            encoding: None,
        }
    }
}

/// More unreadable fields are no provider's: each costs another pass.
const MAX_UNREADABLE_FIELDS: usize = 32;

/// The provider's own fields of a response, and those that nothing declares.
#[derive(Deserialize)]
#[serde(bound(deserialize = "X: DeserializeOwned"))]
struct SplitFields<X> {
    #[serde(flatten)]
    extra: X,
    #[serde(flatten)]
    other: Map<String, Value>,
}

impl<X: DeserializeOwned> SplitFields<X> {
    /// Splits the fields of a response. Known fields fill what it lacks; null is absent. A field that cannot
    /// be read costs itself, unless it is required and nothing is known of it: a refresh token may be spent
    /// already.
    fn of(mut fields: Map<String, Value>, known: &Map<String, Value>) -> Result<Self, Error> {
        let mut unreadable = Map::new();
        fields.retain(|name, value| !value.is_null() || !known.contains_key(name));
        for (name, value) in known {
            fields.entry(name).or_insert_with(|| value.clone());
        }
        let mut fields = Value::Object(fields);
        let mut first = None;
        for _ in 0..=MAX_UNREADABLE_FIELDS {
            if let Ok(mut split) = Self::deserialize(&fields) {
                split.other.append(&mut unreadable);
                return Ok(split);
            }
            // A flattened field hides the path of an error.
            let Err(error) = serde_path_to_error::deserialize::<_, X>(&fields) else { break };
            let name = error.path().iter().next().map(ToString::to_string);
            first.get_or_insert_with(|| mismatch(&error));
            let removed = name.and_then(|name| Some((fields.as_object_mut()?.remove(&name)?, name)));
            let Some((value, name)) = removed else { break };
            if let Some(known) = known.get(&name).filter(|known| **known != value) {
                fields[name] = known.clone();
            } else {
                unreadable.insert(name, value);
            }
        }
        let mut split = Self::deserialize(&Value::Object(known.clone())).map_err(|_| {
            first.unwrap_or_else(|| {
                Error::new(ErrorKind::InvalidResponse, "the token response cannot be read")
            })
        })?;
        split.other.append(&mut unreadable);
        Ok(split)
    }
}

fn mismatch(error: &serde_path_to_error::Error<serde_json::Error>) -> Error {
    let mismatch = describe_mismatch(error.path(), error.inner());
    Error::new(ErrorKind::InvalidResponse, format!("the token response cannot be read: {mismatch}"))
}

/// When a refresh token that was issued or used at `used_at` lapses unless it is used again.
fn lapses_at<P: Provider>(used_at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    after(used_at, <P::Renewal as Renewal>::IDLE_LIFETIME?)
}

fn after(start: DateTime<Utc>, duration: Duration) -> Option<DateTime<Utc>> {
    start.checked_add_signed(TimeDelta::from_std(duration).ok()?)
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
            .field("issuer", &self.0.issuer)
            .field("client_id", &self.0.app.client_id().as_str())
            .finish_non_exhaustive()
    }
}
