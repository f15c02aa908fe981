//! An axum app whose customers connect accounts of four providers. It uses the sandbox and needs no account:
//!
//! ```sh
//! cargo run -p oauth-web --example app
//! ```
//!
//! It listens on 127.0.0.1:3000, or on the port of `PORT`.
#![allow(clippy::print_stdout)] // prints the address to open

use axum::extract::State;
use axum::response::{Html, Redirect};
use axum::routing::{get, post};
use axum::{Router, extract::Path};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use oauth_core::connections::DynConnections;
use oauth_core::store::MemoryStore;
use oauth_core::{App, CodeGrant, Connections, Error, Provider};
use oauth_sandbox::{Sandbox, SandboxProvider, ServerHandle};
use oauth_web::{Allowed, Connected, CookieKey, OAuthWeb, Visit};
use std::sync::Arc;

/// The signed-in customer. A real app reads its session.
const CUSTOMER: &str = "acme";

#[derive(Clone)]
struct AppState {
    oauth: OAuthWeb,
    providers: Arc<[(&'static str, Box<dyn DynConnections>)]>,
}

impl axum::extract::FromRef<AppState> for OAuthWeb {
    fn from_ref(state: &AppState) -> Self {
        state.oauth.clone()
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port: u16 = std::env::var("PORT").ok().map_or(Ok(3000), |port| port.parse())?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    let origin = format!("http://{}", listener.local_addr()?);
    let redirect = |provider: &str| format!("{origin}/callback/{provider}");

    // For the real providers: Site::production(), and the client id and secret of your registration.
    let mut sandbox = Sandbox::builder();
    for provider in ["cohortgo", "cobot", "go1", "gocd"] {
        sandbox = sandbox.redirect_uri(redirect(provider));
    }
    let sandbox = sandbox.start().await?;
    let store = MemoryStore::new();
    let go1 =
        connections::<go1::Go1, _>(go1::Site::at(sandbox.go1().url())?, sandbox.go1(), &redirect, &store)?;
    let cobot = connections::<cobot::Cobot, _>(
        cobot::Site::at(sandbox.cobot().url())?,
        sandbox.cobot(),
        &redirect,
        &store,
    )?;
    let cohortgo = connections::<cohortgo::CohortGo, _>(
        cohortgo::Site::at(sandbox.cohortgo().url())?,
        sandbox.cohortgo(),
        &redirect,
        &store,
    )?;
    let gocd = connections::<gocd::Gocd, _>(
        gocd::Site::at(sandbox.gocd().url())?,
        sandbox.gocd(),
        &redirect,
        &store,
    )?;

    // The authorizers allow every visitor, always for the same customer.
    let oauth = OAuthWeb::builder(CookieKey::generate()?)
        .app_name("Example LMS")
        .provider(go1.clone(), |_: Visit| async {
            Ok(Allowed::new(CUSTOMER, go1::Connect::new([go1::scope::USER_READ])))
        })
        .provider(cobot.clone(), |_: Visit| async {
            Ok(Allowed::new(CUSTOMER, cobot::Connect::new([cobot::scope::READ_USER])))
        })
        .provider(cohortgo.clone(), |_: Visit| async { Ok(Allowed::new(CUSTOMER, cohortgo::Connect::new())) })
        .provider(gocd.clone(), |_: Visit| async { Ok(Allowed::new(CUSTOMER, gocd::Connect::new())) })
        .build()?;
    let state = AppState {
        oauth: oauth.clone(),
        providers: Arc::new([
            (go1::Go1::TITLE, Box::new(go1)),
            (cobot::Cobot::TITLE, Box::new(cobot)),
            (cohortgo::CohortGo::TITLE, Box::new(cohortgo)),
            (gocd::Gocd::TITLE, Box::new(gocd)),
        ]),
    };
    let app = Router::new()
        .route("/", get(home))
        .route("/disconnect/{provider}", post(disconnect))
        .route("/go1/me", get(me))
        .merge(oauth.router())
        .layer(oauth.hide_query())
        .with_state(state);

    println!("Open {origin} and connect. Users of the sandbox:");
    show(sandbox.go1());
    show(sandbox.cobot());
    show(sandbox.cohortgo());
    show(sandbox.gocd());
    axum::serve(listener, app).await?;
    Ok(())
}

fn connections<P: CodeGrant, S: SandboxProvider>(
    site: P::Site,
    sandbox: &ServerHandle<S>,
    redirect: impl Fn(&str) -> String,
    store: &MemoryStore,
) -> Result<Connections<P>, Error> {
    let app = App::new(sandbox.client_id(), sandbox.client_secret(), redirect(P::NAME).parse()?);
    Ok(Connections::new(oauth_core::Client::new(site, app)?, store.clone()))
}

fn show<S: SandboxProvider>(sandbox: &ServerHandle<S>) {
    for user in sandbox.users() {
        println!("  {}: {}, {}, password {}", sandbox.title(), user.name, user.email, user.password);
    }
}

async fn home(State(state): State<AppState>) -> Html<String> {
    let mut rows = Vec::new();
    for (title, connections) in &*state.providers {
        let status = connections.status(CUSTOMER).await;
        let text = status.as_ref().map_or("not connected".to_owned(), |status| format!("{:?}", status.state));
        rows.push((*title, connections.provider(), status.is_ok(), text));
    }
    page(&html! {
        h1 { "Integrations of " (CUSTOMER) }
        table {
            @for (title, name, is_connected, text) in &rows {
                tr {
                    th scope="row" { (title) }
                    td { (text) }
                    td {
                        a href={ "/connect/" (name) "?account=" (CUSTOMER) "&return_to=/" } { "Connect" } " "
                        a data-popup href={ "/connect/" (name) "?account=" (CUSTOMER) "&mode=popup" } { "in a window" }
                        @if *is_connected {
                            form method="post" action={ "/disconnect/" (name) } { button { "Disconnect" } }
                        }
                    }
                }
            }
        }
        p { a href="/go1/me" { "Who am I at Go1?" } " A page that needs a connection redirects you to connect, and then back." }
        // Without scripts, the link opens in the same window.
        script { (PreEscaped(r#"
            for (const link of document.querySelectorAll("a[data-popup]"))
              link.addEventListener("click", (event) => {
                if (window.open(link.href, "connect", "popup,width=640,height=720")) event.preventDefault();
              });
            const receive = ({ data }) => { if (data?.type === "oauth-web") location.reload(); };
            addEventListener("message", (event) => { if (event.origin === location.origin) receive(event); });
            new BroadcastChannel("oauth-web").addEventListener("message", receive);
        "#)) }
    })
}

async fn me(go1: Connected<go1::Go1>) -> Result<Html<String>, String> {
    let me = go1.send(&go1::api::Me).await.map_err(|error| error.to_string())?;
    Ok(page(&html! {
        h1 { (me.email.as_deref().unwrap_or("Unknown user")) }
        p { a href="/" { "Back" } }
    }))
}

async fn disconnect(State(state): State<AppState>, Path(provider): Path<String>) -> Result<Redirect, String> {
    for (_, connections) in state.providers.iter().filter(|(_, one)| one.provider() == provider) {
        connections.remove(CUSTOMER).await.map_err(|error| error.to_string())?;
    }
    Ok(Redirect::to("/"))
}

fn page(body: &Markup) -> Html<String> {
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Example LMS" }
                style { ":root { color-scheme: light dark; } body { max-width: 46rem; margin: 3rem auto; padding: 0 1rem;
                    font: 1rem/1.5 system-ui, sans-serif; } th, td { padding: .4rem 1rem .4rem 0; text-align: left; }
                    form { display: inline; }" }
            }
            body { main { (body) } }
        }
    };
    Html(markup.into_string())
}
