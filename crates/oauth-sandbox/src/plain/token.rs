//! The token endpoint (RFC 6749 3.2, 4.1.3, 4.3.2, 4.4.2, 5 and 6).

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use http::header::{CACHE_CONTROL, PRAGMA, WWW_AUTHENTICATE};
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use super::Request;
use super::model::{Grant, GrantError, IssuedTokens};
use super::options::{ClientAuth, Options, Pkce, RedirectUri};
use super::unique_params::UniqueParams;
use crate::params::Encoding;
use crate::pkce;

/// `error` and `error_description` of an error response (5.2).
type TokenError = (&'static str, String);

pub(super) async fn token(request: Request) -> Response {
    let (params, log) = (&request.params, &request.log);
    // Required for success (5.1) and error (5.2).
    let uncached = [(CACHE_CONTROL, "no-store"), (PRAGMA, "no-cache")];
    match issue(&request) {
        Ok(tokens) => {
            let user = tokens.grant.user.as_deref().unwrap_or("the application itself");
            log.note(format_args!("{} accepted, token issued for {user}", params.text("grant_type")));
            (uncached, Json(success(&request.core.setup.options, tokens))).into_response()
        }
        Err((error, description)) => {
            log.note(format_args!("refused: {error}: {description}"));
            let body = Json(json!({ "error": error, "error_description": description }));
            if error == "invalid_client" {
                let challenge = [(WWW_AUTHENTICATE, "Basic realm=\"plain\"")];
                return (StatusCode::UNAUTHORIZED, uncached, challenge, body).into_response();
            }
            (StatusCode::BAD_REQUEST, uncached, body).into_response()
        }
    }
}

fn success(options: &Options, tokens: IssuedTokens) -> Value {
    let mut body = Map::new();
    body.insert("access_token".into(), tokens.access_token.into());
    let token_type = options.authorization.0.split(' ').next().filter(|word| !word.is_empty());
    body.insert("token_type".into(), token_type.unwrap_or("Bearer").into());
    if let Some(life) = tokens.expires_in {
        body.insert("expires_in".into(), life.num_seconds().into());
    }
    if let Some(refresh_token) = tokens.refresh_token {
        body.insert("refresh_token".into(), refresh_token.into());
    }
    if !tokens.grant.scopes_requested && !tokens.grant.scopes.is_empty() {
        let scope = tokens.grant.scopes.join(&options.scope_separator.to_string());
        body.insert("scope".into(), scope.into());
    }
    body.into()
}

fn issue(request: &Request) -> Result<IssuedTokens, TokenError> {
    let options = &request.core.setup.options;
    if request.params.encoding != Encoding::Urlencoded {
        return Err(invalid("the parameters must be in the body, as application/x-www-form-urlencoded"));
    }
    let form = UniqueParams::of_body(&request.params);
    if let Some(name) = form.repeated() {
        return Err(invalid(format!("{name} is repeated")));
    }
    let grant_type = require(form, "grant_type")?;
    let client_id = authenticate_client(request, form)?;
    if grant_type == options.code_grant {
        by_code(request, &client_id, form)
    } else if grant_type == options.refresh_grant {
        by_refresh_token(request, &client_id, form)
    } else if grant_type == "password" {
        by_password(request, client_id, form)
    } else if grant_type == "client_credentials" {
        by_client_credentials(request, client_id, form)
    } else {
        Err(("unsupported_grant_type", format!("there is no grant_type {grant_type}")))
    }
}

fn invalid(description: impl Into<String>) -> TokenError {
    ("invalid_request", description.into())
}

fn require<'a>(form: UniqueParams<'a>, name: &str) -> Result<&'a str, TokenError> {
    form.get(name).ok_or_else(|| invalid(format!("{name} is missing")))
}

/// Authenticates the client by the configured method, and rejects any second one (2.3, 2.3.1, 3.2.1).
fn authenticate_client(request: &Request, form: UniqueParams<'_>) -> Result<String, TokenError> {
    let method = request.core.setup.options.client_auth;
    let unknown = |description: &str| ("invalid_client", description.to_owned());
    let state = request.core.state();
    let basic = request.headers.contains_key("authorization");
    let basic = basic.then(|| request.header("authorization").and_then(parse_basic));
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

fn parse_basic(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    decoded.split_once(':').map(|(id, secret)| (id.to_owned(), secret.to_owned()))
}

/// Reverses the form encoding of user name and password that 2.3.1 requires.
fn form_decoded(part: &str) -> String {
    let as_form = format!("v={part}");
    form_urlencoded::parse(as_form.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

fn by_code(request: &Request, client_id: &str, form: UniqueParams<'_>) -> Result<IssuedTokens, TokenError> {
    let core = &request.core;
    let options = &core.setup.options;
    let code = require(form, "code")?;
    let given = form.get("redirect_uri");
    let redirect_uri = |requested: Option<&str>| match options.redirect_uri {
        RedirectUri::Never => given.is_none(),
        // Not checked when the authorization request had none.
        RedirectUri::OnCodeExchange | RedirectUri::OnEveryTokenCall => {
            requested.is_none_or(|requested| given == Some(requested))
        }
    };
    let verifier = |challenge: Option<&str>| {
        options.pkce == Pkce::Ignored || pkce::verifier_matches(challenge, form.get("code_verifier"))
    };
    core.state().redeem(client_id, code, redirect_uri, verifier, core.now()).map_err(token_error)
}

fn by_refresh_token(
    request: &Request,
    client_id: &str,
    form: UniqueParams<'_>,
) -> Result<IssuedTokens, TokenError> {
    let core = &request.core;
    let options = &core.setup.options;
    let refresh_token = require(form, "refresh_token")?;
    match (options.redirect_uri, form.get("redirect_uri")) {
        (RedirectUri::OnEveryTokenCall, None) => return Err(invalid("redirect_uri is missing")),
        (RedirectUri::Never, Some(_)) => return Err(invalid("there is no redirect_uri on a token call")),
        (RedirectUri::OnEveryTokenCall, Some(uri)) => {
            let registered =
                core.state().clients.find(client_id).is_some_and(|client| client.has_registered(uri));
            if !registered {
                return Err(("invalid_grant", GrantError::RedirectUri.text().into()));
            }
        }
        _ => {}
    }
    let scopes = scopes(form, options)?;
    core.state().refresh(client_id, refresh_token, scopes, core.now()).map_err(token_error)
}

fn by_password(
    request: &Request,
    client_id: String,
    form: UniqueParams<'_>,
) -> Result<IssuedTokens, TokenError> {
    let core = &request.core;
    let (username, password) = (require(form, "username")?, require(form, "password")?);
    let scopes = scopes(form, &core.setup.options)?;
    let mut state = core.state();
    let user = state.users.iter().find(|user| user.matches_login(username) && user.password == password);
    let login = user.map(|user| user.login.clone());
    let login = login.ok_or_else(|| ("invalid_grant", "username or password is wrong".to_owned()))?;
    let grant = Grant::new(core, client_id, Some(login), scopes);
    Ok(state.issue(grant, true, core.now()))
}

fn by_client_credentials(
    request: &Request,
    client_id: String,
    form: UniqueParams<'_>,
) -> Result<IssuedTokens, TokenError> {
    let core = &request.core;
    if core.setup.options.client_auth == ClientAuth::Public {
        // 4.4: confidential clients only.
        return Err(("unauthorized_client", "a public client has no credentials".into()));
    }
    let scopes = scopes(form, &core.setup.options)?;
    let grant = Grant::new(core, client_id, None, scopes);
    Ok(core.state().issue(grant, false, core.now()))
}

fn scopes(form: UniqueParams<'_>, options: &Options) -> Result<Option<Vec<String>>, TokenError> {
    form.scopes(options).map_err(|unknown| ("invalid_scope", format!("there is no scope {unknown}")))
}

fn token_error(error: GrantError) -> TokenError {
    let code = if error == GrantError::Scope { "invalid_scope" } else { "invalid_grant" };
    (code, error.text().into())
}
