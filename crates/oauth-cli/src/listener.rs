//! The loopback listener for authorization callbacks (RFC 8252 section 7.3).

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{Html, IntoResponse, Response};
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, Method, StatusCode};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;

/// The final page. The URL holds the code, so the page loads nothing and sends no referrer.
const DONE_PAGE: &str = r#"<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Authorization finished</title><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<style>body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1rem}</style></head>
<body><main><h1>That was all</h1><p>You can close this window. The program goes on where you started it.</p></main></body>
</html>
"#;

/// Listens on loopback for callbacks until dropped.
#[derive(Debug)]
pub(crate) struct Listener {
    address: SocketAddr,
    arrived: Mutex<mpsc::Receiver<String>>,
    _servers: JoinSet<io::Result<()>>,
}

impl Listener {
    /// Listens for callbacks to one path; port 0 picks a free port. The first address must be available; the
    /// others are optional.
    pub(crate) async fn start(addresses: &[IpAddr], port: u16, path: &str) -> io::Result<Self> {
        let (first, others) = match addresses {
            [first, others @ ..] => (*first, others),
            [] => (Ipv4Addr::LOCALHOST.into(), addresses),
        };
        let listener = TcpListener::bind((first, port)).await?;
        let address = listener.local_addr()?;
        // Room for a browser that loads the page more than once.
        let (sender, arrived) = mpsc::channel(8);
        let path = path.strip_suffix('/').unwrap_or(path).to_owned();
        let router = Router::new().fallback(handle).with_state(CallbackRoute { path, sender });
        let mut servers = JoinSet::new();
        for other in others {
            if let Ok(listener) = TcpListener::bind((*other, address.port())).await {
                servers.spawn(axum::serve(listener, router.clone()).into_future());
            }
        }
        servers.spawn(axum::serve(listener, router).into_future());
        Ok(Self { address, arrived: Mutex::new(arrived), _servers: servers })
    }

    /// Returns the port that it listens on.
    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Waits for the next callback and returns its path and query. `None` when the listener has ended.
    pub(crate) async fn next(&self) -> Option<String> {
        self.arrived.lock().await.recv().await
    }
}

/// The accepted path, and the receiver of its callbacks.
#[derive(Clone, Debug)]
struct CallbackRoute {
    /// Without a trailing slash: callbacks with and without one are accepted.
    path: String,
    sender: mpsc::Sender<String>,
}

async fn handle(State(route): State<CallbackRoute>, request: Request) -> Response {
    let uri = request.uri();
    if uri.path().strip_suffix('/').unwrap_or(uri.path()) != route.path {
        return page(StatusCode::NOT_FOUND, "Not found.\n");
    }
    if request.method() != Method::GET {
        let refused = page(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed: use GET.\n");
        return ([(ALLOW, "GET")], refused).into_response();
    }
    if is_prefetch(request.headers()) {
        return page(StatusCode::SERVICE_UNAVAILABLE, "This page is not loaded in advance. Open it again.\n");
    }
    let target = uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    if route.sender.send(target).await.is_err() {
        return page(StatusCode::GONE, "This authorization is no longer awaited.\n");
    }
    page(StatusCode::OK, Html(DONE_PAGE))
}

/// Detects a page that the browser loads before the user opens it: `Sec-Purpose` is the standard, the others
/// are of older browsers.
fn is_prefetch(headers: &HeaderMap) -> bool {
    ["sec-purpose", "purpose", "x-purpose", "x-moz"].iter().any(|name| {
        let values = headers.get_all(*name).iter().filter_map(|value| value.to_str().ok());
        let mut words = values.flat_map(|value| value.split([',', ';', ' ']));
        words.any(|word| {
            ["prefetch", "prerender", "preview"].iter().any(|known| word.eq_ignore_ascii_case(known))
        })
    })
}

fn page(status: StatusCode, body: impl IntoResponse) -> Response {
    let headers = [
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::http;

    async fn listen(port: u16) -> io::Result<Listener> {
        Listener::start(&[Ipv4Addr::LOCALHOST.into()], port, "/callback/go1").await
    }

    async fn send(listener: &Listener, method: &str, target: &str) -> reqwest::Response {
        let url = format!("http://{}{target}", listener.address);
        http().request(method.parse().unwrap(), url).send().await.unwrap()
    }

    #[tokio::test]
    async fn accepts_callback_with_trailing_slash() {
        let listener = listen(0).await.unwrap();
        for target in
            ["/callback/go1?code=a%20b&state=c", "/callback/go1/?code=a%20b&state=c", "/callback/go1"]
        {
            let response = send(&listener, "GET", target).await;
            assert_eq!(response.status(), 200);
            assert_eq!(response.headers()[REFERRER_POLICY], "no-referrer");
            assert!(response.text().await.unwrap().contains("You can close this window"));
            assert_eq!(listener.next().await.as_deref(), Some(target));
        }
    }

    #[tokio::test]
    async fn rejects_other_requests() {
        let listener = listen(0).await.unwrap();
        for (method, target, status) in [
            ("GET", "/", 404),
            ("GET", "/favicon.ico", 404),
            ("GET", "/callback", 404),
            ("GET", "/callback/?code=x", 404),
            ("GET", "/callback/go1/b?code=x", 404),
            ("GET", "/callback/cobot?code=x", 404),
            ("POST", "/callback/go1?code=x", 405),
            ("HEAD", "/callback/go1?code=x", 405),
        ] {
            assert_eq!(send(&listener, method, target).await.status(), status, "{method} {target}");
        }
        assert_eq!(send(&listener, "GET", "/callback/go1?code=last").await.status(), 200);
        assert_eq!(listener.next().await.unwrap(), "/callback/go1?code=last");
    }

    #[tokio::test]
    async fn prefetch_is_no_callback() {
        let listener = listen(0).await.unwrap();
        for (name, value) in
            [("sec-purpose", "prefetch;prerender"), ("purpose", "prefetch"), ("x-moz", "prefetch")]
        {
            let url = format!("http://{}/callback/go1?code=a&state=b", listener.address);
            let response = http().get(url).header(name, value).send().await.unwrap();
            assert_eq!(response.status(), 503);
            assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
        }
        assert_eq!(send(&listener, "GET", "/callback/go1?code=opened").await.status(), 200);
        assert_eq!(listener.next().await.unwrap(), "/callback/go1?code=opened");
    }

    #[tokio::test]
    async fn start_fails_when_port_is_taken() {
        let listener = listen(0).await.unwrap();
        let error = listen(listener.port()).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
    }
}
