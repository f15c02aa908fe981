//! Subscriptions of API 1 and their webhook calls (dev.cobot.me/api-docs/webhooks-api).

use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::Json;
use axum::extract::Path;
use chrono::{DateTime, TimeDelta, Utc};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};
use tokio::sync::OwnedSemaphorePermit;
use url::Url;

use super::caller::{Caller, PER_MINUTE, error, invalid, not_found};
use super::fixtures::SpaceFixture;
use super::model::State;
use super::{PathText, Request, Rules};
use crate::browser::{is_loopback, loopback_client};
use crate::provider::{ProviderCore, SharedCore};
use crate::random;
use crate::request::Rejection;

/// Further calls are dropped.
pub(super) const MAX_PENDING_CALLS: usize = 1_000;

/// Minutes after the event: the call and its ten retries (the steps are a guess, the 20 hours are not).
const ATTEMPTS: [i64; 11] = [0, 1, 3, 8, 18, 38, 78, 158, 318, 638, 1_200];

/// Real time, as the subscriber needs it.
const TIMEOUT: Duration = Duration::from_secs(10);
const POLL_INTERVAL: Duration = Duration::from_millis(20);

const EVENTS: [&str; 49] = [
    "approved_external_booking",
    "booking_has_ended",
    "booking_will_begin",
    "canceled_membership",
    "changed_membership_plan",
    "changed_space_subscription",
    "confirmed_membership",
    "connected_user",
    "created_admin",
    "created_allocation",
    "created_booking",
    "created_calendar_blocker",
    "created_checkin",
    "created_checkin_token",
    "created_checkout",
    "created_drop_in_pass",
    "created_event_attendance",
    "created_guest_account",
    "created_invoice",
    "created_membership",
    "created_resource",
    "deleted_admin",
    "deleted_allocation",
    "deleted_booking",
    "deleted_calendar_blocker",
    "deleted_checkin_token",
    "deleted_invoice",
    "deleted_membership",
    "deleted_resource",
    "membership_added_time_passes",
    "membership_cancellation_date_reached",
    "membership_plan_change_date_reached",
    "membership_removed_time_passes",
    "published_event",
    "reactivated_membership",
    "requested_e_invoice",
    "sent_invoice",
    "uncanceled_membership",
    "updated_allocation",
    "updated_booking",
    "updated_calendar_blocker",
    "updated_connected_user",
    "updated_custom_field",
    "updated_invoice",
    "updated_membership_details",
    "updated_membership_picture",
    "updated_payment_method",
    "updated_resource",
    "wrote_off_invoice",
];

pub(super) struct Subscription {
    id: String,
    space: &'static SpaceFixture,
    /// [`User::login`](crate::User::login).
    user: String,
    event: String,
    callback_url: Url,
    active: bool,
}

impl Subscription {
    fn to_json(&self, request: &Request) -> Value {
        let origin = request.core.setup.origin.at(&self.space.api_host());
        json!({
            "id": self.id,
            "event": self.event,
            "url": format!("{origin}/api/subscriptions/{}", self.id),
            "active": self.active,
            "callback_url": self.callback_url.as_str(),
        })
    }

    fn belongs_to(&self, caller: &Caller<'_>, space: &SpaceFixture) -> bool {
        self.user == caller.user.login && self.space.id == space.id
    }
}

/// `POST /api/subscriptions`
pub(super) async fn create(request: Request) -> Result<(StatusCode, Json<Value>), Rejection> {
    let scopes = ["write_subscriptions", "write"];
    let (caller, space) = Caller::in_space(&request, "subscribe", PER_MINUTE, &scopes)?;
    let mut state = request.core.state();
    caller.require_admin(&state, space)?;
    let event = request.params.text("event");
    if !EVENTS.contains(&event) {
        return Err(invalid("event", "is invalid"));
    }
    let callback_url = Url::parse(request.params.text("callback_url")).ok();
    let callback_url = callback_url.filter(|url| url.scheme().starts_with("http"));
    let callback_url = callback_url.ok_or_else(|| invalid("callback_url", "is invalid"))?;
    if !is_loopback(&callback_url) {
        return Err(invalid("callback_url", "is not on this computer: the sandbox calls no other"));
    }
    let is_same = |other: &Subscription| {
        other.belongs_to(&caller, space) && other.event == event && other.callback_url == callback_url
    };
    if state.subscriptions.iter().any(|other| is_same(other) && other.active) {
        return Err(error(&request, StatusCode::CONFLICT, "The URL has subscribed to the event already."));
    }
    state.subscriptions.remove_first(is_same);
    let subscription = Subscription {
        id: random::hex::<8>(),
        space,
        user: caller.user.login.clone(),
        event: event.to_owned(),
        callback_url,
        active: true,
    };
    let body = subscription.to_json(&request);
    state.subscriptions.push(subscription);
    Ok((StatusCode::CREATED, Json(body)))
}

const READ_SCOPES: [&str; 2] = ["read_subscriptions", "read"];

/// `GET /api/subscriptions`
pub(super) async fn list(request: Request) -> Result<Json<Value>, Rejection> {
    let (caller, space) = Caller::in_space(&request, "subscriptions", PER_MINUTE, &READ_SCOPES)?;
    let state = request.core.state();
    caller.require_admin(&state, space)?;
    let own = state.subscriptions.iter().filter(|subscription| subscription.belongs_to(&caller, space));
    Ok(Json(own.map(|subscription| subscription.to_json(&request)).collect()))
}

/// `GET /api/subscriptions/:id`
pub(super) async fn show(request: Request, id: PathText) -> Result<Json<Value>, Rejection> {
    let (caller, space) = Caller::in_space(&request, "subscription", PER_MINUTE, &READ_SCOPES)?;
    let Path(id) = id.map_err(Rejection::new)?;
    let state = request.core.state();
    caller.require_admin(&state, space)?;
    let mut own = state.subscriptions.iter().filter(|subscription| subscription.belongs_to(&caller, space));
    let found = own.find(|subscription| subscription.id == id);
    let found = found.ok_or_else(|| not_found(&request, "There is no such subscription."))?;
    Ok(Json(found.to_json(&request)))
}

/// `DELETE /api/subscriptions/:id`
pub(super) async fn delete(request: Request, id: PathText) -> Result<StatusCode, Rejection> {
    let scopes = ["write_subscriptions", "write"];
    let (caller, space) = Caller::in_space(&request, "unsubscribe", PER_MINUTE, &scopes)?;
    let Path(id) = id.map_err(Rejection::new)?;
    let mut state = request.core.state();
    caller.require_admin(&state, space)?;
    let is_found = |other: &Subscription| other.belongs_to(&caller, space) && other.id == id;
    match state.subscriptions.remove_first(is_found) {
        Some(_) => Ok(StatusCode::NO_CONTENT),
        None => Err(not_found(&request, "There is no such subscription.")),
    }
}

/// A webhook call that is not yet done.
struct PendingCall {
    subscription: String,
    callback_url: Url,
    body: String,
    happened_at: DateTime<Utc>,
    _permit: OwnedSemaphorePermit,
}

/// Starts a call to each subscriber of an event of `space`.
pub(super) fn notify(
    core: &SharedCore<Rules>,
    state: &State,
    space: &SpaceFixture,
    event: &str,
    body: &Value,
) {
    let is_subscribed =
        |other: &&Subscription| other.active && other.space.id == space.id && other.event == event;
    for subscription in state.subscriptions.iter().filter(is_subscribed) {
        let Ok(permit) = Arc::clone(&state.pending_calls).try_acquire_owned() else { return };
        let call = PendingCall {
            subscription: subscription.id.clone(),
            callback_url: subscription.callback_url.clone(),
            body: body.to_string(),
            happened_at: core.now(),
            _permit: permit,
        };
        tokio::spawn(deliver(Arc::downgrade(core), call));
    }
}

/// Calls until the subscriber accepts the call. 410, or the last failure, deactivates the subscription.
async fn deliver(core: Weak<ProviderCore<Rules>>, call: PendingCall) {
    for minutes in ATTEMPTS {
        if !wait_until(&core, call.happened_at + TimeDelta::minutes(minutes), &call.subscription).await {
            return;
        }
        match post(&core, &call).await {
            Some(status) if status.is_success() => return,
            Some(StatusCode::GONE) => break,
            _ => {}
        }
    }
    let Some(core) = core.upgrade() else { return };
    let mut state = core.state();
    let mut subscriptions = state.subscriptions.iter_mut();
    if let Some(subscription) = subscriptions.find(|other| other.id == call.subscription) {
        subscription.active = false;
    }
}

/// Waits by the sandbox's clock. False if the sandbox has stopped, or the subscription has ended.
async fn wait_until(core: &Weak<ProviderCore<Rules>>, time: DateTime<Utc>, subscription: &str) -> bool {
    loop {
        {
            let Some(core) = core.upgrade() else { return false };
            let state = core.state();
            if !state.subscriptions.iter().any(|other| other.id == subscription && other.active) {
                return false;
            }
            if core.now() >= time {
                return true;
            }
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}

/// The status of the response, if there is one.
async fn post(core: &Weak<ProviderCore<Rules>>, call: &PendingCall) -> Option<StatusCode> {
    let client = loopback_client(core.upgrade()?.setup.authority.as_ref()).ok()?.build().ok()?;
    let request = client.post(call.callback_url.clone()).timeout(TIMEOUT);
    let request = request.header(CONTENT_TYPE, "application/json").body(call.body.clone());
    Some(request.send().await.ok()?.status())
}
