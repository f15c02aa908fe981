//! Control endpoints that only Cobot has: client scopes and admin rights.

use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Rules;
use crate::control::{ControlError, parse_body};
use crate::provider::SharedCore;

pub(super) fn routes() -> Router<SharedCore<Rules>> {
    Router::new()
        .route("/client_scopes", post(client_scopes))
        .route("/cut_admin_rights", post(cut_admin_rights))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClientScopes {
    scopes: Vec<String>,
}

async fn client_scopes(
    State(core): State<SharedCore<Rules>>,
    body: Bytes,
) -> Result<StatusCode, ControlError> {
    let ClientScopes { scopes } = parse_body(&body)?;
    core.state().client_scopes = scopes;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CutAdminRights {
    user: String,
    space: String,
}

async fn cut_admin_rights(
    State(core): State<SharedCore<Rules>>,
    body: Bytes,
) -> Result<Json<Value>, ControlError> {
    let CutAdminRights { user, space } = parse_body(&body)?;
    let cut = core.state().cut_admin_rights(&user, &space);
    Ok(Json(json!({ "cut": cut })))
}
