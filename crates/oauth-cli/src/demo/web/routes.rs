//! What can be asked for, and done.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use clap::ValueEnum as _;
use oauth_web::OAuthWeb;
use serde::Deserialize;

use super::guard::guard;
use super::headers::protect;
use super::integration::{Integration, Secret};
use super::live::live;
use super::mishap::{Mishap, NINETY_ONE_DAYS, THIRTEEN_HOURS};
use super::page::{self, Row};
use super::world::World;
use crate::cli::Provider;

/// How long an answer to a button waits for what the button caused: longer than a refresh that is tried twice takes.
const PATIENCE: Duration = Duration::from_secs(8);
/// How long the page waits for what is nearly done.
const MOMENT: Duration = Duration::from_millis(400);

/// All routes, those of `oauth-web` among them.
pub(super) fn router(world: Arc<World>, oauth: &OAuthWeb) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/live", get(live))
        .route("/style.css", get(async || ([(CONTENT_TYPE, "text/css; charset=utf-8")], page::STYLE)))
        .route("/script.js", get(async || ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], page::SCRIPT)))
        .route("/clock", post(clock))
        .route("/connections/{provider}/call", post(call))
        .route("/connections/{provider}/refresh", post(refresh))
        .route("/connections/{provider}/disconnect", post(disconnect))
        .route("/connections/{provider}/secret", post(correct))
        .route("/mishaps/{mishap}", post(mishap))
        .route("/reset", post(reset))
        .merge(oauth.router())
        .fallback(nothing_here)
        .layer(map_response(protect))
        .layer(from_fn_with_state(Arc::clone(&world), guard))
        .layer(oauth.hide_query())
        .with_state(world)
}

async fn home(State(world): State<Arc<World>>) -> Html<String> {
    world.work().settled(MOMENT).await;
    page::render(&world).await
}

async fn nothing_here(State(world): State<Arc<World>>) -> Response {
    let page = page::refused("There is nothing here", "The demo is one page:", world.origin());
    (StatusCode::NOT_FOUND, page).into_response()
}

/// How far the clock jumps.
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

async fn clock(State(world): State<Arc<World>>, Form(Clock { jump }): Form<Clock>) -> Response {
    let (by, note) = match jump {
        Jump::ThirteenHours => (THIRTEEN_HOURS, "You let 13 hours pass."),
        Jump::NinetyOneDays => (NINETY_ONE_DAYS, "You let 91 days pass, with the keeper asleep."),
    };
    world.advance(by, None, note);
    world.sweep();
    done(&world, "top").await
}

async fn call(world: State<Arc<World>>, provider: Path<String>) -> Response {
    with(world, &provider, |world, integration| {
        world.note(Some(integration.provider()), "You asked the API something.");
        let integration = Arc::clone(integration);
        // What fails is told on the page.
        world.errand(async move { drop(integration.call().await) });
    })
    .await
}

async fn refresh(world: State<Arc<World>>, provider: Path<String>) -> Response {
    with(world, &provider, |world, integration| {
        world.note(Some(integration.provider()), "You asked for a refresh, due or not.");
        let integration = Arc::clone(integration);
        world.errand(async move { drop(integration.connections().refresh(integration.account()).await) });
    })
    .await
}

async fn disconnect(world: State<Arc<World>>, provider: Path<String>) -> Response {
    with(world, &provider, |world, integration| {
        world.note(Some(integration.provider()), "You disconnected it.");
        let integration = Arc::clone(integration);
        world.errand(async move { drop(integration.connections().remove(integration.account()).await) });
    })
    .await
}

async fn correct(world: State<Arc<World>>, provider: Path<String>) -> Response {
    with(world, &provider, |world, integration| {
        let corrected = integration.use_secret(Secret::Right);
        let note = corrected
            .map_or_else(|error| error.to_string(), |()| "You corrected the client secret.".to_owned());
        world.note(Some(integration.provider()), note);
        let integration = Arc::clone(integration);
        world.errand(async move { drop(integration.connections().refresh(integration.account()).await) });
    })
    .await
}

#[derive(Debug, Deserialize)]
struct EndpointContext {
    provider: String,
}

async fn mishap(
    State(world): State<Arc<World>>,
    Path(name): Path<String>,
    Form(at): Form<EndpointContext>,
) -> Response {
    let (mishap, integration) = (Mishap::named(&name), named(&world, &at.provider));
    let (Some(mishap), Some(integration)) = (mishap, integration) else {
        return nothing_here(State(world)).await;
    };
    // A page that is out of date offers more than there is.
    if mishap.is_at(&**integration) && Row::of(&**integration, world.log()).await.health.is_well() {
        mishap.happen(&world, integration);
    }
    done(&world, "connections").await
}

async fn reset(State(world): State<Arc<World>>) -> Response {
    world.reset().await;
    done(&world, "top").await
}

/// Does this at a provider.
async fn with(
    State(world): State<Arc<World>>,
    provider: &str,
    act: impl FnOnce(&Arc<World>, &Arc<dyn Integration>),
) -> Response {
    let Some(integration) = named(&world, provider) else { return nothing_here(State(world)).await };
    act(&world, integration);
    done(&world, "top").await
}

fn named<'a>(world: &'a World, provider: &str) -> Option<&'a Arc<dyn Integration>> {
    world.integration(Provider::from_str(provider, false).ok()?)
}

/// Back to the page, when what was caused is over.
async fn done(world: &World, part: &str) -> Response {
    world.work().settled(PATIENCE).await;
    Redirect::to(&format!("/#{part}")).into_response()
}
