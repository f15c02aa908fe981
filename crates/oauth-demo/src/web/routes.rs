//! The routes of the page.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use oauth_web::OAuthWeb;
use serde::Deserialize;

use super::app_state::AppState;
use super::failure_scenario::{FailureScenario, NINETY_ONE_DAYS, THIRTEEN_HOURS};
use super::integration::Secret;
use super::live_update::live_update;
use super::origin_guard::check_origin;
use super::page::{self, ConnectionRow};
use super::security_headers::add_security_headers;

/// Maximum wait for the work started by a button. Longer than a refresh with a retry.
const ACTION_TIMEOUT: Duration = Duration::from_secs(8);
/// Maximum wait of the page for work in progress.
const PAGE_TIMEOUT: Duration = Duration::from_millis(400);

/// All routes, including those of `oauth-web`.
pub(super) fn router(state: Arc<AppState>, oauth: &OAuthWeb) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/live", get(live_update))
        .route("/style.css", get(async || ([(CONTENT_TYPE, "text/css; charset=utf-8")], page::STYLE)))
        .route("/script.js", get(async || ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], page::SCRIPT)))
        .route("/clock", post(clock))
        .route("/connections/{provider}/{action}", post(act))
        .route("/failures/{scenario}", post(start_failure))
        .route("/reset", post(reset))
        .merge(oauth.router())
        .fallback(not_found)
        .layer(map_response(add_security_headers))
        .layer(from_fn_with_state(Arc::clone(&state), check_origin))
        .layer(oauth.hide_query())
        .with_state(state)
}

async fn home(State(state): State<Arc<AppState>>) -> Html<String> {
    state.pending_work().wait_until_idle(PAGE_TIMEOUT).await;
    page::render(&state).await
}

async fn not_found(State(state): State<Arc<AppState>>) -> Response {
    let page = page::error_page("Page not found", "The demo is a single page:", state.origin());
    (StatusCode::NOT_FOUND, page).into_response()
}

/// A step of the clock.
#[derive(Clone, Copy, Debug, Deserialize)]
enum Jump {
    #[serde(rename = "13-hours")]
    ThirteenHours,
    #[serde(rename = "91-days")]
    NinetyOneDays,
}

#[derive(Debug, Deserialize)]
struct Clock {
    jump: Jump,
}

async fn clock(State(state): State<Arc<AppState>>, Form(Clock { jump }): Form<Clock>) -> Response {
    let (by, action) = match jump {
        Jump::ThirteenHours => (THIRTEEN_HOURS, "You advanced the clock by 13 hours."),
        Jump::NinetyOneDays => {
            (NINETY_ONE_DAYS, "You advanced the clock by 91 days, without a sweep in between.")
        }
    };
    state.advance(by, None, action);
    state.sweep();
    redirect_when_done(&state, "top").await
}

/// The action of a button in a connection's row.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Action {
    Call,
    Refresh,
    Disconnect,
    Secret,
}

async fn act(
    State(state): State<Arc<AppState>>,
    Path((provider, action)): Path<(String, Action)>,
) -> Response {
    let Some(integration) = state.integration(&provider) else { return not_found(State(state)).await };
    let text = match action {
        Action::Call => "You called the API.".to_owned(),
        Action::Refresh => "You requested a refresh.".to_owned(),
        Action::Disconnect => "You disconnected the account.".to_owned(),
        Action::Secret => match integration.use_secret(Secret::Correct) {
            Ok(()) => "You corrected the client secret.".to_owned(),
            Err(error) => error.to_string(),
        },
    };
    state.log_action(Some(integration.name()), text);
    let integration = Arc::clone(integration);
    // Errors are shown on the page.
    state.spawn_work(async move {
        let (connections, account) = (integration.connections(), integration.account());
        match action {
            Action::Call => drop(integration.call_api().await),
            Action::Refresh | Action::Secret => drop(connections.refresh(account).await),
            Action::Disconnect => drop(connections.remove(account).await),
        }
    });
    redirect_when_done(&state, "top").await
}

#[derive(Debug, Deserialize)]
struct ScenarioForm {
    provider: String,
}

async fn start_failure(
    State(state): State<Arc<AppState>>,
    Path(name): Path<String>,
    Form(form): Form<ScenarioForm>,
) -> Response {
    let (scenario, integration) = (FailureScenario::from_name(&name), state.integration(&form.provider));
    let (Some(scenario), Some(integration)) = (scenario, integration) else {
        return not_found(State(state)).await;
    };
    // An outdated page may offer a scenario that no longer applies.
    if scenario.applies_to(&**integration)
        && ConnectionRow::of(&**integration, state.log()).await.health.is_usable()
    {
        scenario.start(&state, integration);
    }
    redirect_when_done(&state, "connections").await
}

async fn reset(State(state): State<Arc<AppState>>) -> Response {
    state.reset().await;
    redirect_when_done(&state, "top").await
}

/// Redirects to the page when the work is done.
async fn redirect_when_done(state: &AppState, anchor: &str) -> Response {
    state.pending_work().wait_until_idle(ACTION_TIMEOUT).await;
    Redirect::to(&format!("/#{anchor}")).into_response()
}
