//! Students and account users.

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::Rules;
use super::caller::{ApiError, Caller, json_response, named_user, unwrap_root};
use super::model::AccountUser;
use crate::provider::SharedCore;

/// `POST /students.json`. The required fields are not documented, so any field is enough.
pub(super) async fn create_student(
    State(core): State<SharedCore<Rules>>,
    caller: Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    unwrap_root(&headers, &body, "student")?;
    let id = {
        let mut state = core.state();
        state.students += 1;
        12_344 + state.students
    };
    let portal_url = format!("{}/students/{id}", super::base_url(&core, caller.account));
    Ok(json_response(StatusCode::CREATED, &json!({ "id": id, "portal_url": portal_url })))
}

/// `GET /users.json`. Path and fields are guesses.
pub(super) async fn list_users(State(core): State<SharedCore<Rules>>, caller: Caller) -> Response {
    let state = core.state();
    let users = state.users.iter().filter(|user| user.account == caller.account.name);
    json_response(StatusCode::OK, &Value::Array(users.map(user_json).collect()))
}

/// `POST /users.json`. Path and fields are guesses.
pub(super) async fn create_user(
    State(core): State<SharedCore<Rules>>,
    caller: Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let fields = unwrap_root(&headers, &body, "user")?;
    let named = named_user(&fields).ok_or_else(|| {
        ApiError::unprocessable("invalid_user", "A user needs a name and an e-mail address.")
    })?;
    let mut state = core.state();
    if state.find(caller.account, &named.email).is_some() {
        return Err(ApiError::unprocessable("user_exists", "There is a user with this e-mail address."));
    }
    Ok(json_response(StatusCode::CREATED, &user_json(&state.create(caller.account, &named))))
}

fn user_json(user: &AccountUser) -> Value {
    json!({
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "role": user.role,
        "branch": user.branch,
        "can_log_in": user.can_log_in(),
        "system": user.system,
    })
}
