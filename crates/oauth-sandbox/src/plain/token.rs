//! The token endpoint (RFC 6749 3.2, 4.1.3, 4.3.2, 4.4.2, 5 and 6).

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, CACHE_CONTROL, PRAGMA, WWW_AUTHENTICATE};
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use super::Rules;
use super::model::{Grant, Issue, Refused};
use super::options::{ClientAuth, Options, Pkce, RedirectUri};
use super::unique_params::UniqueParams;
use crate::journal::RequestLog;
use crate::params::{Encoding, Params};
use crate::pkce;
use crate::provider::{ProviderCore, SharedCore};

/// Why there is no token: `error` and `error_description` (5.2).
type Refusal = (&'static str, String);

pub(super) async fn token(
    State(core): State<SharedCore<Rules>>,
    headers: HeaderMap,
    params: Params,
    log: RequestLog,
) -> Response {
    // 5.1 and 5.2 alike.
    let uncached = [(CACHE_CONTROL, "no-store"), (PRAGMA, "no-cache")];
    match issue(&core, &headers, &params) {
        Ok(issue) => {
            let whom = issue.grant.user.as_deref().unwrap_or("the application itself");
            log.note(format_args!("{} taken, token issued for {whom}", params.text("grant_type")));
            (uncached, Json(success(&core.setup.options, issue))).into_response()
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

fn success(options: &Options, issue: Issue) -> Value {
    let mut body = Map::new();
    body.insert("access_token".into(), issue.access_token.into());
    let token_type = options.authorization.0.split(' ').next().filter(|word| !word.is_empty());
    body.insert("token_type".into(), token_type.unwrap_or("Bearer").into());
    if let Some(life) = issue.expires_in {
        body.insert("expires_in".into(), life.num_seconds().into());
    }
    if let Some(refresh_token) = issue.refresh_token {
        body.insert("refresh_token".into(), refresh_token.into());
    }
    if !issue.grant.named && !issue.grant.scopes.is_empty() {
        let scope = issue.grant.scopes.join(&options.scope_separator.to_string());
        body.insert("scope".into(), scope.into());
    }
    body.into()
}

fn issue(core: &ProviderCore<Rules>, headers: &HeaderMap, params: &Params) -> Result<Issue, Refusal> {
    let options = &core.setup.options;
    if params.encoding() != Encoding::Urlencoded {
        return Err(invalid("the parameters must be in the body, as application/x-www-form-urlencoded"));
    }
    let form = UniqueParams::of_body(params);
    if let Some(name) = form.repeated() {
        return Err(invalid(format!("{name} is there more than once")));
    }
    let grant_type = must(form, "grant_type")?;
    let client_id = authenticated(core, headers, form)?;
    if grant_type == options.code_grant {
        by_code(core, &client_id, form)
    } else if grant_type == options.refresh_grant {
        by_refresh_token(core, &client_id, form)
    } else if grant_type == "password" {
        by_password(core, client_id, form)
    } else if grant_type == "client_credentials" {
        by_client_credentials(core, client_id, form)
    } else {
        Err(("unsupported_grant_type", format!("there is no grant_type {grant_type}")))
    }
}

fn invalid(description: impl Into<String>) -> Refusal {
    ("invalid_request", description.into())
}

fn must<'a>(form: UniqueParams<'a>, name: &str) -> Result<&'a str, Refusal> {
    form.get(name).ok_or_else(|| invalid(format!("{name} is missing")))
}

/// The client, when it has said who it is in the way, and the only way, that is wanted (2.3, 2.3.1, 3.2.1).
fn authenticated(
    core: &ProviderCore<Rules>,
    headers: &HeaderMap,
    form: UniqueParams<'_>,
) -> Result<String, Refusal> {
    let wanted = core.setup.options.client_auth;
    let unknown = |description: &str| ("invalid_client", description.to_owned());
    let state = core.state();
    let basic = headers.get(AUTHORIZATION).map(|header| header.to_str().ok().and_then(basic));
    let in_body = form.get("client_secret");
    if basic.is_some() && in_body.is_some() {
        return Err(invalid("the client authenticates by two methods"));
    }
    let (id, secret) = match (wanted, basic, in_body) {
        (ClientAuth::Public, None, None) => {
            let known = state.clients.find(form.text("client_id"));
            let known = known.ok_or_else(|| unknown("there is no such client"))?;
            return Ok(known.client_id.clone());
        }
        (ClientAuth::Any | ClientAuth::Basic, Some(Some((id, secret))), None) => {
            (decoded(&id), decoded(&secret))
        }
        (ClientAuth::BasicRaw, Some(Some(both)), None) => both,
        (ClientAuth::Any | ClientAuth::Body, None, Some(secret)) => {
            (form.text("client_id").to_owned(), secret.to_owned())
        }
        (_, None, None) => return Err(unknown("the client does not authenticate")),
        _ => return Err(unknown("the client authenticates in a way that this server does not take")),
    };
    // With HTTP Basic, a client_id in the body says the same once more, or is a lie.
    if form.get("client_id").is_some_and(|other| other != id) {
        return Err(invalid("client_id is not the one that authenticates"));
    }
    let client = state.clients.authenticate(&id, &secret);
    client
        .map(|client| client.client_id.clone())
        .ok_or_else(|| unknown("client identifier or secret is wrong"))
}

fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    decoded.split_once(':').map(|(id, secret)| (id.to_owned(), secret.to_owned()))
}

/// 2.3.1: both parts are form-urlencoded before they become the user name and the password.
fn decoded(part: &str) -> String {
    let as_form = format!("v={part}");
    form_urlencoded::parse(as_form.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

fn by_code(core: &ProviderCore<Rules>, client_id: &str, form: UniqueParams<'_>) -> Result<Issue, Refusal> {
    let options = &core.setup.options;
    let code = must(form, "code")?;
    let said = form.get("redirect_uri");
    let redirect_uri = |asked_with: Option<&str>| match options.redirect_uri {
        RedirectUri::Never => said.is_none(),
        // When it was not on the authorize URL, nothing is said about it.
        RedirectUri::OnCodeExchange | RedirectUri::OnEveryTokenCall => {
            asked_with.is_none_or(|asked_with| said == Some(asked_with))
        }
    };
    let verifier = |challenge: Option<&str>| {
        options.pkce == Pkce::Ignored || pkce::verifier_matches(challenge, form.get("code_verifier"))
    };
    core.state().redeem(client_id, code, redirect_uri, verifier, core.now()).map_err(refused)
}

fn by_refresh_token(
    core: &ProviderCore<Rules>,
    client_id: &str,
    form: UniqueParams<'_>,
) -> Result<Issue, Refusal> {
    let options = &core.setup.options;
    let refresh_token = must(form, "refresh_token")?;
    match (options.redirect_uri, form.get("redirect_uri")) {
        (RedirectUri::OnEveryTokenCall, None) => return Err(invalid("redirect_uri is missing")),
        (RedirectUri::Never, Some(_)) => return Err(invalid("there is no redirect_uri on a token call")),
        (RedirectUri::OnEveryTokenCall, Some(uri)) => {
            let registered =
                core.state().clients.find(client_id).is_some_and(|client| client.has_registered(uri));
            if !registered {
                return Err(("invalid_grant", Refused::RedirectUri.text().into()));
            }
        }
        _ => {}
    }
    let scopes = scopes(form, options)?;
    core.state().renew(client_id, refresh_token, scopes, core.now()).map_err(refused)
}

fn by_password(
    core: &ProviderCore<Rules>,
    client_id: String,
    form: UniqueParams<'_>,
) -> Result<Issue, Refusal> {
    let (username, password) = (must(form, "username")?, must(form, "password")?);
    let scopes = scopes(form, &core.setup.options)?;
    let mut state = core.state();
    let known = state.users.iter().find(|user| user.matches_login(username) && user.password == password);
    let user = known.map(|user| user.login.clone());
    let user = user.ok_or_else(|| ("invalid_grant", "username or password is wrong".to_owned()))?;
    let grant = granted(core, client_id, Some(user), scopes);
    Ok(state.issue(grant, true, core.now()))
}

fn by_client_credentials(
    core: &ProviderCore<Rules>,
    client_id: String,
    form: UniqueParams<'_>,
) -> Result<Issue, Refusal> {
    if core.setup.options.client_auth == ClientAuth::Public {
        // 4.4: confidential clients only.
        return Err(("unauthorized_client", "a public client has no credentials".into()));
    }
    let scopes = scopes(form, &core.setup.options)?;
    let grant = granted(core, client_id, None, scopes);
    Ok(core.state().issue(grant, false, core.now()))
}

fn granted(
    core: &ProviderCore<Rules>,
    client_id: String,
    user: Option<String>,
    asked: Option<Vec<String>>,
) -> Grant {
    let named = asked.is_some();
    let scopes = asked.unwrap_or_else(|| core.setup.options.scopes.clone());
    Grant { client_id, user, scopes, named }
}

fn scopes(form: UniqueParams<'_>, options: &Options) -> Result<Option<Vec<String>>, Refusal> {
    form.scopes(options).map_err(|unknown| ("invalid_scope", format!("there is no scope {unknown}")))
}

fn refused(why: Refused) -> Refusal {
    let error = if why == Refused::Scope { "invalid_scope" } else { "invalid_grant" };
    (error, why.text().into())
}
