//! API 1 on `www`: token info, revocation and space tokens (dev.cobot.me/api-docs/access-tokens).

use axum::Json;
use axum::extract::Path;
use http::StatusCode;
use serde_json::{Value, json};

use super::caller::{self, Caller, not_found};
use super::fixtures::SPACES;
use super::model::{State, Token};
use super::{PathText, Request};
use crate::request::Rejection;

fn find(state: &State, token: &str) -> Result<Token, Rejection> {
    state.token(token).ok_or_else(|| not_found("There is no such access token."))
}

/// `GET /api/access_tokens/:token`
pub(super) async fn show(request: Request, token: PathText) -> Result<Json<Value>, Rejection> {
    Caller::on_www(&request, "token info", &[])?;
    let Path(token) = token.map_err(Rejection::new)?;
    let token = find(&request.core.state(), &token)?;
    Ok(Json(json!({ "scope": token.grant.scopes })))
}

/// `DELETE /api/access_tokens/:token`
pub(super) async fn revoke(request: Request, token: PathText) -> Result<StatusCode, Rejection> {
    Caller::on_www(&request, "revoke token", &[])?;
    let Path(token) = token.map_err(Rejection::new)?;
    if !request.core.state().revoke(&token) {
        return Err(not_found("There is no such access token."));
    }
    request.log.note("token revoked");
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/access_tokens/:token/space`
pub(super) async fn create_space_token(
    request: Request,
    token: PathText,
) -> Result<(StatusCode, Json<Value>), Rejection> {
    Caller::on_www(&request, "space token", &[])?;
    let Path(token) = token.map_err(Rejection::new)?;
    let mut state = request.core.state();
    let parent = find(&state, &token)?;
    let space_id =
        request.params.present("space_id").ok_or_else(|| caller::invalid("space_id", "can't be blank"))?;
    let space = SPACES.iter().find(|space| space.id == space_id);
    let space = space.ok_or_else(|| not_found("There is no such space."))?;
    // The token in the path is the one exchanged, so its user's rights count, not the caller's.
    caller::require_admin(&request, &state, &parent, space)?;
    let token = state.issue_token(parent.grant, Some(space.subdomain));
    request.log.note(format!("token issued for the space {}", space.subdomain));
    let body = json!({
        "scope": token.grant.scopes,
        "token": token.token,
        "client_id": request.core.setup.credentials.client_id,
    });
    Ok((StatusCode::CREATED, Json(body)))
}
