//! The application of the book's tutorial: customers connect their Go1 portal and see their courses.
//!
//! `docs/book/src/tutorial.md` shows it in parts, which `tests/page.rs` compares.
#![allow(clippy::print_stderr)] // the tutorial has no logger

use std::error::Error;
use std::path::PathBuf;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{Html, Response};
use axum::routing::get;
use go1::api::LearningObjects;
use go1::{ClientSecret, Connections, Go1, Site, scope};
use oauth_store::{EncryptionKey, Keyring, Sqlite};
use oauth_web::{Allowed, Connected, CookieKey, OAuthWeb, Refusal, Visit};

/// Settings that differ between machines. Keep them out of the source code.
#[derive(Debug)]
pub struct Settings {
    /// Public URL of this application, such as `https://lms.example.com`.
    pub public_url: String,
    /// Go1 itself, or a sandbox.
    pub site: Site,
    /// Client id from the registration at Go1.
    pub client_id: String,
    /// Client secret from the registration at Go1.
    pub client_secret: ClientSecret,
    /// Encrypts the cookie of an attempt.
    pub cookie_key: CookieKey,
    /// Encrypts the tokens in the database.
    pub token_key: EncryptionKey,
    /// Path of the SQLite database.
    pub database: PathBuf,
}

/// The signed-in customer.
#[derive(Clone, Debug)]
struct Customer(String);

/// Replace this with your own sessions. Here every user is Acme.
async fn session(mut request: Request, next: Next) -> Response {
    request.extensions_mut().insert(Customer("acme".to_owned()));
    next.run(request).await
}

/// Decides who may connect which account, and with which scopes.
async fn who(visit: Visit) -> Result<Allowed<Go1>, Refusal> {
    let Some(Customer(name)) = visit.parts.extensions.get() else {
        return Err(Refusal::new("Sign in first."));
    };
    Ok(Allowed::new(name, go1::Connect::new([scope::USER_READ, scope::LO_READ])))
}

/// The connections of all customers, stored in an encrypted database.
async fn connections(settings: Settings) -> Result<Connections<Go1>, Box<dyn Error>> {
    let redirect_uri = format!("{}/callback/go1", settings.public_url);
    let app = go1::App::new(settings.client_id, settings.client_secret, redirect_uri);
    let client = go1::Client::new(settings.site, app)?;
    let store = Sqlite::open(settings.database, Keyring::new(settings.token_key)).await?;
    Ok(Connections::builder(client, store).on_event(|event| eprintln!("{event}")).build())
}

async fn home() -> Html<&'static str> {
    Html("<h1>Example LMS</h1><a href=\"/connect/go1?return_to=/courses\">Connect Go1</a>")
}

/// A user without a connection is redirected to connect, and then back here.
async fn courses(go1: Connected<Go1>) -> Result<String, String> {
    let page = go1.send(&LearningObjects::new().limit(5)).await.map_err(|error| error.to_string())?;
    let titles: Vec<&str> = page.hits.iter().filter_map(|one| one.core.as_ref()?.title.as_deref()).collect();
    Ok(format!("{} courses, of which the first are:\n{}\n", page.total, titles.join("\n")))
}

/// The application, and its connections for background tasks.
///
/// # Errors
/// If a setting cannot be used, or the database cannot be opened.
pub async fn app(settings: Settings) -> Result<(Router, Connections<Go1>), Box<dyn Error>> {
    let cookie_key = settings.cookie_key.clone();
    let connections = connections(settings).await?;
    let oauth =
        OAuthWeb::builder(cookie_key).app_name("Example LMS").provider(connections.clone(), who).build()?;
    let router = Router::new()
        .route("/", get(home))
        .route("/courses", get(courses))
        .merge(oauth.router()) // /connect/go1 and /callback/go1
        .layer(from_fn(session))
        .layer(oauth.hide_query()) // keeps authorization codes out of the logs of inner layers
        .with_state(oauth);
    Ok((router, connections))
}
