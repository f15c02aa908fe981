//! Students, and the account's users.

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::Rules;
use super::caller::{Caller, Refused, answer, named, unwrap};
use super::model::AccountUser;
use crate::provider::SharedCore;

/// `POST /students.json`. Which fields must be there is not documented: any will do.
pub(super) async fn create_student(
    State(core): State<SharedCore<Rules>>,
    caller: Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refused> {
    unwrap(&headers, &body, "student")?;
    let id = {
        let mut state = core.state();
        state.students += 1;
        12_344 + state.students
    };
    let portal_url = format!("{}/students/{id}", super::base_url(&core, caller.account));
    Ok(answer(StatusCode::CREATED, &json!({ "id": id, "portal_url": portal_url })))
}

/// `GET /users.json`: a guess, path and fields.
pub(super) async fn users(State(core): State<SharedCore<Rules>>, caller: Caller) -> Response {
    let state = core.state();
    let its_own = state.users.iter().filter(|user| user.account == caller.account.name);
    answer(StatusCode::OK, &Value::Array(its_own.map(shown).collect()))
}

/// `POST /users.json`: a guess, path and fields.
pub(super) async fn create_user(
    State(core): State<SharedCore<Rules>>,
    caller: Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refused> {
    let fields = unwrap(&headers, &body, "user")?;
    let named = named(&fields)
        .ok_or_else(|| Refused::senseless("invalid_user", "A user needs a name and an e-mail address."))?;
    let mut state = core.state();
    if state.find(caller.account, &named.email).is_some() {
        return Err(Refused::senseless("user_exists", "There is a user with this e-mail address."));
    }
    Ok(answer(StatusCode::CREATED, &shown(&state.create(caller.account, &named))))
}

fn shown(user: &AccountUser) -> Value {
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
