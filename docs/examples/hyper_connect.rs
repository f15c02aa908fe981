//! Connects a Go1 account with plain hyper, as with any framework: two handlers call `begin` and `finish`.
//!
//! `cargo run -p examples --example hyper-connect` serves it, with a sandbox in place of Go1.
#![allow(clippy::print_stdout, clippy::print_stderr)] // a program in a terminal

use std::collections::HashMap;
use std::convert::Infallible;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use go1::http::{Method, Request, Response, StatusCode};
use go1::{Connections, ErrorKind, Go1, PendingAuthorization, api::Me, scope};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// The account of the signed-in customer; an application takes it from its session.
pub(crate) const ACCOUNT: &str = "acme";

pub(crate) struct App {
    pub(crate) go1: Connections<Go1>,
    /// Attempts by the random value of their browser's cookie. An application keeps them in its sessions.
    pub(crate) pending: Mutex<HashMap<String, PendingAuthorization>>,
}

impl App {
    async fn respond(&self, request: &Request<Incoming>) -> Result<Response<Full<Bytes>>, go1::Error> {
        match (request.method(), request.uri().path()) {
            (&Method::GET, "/") => self.home().await,
            (&Method::GET, "/connect") => self.connect(request),
            (&Method::GET, "/callback/go1") => Ok(self.callback(request).await),
            _ => Ok(page(StatusCode::NOT_FOUND, "There is no such page.")),
        }
    }

    async fn home(&self) -> Result<Response<Full<Bytes>>, go1::Error> {
        match self.go1.get(ACCOUNT).send(&Me).await {
            Ok(me) => Ok(page(StatusCode::OK, &format!("Connected as user {}.", escaped(&me.id)))),
            Err(error) if error.needs_reconnect() => {
                Ok(page(StatusCode::OK, "<a href=\"/connect\">Connect Go1</a>"))
            }
            Err(error) => Err(error),
        }
    }

    fn connect(&self, request: &Request<Incoming>) -> Result<Response<Full<Bytes>>, go1::Error> {
        // Another site must not start an attempt.
        if header(request, "sec-fetch-site") != "same-origin" {
            return Ok(redirect("/", None));
        }
        let started = self.go1.client().begin(&go1::Connect::new([scope::USER_READ]))?;
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)
            .map_err(|error| go1::Error::invalid_input("no random numbers").with_source(error))?;
        let id: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        // Add `Secure` on https.
        let cookie = format!("attempt={id}; Path=/callback; Max-Age=900; HttpOnly; SameSite=Lax");
        self.pending.lock().unwrap_or_else(PoisonError::into_inner).insert(id, started.pending);
        Ok(redirect(started.url.as_str(), Some(&cookie)))
    }

    async fn callback(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        let id = header(request, "cookie").split("; ").find_map(|cookie| cookie.strip_prefix("attempt="));
        let attempts = || self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        let found = id.and_then(|id| Some((id, attempts().get(id)?.clone())));
        let Some((id, pending)) = found else {
            return redirect("/", None); // of another browser, or a second time
        };
        let query = format!("?{}", request.uri().query().unwrap_or_default());
        let finished = self.go1.finish(ACCOUNT, &pending, &query).await;
        if let Err(error) = &finished {
            eprintln!("connecting failed: {:?}", error.kind());
        }
        // A callback that is not this attempt's must not end it.
        if !finished.is_err_and(|error| matches!(error.kind(), ErrorKind::Callback(_))) {
            attempts().remove(id);
        }
        // The redirect removes the code from the address bar.
        redirect("/", None)
    }
}

pub(crate) async fn serve(listener: TcpListener, app: Arc<App>) -> std::io::Result<Infallible> {
    loop {
        let (stream, _) = listener.accept().await?;
        let app = Arc::clone(&app);
        let service = service_fn(move |request: Request<Incoming>| {
            let app = Arc::clone(&app);
            async move {
                Ok::<_, Infallible>(app.respond(&request).await.unwrap_or_else(|error| {
                    eprintln!("{error}");
                    page(StatusCode::SERVICE_UNAVAILABLE, "Go1 is unavailable. Reload this page later.")
                }))
            }
        });
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

fn header<'a>(request: &'a Request<Incoming>, name: &str) -> &'a str {
    request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn page(status: StatusCode, text: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(format!("<!DOCTYPE html><title>Go1</title><p>{text}</p>")));
    *response.status_mut() = status;
    response.headers_mut().insert("content-type", go1::http::HeaderValue::from_static("text/html"));
    response
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

fn redirect(location: &str, cookie: Option<&str>) -> Response<Full<Bytes>> {
    let response = Response::builder().status(StatusCode::SEE_OTHER).header("location", location);
    let response =
        cookie.into_iter().fold(response, |response, cookie| response.header("set-cookie", cookie));
    response.body(Full::default()).unwrap_or_else(|_| page(StatusCode::INTERNAL_SERVER_ERROR, "Try again."))
}

/// The app at this address, with the sandbox's Go1.
pub(crate) fn app(sandbox: &oauth_sandbox::Go1, origin: &str) -> Result<App, go1::Error> {
    let redirect_uri = format!("{origin}/callback/go1");
    let app = go1::App::new(sandbox.client_id(), sandbox.client_secret(), redirect_uri);
    let client = go1::Client::new(go1::Site::at(sandbox.url())?, app)?;
    Ok(App { go1: Connections::new(client, go1::MemoryStore::new()), pending: Mutex::default() })
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let origin = format!("http://{}", listener.local_addr()?);
    let sandbox =
        oauth_sandbox::Go1::builder().redirect_uri(format!("{origin}/callback/go1")).start().await?;
    let app = Arc::new(app(&sandbox, &origin)?);
    println!("open {origin}");
    serve(listener, app).await?;
    Ok(())
}
