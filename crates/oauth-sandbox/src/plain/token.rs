//! The token endpoint (RFC 6749 3.2, 4.1.3, 4.3.2, 4.4.2, 5 and 6), and the revocation endpoint (RFC 7009).

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use http::header::{CACHE_CONTROL, PRAGMA, WWW_AUTHENTICATE};
use http::{HeaderName, StatusCode};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::Request;
use super::model::{Grant, IssuedTokens, WRONG_REDIRECT_URI, invalid_grant};
use super::options::{ClientAuth, Options, Pkce, RedirectUri};
use super::unique_params::UniqueParams;
use crate::params::Encoding;
use crate::pkce;
use crate::token_error::TokenError;
use crate::user::User;

pub(super) async fn token(request: Request) -> Response {
    let (params, log) = (&request.params, &request.log);
    match issue(&request) {
        Ok(tokens) => {
            let user = tokens.grant.user.as_deref().unwrap_or("the application itself");
            log.note(format_args!("{} accepted, token issued for {user}", params.text("grant_type")));
            (UNCACHED, Json(success(&request.core.setup.options, &tokens))).into_response()
        }
        Err(error) => refused(&request, &error),
    }
}

/// RFC 7009. A token that is not valid is no error (2.2).
pub(super) async fn revoke(request: Request) -> Response {
    let revoked = form(&request).and_then(|form| {
        let (client_id, token) = (authenticate_client(&request, form)?, form.require("token")?);
        request.core.state().revoke(&client_id, token)
    });
    match revoked {
        Ok(()) => StatusCode::OK.into_response(),
        Err(error) => refused(&request, &error),
    }
}

/// Required for success (5.1) and error (5.2).
const UNCACHED: [(HeaderName, &str); 2] = [(CACHE_CONTROL, "no-store"), (PRAGMA, "no-cache")];

fn refused(request: &Request, error: &TokenError) -> Response {
    request.log.note(format_args!("refused: {}: {}", error.error, error.description));
    let response = (error.status(), UNCACHED, Json(error)).into_response();
    if error.status() == StatusCode::UNAUTHORIZED {
        return ([(WWW_AUTHENTICATE, "Basic realm=\"plain\"")], response).into_response();
    }
    response
}

fn form(request: &Request) -> Result<UniqueParams<'_>, TokenError> {
    if request.params.encoding != Encoding::Urlencoded {
        return Err(invalid("the parameters must be in the body, as application/x-www-form-urlencoded"));
    }
    let form = UniqueParams::of_body(&request.params);
    match form.repeated() {
        Some(name) => Err(invalid(format!("{name} is repeated"))),
        None => Ok(form),
    }
}

fn success(options: &Options, tokens: &IssuedTokens) -> Value {
    let token_type = options.authorization.0.split(' ').next().filter(|word| !word.is_empty());
    let mut body = json!({
        "access_token": tokens.access_token,
        "token_type": token_type.unwrap_or("Bearer"),
    });
    if let Some(life) = tokens.expires_in {
        body["expires_in"] = life.num_seconds().into();
    }
    if let Some(refresh_token) = &tokens.refresh_token {
        body["refresh_token"] = refresh_token.as_str().into();
    }
    if !tokens.grant.scopes_requested && !tokens.grant.scopes.is_empty() {
        body["scope"] = tokens.grant.scopes.join(&options.scope_separator.to_string()).into();
    }
    body
}

fn issue(request: &Request) -> Result<IssuedTokens, TokenError> {
    let core = &request.core;
    let options = &core.setup.options;
    let form = form(request)?;
    let grant_type = form.require("grant_type")?;
    let client_id = authenticate_client(request, form)?;
    let given_uri = form.get("redirect_uri");
    let (now, mut state) = (core.now(), core.state());
    if grant_type == options.code_grant {
        let redirect_uri = |requested: Option<&str>| match options.redirect_uri {
            RedirectUri::Never => given_uri.is_none(),
            // Not checked when the authorization request had none.
            RedirectUri::OnCodeExchange | RedirectUri::OnEveryTokenCall => {
                requested.is_none_or(|requested| given_uri == Some(requested))
            }
        };
        let verifier = |challenge: Option<&str>| {
            options.pkce == Pkce::Ignored || pkce::verifier_matches(challenge, form.get("code_verifier"))
        };
        return state.redeem(&client_id, form.require("code")?, redirect_uri, verifier, now);
    }
    if grant_type == options.refresh_grant {
        let refresh_token = form.require("refresh_token")?;
        match (options.redirect_uri, given_uri) {
            (RedirectUri::OnEveryTokenCall, None) => return Err(invalid("redirect_uri is missing")),
            (RedirectUri::Never, Some(_)) => {
                return Err(invalid("there is no redirect_uri on a token call"));
            }
            (RedirectUri::OnEveryTokenCall, Some(uri)) => {
                let client = state.clients.find(&client_id);
                if !client.is_some_and(|client| client.has_registered(uri)) {
                    return Err(invalid_grant(WRONG_REDIRECT_URI));
                }
            }
            _ => {}
        }
        return state.refresh(&client_id, refresh_token, form.scopes(options)?, now);
    }
    match grant_type {
        "password" => {
            let (username, password) = (form.require("username")?, form.require("password")?);
            let scopes = form.scopes(options)?;
            let is_user = |user: &&User| user.matches_login(username) && user.password == password;
            let login = state.users.iter().find(is_user).map(|user| user.login.clone());
            let login = login.ok_or_else(|| invalid_grant("username or password is wrong"))?;
            Ok(state.issue(Grant::new(core, client_id, Some(login), scopes), None, true, now))
        }
        // 4.4: confidential clients only.
        "client_credentials" if options.client_auth == ClientAuth::Public => {
            Err(TokenError::new("unauthorized_client", "a public client has no credentials"))
        }
        "client_credentials" => {
            let grant = Grant::new(core, client_id, None, form.scopes(options)?);
            Ok(state.issue(grant, None, false, now))
        }
        _ => Err(TokenError::new("unsupported_grant_type", format!("there is no grant_type {grant_type}"))),
    }
}

fn invalid(description: impl Into<String>) -> TokenError {
    TokenError::new("invalid_request", description)
}

/// Authenticates the client by the configured method, and rejects any second one (2.3, 2.3.1, 3.2.1).
fn authenticate_client(request: &Request, form: UniqueParams<'_>) -> Result<String, TokenError> {
    let method = request.core.setup.options.client_auth;
    let unknown = |description| TokenError::new("invalid_client", description);
    let state = request.core.state();
    let basic = request.headers.contains_key("authorization");
    let basic = basic.then(|| request.basic_credentials());
    let in_body = form.get("client_secret");
    if basic.is_some() && in_body.is_some() {
        return Err(invalid("the client authenticates by two methods"));
    }
    let (id, secret) = match (method, basic, in_body) {
        (ClientAuth::Public, None, None) => {
            let known = state.clients.find(form.text("client_id"));
            let known = known.ok_or_else(|| unknown("there is no such client"))?;
            return Ok(known.client_id.clone());
        }
        (ClientAuth::Any | ClientAuth::Basic, Some(Some((id, secret))), None) => {
            (form_decoded(&id), form_decoded(&secret))
        }
        (ClientAuth::BasicRaw, Some(Some(both)), None) => both,
        (ClientAuth::Any | ClientAuth::Body, None, Some(secret)) => {
            (form.text("client_id").to_owned(), secret.to_owned())
        }
        (_, None, None) => return Err(unknown("the client does not authenticate")),
        _ => return Err(unknown("the client authenticates by a method that this server does not accept")),
    };
    // With HTTP Basic, a client_id in the body must be the same.
    if form.get("client_id").is_some_and(|other| other != id) {
        return Err(invalid("client_id is not the one that authenticates"));
    }
    let client = state.clients.authenticate(&id, &secret);
    client
        .map(|client| client.client_id.clone())
        .ok_or_else(|| unknown("client identifier or secret is wrong"))
}

/// Reverses the form encoding of user name and password that 2.3.1 requires.
fn form_decoded(part: &str) -> String {
    let as_form = format!("v={part}");
    form_urlencoded::parse(as_form.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}
