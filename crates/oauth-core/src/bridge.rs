//! Where the `oauth2` crate is spoken to: the only file that knows its generics.
//!
//! `oauth2` builds the standard requests, which the dialect then rewrites for the provider. Replies are not read by it: it
//! wants status 200 and a JSON content type, and of what real servers send it would see nothing before the dialect has
//! read it.

use std::cell::Cell;
use std::fmt;

use oauth2::basic::BasicClient;
use oauth2::{
    AuthType, AuthUrl, CsrfToken, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, ResourceOwnerPassword, ResourceOwnerUsername, TokenUrl,
};
use url::Url;

use crate::authorize::AuthorizationRequest;
use crate::{
    App, AuthorizationCode, Dialect, Error, Password, Pkce, PkceVerifier, RedirectUri, RefreshToken, State,
};

fn client(app: &App) -> BasicClient {
    BasicClient::new(oauth2::ClientId::new(app.client_id().as_str().to_owned()))
        .set_auth_type(AuthType::RequestBody)
}

fn redirect_url(uri: &RedirectUri) -> Result<RedirectUrl, Error> {
    RedirectUrl::new(uri.as_str().to_owned())
        .map_err(|source| Error::invalid_input("the redirect URI cannot be read").with_source(source))
}

/// An authorize URL with the secrets that belong to it.
pub(crate) struct Authorize {
    pub(crate) url: Url,
    pub(crate) state: State,
    pub(crate) pkce_verifier: Option<PkceVerifier>,
}

pub(crate) fn authorize(
    authorization: &AuthorizationRequest,
    app: &App,
    redirect_uri: &RedirectUri,
    dialect: &Dialect,
) -> Result<Authorize, Error> {
    let client = client(app)
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

impl Grant<'_> {
    /// What of it the server's words must not bring back into an error.
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

/// Builds the token calls of one client: standard ones, as forms with the grant and the client's id.
pub(crate) struct TokenRequests(
    BasicClient<EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>,
);

impl TokenRequests {
    pub(crate) fn new(app: &App, token_url: &Url) -> Self {
        Self(client(app).set_token_uri(TokenUrl::from_url(token_url.clone())))
    }

    pub(crate) fn build(&self, grant: &Grant<'_>) -> Result<HttpRequest, Error> {
        let built = Built(Cell::new(None));
        // What each of them answers is what `Built` told them: that nothing was sent.
        match grant {
            Grant::Code { code, pkce_verifier } => {
                let code = oauth2::AuthorizationCode::new(code.expose().to_owned());
                let mut request = self.0.exchange_code(code);
                if let Some(verifier) = pkce_verifier {
                    request = request.set_pkce_verifier(PkceCodeVerifier::new(verifier.expose().to_owned()));
                }
                let _ = request.request(&built);
            }
            Grant::Refresh { refresh_token } => {
                let refresh_token = oauth2::RefreshToken::new(refresh_token.expose().to_owned());
                let _ = self.0.exchange_refresh_token(&refresh_token).request(&built);
            }
            Grant::Password { username, password } => {
                let username = ResourceOwnerUsername::new((*username).to_owned());
                let password = ResourceOwnerPassword::new(password.expose().to_owned());
                let _ = self.0.exchange_password(&username, &password).request(&built);
            }
            Grant::ClientCredentials => {
                let _ = self.0.exchange_client_credentials().request(&built);
            }
        }
        built.0.into_inner().ok_or_else(|| Error::invalid_input("the token request cannot be written"))
    }
}

/// `oauth2`'s HTTP client, which sends nothing: a request that can be borrowed, rewritten and sent by whoever waits for it
/// is all that is wanted of `oauth2`.
struct Built(Cell<Option<HttpRequest>>);

impl oauth2::SyncHttpClient for Built {
    type Error = NotSent;

    fn call(&self, request: HttpRequest) -> Result<HttpResponse, NotSent> {
        self.0.set(Some(request));
        Err(NotSent)
    }
}

#[derive(Debug)]
struct NotSent;

impl fmt::Display for NotSent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("only built")
    }
}

impl std::error::Error for NotSent {}
