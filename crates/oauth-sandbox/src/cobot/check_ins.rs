//! Check-ins in API 2 (dev.cobot.me/openapi).

use axum::extract::Path;
use chrono::{DateTime, TimeDelta, Utc};
use http::StatusCode;
use serde_json::{Value, json};

use super::api2::find_space;
use super::bookings::iso;
use super::caller::{Caller, not_found};
use super::fixtures::SpaceFixture;
use super::json_api::{Document, ResourceBody, filter, invalid, linkage, page};
use super::{PathText, Request};
use crate::random;
use crate::request::Rejection;

/// The duration of a check-in without a check-out (a guess).
const DURATION: TimeDelta = TimeDelta::hours(12);

pub(super) struct CheckIn {
    id: String,
    space: &'static SpaceFixture,
    /// The id of a membership.
    member: String,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
}

impl CheckIn {
    fn to_json(&self) -> Value {
        json!({
            "type": "checkIns",
            "id": self.id,
            "attributes": { "validFrom": iso(self.from), "validUntil": iso(self.until) },
            "relationships": {
                "space": linkage("spaces", self.space.id),
                "membership": linkage("memberships", &self.member),
            },
        })
    }
}

fn token_of(number: usize) -> String {
    format!("card-{number}")
}

/// `POST /check_ins`
pub(super) async fn create(request: Request) -> Result<Document, Rejection> {
    let caller = Caller::on_api2(&request, "POST /check_ins", "write_check_ins")?;
    let body = ResourceBody::parse(&request, "checkIns")?;
    let space = SpaceFixture::find_by_id(body.required_relationship("space", "spaces")?);
    let space = space.ok_or_else(|| not_found(&request, "There is no such space."))?;
    let mut state = request.core.state();
    caller.require_admin(&state, space)?;
    let pointer = "/data/attributes/checkInToken";
    let token = body.attributes.get("checkInToken").and_then(Value::as_str);
    let token = token.ok_or_else(|| invalid(pointer, "can't be blank"))?;
    let now = request.core.now();
    let failed = |detail| Err(invalid("/data/attributes/base", detail));
    let state = &mut *state;
    let found = state
        .members
        .iter_mut()
        .find(|member| member.space.id == space.id && token_of(member.number) == token);
    let Some(member) = found else { return Err(invalid(pointer, "is unknown")) };
    if !member.is_active(now.date_naive()) {
        return failed("The membership has been canceled.");
    }
    if state.check_ins.iter().any(|check_in| check_in.member == member.id && now < check_in.until) {
        return failed("Already checked in.");
    }
    match &mut member.passes {
        Some(0) => return failed("No time passes left."),
        Some(passes) => *passes -= 1,
        None => {}
    }
    let (id, member) = (random::hex::<8>(), member.id.clone());
    let check_in = CheckIn { id, space, member, from: now, until: now + DURATION };
    let document = Document::new(StatusCode::CREATED, check_in.to_json());
    state.check_ins.push(check_in);
    Ok(document)
}

/// `PUT /check_ins/{id}/check_out`
pub(super) async fn check_out(request: Request, id: PathText) -> Result<Document, Rejection> {
    let caller = Caller::on_api2(&request, "PUT /check_ins/{id}/check_out", "write_check_ins")?;
    let Path(id) = id.map_err(Rejection::new)?;
    let mut state = request.core.state();
    let at = state.check_ins.iter().position(|check_in| check_in.id == id);
    let at = at.ok_or_else(|| not_found(&request, "There is no such check-in."))?;
    caller.require_admin(&state, state.check_ins[at].space)?;
    let now = request.core.now();
    let check_in = &mut state.check_ins[at];
    if check_in.until <= now {
        return Err(invalid("/data/attributes/base", "Not checked in any more."));
    }
    check_in.until = now;
    Ok(Document::ok(check_in.to_json()))
}

/// `GET /spaces/{id}/check_ins/current`
pub(super) async fn current(request: Request, id: PathText) -> Result<Document, Rejection> {
    let caller = Caller::on_api2(&request, "GET /spaces/{id}/check_ins/current", "read_check_ins")?;
    let space = find_space(&request, id)?;
    let state = request.core.state();
    caller.require_admin(&state, space)?;
    let token: String = filter(&request, "filter[checkInToken]")?;
    let now = request.core.now();
    let has_token = |check_in: &&CheckIn| {
        let member = state.member(&check_in.member);
        check_in.space.id == space.id && member.is_some_and(|member| token_of(member.number) == token)
    };
    let found = state.check_ins.iter().filter(has_token).filter(|check_in| now < check_in.until);
    page(&request, found.map(CheckIn::to_json).collect())
}
