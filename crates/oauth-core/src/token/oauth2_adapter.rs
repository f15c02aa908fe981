//! Adapter to the `oauth2` crate: the only file that knows its generics.
//!
//! `oauth2` builds each standard request, sends it with [`TokenHttp`], and parses the response. `TokenHttp`
//! applies the provider's [`Dialect`]: it rewrites the request and normalises the response.

use std::borrow::Cow;
use std::pin::Pin;
use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{HeaderValue, Method, Request, Uri};
use oauth2::basic::{
    BasicClient, BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse,
    BasicTokenType,
};
use oauth2::{
    AsyncHttpClient, AuthType, AuthUrl, CsrfToken, EndpointNotSet, EndpointSet, ExtraTokenFields,
    HttpRequest, HttpResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError,
    ResourceOwnerPassword, ResourceOwnerUsername, StandardRevocableToken, StandardTokenResponse,
    TokenResponse as _, TokenUrl,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::{Url, form_urlencoded};

use crate::authorize::connect::AuthorizationRequest;
use crate::client::app::{App, RedirectUri};
use crate::error::{Error, ErrorKind};
use crate::provider::dialect::{Dialect, Encoding, Pkce};
use crate::provider::scopes::Scopes;
use crate::token::{request, response};
use crate::transport::transport::{Call, Transport};
use crate::util::clock::Clock;
use crate::util::secret::{
    AccessToken, AuthorizationCode, ClientSecret, Password, PkceVerifier, RefreshToken, State,
};
use crate::util::strict_json::describe_mismatch;

/// An authorize URL and the secrets that belong to it.
pub(crate) struct AuthorizeUrl {
    pub(crate) url: Url,
    pub(crate) state: State,
    pub(crate) pkce_verifier: Option<PkceVerifier>,
}

pub(crate) fn authorize_url(
    authorization: &AuthorizationRequest,
    app: &App,
    redirect_uri: &RedirectUri,
    dialect: &Dialect,
) -> Result<AuthorizeUrl, Error> {
    let redirect_url = RedirectUrl::new(redirect_uri.as_str().to_owned())
        .map_err(|source| Error::invalid_input("the redirect URI cannot be read").with_source(source))?;
    let client = BasicClient::new(oauth2_client_id(app))
        .set_auth_uri(AuthUrl::from_url(authorization.endpoint.clone()))
        .set_redirect_uri(redirect_url);
    let mut request = client.authorize_url(|| CsrfToken::new_random_len(32));
    if !authorization.scopes.is_empty() {
        request = request.add_extra_param("scope", authorization.scopes.joined(dialect.scope_separator)?);
    }
    let is_own = |name: &str| authorization.params.iter().any(|(own, _)| *own == name);
    for (name, value) in dialect.authorize_params.iter().filter(|(name, _)| !is_own(name)) {
        request = request.add_extra_param(*name, *value);
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
    let (mut url, state) = request.url();
    if !dialect.param_names.is_empty() {
        let mut params =
            url.query_pairs().into_owned().map(|(name, value)| (name.into(), value.into())).collect();
        request::rename(&mut params, dialect);
        url.query_pairs_mut().clear().extend_pairs(&params);
    }
    url.set_fragment(dialect.authorize_fragment);
    Ok(AuthorizeUrl { url, state: State::new(state.into_secret()), pkce_verifier })
}

fn oauth2_client_id(app: &App) -> oauth2::ClientId {
    oauth2::ClientId::new(app.client_id().as_str().to_owned())
}

/// A grant with its credentials (RFC 6749 section 1.3).
pub(crate) enum Grant<'a> {
    Code { code: &'a AuthorizationCode, pkce_verifier: Option<PkceVerifier> },
    Refresh { refresh_token: &'a RefreshToken },
    Password { username: &'a str, password: &'a Password },
    ClientCredentials,
}

impl Grant<'_> {
    /// Secrets to redact if the server echoes them.
    pub(crate) fn secrets(&self) -> [Option<&str>; 2] {
        match self {
            Grant::Code { code, pkce_verifier } => {
                [Some(code.expose()), pkce_verifier.as_ref().map(PkceVerifier::expose)]
            }
            Grant::Refresh { refresh_token } => [Some(refresh_token.expose()), None],
            Grant::Password { password, .. } => [Some(password.expose()), None],
            Grant::ClientCredentials => [None, None],
        }
    }
}

/// Other fields of a token response. One type for all providers, so that `oauth2`'s builders compile once.
#[derive(Debug, Deserialize, Serialize)]
#[serde(transparent)]
struct OtherFields(Map<String, Value>);

impl ExtraTokenFields for OtherFields {}

type OAuth2Response = StandardTokenResponse<OtherFields, BasicTokenType>;

type OAuth2Client<TokenEndpoint> = oauth2::Client<
    BasicErrorResponse,
    OAuth2Response,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    TokenEndpoint,
>;

/// A successful token response (RFC 6749 section 5.1).
pub(crate) struct TokenResponse {
    pub(crate) access_token: AccessToken,
    pub(crate) refresh_token: Option<RefreshToken>,
    pub(crate) expires_in: Option<Duration>,
    pub(crate) scopes: Option<Scopes>,
    pub(crate) other: Map<String, Value>,
}

impl From<OAuth2Response> for TokenResponse {
    fn from(response: OAuth2Response) -> Self {
        let scopes = response.scopes().map(|scopes| {
            let names: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
            Scopes::lenient(&names.join(" "))
        });
        Self {
            access_token: response.access_token().secret().as_str().into(),
            refresh_token: response.refresh_token().map(|token| token.secret().as_str().into()),
            expires_in: response.expires_in(),
            scopes,
            other: response.extra_fields().0.clone(),
        }
    }
}

/// Makes the token calls of one client.
pub(crate) struct TokenClient(OAuth2Client<EndpointSet>);

impl TokenClient {
    pub(crate) fn new(app: &App, token_url: &Url) -> Self {
        let mut client =
            OAuth2Client::<EndpointNotSet>::new(oauth2_client_id(app)).set_auth_type(AuthType::RequestBody);
        if let Some(secret) = app.client_secret() {
            client = client.set_client_secret(oauth2::ClientSecret::new(secret.expose().to_owned()));
        }
        Self(client.set_token_uri(TokenUrl::from_url(token_url.clone())))
    }

    /// Sends one token request with `params` after the standard ones. Boxed, so that it compiles once.
    pub(crate) fn request<'a>(
        &'a self,
        grant: &'a Grant<'a>,
        params: Vec<(Cow<'a, str>, Cow<'a, str>)>,
        http: TokenHttp<'a>,
    ) -> Pin<Box<dyn Future<Output = Result<TokenResponse, Error>> + Send + 'a>> {
        Box::pin(async move {
            let params = params.into_iter();
            let sent = match grant {
                Grant::Code { code, pkce_verifier } => {
                    let code = oauth2::AuthorizationCode::new(code.expose().to_owned());
                    let mut request = self.0.exchange_code(code);
                    if let Some(verifier) = pkce_verifier {
                        request =
                            request.set_pkce_verifier(PkceCodeVerifier::new(verifier.expose().to_owned()));
                    }
                    let request =
                        params.fold(request, |request, (name, value)| request.add_extra_param(name, value));
                    request.request_async(&http).await
                }
                Grant::Refresh { refresh_token } => {
                    let refresh_token = oauth2::RefreshToken::new(refresh_token.expose().to_owned());
                    let request = self.0.exchange_refresh_token(&refresh_token);
                    let request =
                        params.fold(request, |request, (name, value)| request.add_extra_param(name, value));
                    request.request_async(&http).await
                }
                Grant::Password { username, password } => {
                    let username = ResourceOwnerUsername::new((*username).to_owned());
                    let password = ResourceOwnerPassword::new(password.expose().to_owned());
                    let request = self.0.exchange_password(&username, &password);
                    let request =
                        params.fold(request, |request, (name, value)| request.add_extra_param(name, value));
                    request.request_async(&http).await
                }
                Grant::ClientCredentials => {
                    let request = self.0.exchange_client_credentials();
                    let request =
                        params.fold(request, |request, (name, value)| request.add_extra_param(name, value));
                    request.request_async(&http).await
                }
            };
            sent.map(TokenResponse::from).map_err(into_error)
        })
    }
}

fn into_error(error: RequestTokenError<Error, BasicErrorResponse>) -> Error {
    match error {
        RequestTokenError::Request(error) => error,
        // Neither the body nor the parser's message: both may hold the token.
        RequestTokenError::Parse(error, _) => {
            let mismatch = describe_mismatch(error.path(), error.inner());
            Error::new(ErrorKind::InvalidResponse, format!("the token response cannot be read: {mismatch}"))
        }
        // `TokenHttp` returns status 200 and JSON only, so what is left is a request that could not be built.
        RequestTokenError::ServerResponse(_) | RequestTokenError::Other(_) => {
            Error::invalid_input("the token request cannot be built")
        }
    }
}

/// `oauth2`'s HTTP client for one token call: rewrites the request, sends it, normalises the response.
pub(crate) struct TokenHttp<'a> {
    /// The endpoint of the call. A refresh may have its own.
    pub(crate) url: &'a Url,
    pub(crate) is_token_url: bool,
    pub(crate) dialect: &'static Dialect,
    pub(crate) encoding: Encoding,
    pub(crate) user_agent: &'a HeaderValue,
    /// Secrets to redact if the server echoes them.
    pub(crate) secrets: [Option<&'a str>; 2],
    pub(crate) client_secret: Option<&'a ClientSecret>,
    pub(crate) deadline: Duration,
    pub(crate) body_cap: usize,
    pub(crate) transport: &'a dyn Transport,
    pub(crate) clock: &'a dyn Clock,
}

// A closure would not do: its future is not `Send` when it borrows the transport.
impl<'c> AsyncHttpClient<'c> for TokenHttp<'_> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Error>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

impl TokenHttp<'_> {
    async fn send(&self, mut request: HttpRequest) -> Result<HttpResponse, Error> {
        if !self.is_token_url {
            *request.uri_mut() = uri(self.url)?;
        }
        let (response, basic) = self.call_server(request).await?;
        response::normalise(response, &self.context(&self.all_secrets(basic.as_ref())))
    }

    /// Sends a revocation (RFC 7009 section 2.1).
    #[cfg_attr(not(feature = "connections"), allow(dead_code))]
    pub(crate) async fn revoke(&self, token: &str, hint: &str, app: &App) -> Result<(), Error> {
        let fields = [("token", token), ("token_type_hint", hint), ("client_id", app.client_id().as_str())];
        let secret = self.client_secret.map(|secret| ("client_secret", secret.expose()));
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields.into_iter().chain(secret))
            .finish();
        let mut request = Request::new(form.into_bytes());
        (*request.method_mut(), *request.uri_mut()) = (Method::POST, uri(self.url)?);
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let (response, basic) = self.call_server(request).await?;
        response::check_revocation(response, &self.context(&self.all_secrets(basic.as_ref())))
    }

    /// Returns the response, and the `Authorization` header of the request.
    async fn call_server(&self, request: HttpRequest) -> Result<(HttpResponse, Option<HeaderValue>), Error> {
        let mut request = request::rewrite(request, self.dialect, self.encoding)?;
        request.headers_mut().insert(USER_AGENT, self.user_agent.clone());
        let authorization = request.headers().get(AUTHORIZATION).cloned();
        let call = Call::new(request, self.deadline, self.body_cap);
        Ok((self.transport.call(call).await.map_err(Error::from)?, authorization))
    }

    fn all_secrets<'s>(&'s self, authorization: Option<&'s HeaderValue>) -> Vec<&'s str> {
        // HTTP Basic holds the client's secret in base64, together with its id.
        let basic = authorization.and_then(|value| Some(value.to_str().ok()?.split_once(' ')?.1));
        let client_secret = self.client_secret.map(ClientSecret::expose);
        self.secrets.into_iter().chain([client_secret, basic]).flatten().collect()
    }

    fn context<'s>(&'s self, secrets: &'s [&'s str]) -> response::Context<'s> {
        response::Context { token_url: self.url, dialect: self.dialect, secrets, now: self.clock.now() }
    }
}

fn uri(url: &Url) -> Result<Uri, Error> {
    Uri::try_from(url.as_str()).map_err(|_| Error::invalid_input("a request cannot have the endpoint's URL"))
}
