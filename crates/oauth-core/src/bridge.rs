//! Where the `oauth2` crate is spoken to: the only file that knows its generics.
//!
//! `oauth2` builds the standard request and parses the standard reply. The adapter in between lets the dialect
//! rewrite the one and normalise the other.

use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http::header::{AUTHORIZATION, USER_AGENT};
use http::{HeaderMap, HeaderValue, StatusCode};
use oauth2::basic::{BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse};
use oauth2::{
    AsyncHttpClient, AuthType, AuthUrl, CsrfToken, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, ResourceOwnerPassword,
    ResourceOwnerUsername, StandardRevocableToken, TokenUrl,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::{Url, form_urlencoded};

use crate::authorize::Authorization;
use crate::dialect::{reply, request};
use crate::wire::WireToken;
use crate::{
    App, AuthorizationCode, Call, Clock, Dialect, Encoding, Error, ErrorKind, Password, Pkce, PkceVerifier,
    RedirectUri, RedirectUriRule, RefreshToken, State, Transport,
};

type Client<X, HasAuthorize, HasToken> = oauth2::Client<
    BasicErrorResponse,
    WireToken<X>,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    HasAuthorize,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    HasToken,
>;

fn client<X: std::fmt::Debug + Serialize + DeserializeOwned>(
    app: &App,
) -> Client<X, EndpointNotSet, EndpointNotSet> {
    let client = Client::new(oauth2::ClientId::new(app.client_id().as_str().to_owned()))
        .set_auth_type(AuthType::RequestBody);
    match app.client_secret() {
        Some(secret) => client.set_client_secret(oauth2::ClientSecret::new(secret.expose().to_owned())),
        None => client,
    }
}

fn redirect_url(uri: &RedirectUri) -> Result<RedirectUrl, Error> {
    RedirectUrl::new(uri.as_str().to_owned())
        .map_err(|source| Error::invalid("the redirect URI cannot be read").because(source))
}

/// An authorize URL with the secrets that belong to it.
pub(crate) struct Authorize {
    pub(crate) url: Url,
    pub(crate) state: State,
    pub(crate) pkce_verifier: Option<PkceVerifier>,
}

pub(crate) fn authorize(
    authorization: &Authorization,
    app: &App,
    redirect_uri: &RedirectUri,
    dialect: &Dialect,
) -> Result<Authorize, Error> {
    let client = client::<crate::NoExtra>(app)
        .set_auth_uri(AuthUrl::from_url(authorization.endpoint.clone()))
        .set_redirect_uri(redirect_url(redirect_uri)?);
    let mut request = client.authorize_url(|| CsrfToken::new_random_len(32));
    if !authorization.scopes.is_empty() {
        request = request.add_extra_param("scope", authorization.scopes.joined(dialect.scope_separator)?);
    }
    for (name, value) in &authorization.params {
        request = request.add_extra_param(*name, value.as_str());
    }
    let mut pkce_verifier = None;
    if dialect.pkce == Pkce::S256 {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        request = request.set_pkce_challenge(challenge);
        pkce_verifier = Some(PkceVerifier::new(verifier.into_secret()));
    }
    let (url, state) = request.url();
    Ok(Authorize { url, state: State::new(state.into_secret()), pkce_verifier })
}

/// What a token is asked for with.
pub(crate) enum Grant<'a> {
    Code { code: &'a AuthorizationCode, pkce_verifier: Option<PkceVerifier> },
    Refresh { refresh_token: &'a RefreshToken },
    Password { username: &'a str, password: &'a Password },
    ClientCredentials,
}

/// A token call: everything but the grant.
pub(crate) struct TokenCall<'a> {
    pub(crate) app: &'a App,
    pub(crate) token_url: &'a Url,
    pub(crate) dialect: &'static Dialect,
    pub(crate) redirect_uri: Option<&'a RedirectUri>,
    /// Already joined.
    pub(crate) scope: Option<String>,
    pub(crate) params: &'a [(&'static str, String)],
    pub(crate) encoding: Encoding,
    pub(crate) user_agent: &'a HeaderValue,
    pub(crate) deadline: Duration,
    pub(crate) body_cap: usize,
    pub(crate) transport: &'a Arc<dyn Transport>,
    pub(crate) clock: &'a Arc<dyn Clock>,
}

pub(crate) async fn ask<X>(call: TokenCall<'_>, grant: Grant<'_>) -> Result<WireToken<X>, Error>
where
    X: std::fmt::Debug + Serialize + DeserializeOwned + Send + Sync + 'static,
{
    let client: Client<X, EndpointNotSet, EndpointSet> =
        client(call.app).set_token_uri(TokenUrl::from_url(call.token_url.clone()));
    let adapter = Adapter {
        token_url: call.token_url.clone(),
        transport: Arc::clone(call.transport),
        clock: Arc::clone(call.clock),
        dialect: call.dialect,
        encoding: call.encoding,
        user_agent: call.user_agent.clone(),
        deadline: call.deadline,
        body_cap: call.body_cap,
        exchanged: OnceLock::new(),
    };
    let is_code = matches!(grant, Grant::Code { .. });
    let mut extra: Vec<(Cow<'_, str>, Cow<'_, str>)> = Vec::new();
    if let Some(scope) = &call.scope {
        extra.push(("scope".into(), scope.into()));
    }
    let wants_redirect = match call.dialect.redirect_uri {
        RedirectUriRule::OnCodeExchange => is_code,
        RedirectUriRule::OnEveryTokenCall => true,
        RedirectUriRule::Never => false,
    };
    if let Some(uri) = call.redirect_uri.filter(|_| wants_redirect) {
        extra.push(("redirect_uri".into(), uri.as_str().into()));
    }
    for (name, value) in call.params {
        extra.push(((*name).into(), value.into()));
    }

    let reply = match grant {
        Grant::Code { code, pkce_verifier } => {
            let mut request = client.exchange_code(oauth2::AuthorizationCode::new(code.expose().to_owned()));
            if let Some(verifier) = pkce_verifier {
                request = request.set_pkce_verifier(PkceCodeVerifier::new(verifier.expose().to_owned()));
            }
            for (name, value) in extra {
                request = request.add_extra_param(name, value);
            }
            request.request_async(&adapter).await
        }
        Grant::Refresh { refresh_token } => {
            let refresh_token = oauth2::RefreshToken::new(refresh_token.expose().to_owned());
            let mut request = client.exchange_refresh_token(&refresh_token);
            for (name, value) in extra {
                request = request.add_extra_param(name, value);
            }
            request.request_async(&adapter).await
        }
        Grant::Password { username, password } => {
            let username = ResourceOwnerUsername::new(username.to_owned());
            let password = ResourceOwnerPassword::new(password.expose().to_owned());
            let mut request = client.exchange_password(&username, &password);
            for (name, value) in extra {
                request = request.add_extra_param(name, value);
            }
            request.request_async(&adapter).await
        }
        Grant::ClientCredentials => {
            let mut request = client.exchange_client_credentials();
            for (name, value) in extra {
                request = request.add_extra_param(name, value);
            }
            request.request_async(&adapter).await
        }
    };
    reply.or_else(|error| match error {
        RequestTokenError::Request(error) => Err(error),
        RequestTokenError::Parse(_, body) => read_again(&adapter, body),
        RequestTokenError::ServerResponse(_) | RequestTokenError::Other(_) => Err(unreadable()),
    })
}

/// What `oauth2` could not read: something else than RFC 6749 says, or no token at all.
fn read_again<X: DeserializeOwned>(adapter: &Adapter, body: Vec<u8>) -> Result<WireToken<X>, Error> {
    let exchanged = adapter.exchanged.get().ok_or_else(unreadable)?;
    let reply = adapter.normalise(exchanged, body)?;
    serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_slice(reply.body())).map_err(
        // Neither the body nor the parser's message: both may hold the token.
        |error| {
            let misfit = crate::endpoint::misfit(error.path(), error.inner());
            Error::new(ErrorKind::BadReply, format!("the token reply cannot be read: {misfit}"))
        },
    )
}

fn unreadable() -> Error {
    Error::new(ErrorKind::BadReply, "the token reply cannot be read")
}

/// `oauth2`'s HTTP client. It owns its transport: one that borrows would make the outer future lose `Send`.
struct Adapter {
    token_url: Url,
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    dialect: &'static Dialect,
    encoding: Encoding,
    user_agent: HeaderValue,
    deadline: Duration,
    body_cap: usize,
    exchanged: OnceLock<Exchanged>,
}

/// What an error says of a request and its reply, beside the reply's body.
struct Exchanged {
    form: Vec<u8>,
    authorization: Option<HeaderValue>,
    status: StatusCode,
    headers: HeaderMap,
}

impl<'c> AsyncHttpClient<'c> for Adapter {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Error>> + Send + 'c>>;

    fn call(&'c self, standard: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let mut request = request::rewrite(&standard, self.dialect, self.encoding)?;
            request.headers_mut().insert(USER_AGENT, self.user_agent.clone());
            let authorization = request.headers().get(AUTHORIZATION).cloned();
            let call = Call::new(request, self.deadline, self.body_cap);
            let response = self.transport.call(call).await.map_err(Error::from)?;
            let is_ordinary = reply::is_ordinary(&response);
            let (parts, body) = response.into_parts();
            let exchanged = self.exchanged.get_or_init(|| Exchanged {
                form: standard.into_body(),
                authorization,
                status: parts.status,
                headers: parts.headers,
            });
            if is_ordinary { Ok(reply::standard(body)) } else { self.normalise(exchanged, body) }
        })
    }
}

impl Adapter {
    fn normalise(&self, exchanged: &Exchanged, body: Vec<u8>) -> Result<HttpResponse, Error> {
        let secrets = exchanged.secrets();
        let secrets: Vec<&str> = secrets.iter().map(crate::AccessToken::expose).collect();
        let mut response = HttpResponse::new(body);
        *response.status_mut() = exchanged.status;
        response.headers_mut().clone_from(&exchanged.headers);
        reply::normalise(response, &self.token_url, self.dialect, &secrets, self.clock.now())
    }
}

impl Exchanged {
    /// The values that the server's words must not bring back into an error.
    fn secrets(&self) -> Vec<crate::AccessToken> {
        // HTTP Basic has the client's secret in base64, together with its id.
        let basic = self.authorization.as_ref().and_then(|value| value.to_str().ok()?.split_once(' '));
        form_urlencoded::parse(&self.form)
            .filter(|(name, _)| {
                matches!(&**name, "client_secret" | "code" | "code_verifier" | "refresh_token" | "password")
            })
            .map(|(_, value)| value.into_owned().into())
            .chain(basic.map(|(_, credentials)| credentials.into()))
            .collect()
    }
}
