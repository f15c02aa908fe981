//! Bookings in API 2 (dev.cobot.me/openapi), and one of them in API 1, where webhook calls point to.

use axum::Json;
use axum::extract::Path;
use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::api2::{find_space, member_json};
use super::caller::{Caller, PER_MINUTE, not_found};
use super::fixtures::{ResourceFixture, SpaceFixture};
use super::json_api::{self, Document, ResourceBody, filter, include, invalid, linkage, page};
use super::model::{Member, State};
use super::subscriptions::notify;
use super::{PathText, Request};
use crate::random;
use crate::request::Rejection;

/// Percent.
const TAX_RATE: i64 = 19;

#[derive(Clone)]
pub(super) struct Booking {
    id: String,
    space: &'static SpaceFixture,
    resource: &'static ResourceFixture,
    /// The id of a membership.
    member: Option<String>,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    units: u32,
    /// Net price in cents.
    custom_price: Option<i64>,
    /// Attributes that are kept as they were sent.
    pub(super) texts: Map<String, Value>,
    /// The id of the event that made the booking.
    pub(super) event: Option<&'static str>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl Booking {
    pub(super) fn new(
        id: &str,
        (space, resource): (&'static SpaceFixture, &'static ResourceFixture),
        member: Option<String>,
        (from, to): (DateTime<Utc>, DateTime<Utc>),
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            id: id.to_owned(),
            space,
            resource,
            member,
            from,
            to,
            units: 1,
            custom_price: None,
            texts: Map::new(),
            event: None,
            created_at: now,
            updated_at: now,
        }
    }

    fn overlaps(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> bool {
        self.from < to && from < self.to
    }

    fn net_price(&self) -> i64 {
        let minutes = (self.to - self.from).num_minutes();
        let price = || self.resource.price_per_hour.saturating_mul(minutes) / 60 * i64::from(self.units);
        self.custom_price.unwrap_or_else(price)
    }

    /// Members change their own bookings until the cancellation period begins.
    fn can_update(&self, caller: &Caller<'_>, state: &State, now: DateTime<Utc>) -> bool {
        let latest = self.from - TimeDelta::hours(self.resource.cancellation_period.into());
        caller.is_admin(state, self.space) || (self.is_own(caller, state) && now < latest)
    }

    fn is_own(&self, caller: &Caller<'_>, state: &State) -> bool {
        self.membership(state).is_some_and(|member| caller.owns(member))
    }

    fn membership<'a>(&self, state: &'a State) -> Option<&'a Member> {
        state.member(self.member.as_deref()?)
    }

    fn apply(&mut self, attributes: &Map<String, Value>, is_admin: bool) -> Result<(), Rejection> {
        for (name, value) in attributes {
            let invalid = |detail| invalid(&format!("/data/attributes/{name}"), detail);
            match name.as_str() {
                "from" => self.from = time(value).ok_or_else(|| invalid("is not a time"))?,
                "to" => self.to = time(value).ok_or_else(|| invalid("is not a time"))?,
                "units" => {
                    let units = value.as_u64().and_then(|units| u32::try_from(units).ok());
                    self.units = units.filter(|units| *units > 0).ok_or_else(|| invalid("is invalid"))?;
                }
                "customPrice" if is_admin => {
                    self.custom_price = match value {
                        Value::Null => None,
                        _ => Some(cents(&value["net"]).ok_or_else(|| invalid("is invalid"))?),
                    };
                }
                "title" | "url" | "comments" | "attendeesMessage" if value.is_string() || value.is_null() => {
                    self.texts.insert(name.clone(), value.clone());
                }
                "attendees" if value.is_array() => {
                    self.texts.insert(name.clone(), value.clone());
                }
                "bookingExtras" | "recurrence" | "updateFollowing" => {
                    return Err(invalid("is not included in the sandbox"));
                }
                _ => return Err(invalid("is invalid")),
            }
        }
        if self.to <= self.from {
            return Err(invalid("/data/attributes/to", "must be after from"));
        }
        Ok(())
    }

    fn require_bookable(&self, state: &State, is_admin: bool) -> Result<(), Rejection> {
        let taken = state.units_taken(self.resource, self.from, self.to, &self.id);
        let is_free = taken.saturating_add(self.units) <= self.resource.units;
        if is_free && (is_admin || !self.resource.only_admins_can_book) {
            return Ok(());
        }
        Err(json_api::error(StatusCode::BAD_REQUEST, "Resource is not bookable."))
    }

    fn to_json(&self, caller: &Caller<'_>, state: &State, now: DateTime<Utc>) -> Value {
        let mut attributes = json!({
            "name": self.membership(state).map(|member| &member.name),
            "title": null,
            "url": null,
            "comments": null,
            "attendeesMessage": null,
            "attendees": [],
            "hasCustomPrice": self.custom_price.is_some(),
            "price": price(self.net_price()),
            "estimatedPayablePrice": price(self.net_price()),
            "from": iso(self.from),
            "to": iso(self.to),
            "units": self.units,
            "canUpdate": self.event.is_none() && self.can_update(caller, state, now),
            "cancellationPeriod": self.resource.cancellation_period,
            "bookingExtras": [],
        });
        for (name, value) in &self.texts {
            attributes[name] = value.clone();
        }
        if !caller.is_admin(state, self.space) && !self.is_own(caller, state) {
            attributes["comments"] = Value::Null;
        }
        let mut relationships = json!({
            "space": linkage("spaces", self.space.id),
            "resource": linkage("resources", self.resource.id),
            "externalBooking": { "data": null },
        });
        if let Some(member) = &self.member {
            relationships["membership"] = linkage("memberships", member);
        }
        if let Some(event) = self.event {
            relationships["event"] = linkage("events", event);
        }
        json!({ "type": "bookings", "id": self.id, "attributes": attributes, "relationships": relationships })
    }

    /// The form of API 1 (dev.cobot.me/api-docs/bookings).
    fn to_api1_json(&self, request: &Request, state: &State, can_change: bool) -> Value {
        let mut body = json!({
            "id": self.id,
            "url": self.api1_url(request),
            "from": slashed(self.from),
            "to": slashed(self.to),
            "title": self.texts.get("title"),
            "comments": self.texts.get("comments"),
            "resource": { "id": self.resource.id, "name": self.resource.name },
            "price": decimal(self.net_price()).parse::<f64>().unwrap_or_default(),
            "has_custom_price": self.custom_price.is_some(),
            "currency": "EUR",
            "tax_rate": format!("{TAX_RATE}.0"),
            "accounting_code": null,
            "can_change": can_change,
            "units": self.units,
            "created_at": slashed(self.created_at),
            "updated_at": slashed(self.updated_at),
        });
        if let Some(member) = self.membership(state) {
            body["membership"] = json!({ "id": member.id, "name": member.name });
        }
        if let Some(event) = self.event {
            body["event"] = json!({ "id": event });
        }
        body
    }

    fn api1_url(&self, request: &Request) -> String {
        let origin = request.core.setup.origin.at(&self.space.api_host());
        format!("{origin}/api/bookings/{}", self.id)
    }
}

impl State {
    /// The units of a resource that bookings in this time take, except one booking.
    pub(super) fn units_taken(
        &self,
        resource: &ResourceFixture,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        except: &str,
    ) -> u32 {
        self.bookings
            .iter()
            .filter(|other| {
                other.resource.id == resource.id && other.id != except && other.overlaps(from, to)
            })
            .fold(0, |sum, booking| sum.saturating_add(booking.units))
    }

    fn booking(&self, request: &Request, id: &str) -> Result<&Booking, Rejection> {
        let found = self.bookings.iter().find(|booking| booking.id == id);
        found.ok_or_else(|| not_found(request, "There is no such booking."))
    }
}

fn time(value: &Value) -> Option<DateTime<Utc>> {
    let time = DateTime::parse_from_rfc3339(value.as_str()?).ok()?;
    Some(time.to_utc().trunc_subsecs(0))
}

pub(super) fn iso(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn slashed(time: DateTime<Utc>) -> String {
    time.format("%Y/%m/%d %H:%M:%S +0000").to_string()
}

/// Parses a decimal such as `12.5`, up to a million.
fn cents(decimal: &Value) -> Option<i64> {
    let decimal = decimal.as_str()?;
    let (whole, fraction) = decimal.split_once('.').unwrap_or((decimal, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || whole.len() > 6 {
        return None;
    }
    format!("{whole}{:0<2}", fraction.get(..2).unwrap_or(fraction)).parse().ok()
}

fn decimal(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// A price with tax, from its net amount in cents.
pub(super) fn price(net: i64) -> Value {
    let tax = net.saturating_mul(TAX_RATE) / 100;
    json!({
        "net": decimal(net),
        "gross": decimal(net.saturating_add(tax)),
        "currency": "EUR",
        "taxes": [{ "name": "VAT", "rate": format!("{TAX_RATE}.0"), "amount": decimal(tax) }],
    })
}

/// `GET /spaces/{id}/bookings`
pub(super) async fn list(request: Request, id: PathText) -> Result<Document, Rejection> {
    let caller = Caller::on_api2(&request, "GET /spaces/{id}/bookings", "read_bookings")?;
    let space = find_space(&request, id)?;
    let state = request.core.state();
    caller.require_member_or_admin(&state, space)?;
    let included = include(&request, &["membership", "event", "externalBooking"])?;
    for name in &included {
        match *name {
            "event" => caller.require_scope("read_events")?,
            "externalBooking" => caller.require_scope("read_external_bookings")?,
            _ => {}
        }
    }
    let from: DateTime<Utc> = filter(&request, "filter[from]")?;
    let to: DateTime<Utc> = filter(&request, "filter[to]")?;
    let is_listed = |booking: &&Booking| booking.space.id == space.id && booking.overlaps(from, to);
    let mut found: Vec<_> = state.bookings.iter().filter(is_listed).collect();
    found.sort_by_key(|booking| booking.from);
    let now = request.core.now();
    let mut document =
        page(&request, found.iter().map(|booking| booking.to_json(&caller, &state, now)).collect())?;
    if included.contains(&"membership") {
        let is_booking =
            |member: &&Member| found.iter().any(|booking| booking.member.as_ref() == Some(&member.id));
        let members = state.members.iter().filter(is_booking);
        document.1["included"] = members.map(|member| member_json(&request, member)).collect();
    }
    Ok(document)
}

/// `GET /bookings/{id}`
pub(super) async fn show(request: Request, id: PathText) -> Result<Document, Rejection> {
    let caller = Caller::on_api2(&request, "GET /bookings/{id}", "read_bookings")?;
    let Path(id) = id.map_err(Rejection::new)?;
    let state = request.core.state();
    let booking = state.booking(&request, &id)?;
    caller.require_member_or_admin(&state, booking.space)?;
    Ok(Document::ok(booking.to_json(&caller, &state, request.core.now())))
}

/// `POST /bookings`
pub(super) async fn create(request: Request) -> Result<Document, Rejection> {
    let caller = Caller::on_api2(&request, "POST /bookings", "write_bookings")?;
    let body = ResourceBody::parse(&request, "bookings")?;
    let (space, resource) = find_resource(&request, &body)?;
    let member = body.relationship("membership", "memberships")?.map(str::to_owned);
    let mut state = request.core.state();
    caller.require_admin(&state, space)?;
    if let Some(member) = &member {
        require_member_of(&request, &state, member, space)?;
    }
    insert(&request, &caller, &mut state, &body, (space, resource), member)
}

/// `POST /memberships/{id}/bookings`
pub(super) async fn create_for_member(request: Request, id: PathText) -> Result<Document, Rejection> {
    let caller = Caller::on_api2(&request, "POST /memberships/{id}/bookings", "write_bookings")?;
    let Path(id) = id.map_err(Rejection::new)?;
    let body = ResourceBody::parse(&request, "bookings")?;
    let (space, resource) = find_resource(&request, &body)?;
    let mut state = request.core.state();
    require_member_of(&request, &state, &id, space)?;
    if !state.member(&id).is_some_and(|member| caller.owns(member)) {
        return Err(caller.forbidden("Only the member may do this."));
    }
    insert(&request, &caller, &mut state, &body, (space, resource), Some(id))
}

fn find_resource(
    request: &Request,
    body: &ResourceBody,
) -> Result<(&'static SpaceFixture, &'static ResourceFixture), Rejection> {
    let id = body.required_relationship("resource", "resources")?;
    ResourceFixture::find(id).ok_or_else(|| not_found(request, "There is no such resource."))
}

fn require_member_of(
    request: &Request,
    state: &State,
    id: &str,
    space: &SpaceFixture,
) -> Result<(), Rejection> {
    let member = state.member(id).filter(|member| member.space.id == space.id);
    member.map(|_| ()).ok_or_else(|| not_found(request, "There is no such membership in the space."))
}

fn insert(
    request: &Request,
    caller: &Caller<'_>,
    state: &mut State,
    body: &ResourceBody,
    place: (&'static SpaceFixture, &'static ResourceFixture),
    member: Option<String>,
) -> Result<Document, Rejection> {
    for name in ["from", "to"] {
        if !body.attributes.contains_key(name) {
            return Err(invalid(&format!("/data/attributes/{name}"), "can't be blank"));
        }
    }
    let now = request.core.now();
    let mut booking = Booking::new(&random::hex::<8>(), place, member, (now, now), now);
    let is_admin = caller.is_admin(state, place.0);
    booking.apply(&body.attributes, is_admin)?;
    booking.require_bookable(state, is_admin)?;
    let document = Document::new(StatusCode::CREATED, booking.to_json(caller, state, now));
    notify(&request.core, state, place.0, "created_booking", &json!({ "url": booking.api1_url(request) }));
    state.bookings.push(booking);
    Ok(document)
}

/// The booking, if the caller may change it.
fn find_changeable<'a>(
    request: &Request,
    caller: &Caller<'_>,
    state: &'a State,
    id: &str,
) -> Result<&'a Booking, Rejection> {
    let booking = state.booking(request, id)?;
    if !booking.can_update(caller, state, request.core.now()) {
        return Err(caller.forbidden("Only admins, and members for their own bookings, may do this in time."));
    }
    if booking.event.is_some() {
        let text = "The booking has been made by an event.";
        return Err(json_api::error(StatusCode::CONFLICT, text));
    }
    Ok(booking)
}

/// `PATCH /bookings/{id}`
pub(super) async fn update(request: Request, id: PathText) -> Result<Document, Rejection> {
    let caller = Caller::on_api2(&request, "PATCH /bookings/{id}", "write_bookings")?;
    let Path(id) = id.map_err(Rejection::new)?;
    let body = ResourceBody::parse(&request, "bookings")?;
    let mut state = request.core.state();
    let booking = find_changeable(&request, &caller, &state, &id)?;
    let is_admin = caller.is_admin(&state, booking.space);
    let mut changed = booking.clone();
    changed.apply(&body.attributes, is_admin)?;
    if body.relationship("resource", "resources")?.is_some() {
        let (space, resource) = find_resource(&request, &body)?;
        if space.id != changed.space.id {
            return Err(invalid("/data/relationships/resource", "is in another space"));
        }
        changed.resource = resource;
    }
    if let Some(member) = body.relationship("membership", "memberships")? {
        require_member_of(&request, &state, member, changed.space)?;
        if !is_admin && changed.member.as_deref() != Some(member) {
            return Err(caller.forbidden("Only admins may change the membership."));
        }
        changed.member = Some(member.to_owned());
    }
    changed.require_bookable(&state, is_admin)?;
    let now = request.core.now();
    changed.updated_at = now;
    let document = Document::ok(changed.to_json(&caller, &state, now));
    let call = json!({ "url": changed.api1_url(&request) });
    notify(&request.core, &state, changed.space, "updated_booking", &call);
    if let Some(booking) = state.bookings.iter_mut().find(|booking| booking.id == id) {
        *booking = changed;
    }
    Ok(document)
}

/// `DELETE /bookings/{id}`
pub(super) async fn delete(request: Request, id: PathText) -> Result<StatusCode, Rejection> {
    let caller = Caller::on_api2(&request, "DELETE /bookings/{id}", "write_bookings")?;
    let Path(id) = id.map_err(Rejection::new)?;
    let mut state = request.core.state();
    let booking = find_changeable(&request, &caller, &state, &id)?;
    // Nothing can be fetched any more, so the call has the whole booking.
    let deleted = booking.to_api1_json(&request, &state, false);
    let call = json!({ "url": deleted["url"], "booking": deleted });
    notify(&request.core, &state, booking.space, "deleted_booking", &call);
    state.bookings.remove_first(|booking| booking.id == id);
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/bookings/:id` of API 1, the URL in webhook calls.
pub(super) async fn show_in_api1(request: Request, id: PathText) -> Result<Json<Value>, Rejection> {
    let scopes = ["read_bookings", "read"];
    let (caller, space) = Caller::in_space(&request, "booking", PER_MINUTE, &scopes)?;
    let Path(id) = id.map_err(Rejection::new)?;
    let state = request.core.state();
    caller.require_member_or_admin(&state, space)?;
    let booking = state.booking(&request, &id)?;
    if booking.space.id != space.id {
        return Err(not_found(&request, "There is no such booking."));
    }
    let can_change = booking.event.is_none() && booking.can_update(&caller, &state, request.core.now());
    let mut body = booking.to_api1_json(&request, &state, can_change);
    if !caller.is_admin(&state, space) && !booking.is_own(&caller, &state) {
        body["comments"] = Value::Null;
    }
    Ok(Json(body))
}
