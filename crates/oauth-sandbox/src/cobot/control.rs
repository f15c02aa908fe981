//! Controls of Cobot's own over HTTP: what [`Running`](crate::Running) of it can do besides.

use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Rules;
use crate::control::{Problem, read};
use crate::played::Shared;

pub(super) fn routes() -> Router<Shared<Rules>> {
    Router::new()
        .route("/client_scopes", post(client_scopes))
        .route("/cut_admin_rights", post(cut_admin_rights))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClientScopes {
    scopes: Vec<String>,
}

async fn client_scopes(State(core): State<Shared<Rules>>, body: Bytes) -> Result<StatusCode, Problem> {
    let ClientScopes { scopes } = read(&body)?;
    core.state().client_scopes = scopes;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CutAdminRights {
    user: String,
    space: String,
}

async fn cut_admin_rights(State(core): State<Shared<Rules>>, body: Bytes) -> Result<Json<Value>, Problem> {
    let CutAdminRights { user, space } = read(&body)?;
    let cut = core.state().cut(&user, &space);
    Ok(Json(json!({ "cut": cut })))
}
