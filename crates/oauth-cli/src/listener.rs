//! The loopback listener for authorization callbacks (RFC 8252 section 7.3).

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{Html, IntoResponse, Response};
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, Method, StatusCode};
use maud::{DOCTYPE, html};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc, oneshot, watch};
use tokio::task::JoinSet;

use crate::failure::{ExitCode, Failure};

/// Time that a browser waits for its page: longer than a token call and its repetition.
const MAX_WAIT: Duration = Duration::from_secs(150);
/// Time to send the last page.
const MAX_SEND: Duration = Duration::from_secs(1);

/// A callback. Its browser waits for the page that tells the result.
#[derive(Debug)]
pub(crate) struct Callback {
    /// Path and query.
    pub(crate) target: String,
    page: oneshot::Sender<ResultPage>,
}

impl Callback {
    /// Shows a page in the browser, unless the user has closed it.
    pub(crate) fn show(self, page: ResultPage) {
        let _ = self.page.send(page);
    }
}

/// The page at the end.
#[derive(Clone, Debug)]
pub(crate) struct ResultPage {
    title: String,
    lines: Vec<String>,
}

impl ResultPage {
    pub(crate) fn connected(provider: &str) -> Self {
        Self {
            title: format!("Connected to {provider}"),
            lines: vec!["You can close this window and return to the program.".to_owned()],
        }
    }

    pub(crate) fn failed(provider: &str, failure: &Failure) -> Self {
        let help = failure.help.clone();
        Self {
            title: match failure.code {
                ExitCode::Denied => format!("Not connected to {provider}: access was denied"),
                _ => format!("Not connected to {provider}"),
            },
            lines: [Some(failure.message.clone()), help]
                .into_iter()
                .flatten()
                .map(|line| sentence(&line))
                .collect(),
        }
    }

    /// The callback belongs to no attempt that waits.
    pub(crate) fn ignored(failure: &Failure) -> Self {
        Self {
            title: "This page belongs to another attempt".to_owned(),
            lines: vec![
                sentence(&failure.message),
                "The program is still waiting. Finish in the page that it opened last.".to_owned(),
            ],
        }
    }

    /// The provider refused, and nothing ties that to the attempt that waits.
    pub(crate) fn unconfirmed(title: &str, refusal: &Failure) -> Self {
        Self {
            title: format!("{title} refused"),
            lines: vec![
                sentence(&refusal.message),
                "If you have just tried to connect, press Ctrl-C in the terminal, correct the command and run it again. \
                 The program is still waiting, because any page can send this answer."
                    .to_owned(),
            ],
        }
    }

    /// The program ended while the page loaded.
    fn unknown() -> Self {
        Self {
            title: "See the terminal for the result".to_owned(),
            lines: vec!["You can close this window.".to_owned()],
        }
    }

    fn html(&self) -> String {
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    title { (self.title) }
                    meta name="viewport" content="width=device-width";
                    meta name="color-scheme" content="light dark";
                    style { "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1rem;overflow-wrap:anywhere}" }
                }
                body { main { h1 { (self.title) } @for line in &self.lines { p { (line) } } } }
            }
        }
        .into_string()
    }
}

/// Writes a message of the terminal as a sentence.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", characters.as_str().trim_end_matches('.'))
}

/// Listens on loopback for callbacks until dropped.
#[derive(Debug)]
pub(crate) struct Listener {
    address: SocketAddr,
    arrived: Mutex<mpsc::Receiver<Callback>>,
    stop: watch::Sender<bool>,
    servers: Mutex<JoinSet<io::Result<()>>>,
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
        let mut listeners = vec![listener];
        for other in others {
            listeners.extend(TcpListener::bind((*other, address.port())).await);
        }
        let stop = watch::Sender::new(false);
        let mut servers = JoinSet::new();
        for listener in listeners {
            let mut stopped = stop.subscribe();
            let stopped = async move {
                // An error if the listener is dropped, which also ends the server.
                let _ = stopped.wait_for(|stop| *stop).await;
            };
            servers
                .spawn(axum::serve(listener, router.clone()).with_graceful_shutdown(stopped).into_future());
        }
        Ok(Self { address, arrived: Mutex::new(arrived), stop, servers: Mutex::new(servers) })
    }

    /// Returns the port that it listens on.
    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Waits for the next callback. `None` when the listener has ended.
    pub(crate) async fn next(&self) -> Option<Callback> {
        self.arrived.lock().await.recv().await
    }

    /// Stops listening. Shows the page in the browsers that wait, such as after a reload, and waits until it
    /// is sent.
    pub(crate) async fn close(&self, page: ResultPage) {
        self.stop.send_replace(true);
        let (mut servers, mut arrived) = (self.servers.lock().await, self.arrived.lock().await);
        let sending = async {
            loop {
                tokio::select! {
                    biased;
                    Some(callback) = arrived.recv() => callback.show(page.clone()),
                    ended = servers.join_next() => if ended.is_none() { return },
                }
            }
        };
        let _ = tokio::time::timeout(MAX_SEND, sending).await;
    }
}

/// The accepted path, and the receiver of its callbacks.
#[derive(Clone, Debug)]
struct CallbackRoute {
    /// Without a trailing slash: callbacks with and without one are accepted.
    path: String,
    sender: mpsc::Sender<Callback>,
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
    let (sender, result) = oneshot::channel();
    if route.sender.send(Callback { target, page: sender }).await.is_err() {
        return page(StatusCode::GONE, "This authorization is no longer awaited.\n");
    }
    let result = match tokio::time::timeout(MAX_WAIT, result).await {
        Ok(Ok(result)) => result,
        _ => ResultPage::unknown(),
    };
    page(StatusCode::OK, Html(result.html()))
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

    /// Opens a callback, and returns what arrives. Nothing is shown: the program has no result.
    async fn arriving(listener: &Listener, target: &str) -> String {
        let arrived = async { listener.next().await.unwrap().target };
        let (response, arrived) = tokio::join!(send(listener, "GET", target), arrived);
        assert!(response.text().await.unwrap().contains("See the terminal for the result"));
        arrived
    }

    #[tokio::test]
    async fn accepts_callback_with_trailing_slash() {
        let listener = listen(0).await.unwrap();
        for target in
            ["/callback/go1?code=a%20b&state=c", "/callback/go1/?code=a%20b&state=c", "/callback/go1"]
        {
            let show = async {
                let callback = listener.next().await.unwrap();
                assert_eq!(callback.target, target);
                callback.show(ResultPage::connected("Go1 <b>"));
            };
            let (response, ()) = tokio::join!(send(&listener, "GET", target), show);
            assert_eq!(response.status(), 200);
            assert_eq!(response.headers()[REFERRER_POLICY], "no-referrer");
            let text = response.text().await.unwrap();
            assert!(text.contains("<h1>Connected to Go1 &lt;b&gt;</h1>"), "{text}");
        }
    }

    /// The user reloads the page while the program still asks for the token.
    #[tokio::test]
    async fn reloaded_page_shows_the_result_too() {
        let listener = listen(0).await.unwrap();
        let finishing = async {
            let first = listener.next().await.unwrap();
            while listener.arrived.lock().await.is_empty() {
                tokio::task::yield_now().await;
            }
            first.show(ResultPage::connected("Go1"));
            listener.close(ResultPage::connected("Go1")).await;
        };
        let target = "/callback/go1?code=a&state=b";
        let (first, second, ()) =
            tokio::join!(send(&listener, "GET", target), send(&listener, "GET", target), finishing);
        for response in [first, second] {
            assert!(response.text().await.unwrap().contains("Connected to Go1"));
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
        assert_eq!(arriving(&listener, "/callback/go1?code=last").await, "/callback/go1?code=last");
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
        assert_eq!(arriving(&listener, "/callback/go1?code=opened").await, "/callback/go1?code=opened");
    }

    #[tokio::test]
    async fn start_fails_when_port_is_taken() {
        let listener = listen(0).await.unwrap();
        let error = listen(listener.port()).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
    }
}
