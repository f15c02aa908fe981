//! API 2 on `api`: the user, spaces, memberships and resources (dev.cobot.me/openapi).

use axum::extract::Path;
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};

use super::bookings::price;
use super::caller::{Caller, not_found};
use super::fixtures::{ResourceFixture, SPACES, SpaceFixture};
use super::json_api::{Document, filter, include, linkage, page, related};
use super::model::{Member, State};
use super::{PathText, Request};
use crate::params;
use crate::request::Rejection;

/// `GET /user`
pub(super) async fn user(request: Request) -> Result<Document, Rejection> {
    let caller = Caller::on_api2(&request, "GET /user", "read_user")?;
    let included = include(&request, &["adminOf", "memberOf", "memberships"])?;
    let state = request.core.state();
    let user = &caller.user;
    let memberships: Vec<_> =
        state.members.iter().filter(|member| member.user.as_ref() == Some(&user.login)).collect();
    let member_of: Vec<_> = memberships.iter().map(|member| member.space).collect();
    let admin_of: Vec<_> = SPACES.iter().filter(|space| state.is_admin(&user.login, space)).collect();
    let mut document = Document::ok(json!({
        "type": "users",
        "id": user.login,
        "attributes": { "email": user.email },
        "relationships": {
            "adminOf": linkages("spaces", admin_of.iter().map(|space| space.id)),
            "memberOf": linkages("spaces", member_of.iter().map(|space| space.id)),
            "memberships": linkages("memberships", memberships.iter().map(|member| &*member.id)),
        },
    }));
    let mut resources: Vec<Value> = Vec::new();
    for name in &included {
        caller.require_scope(if *name == "memberships" { "read_memberships" } else { "read_spaces" })?;
        let related: Vec<_> = match *name {
            "adminOf" => admin_of.iter().map(|space| space_json(&request, space)).collect(),
            "memberOf" => member_of.iter().map(|space| space_json(&request, space)).collect(),
            _ => memberships.iter().map(|member| member_json(&request, member)).collect(),
        };
        for resource in related {
            // A document includes no resource twice.
            if !resources.contains(&resource) {
                resources.push(resource);
            }
        }
    }
    if !included.is_empty() {
        document.1["included"] = resources.into();
    }
    Ok(document)
}

fn linkages<'a>(kind: &str, ids: impl Iterator<Item = &'a str>) -> Value {
    json!({ "data": ids.map(|id| json!({ "type": kind, "id": id })).collect::<Vec<_>>() })
}

pub(super) fn find_space(request: &Request, id: PathText) -> Result<&'static SpaceFixture, Rejection> {
    let Path(id) = id.map_err(Rejection::new)?;
    SpaceFixture::find_by_id(&id).ok_or_else(|| not_found(request, "There is no such space."))
}

/// `GET /spaces/{id}`
pub(super) async fn space(request: Request, id: PathText) -> Result<Document, Rejection> {
    Caller::on_api2(&request, "GET /spaces/{id}", "read_spaces")?;
    let space = find_space(&request, id)?;
    Ok(Document::ok(space_json(&request, space)))
}

fn space_json(request: &Request, space: &SpaceFixture) -> Value {
    let mut relationships = json!({ "owner": linkage("users", space.owner) });
    for (name, path) in [
        ("accessToken", "access_token"),
        ("allocations", "allocations"),
        ("availableResources", "resources/available"),
        ("bookings", "bookings"),
        ("calendarBlockers", "calendar_blockers"),
        ("costCenters", "cost_centers"),
        ("events", "events"),
        ("paymentMethods", "payment_methods"),
        ("products", "products"),
        ("resources", "resources"),
        ("revenueAccounts", "revenue_accounts"),
    ] {
        relationships[name] = related(request, &format!("/spaces/{}/{path}", space.id));
    }
    json!({
        "type": "spaces",
        "id": space.id,
        "attributes": {
            "createdAt": space.created_at.replace('/', "-"),
            "email": space.email,
            "name": space.name,
            "subdomain": space.subdomain,
            "description": space.description,
            "countryCode": "DE",
            "locale": "de-DE",
            "logo": null,
            "inEu": true,
            "defaultTaxes": [{ "name": "VAT", "rate": "19.0" }],
            "timeZone": "Europe/Berlin",
            "hourFormat": 24,
            "priceDisplay": "gross",
            "priceDecimals": 2,
        },
        "relationships": relationships,
    })
}

/// `GET /spaces/{id}/memberships`
pub(super) async fn memberships(request: Request, id: PathText) -> Result<Document, Rejection> {
    let caller = Caller::on_api2(&request, "GET /spaces/{id}/memberships", "read_memberships")?;
    let space = find_space(&request, id)?;
    let state = request.core.state();
    caller.require_admin(&state, space)?;
    let from: NaiveDate = filter(&request, "filter[from]")?;
    let to: NaiveDate = filter(&request, "filter[to]")?;
    let is_listed = |member: &&Member| {
        member.space.id == space.id
            && member.canceled_at.is_none_or(|canceled_at| canceled_at >= from)
            && member.confirmed_at <= to
    };
    let found = state.members.iter().filter(is_listed).map(|member| member_json(&request, member)).collect();
    page(&request, found)
}

/// `GET /memberships/{id}`
pub(super) async fn membership(request: Request, id: PathText) -> Result<Document, Rejection> {
    let caller = Caller::on_api2(&request, "GET /memberships/{id}", "read_memberships")?;
    let Path(id) = id.map_err(Rejection::new)?;
    let state = request.core.state();
    let member = state.member(&id).ok_or_else(|| not_found(&request, "There is no such membership."))?;
    if !caller.owns(member) {
        caller.require_admin(&state, member.space)?;
    }
    Ok(Document::ok(member_json(&request, member)))
}

pub(super) fn member_json(request: &Request, member: &Member) -> Value {
    json!({
        "type": "memberships",
        "id": member.id,
        "attributes": {
            "name": member.name,
            "email": member.email,
            "phone": null,
            "company": Some(member.company).filter(|company| !company.is_empty()),
            "confirmedAt": member.confirmed_at,
            "canceledAt": member.canceled_at,
            "photo": null,
        },
        "relationships": {
            "bookingCredits": related(request, &format!("/memberships/{}/booking_credits", member.id)),
            "space": linkage("spaces", member.space.id),
        },
    })
}

/// `GET /spaces/{id}/resources`
pub(super) async fn resources(request: Request, id: PathText) -> Result<Document, Rejection> {
    let caller = Caller::on_api2(&request, "GET /spaces/{id}/resources", "read_resources")?;
    let space = find_space(&request, id)?;
    let state = request.core.state();
    caller.require_member_or_admin(&state, space)?;
    include_nothing(&request, &caller)?;
    let none_found = params::last(&request.params.query, "filter[usage]") == Some("allocatable");
    let found = if none_found { &[] } else { space.resources };
    list(&request, &caller, &state, space, found.iter())
}

/// `GET /spaces/{id}/resources/available`
pub(super) async fn available_resources(request: Request, id: PathText) -> Result<Document, Rejection> {
    let caller = Caller::on_api2(&request, "GET /spaces/{id}/resources/available", "read_resources")?;
    let space = find_space(&request, id)?;
    let state = request.core.state();
    caller.require_member_or_admin(&state, space)?;
    include_nothing(&request, &caller)?;
    let from: DateTime<Utc> = filter(&request, "filter[from]")?;
    let to: DateTime<Utc> = filter(&request, "filter[to]")?;
    let query = |name| params::last(&request.params.query, name);
    let ignored = query("filter[ignoreBookingId]").unwrap_or_default();
    let only = query("filter[resourceIds]");
    let is_admin = caller.is_admin(&state, space);
    let is_free = |resource: &&ResourceFixture| {
        only.is_none_or(|ids| ids.split(',').any(|id| id == resource.id))
            && (is_admin || !resource.only_admins_can_book)
            && state.units_taken(resource, from, to, ignored) < resource.units
    };
    list(&request, &caller, &state, space, space.resources.iter().filter(is_free))
}

/// `include` may name `categories` and `media`, of which no resource here has any.
fn include_nothing(request: &Request, caller: &Caller<'_>) -> Result<(), Rejection> {
    if include(request, &["categories", "media"])?.contains(&"categories") {
        caller.require_scope("read_resource_categories")?;
    }
    Ok(())
}

fn list<'a>(
    request: &Request,
    caller: &Caller<'_>,
    state: &State,
    space: &SpaceFixture,
    resources: impl Iterator<Item = &'a ResourceFixture>,
) -> Result<Document, Rejection> {
    let is_admin = caller.is_admin(state, space);
    page(request, resources.map(|resource| resource_json(request, space, resource, is_admin)).collect())
}

/// `GET /resources/{id}`
pub(super) async fn resource(request: Request, id: PathText) -> Result<Document, Rejection> {
    let caller = Caller::on_api2(&request, "GET /resources/{id}", "read_resources")?;
    let Path(id) = id.map_err(Rejection::new)?;
    let (space, resource) =
        ResourceFixture::find(&id).ok_or_else(|| not_found(&request, "There is no such resource."))?;
    let state = request.core.state();
    caller.require_member_or_admin(&state, space)?;
    include(&request, &["media"])?;
    let is_admin = caller.is_admin(&state, space);
    Ok(Document::ok(resource_json(&request, space, resource, is_admin)))
}

fn resource_json(
    request: &Request,
    space: &SpaceFixture,
    resource: &ResourceFixture,
    is_admin: bool,
) -> Value {
    json!({
        "type": "resources",
        "id": resource.id,
        "attributes": {
            "name": resource.name,
            "resourceType": resource.kind,
            "usage": "bookable",
            "pricing": {
                "currency": "EUR",
                "pricePerHour": price(resource.price_per_hour),
                "discounts": [],
                "priceCaps": [],
                "priceCap": null,
                "taxes": [{ "name": "VAT", "rate": "19.0" }],
            },
            "accountingCode": null,
            "area": [{ "unit": "sqm", "number": null }, { "unit": "sqft", "number": null }],
            "areaPreferredUnit": "sqm",
            "costCenter": null,
            "revenueAccount": null,
            "description": resource.description,
            "hidden": false,
            "onlyAdminsCanBook": resource.only_admins_can_book,
            "canBook": is_admin || !resource.only_admins_can_book,
            "units": resource.units,
            "capacity": resource.capacity,
            "cancellationPeriod": resource.cancellation_period,
            "bookingCutoff": 0,
            "minBookingDuration": 0,
            "maxBookingDuration": null,
            "color": "#336699",
            "photo": null,
            "bookingTimes": [],
            "bookingTimesString": null,
        },
        "relationships": {
            "categories": { "data": [] },
            "resourceAvailability": related(request, &format!("/resources/{}/availability", resource.id)),
            "space": linkage("spaces", space.id),
        },
    })
}
