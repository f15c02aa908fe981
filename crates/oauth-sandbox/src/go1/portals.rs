//! `GET /portals/{id}` on the gateway. Source: REST reference 2025-01-01, Portals.

use axum::Json;
use axum::response::IntoResponse as _;
use chrono::SecondsFormat;
use http::StatusCode;
use serde_json::json;

use super::api::{authenticate_on_gateway, grant};
use super::{PathText, Request};
use crate::request::{Handled, Rejection};

pub(super) async fn show(id: PathText, request: Request) -> Handled {
    if grant(&request).is_none() {
        request.log.note("refused: no token, or one that is unknown or has expired");
        return Err(error(StatusCode::UNAUTHORIZED, "AUTH_TOKEN_INVALID", "Invalid credentials."));
    }
    let caller = authenticate_on_gateway(&request, "portal.read")?;
    let state = request.core.state();
    let found = id.ok().and_then(|id| state.portal(id.parse().ok()?));
    let Some(portal) = found else {
        return Err(error(StatusCode::NOT_FOUND, "PORTAL_NOT_FOUND", "Portal not found."));
    };
    if portal.id != caller.portal {
        let text = "Insufficient permission to access portal.";
        return Err(error(StatusCode::FORBIDDEN, "PORTAL_ACCESS_UNAUTHORIZED", text));
    }
    let created_time = portal.created_time.to_rfc3339_opts(SecondsFormat::Millis, true);
    let body = json!({
        "id": portal.id.to_string(),
        "name": portal.name,
        "domain": portal.url,
        "timezone": "Australia/Brisbane",
        "partner_portal_id": portal.partner_portal_id.map(|id| id.to_string()).unwrap_or_default(),
        "industry": "Education and Training",
        "country": "AU",
        "created_time": created_time,
        "updated_time": created_time,
        "company_size": 50,
        "type": "customer",
    });
    Ok(Json(body).into_response())
}

/// An error in the form of the portals' calls.
fn error(status: StatusCode, error_code: &str, message: &str) -> Rejection {
    Rejection::new((status, Json(json!({ "error_code": error_code, "message": message }))))
}
