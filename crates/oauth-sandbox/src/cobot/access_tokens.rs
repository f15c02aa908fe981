//! API 1 on `www`: what a token may do, its end, and tokens of spaces (dev.cobot.me/api-docs/access-tokens).

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use serde_json::{Value, json};

use super::Rules;
use super::caller::{Caller, Rule};
use super::failure::Failure;
use super::fixtures::SPACES;
use super::model::{self, Token};
use super::place::Www;
use crate::params::Params;
use crate::provider::SharedCore;

fn find(state: &model::State, token: &str) -> Result<Token, Failure> {
    state.token(token).ok_or_else(|| Failure::not_found("There is no such access token."))
}

/// `GET /api/access_tokens/:token`
pub(super) async fn show(
    State(core): State<SharedCore<Rules>>,
    _: Www,
    caller: Caller,
    Path(token): Path<String>,
) -> Result<Json<Value>, Failure> {
    caller.may(&core, Rule::new("token info", &[]))?;
    let state = core.state();
    let token = find(&state, &token)?;
    Ok(Json(json!({ "scope": token.grant.scopes })))
}

/// `DELETE /api/access_tokens/:token`
pub(super) async fn revoke(
    State(core): State<SharedCore<Rules>>,
    _: Www,
    caller: Caller,
    Path(token): Path<String>,
) -> Result<StatusCode, Failure> {
    caller.may(&core, Rule::new("revoke token", &[]))?;
    if !core.state().revoke(&token) {
        return Err(Failure::not_found("There is no such access token."));
    }
    caller.note("token revoked");
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/access_tokens/:token/space`
pub(super) async fn for_space(
    State(core): State<SharedCore<Rules>>,
    _: Www,
    caller: Caller,
    Path(token): Path<String>,
    params: Params,
) -> Result<(StatusCode, Json<Value>), Failure> {
    caller.may(&core, Rule::new("space token", &[]))?;
    let mut state = core.state();
    let parent = find(&state, &token)?;
    let space_id =
        params.present("space_id").ok_or_else(|| Failure::invalid("space_id", "can't be blank"))?;
    let space = SPACES
        .iter()
        .find(|space| space.id == space_id)
        .ok_or_else(|| Failure::not_found("There is no such space."))?;
    // The rights that count are those of the token in the path: it is the one that is turned into another.
    let of_this_space = parent.space.is_none_or(|own| own == space.subdomain);
    if !of_this_space || !state.is_admin(&parent.grant.user, space) {
        caller.note(format!("refused: {} does not administer {}", parent.grant.user, space.subdomain));
        return Err(Failure::forbidden("Only admins of the space may do this."));
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
