//! The application of the browser tests, with the sandbox. Prints its addresses as one line of JSON, and
//! runs until its input ends.
#![allow(clippy::print_stdout)] // the tests read the line

use std::io::Read as _;

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use oauth_core::store::MemoryStore;
use oauth_core::{App, Client, ClockFn, CodeGrant, Connections, Error};
use oauth_sandbox::{Sandbox, SandboxProvider, ServerHandle};
use oauth_web::{Allowed, Connected, CookieKey, OAuthWeb, Refusal, Visit};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let origin = format!("http://{}", listener.local_addr()?);
    let mut sandbox = Sandbox::builder();
    for provider in ["cohortgo", "cobot", "go1", "gocd"] {
        sandbox = sandbox.redirect_uri(format!("{origin}/callback/{provider}"));
    }
    let sandbox = sandbox.start().await?;
    let store = MemoryStore::with_clock(ClockFn::new(sandbox.go1().clock().into_fn()));
    let go1 =
        connections::<go1::Go1, _>(go1::Site::at(sandbox.go1().url())?, sandbox.go1(), &origin, &store)?;
    let cobot = connections::<cobot::Cobot, _>(
        cobot::Site::at(sandbox.cobot().url())?,
        sandbox.cobot(),
        &origin,
        &store,
    )?;
    let cohortgo = connections::<cohortgo::CohortGo, _>(
        cohortgo::Site::at(sandbox.cohortgo().url())?,
        sandbox.cohortgo(),
        &origin,
        &store,
    )?;
    let gocd =
        connections::<gocd::Gocd, _>(gocd::Site::at(sandbox.gocd().url())?, sandbox.gocd(), &origin, &store)?;
    let web = OAuthWeb::builder(CookieKey::generate()?)
        .app_name("Example LMS")
        .provider(go1, |visit: Visit| async move {
            let wanted = go1::Connect::new([go1::scope::USER_READ, go1::scope::LO_READ]);
            Ok(Allowed::new(account(&visit)?, wanted))
        })
        .provider(cobot, |visit: Visit| async move {
            Ok(Allowed::new(account(&visit)?, cobot::Connect::new([cobot::scope::READ_USER])))
        })
        .provider(cohortgo, |visit: Visit| async move {
            Ok(Allowed::new(account(&visit)?, cohortgo::Connect::new()))
        })
        .provider(
            gocd,
            |visit: Visit| async move { Ok(Allowed::new(account(&visit)?, gocd::Connect::new())) },
        )
        .build()?;
    let embedded = format!("{origin}/embedded");
    let pop_up = format!("{origin}/connect/go1?account=acme&mode=popup");
    let disconnect = format!("{origin}/disconnect/go1?account=foreign-form");
    let app = Router::new()
        .route("/", get(async || page(&html! { h1 { "Home" } })))
        .route("/courses", get(courses))
        .route("/opener", get(async move || opener("/connect/go1?account=acme&mode=popup")))
        // Requested by another name of this host, these three are pages of a foreign site.
        .route("/foreign-opener", get(async move || opener(&pop_up)))
        .route("/foreign-frame", get(async move || {
            page(&html! { h1 { "A space" } iframe title="The app" src=(embedded) width="600" height="400" {} })
        }))
        .route("/embedded", get(async || {
            page(&html! { h1 { "The app" } a href="/connect/cobot?account=acme&return_to=/courses" { "Connect" } })
        }))
        .route("/foreign-form", get(async move || foreign_form(&disconnect)))
        .merge(web.router())
        .merge(web.connections_router())
        .layer(web.hide_query())
        .with_state(web);
    println!("{}", serde_json::json!({ "origin": origin, "sandbox": sandbox.manifest_json() }));
    tokio::spawn(async move { axum::serve(listener, app).await });
    // The input ends when the parent process exits.
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
    Ok(())
}

fn connections<P: CodeGrant, S: SandboxProvider>(
    site: P::Site,
    sandbox: &ServerHandle<S>,
    origin: &str,
    store: &MemoryStore,
) -> Result<Connections<P>, Error> {
    let redirect_uri = format!("{origin}/callback/{}", P::NAME);
    let app = App::new(sandbox.client_id(), sandbox.client_secret(), redirect_uri);
    let client = Client::builder(site, app).clock(ClockFn::new(sandbox.clock().into_fn())).build()?;
    Ok(Connections::new(client, store.clone()))
}

fn account(visit: &Visit) -> Result<String, Refusal> {
    match visit.account.as_deref() {
        Some("forbidden") => Err(Refusal::new("Only administrators connect accounts.")),
        account => Ok(account.unwrap_or("acme").to_owned()),
    }
}

async fn courses(_: Option<Connected<go1::Go1>>) -> Html<String> {
    page(&html! { h1 { "Courses" } })
}

fn opener(link: &str) -> Html<String> {
    page(&html! {
        h1 { "Settings" }
        button id="open" data-link=(link) { "Connect Go1" }
        script { (PreEscaped(r#"
            window.heard = [];
            addEventListener("message", ({ origin, data }) => window.heard.push({ origin, data }));
            const open = document.getElementById("open");
            open.addEventListener("click", () => window.open(open.dataset.link, "connect", "popup,width=640,height=720"));
        "#)) }
    })
}

fn foreign_form(action: &str) -> Html<String> {
    page(&html! { h1 { "A prize" } form method="post" action=(action) { button { "Take it" } } })
}

fn page(body: &Markup) -> Html<String> {
    let markup = html! {
        (DOCTYPE)
        html lang="en" { head { meta charset="utf-8"; title { "Example LMS" } } body { main { (body) } } }
    };
    Html(markup.into_string())
}
