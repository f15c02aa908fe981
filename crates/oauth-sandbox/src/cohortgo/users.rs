//! Students and account users.

use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use super::caller::{ApiError, Caller, json_response, named_user, unwrap_root};
use super::model::AccountUser;

/// `POST /students.json`. The required fields are not documented, so any field is enough.
pub(super) async fn create_student(Caller { request, account }: Caller) -> Result<Response, ApiError> {
    unwrap_root(&request, "student")?;
    let id = {
        let mut state = request.core.state();
        state.students += 1;
        12_344 + state.students
    };
    let portal_url = format!("{}/students/{id}", super::base_url(&request.core, account));
    Ok(json_response(StatusCode::CREATED, &json!({ "id": id, "portal_url": portal_url })))
}

/// `GET /users.json`. Path and fields are guesses.
pub(super) async fn list_users(Caller { request, account }: Caller) -> Response {
    let state = request.core.state();
    let users = state.users.iter().filter(|user| user.account == account.name);
    json_response(StatusCode::OK, &Value::Array(users.map(user_json).collect()))
}

/// `POST /users.json`. Path and fields are guesses.
pub(super) async fn create_user(Caller { request, account }: Caller) -> Result<Response, ApiError> {
    let fields = unwrap_root(&request, "user")?;
    let named = named_user(&fields).ok_or_else(|| {
        ApiError::unprocessable("invalid_user", "A user needs a name and an e-mail address.")
    })?;
    let mut state = request.core.state();
    if state.find(account, &named.email).is_some() {
        return Err(ApiError::unprocessable("user_exists", "There is a user with this e-mail address."));
    }
    Ok(json_response(StatusCode::CREATED, &user_json(&state.create(account, &named))))
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
