//! API 1 on a space's subdomain: memberships (dev.cobot.me/api-docs/memberships).

use axum::Json;
use axum::extract::Path;
use serde_json::{Value, json};

use super::caller::{Caller, PER_MINUTE, not_found};
use super::fixtures::Member;
use super::{PathText, Request};
use crate::request::Rejection;

const SCOPES: &[&str] = &["read_memberships", "read"];

/// `GET /api/memberships`
pub(super) async fn list(request: Request) -> Result<Json<Value>, Rejection> {
    let (caller, space) = Caller::in_space(&request, "memberships", 6, SCOPES)?;
    caller.require_admin(&request.core.state(), space)?;
    Ok(Json(space.members.iter().map(member_json).collect()))
}

/// `GET /api/memberships/:id`
pub(super) async fn show(request: Request, id: PathText) -> Result<Json<Value>, Rejection> {
    let (caller, space) = Caller::in_space(&request, "membership", PER_MINUTE, SCOPES)?;
    let Path(id) = id.map_err(Rejection::new)?;
    let member = space.members.iter().find(|member| member.id == id);
    let is_own = member.is_some_and(|member| member.user == Some(&*caller.user.login));
    if !is_own || caller.token.space.is_some() {
        caller.require_admin(&request.core.state(), space)?;
    }
    let member = member.ok_or_else(|| not_found("There is no such membership."))?;
    Ok(Json(member_json(member)))
}

fn member_json(member: &Member) -> Value {
    json!({
        "id": member.id,
        "name": member.name,
        "email": member.email,
        "phone": null,
        "user": member.user.map(|id| json!({ "id": id, "email": member.email })),
        "address": {
            "company": member.company,
            "name": member.name,
            "full_address": "Am Kanal 9\n12345 Berlin",
            "country": "Germany",
        },
        "customer_number": member.number,
        "charge_taxes": true,
        "plan": {
            "name": member.plan,
            "price_per_cycle": member.price,
            "currency": "EUR",
            "cycle_duration": 1,
        },
    })
}
