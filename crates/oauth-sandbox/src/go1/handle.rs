//! Methods of the builder and the server handle, and control endpoints, that only Go1 has.

use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::model::{self, Portal};
use super::{Rules, enrollments};
use crate::builder::Builder;
use crate::control::{self, ControlError, parse_body};
use crate::provider::{ProviderCore, SharedCore};
use crate::server_handle::ServerHandle;

impl Builder<Rules> {
    /// Adds a slash to the redirect URI's path if it does not end in one, as in the template of
    /// Go1's "OAuth Connect Flow", `<REDIRECT_URL>/?code=<AUTHORIZATION_CODE>`. Off by default:
    /// `league/oauth2-server` adds none.
    pub fn callback_slash(mut self, callback_slash: bool) -> Self {
        self.options.callback_slash = callback_slash;
        self
    }
}

impl ServerHandle<Rules> {
    /// All portals, including those created by sign-ups.
    #[must_use]
    pub fn portals(&self) -> Vec<Portal> {
        self.core().state().portals.to_vec()
    }

    /// The number of the partner's own portal, for `partner_portal_id`. The sandbox accepts any other number
    /// too.
    #[must_use]
    pub fn partner_portal_id(&self) -> u64 {
        model::PARTNER_PORTAL
    }

    /// Registers an application with the first one's redirect URIs, until the next reset. Returns identifier
    /// and secret.
    #[must_use]
    pub fn register_client(&self, name: &str) -> (String, String) {
        self.core().state().clients.register(name)
    }

    /// Completes an enrollment as if the learner did, with a pass and 100 percent. Sends
    /// `enrollment.complete` to the webhooks, and waits until each has responded or failed.
    ///
    /// Returns false if there is no such enrollment, or it is completed already.
    pub async fn complete_enrollment(&self, id: &str) -> bool {
        complete_enrollment(self.core(), id).await
    }

    /// Sends the last event again, with the same body and signature, as an attacker who recorded it would.
    ///
    /// Returns the subscriber's HTTP status. `None` if no event was sent since the last reset, or the
    /// subscriber did not respond.
    pub async fn replay_event(&self) -> Option<u16> {
        replay_event(self.core()).await
    }
}

async fn complete_enrollment(core: &ProviderCore<Rules>, id: &str) -> bool {
    let sent = enrollments::complete(&mut core.state(), id, core.now());
    let Some(sent) = sent else { return false };
    for delivery in sent {
        let _ = delivery.await;
    }
    true
}

async fn replay_event(core: &ProviderCore<Rules>) -> Option<u16> {
    let sent = core.state().outbox.replay()?;
    sent.await.ok()?
}

pub(super) fn control_routes() -> Router<SharedCore<Rules>> {
    Router::new()
        .route("/register_client", post(register_client))
        .route("/complete_enrollment", post(complete_enrollment_control))
        .route("/replay_event", post(replay_event_control))
}

async fn register_client(
    State(core): State<SharedCore<Rules>>,
    body: Bytes,
) -> Result<Json<Value>, ControlError> {
    control::register_client(&body, |name| core.state().clients.register(name))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EnrollmentId {
    id: String,
}

async fn complete_enrollment_control(
    State(core): State<SharedCore<Rules>>,
    body: Bytes,
) -> Result<Json<Value>, ControlError> {
    let EnrollmentId { id } = parse_body(&body)?;
    Ok(Json(json!({ "completed": complete_enrollment(&core, &id).await })))
}

async fn replay_event_control(State(core): State<SharedCore<Rules>>) -> Json<Value> {
    Json(json!({ "status": replay_event(&core).await }))
}
