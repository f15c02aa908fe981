//! Webhooks on the gateway. Source: REST reference 2025-01-01, Webhooks.

use axum::Json;
use axum::response::IntoResponse as _;
use chrono::{DateTime, SecondsFormat, Utc};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

use super::api::{Caller, authenticate_on_gateway, invalid, json_body, rejection};
use super::{PathText, Request};
use crate::random;
use crate::request::{Handled, Rejection};

/// All event types. The sandbox sends those of enrollments.
const EVENT_TYPES: [&str; 12] = [
    "enrollment.complete",
    "enrollment.create",
    "enrollment.delete",
    "content.decommission",
    "content.decommission.pending",
    "content.add",
    "content.remove",
    SYNC_REQUEST,
    "content.library.add",
    "content.library.remove",
    "content.library.update",
    "content.library.decommission",
];
const SYNC_REQUEST: &str = "content.library.sync.request";

const MAX_SECRET_KEY: usize = 64;

#[derive(Clone, Copy, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Active,
    Inactive,
}

/// The fields that a request may have.
#[derive(Clone, Deserialize, Serialize)]
struct Settings {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_key: Option<String>,
    event_types: Option<Vec<String>>,
    status: Option<Status>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    oauth2: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    integration_system_id: Option<String>,
}

#[derive(Clone)]
pub(super) struct Webhook {
    pub(super) id: String,
    pub(super) portal: u64,
    settings: Settings,
    created_by: String,
    created_time: DateTime<Utc>,
    updated_by: String,
    updated_time: DateTime<Utc>,
}

impl Webhook {
    pub(super) fn url(&self) -> &str {
        self.settings.url.as_deref().unwrap_or_default()
    }

    pub(super) fn secret_key(&self) -> Option<&str> {
        self.settings.secret_key.as_deref()
    }

    pub(super) fn subscribes_to(&self, event_type: &str) -> bool {
        self.settings.status == Some(Status::Active)
            && self.settings.event_types.iter().flatten().any(|subscribed| subscribed == event_type)
    }

    fn json(&self) -> Value {
        let time = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Millis, true);
        let mut body = json!(self.settings);
        body["id"] = json!(self.id);
        body["portal_id"] = json!(self.portal.to_string());
        body["created_by"] = json!(self.created_by);
        body["created_time"] = json!(time(self.created_time));
        body["updated_by"] = json!(self.updated_by);
        body["updated_time"] = json!(time(self.updated_time));
        body
    }
}

impl Settings {
    fn check(&self) -> Result<(), Rejection> {
        let (Some(url), Some(event_types)) = (&self.url, &self.event_types) else {
            return Err(invalid("url and event_types are required."));
        };
        if !Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
            return Err(invalid("url has to be a URL."));
        }
        let are_known = event_types.iter().all(|event_type| EVENT_TYPES.contains(&event_type.as_str()));
        if event_types.is_empty() || !are_known {
            return Err(invalid("event_types has to list known event types."));
        }
        if event_types.iter().any(|event_type| event_type == SYNC_REQUEST)
            && self.integration_system_id.is_none()
        {
            return Err(invalid("content.library.sync.request needs an integration_system_id."));
        }
        if self.secret_key.as_ref().is_some_and(|key| key.chars().count() > MAX_SECRET_KEY) {
            return Err(invalid("secret_key has to have 64 characters at most."));
        }
        Ok(())
    }
}

/// Authenticates an administrator.
fn authenticate(request: &Request, scope: &str) -> Result<Caller, Rejection> {
    let caller = authenticate_on_gateway(request, scope)?;
    if !caller.is_administrator {
        return Err(rejection(StatusCode::FORBIDDEN, "forbidden", "User is not authorized."));
    }
    Ok(caller)
}

/// The value of `created_by` and `updated_by`.
fn author(caller: &Caller) -> String {
    caller.account.map_or_else(|| "0".to_owned(), |account| account.to_string())
}

/// `GET /gateway/webhooks`
pub(super) async fn list(request: Request) -> Handled {
    let caller = authenticate(&request, "webhook.read")?;
    let state = request.core.state();
    let webhooks = state.webhooks.iter().filter(|webhook| webhook.portal == caller.portal);
    let hits: Vec<_> = webhooks.map(Webhook::json).collect();
    Ok(Json(json!({ "total": hits.len(), "hits": hits })).into_response())
}

/// `POST /gateway/webhooks`
pub(super) async fn create(request: Request) -> Handled {
    let caller = authenticate(&request, "webhook.write")?;
    let mut settings: Settings = json_body(&request)?;
    settings.check()?;
    settings.status = Some(Status::Active);
    let now = request.core.now();
    let webhook = Webhook {
        id: random::hex::<6>(),
        portal: caller.portal,
        settings,
        created_by: author(&caller),
        created_time: now,
        updated_by: author(&caller),
        updated_time: now,
    };
    let body = webhook.json();
    request.core.state().webhooks.push(webhook);
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

/// `PATCH /gateway/webhooks/{id}`
pub(super) async fn update(id: PathText, request: Request) -> Handled {
    let caller = authenticate(&request, "webhook.write")?;
    let changes: Settings = json_body(&request)?;
    let now = request.core.now();
    let mut state = request.core.state();
    let id = id.map(|id| id.0).unwrap_or_default();
    let stored =
        state.webhooks.iter_mut().find(|webhook| webhook.portal == caller.portal && webhook.id == id);
    let Some(stored) = stored else {
        return Err(rejection(StatusCode::NOT_FOUND, "webhook_not_found", "Webhook not found."));
    };
    let old = stored.settings.clone();
    let settings = Settings {
        name: changes.name.or(old.name),
        url: changes.url.or(old.url),
        secret_key: changes.secret_key.or(old.secret_key),
        event_types: changes.event_types.or(old.event_types),
        status: changes.status.or(old.status),
        auth_type: changes.auth_type.or(old.auth_type),
        oauth2: changes.oauth2.or(old.oauth2),
        integration_system_id: changes.integration_system_id.or(old.integration_system_id),
    };
    settings.check()?;
    stored.settings = settings;
    stored.updated_by = author(&caller);
    stored.updated_time = now;
    Ok(Json(stored.json()).into_response())
}
