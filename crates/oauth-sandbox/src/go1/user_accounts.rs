//! User accounts on the gateway. Source: recorded responses of Totara's Go1 plug-in, a third party.

use axum::Json;
use axum::response::IntoResponse as _;
use http::StatusCode;
use serde_json::{Value, json};

use super::api::{authenticate_on_gateway, rejection};
use super::model::{Member, Role};
use super::{PathText, Request, paging};
use crate::params::Params;
use crate::request::{Handled, Rejection};

/// `GET /gateway/user-accounts`
pub(super) async fn list(request: Request) -> Handled {
    let caller = authenticate_on_gateway(&request, "user.read")?;
    let params = &request.params;
    let (from, limit) = paging::span(params)?;
    if !caller.is_administrator {
        return Err(forbidden());
    }
    let has_email = |member: &&Member| {
        params.present("email").is_none_or(|email| member.user.email.eq_ignore_ascii_case(email))
    };
    let state = request.core.state();
    let members = state.members.iter().filter(|member| member.portal == caller.portal);
    let found: Vec<_> = members.filter(has_email).collect();
    let hits: Vec<_> = found
        .iter()
        .skip(from)
        .take(limit)
        .map(|member| with_parts(json!({ "id": member.id, "status": "active" }), member, params))
        .collect();
    Ok(Json(json!({ "total": found.len(), "hits": hits })).into_response())
}

/// `GET /gateway/user-accounts/{id}`
pub(super) async fn show(id: PathText, request: Request) -> Handled {
    let caller = authenticate_on_gateway(&request, "user.read")?;
    let id = id.map(|id| id.0).unwrap_or_default();
    if !caller.may_access(&id) {
        return Err(forbidden());
    }
    let state = request.core.state();
    let Some(member) = state.account(caller.portal, &id) else {
        return Err(rejection(StatusCode::NOT_FOUND, "user_account_not_found", "User account not found."));
    };
    let (given_name, family_name) = member.names();
    let (role, number) = match member.role {
        Role::Learner => ("Learner", 1),
        Role::Administrator => ("Administrator", 2),
    };
    let body = json!({
        "id": member.id,
        "status": "active",
        "user": {
            "id": format!("usr_{:026}", member.id),
            "email": member.user.email,
            "given_name": given_name,
            "family_name": family_name,
        },
        "roles": [{ "guid": format!("rol_{number:026}"), "name": role }],
    });
    Ok(Json(with_parts(body, member, &request.params)).into_response())
}

/// Adds the parts that `include[]` requests.
fn with_parts(mut body: Value, member: &Member, params: &Params) -> Value {
    let includes = |part: &str| params.query.iter().any(|(name, value)| name == "include[]" && value == part);
    if includes("standard_fields") {
        body["standard_fields"] = json!({ "external_user_id": format!("staff-{}", member.id % 1_000) });
    }
    if includes("additional_fields") {
        body["additional_fields"] = json!({ "department": "Operations" });
    }
    body
}

fn forbidden() -> Rejection {
    rejection(StatusCode::FORBIDDEN, "permission_denied", "Permission denied.")
}
