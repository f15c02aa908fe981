//! API 1 on `www`: users and spaces (dev.cobot.me/api-docs/users and /spaces).

use axum::Json;
use axum::extract::Path;
use http::StatusCode;
use serde_json::{Value, json};

use super::caller::{Caller, invalid, not_found};
use super::fixtures::{SPACES, SpaceFixture};
use super::model::Grant;
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
    let memberships: Vec<_> = SPACES
        .iter()
        .flat_map(|space| space.members.iter().map(move |member| (space, member)))
        .filter(|(_, member)| member.user == Some(&*user.login))
        .map(|(space, member)| {
            json!({
                "id": member.id,
                "space_subdomain": space.subdomain,
                "space_name": space.name,
                "space_link": format!("{api}/spaces/{}", space.subdomain),
                "link": format!("{}/api/memberships/{}", origin.at(&space.api_host()), member.id),
            })
        })
        .collect();
    let state = core.state();
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
    let space = SpaceFixture::find(&subdomain).ok_or_else(|| not_found("There is no such space."))?;
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
