//! API 1 on `www` (dev.cobot.me/api-docs, pages `/users`, `/spaces` and `/access-tokens`), and on a space's
//! subdomain (page `/memberships`).

use axum::Json;
use axum::extract::Path;
use http::StatusCode;
use serde_json::{Value, json};

use super::caller::{self, Caller, PER_MINUTE, invalid, not_found};
use super::fixtures::{SPACES, SpaceFixture};
use super::model::{Grant, Member, State, Token};
use super::{PathText, Request, host_routing};
use crate::random;
use crate::request::Rejection;
use crate::user::User;

/// `GET /api/user`
pub(super) async fn user(request: Request) -> Result<Json<Value>, Rejection> {
    let caller = Caller::on_www(&request, "user", &["read_user", "read"])?;
    let core = &request.core;
    let user = &caller.user;
    let origin = &core.setup.origin;
    let api = &core.urls.api;
    let state = core.state();
    let memberships: Vec<_> = state
        .members
        .iter()
        .filter(|member| member.user.as_ref() == Some(&user.login))
        .map(|member| {
            let space = member.space;
            json!({
                "id": member.id,
                "space_subdomain": space.subdomain,
                "space_name": space.name,
                "space_link": format!("{api}/spaces/{}", space.subdomain),
                "link": format!("{}/api/memberships/{}", origin.at(&space.api_host()), member.id),
            })
        })
        .collect();
    let admin_of: Vec<_> = SPACES
        .iter()
        .filter(|space| state.is_admin(&user.login, space))
        .map(|space| {
            json!({
                "space_subdomain": space.subdomain,
                "space_name": space.name,
                "space_link": format!("{api}/spaces/{}", space.subdomain),
                "name": user.name,
            })
        })
        .collect();
    Ok(Json(json!({
        "id": user.login,
        "email": user.email,
        "memberships": memberships,
        "admin_of": admin_of,
    })))
}

/// `POST /api/users`
pub(super) async fn create_user(request: Request) -> Result<(StatusCode, Json<Value>), Rejection> {
    let caller = Caller::on_www(&request, "create user", &["write"])?;
    let (core, params) = (&request.core, &request.params);
    let email = params.text("email").trim();
    if !email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty()) {
        return Err(invalid("email", "is invalid"));
    }
    let now = core.now();
    let mut state = core.state();
    if state.users.iter().any(|user| user.email.eq_ignore_ascii_case(email)) {
        return Err(invalid("email", "is already taken"));
    }
    let id = format!("user-{}", random::hex::<8>());
    let password = params.present("password").map_or_else(random::opaque, str::to_owned);
    state.users.push(User::new(&id, email, email, &password));
    let grant = Grant { user: id.clone(), scopes: caller.token.grant.scopes };
    let grant_code = state.issue_code(grant, None, now);
    request.log.note(format!("{id} created, code issued"));
    let body = json!({ "id": id, "email": email, "grant_code": grant_code });
    Ok((StatusCode::CREATED, Json(body)))
}

/// `GET /api/spaces/:subdomain`. Needs no token.
pub(super) async fn space(request: Request, subdomain: PathText) -> Result<Json<Value>, Rejection> {
    host_routing::require_www(&request)?;
    let Path(subdomain) = subdomain.map_err(Rejection::new)?;
    let space =
        SpaceFixture::find(&subdomain).ok_or_else(|| not_found(&request, "There is no such space."))?;
    Ok(Json(json!({
        "id": space.id,
        "name": space.name,
        "subdomain": space.subdomain,
        "url": request.core.setup.origin.at(&space.host()),
        "email": space.email,
        "created_at": space.created_at,
        "description": space.description,
        "owner_id": space.owner,
        "country": "Germany",
        "locale": "de-DE",
        "in_eu": true,
        "tax_rate": 19.0,
        "price_display": "gross",
        "time_zone_name": "Europe/Berlin",
        "time_zone_offset": 1,
        "hour_format": 24,
    })))
}

fn find_token(request: &Request, state: &State, token: &str) -> Result<Token, Rejection> {
    state.token(token).ok_or_else(|| not_found(request, "There is no such access token."))
}

/// `GET /api/access_tokens/:token`
pub(super) async fn token_info(request: Request, token: PathText) -> Result<Json<Value>, Rejection> {
    Caller::on_www(&request, "token info", &[])?;
    let Path(token) = token.map_err(Rejection::new)?;
    let token = find_token(&request, &request.core.state(), &token)?;
    Ok(Json(json!({ "scope": token.grant.scopes })))
}

/// `DELETE /api/access_tokens/:token`
pub(super) async fn revoke_token(request: Request, token: PathText) -> Result<StatusCode, Rejection> {
    Caller::on_www(&request, "revoke token", &[])?;
    let Path(token) = token.map_err(Rejection::new)?;
    if !request.core.state().revoke(&token) {
        return Err(not_found(&request, "There is no such access token."));
    }
    request.log.note("token revoked");
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/access_tokens/:token/space`
pub(super) async fn create_space_token(
    request: Request,
    token: PathText,
) -> Result<(StatusCode, Json<Value>), Rejection> {
    Caller::on_www(&request, "space token", &[])?;
    let Path(token) = token.map_err(Rejection::new)?;
    let mut state = request.core.state();
    let parent = find_token(&request, &state, &token)?;
    let space_id = request.params.present("space_id").ok_or_else(|| invalid("space_id", "can't be blank"))?;
    let space = SpaceFixture::find_by_id(space_id);
    let space = space.ok_or_else(|| not_found(&request, "There is no such space."))?;
    // The token in the path is the one exchanged, so its user's rights count, not the caller's.
    caller::require_admin(&request, &state, &parent, space)?;
    let token = state.issue_token(parent.grant, Some(space.subdomain));
    request.log.note(format!("token issued for the space {}", space.subdomain));
    let body = json!({
        "scope": token.grant.scopes,
        "token": token.token,
        "client_id": request.core.setup.credentials.client_id,
    });
    Ok((StatusCode::CREATED, Json(body)))
}

const MEMBERSHIP_SCOPES: &[&str] = &["read_memberships", "read"];

/// `GET /api/memberships`
pub(super) async fn memberships(request: Request) -> Result<Json<Value>, Rejection> {
    let (caller, space) = Caller::in_space(&request, "memberships", 6, MEMBERSHIP_SCOPES)?;
    let state = request.core.state();
    caller.require_admin(&state, space)?;
    let today = request.core.now().date_naive();
    let members =
        state.members.iter().filter(|member| member.space.id == space.id && member.is_active(today));
    Ok(Json(members.map(member_json).collect()))
}

/// `GET /api/memberships/:id`
pub(super) async fn membership(request: Request, id: PathText) -> Result<Json<Value>, Rejection> {
    let (caller, space) = Caller::in_space(&request, "membership", PER_MINUTE, MEMBERSHIP_SCOPES)?;
    let Path(id) = id.map_err(Rejection::new)?;
    let state = request.core.state();
    let member = state.member(&id).filter(|member| member.space.id == space.id);
    if !member.is_some_and(|member| caller.owns(member)) {
        caller.require_admin(&state, space)?;
    }
    let member = member.ok_or_else(|| not_found(&request, "There is no such membership."))?;
    Ok(Json(member_json(member)))
}

fn member_json(member: &Member) -> Value {
    json!({
        "id": member.id,
        "name": member.name,
        "email": member.email,
        "phone": null,
        "user": member.user.as_ref().map(|id| json!({ "id": id, "email": member.email })),
        "address": {
            "company": member.company,
            "name": member.name,
            "full_address": "Am Kanal 9\n12345 Berlin",
            "country": "Germany",
        },
        "customer_number": member.number.to_string(),
        "charge_taxes": true,
        "plan": {
            "name": member.plan.name,
            "price_per_cycle": member.plan.price,
            "currency": "EUR",
            "cycle_duration": 1,
        },
        "confirmed_at": member.confirmed_at.format("%Y/%m/%d 00:00:00 +0000").to_string(),
        "canceled_to": member.canceled_at.map(|day| day.format("%Y/%m/%d").to_string()),
    })
}
