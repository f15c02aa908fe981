//! The loopback listener for authorization callbacks (RFC 8252 section 7.3).

use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;

/// Prefix of callback paths.
const CALLBACK_PREFIX: &str = "/callback/";

/// The paths accepted as callbacks.
#[derive(Debug)]
enum CallbackPaths {
    /// Any path below [`CALLBACK_PREFIX`], one per provider.
    AnyProvider,
    /// Exactly this path.
    Exact(String),
}

impl CallbackPaths {
    /// Returns the provider's name if the path is a callback; empty for an exact path.
    fn provider_name<'a>(&self, path: &'a str) -> Option<&'a str> {
        let bare = |path: &'a str| path.strip_suffix('/').unwrap_or(path);
        match self {
            Self::AnyProvider => {
                let name = path.strip_prefix(CALLBACK_PREFIX).map(bare);
                name.filter(|name| !name.is_empty() && !name.contains('/'))
            }
            Self::Exact(expected) => {
                (bare(path) == expected.strip_suffix('/').unwrap_or(expected)).then_some("")
            }
        }
    }
}

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
    arrived: Mutex<mpsc::Receiver<Callback>>,
    _server: JoinSet<()>,
}

/// A callback request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Callback {
    /// The path segment after `/callback/`, without a trailing slash: the provider.
    pub(crate) name: String,
    /// Path and query of the request.
    pub(crate) target: String,
}

impl Listener {
    /// Listens on this port of 127.0.0.1; 0 picks a free port.
    pub(crate) async fn start(port: u16) -> io::Result<Self> {
        Self::bind(&[Ipv4Addr::LOCALHOST.into()], port, CallbackPaths::AnyProvider).await
    }

    /// Listens for callbacks to one path. The first address must be available; the others are optional.
    pub(crate) async fn for_path(addresses: &[IpAddr], port: u16, path: &str) -> io::Result<Self> {
        Self::bind(addresses, port, CallbackPaths::Exact(path.to_owned())).await
    }

    async fn bind(addresses: &[IpAddr], port: u16, paths: CallbackPaths) -> io::Result<Self> {
        let (first, others) = match addresses {
            [first, others @ ..] => (*first, others),
            [] => (Ipv4Addr::LOCALHOST.into(), addresses),
        };
        let listener = TcpListener::bind((first, port)).await?;
        let address = listener.local_addr()?;
        // Room for a browser that loads the page more than once.
        let (sender, arrived) = mpsc::channel(8);
        let mut server = JoinSet::new();
        let paths = Arc::new(paths);
        for other in others {
            if let Ok(listener) = TcpListener::bind((*other, address.port())).await {
                server.spawn(accept(listener, sender.clone(), Arc::clone(&paths)));
            }
        }
        server.spawn(accept(listener, sender, paths));
        Ok(Self { address, arrived: Mutex::new(arrived), _server: server })
    }

    /// Returns the port that it listens on.
    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Returns the redirect URI to register at the provider. Callbacks with a trailing slash are accepted
    /// too.
    pub(crate) fn redirect_uri(&self, name: &str) -> String {
        format!("http://{}{CALLBACK_PREFIX}{name}", self.address)
    }

    /// Waits for the next callback. `None` when the listener has ended.
    pub(crate) async fn next(&self) -> Option<Callback> {
        self.arrived.lock().await.recv().await
    }
}

async fn accept(listener: TcpListener, sender: mpsc::Sender<Callback>, paths: Arc<CallbackPaths>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                                // The browser closed the connection, or file descriptors ran out: try again.
                let Ok((stream, _)) = accepted else { continue };
                let (sender, paths) = (sender.clone(), Arc::clone(&paths));
                connections.spawn(async move {
                    let service = service_fn(move |request| handle(request, sender.clone(), Arc::clone(&paths)));
                                        // A broken connection concerns only that browser.
                    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn handle(
    request: Request<Incoming>,
    sender: mpsc::Sender<Callback>,
    paths: Arc<CallbackPaths>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let uri = request.uri();
    let Some(name) = paths.provider_name(uri.path()) else {
        return Ok(page(StatusCode::NOT_FOUND, "Not found.\n"));
    };
    if request.method() != Method::GET {
        let mut response = page(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed: use GET.\n");
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET"));
        return Ok(response);
    }
    if is_prefetch(request.headers()) {
        return Ok(page(
            StatusCode::SERVICE_UNAVAILABLE,
            "This page is not loaded in advance. Open it again.\n",
        ));
    }
    let target = uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let arrived = Callback { name: name.to_owned(), target };
    if sender.send(arrived).await.is_err() {
        return Ok(page(StatusCode::GONE, "This authorization is no longer awaited.\n"));
    }
    Ok(page(StatusCode::OK, DONE_PAGE))
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

fn page(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    let media_type =
        if status == StatusCode::OK { "text/html; charset=utf-8" } else { "text/plain; charset=utf-8" };
    let mut response = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_TYPE, media_type),
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::http;

    async fn send(listener: &Listener, method: &str, target: &str) -> reqwest::Response {
        let url = format!("http://{}{target}", listener.address);
        http().request(method.parse().unwrap(), url).send().await.unwrap()
    }

    #[tokio::test]
    async fn accepts_callback_with_trailing_slash() {
        let listener = Listener::start(0).await.unwrap();
        for target in
            ["/callback/go1?code=a%20b&state=c", "/callback/go1/?code=a%20b&state=c", "/callback/go1"]
        {
            let response = send(&listener, "GET", target).await;
            assert_eq!(response.status(), 200);
            assert_eq!(response.headers()[REFERRER_POLICY], "no-referrer");
            assert!(response.text().await.unwrap().contains("You can close this window"));
            let expected = Callback { name: "go1".to_owned(), target: target.to_owned() };
            assert_eq!(listener.next().await, Some(expected));
        }
    }

    #[tokio::test]
    async fn rejects_other_requests() {
        let listener = Listener::start(0).await.unwrap();
        for (method, target, status) in [
            ("GET", "/", 404),
            ("GET", "/favicon.ico", 404),
            ("GET", "/callback", 404),
            ("GET", "/callback/?code=x", 404),
            ("GET", "/callback/a/b?code=x", 404),
            ("POST", "/callback/go1?code=x", 405),
        ] {
            assert_eq!(send(&listener, method, target).await.status(), status, "{method} {target}");
        }
        assert_eq!(send(&listener, "GET", "/callback/last").await.status(), 200);
        assert_eq!(listener.next().await.unwrap().name, "last");
    }

    #[tokio::test]
    async fn prefetch_is_no_callback() {
        let listener = Listener::start(0).await.unwrap();
        for (name, value) in
            [("sec-purpose", "prefetch;prerender"), ("purpose", "prefetch"), ("x-moz", "prefetch")]
        {
            let url = format!("http://{}/callback/go1?code=a&state=b", listener.address);
            let response = http().get(url).header(name, value).send().await.unwrap();
            assert_eq!(
                (response.status().as_u16(), &response.headers()[CACHE_CONTROL]),
                (503, &HeaderValue::from_static("no-store"))
            );
        }
        assert_eq!(send(&listener, "GET", "/callback/opened").await.status(), 200);
        assert_eq!(listener.next().await.unwrap().name, "opened");
    }

    #[tokio::test]
    async fn start_fails_when_port_is_taken() {
        let listener = Listener::start(0).await.unwrap();
        let error = Listener::start(listener.address.port()).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
        assert_eq!(listener.redirect_uri("go1"), format!("http://{}/callback/go1", listener.address));
    }
}
