//! API 1 on `www`: token info, revocation and space tokens (dev.cobot.me/api-docs/access-tokens).

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use serde_json::{Value, json};

use super::Rules;
use super::api_error::ApiError;
use super::caller::{AccessRule, Caller};
use super::fixtures::SPACES;
use super::host_routing::WwwHost;
use super::model::{self, Token};
use crate::params::Params;
use crate::provider::SharedCore;

fn find(state: &model::State, token: &str) -> Result<Token, ApiError> {
    state.token(token).ok_or_else(|| ApiError::not_found("There is no such access token."))
}

/// `GET /api/access_tokens/:token`
pub(super) async fn show(
    State(core): State<SharedCore<Rules>>,
    _: WwwHost,
    caller: Caller,
    Path(token): Path<String>,
) -> Result<Json<Value>, ApiError> {
    caller.check_access(&core, AccessRule::new("token info", &[]))?;
    let state = core.state();
    let token = find(&state, &token)?;
    Ok(Json(json!({ "scope": token.grant.scopes })))
}

/// `DELETE /api/access_tokens/:token`
pub(super) async fn revoke(
    State(core): State<SharedCore<Rules>>,
    _: WwwHost,
    caller: Caller,
    Path(token): Path<String>,
) -> Result<StatusCode, ApiError> {
    caller.check_access(&core, AccessRule::new("revoke token", &[]))?;
    if !core.state().revoke(&token) {
        return Err(ApiError::not_found("There is no such access token."));
    }
    caller.note("token revoked");
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/access_tokens/:token/space`
pub(super) async fn create_space_token(
    State(core): State<SharedCore<Rules>>,
    _: WwwHost,
    caller: Caller,
    Path(token): Path<String>,
    params: Params,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    caller.check_access(&core, AccessRule::new("space token", &[]))?;
    let mut state = core.state();
    let parent = find(&state, &token)?;
    let space_id =
        params.present("space_id").ok_or_else(|| ApiError::invalid("space_id", "can't be blank"))?;
    let space = SPACES
        .iter()
        .find(|space| space.id == space_id)
        .ok_or_else(|| ApiError::not_found("There is no such space."))?;
    // The token in the path is the one exchanged, so its user's rights count, not the caller's.
    let valid_here = parent.space.is_none_or(|subdomain| subdomain == space.subdomain);
    if !valid_here || !state.is_admin(&parent.grant.user, space) {
        caller.note(format!("refused: {} does not administer {}", parent.grant.user, space.subdomain));
        return Err(ApiError::forbidden("Only admins of the space may do this."));
    }
    let token = state.issue_token(parent.grant, Some(space.subdomain));
    caller.note(format!("token issued for the space {}", space.subdomain));
    let body = json!({
        "scope": token.grant.scopes,
        "token": token.token,
        "client_id": core.setup.credentials.client_id,
    });
    Ok((StatusCode::CREATED, Json(body)))
}
