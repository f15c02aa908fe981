//! API 1 in a space: its members (dev.cobot.me/api-docs/memberships).

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::Rules;
use super::caller::{Caller, Rule};
use super::failure::Failure;
use super::fixtures::Member;
use super::place::Subdomain;
use crate::provider::SharedCore;

const SCOPES: &[&str] = &["read_memberships", "read"];

/// `GET /api/memberships`
pub(super) async fn list(
    State(core): State<SharedCore<Rules>>,
    Subdomain(space): Subdomain,
    caller: Caller,
) -> Result<Json<Value>, Failure> {
    caller.may(&core, Rule::new("memberships", SCOPES).per_minute(6))?;
    caller.administers(&core.state(), space)?;
    Ok(Json(space.members.iter().map(details).collect()))
}

/// `GET /api/memberships/:id`
pub(super) async fn one(
    State(core): State<SharedCore<Rules>>,
    Subdomain(space): Subdomain,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Failure> {
    caller.may(&core, Rule::new("membership", SCOPES))?;
    let member = space.members.iter().find(|member| member.id == id);
    let own = member.is_some_and(|member| member.user == Some(&*caller.user.login));
    if !own || caller.token.space.is_some() {
        caller.administers(&core.state(), space)?;
    }
    let member = member.ok_or_else(|| Failure::not_found("There is no such membership."))?;
    Ok(Json(details(member)))
}

fn details(member: &Member) -> Value {
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
