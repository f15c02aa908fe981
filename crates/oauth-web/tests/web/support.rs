//! A test application, browsers, and the sandbox.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::FromRef;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Redirect;
use axum::routing::get;
use oauth_core::store::MemoryStore;
use oauth_core::url::Url;
use oauth_core::{App, Client, ClockFn, CodeGrant, Connections, async_trait};
use oauth_sandbox::{Sandbox, SandboxProvider, ServerHandle};
use oauth_web::{Allowed, Connected, CookieKey, OAuthWeb, Refusal, Visit};
use reqwest::cookie::Jar;
use tokio::net::TcpListener;

pub(crate) const PROVIDERS: [&str; 4] = ["cobot", "cohortgo", "go1", "gocd"];

/// The application's public address, its sandbox and its store.
pub(crate) struct Scenario {
    pub(crate) sandbox: Sandbox,
    pub(crate) store: MemoryStore,
    pub(crate) origin: String,
    pub(crate) key: CookieKey,
}

/// One server of the application.
pub(crate) struct Machine {
    pub(crate) origin: String,
    pub(crate) web: OAuthWeb,
    pub(crate) go1: Connections<go1::Go1>,
    pub(crate) gocd: Connections<gocd::Gocd>,
    server: tokio::task::JoinHandle<()>,
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.server.abort();
    }
}

#[derive(Clone)]
struct AppState(OAuthWeb);

impl FromRef<AppState> for OAuthWeb {
    fn from_ref(state: &AppState) -> Self {
        state.0.clone()
    }
}

/// Starts a scenario and its first machine, which has the public address.
pub(crate) async fn start() -> (Scenario, Machine) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let mut sandbox = Sandbox::builder();
    for provider in PROVIDERS {
        sandbox = sandbox.redirect_uri(format!("{origin}/callback/{provider}"));
    }
    let sandbox = sandbox.start().await.unwrap();
    let store = MemoryStore::with_clock(ClockFn::new(sandbox.go1().clock().into_fn()));
    let scenario = Scenario { sandbox, store, origin, key: CookieKey::from_bytes([7; 32]) };
    let machine = scenario.serve(listener);
    (scenario, machine)
}

impl Scenario {
    /// Starts another machine with the same public address and store.
    pub(crate) async fn machine(&self) -> Machine {
        self.serve(TcpListener::bind("127.0.0.1:0").await.unwrap())
    }

    fn serve(&self, listener: TcpListener) -> Machine {
        let sandbox = &self.sandbox;
        let go1 = self.connections(go1::Site::at(sandbox.go1().url()).unwrap(), sandbox.go1());
        let gocd = self.connections(gocd::Site::at(sandbox.gocd().url()).unwrap(), sandbox.gocd());
        let cobot = self
            .connections::<cobot::Cobot, _>(cobot::Site::at(sandbox.cobot().url()).unwrap(), sandbox.cobot());
        let cohortgo = self.connections::<cohortgo::CohortGo, _>(
            cohortgo::Site::at(sandbox.cohortgo().url()).unwrap(),
            sandbox.cohortgo(),
        );
        let web = OAuthWeb::builder(self.key.clone())
            .app_name("Example LMS")
            .home("/settings")
            .provider(go1.clone(), |visit: Visit| async move {
                let wanted = [go1::scope::USER_READ, go1::scope::LO_READ];
                Ok(Allowed::new(customer(&visit)?, go1::Connect::new(wanted)))
            })
            .provider(gocd.clone(), |visit: Visit| async move {
                Ok(Allowed::new(customer(&visit)?, gocd::Connect::new()))
            })
            .provider(cobot, |visit: Visit| async move {
                Ok(Allowed::new(customer(&visit)?, cobot::Connect::new([cobot::scope::READ_USER])))
            })
            .provider(cohortgo, |visit: Visit| async move {
                Ok(Allowed::new(customer(&visit)?, cohortgo::Connect::new()))
            })
            .build()
            .unwrap();
        let app = Router::new()
            .route("/courses", get(courses).post(courses))
            .route("/maybe", get(maybe))
            .merge(web.router())
            .merge(web.connections_router())
            .with_state(AppState(web.clone()));
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Machine { origin, web, go1, gocd, server }
    }

    pub(crate) fn connections<P: CodeGrant, S: SandboxProvider>(
        &self,
        site: P::Site,
        sandbox: &ServerHandle<S>,
    ) -> Connections<P> {
        let redirect_uri = format!("{}/callback/{}", self.origin, P::NAME);
        let app = App::new(sandbox.client_id(), sandbox.client_secret(), redirect_uri);
        let client =
            Client::builder(site, app).clock(ClockFn::new(sandbox.clock().into_fn())).build().unwrap();
        let builder = Connections::builder(client, self.store.clone()).jitter(std::time::Duration::ZERO);
        builder.refusal_window(std::time::Duration::ZERO).build()
    }

    fn server(&self, provider: &str) -> &dyn ProviderServer {
        match provider {
            "cobot" => self.sandbox.cobot(),
            "cohortgo" => self.sandbox.cohortgo(),
            "go1" => self.sandbox.go1(),
            _ => self.sandbox.gocd(),
        }
    }

    /// Approves on the provider's pages as its user, and returns the callback URL.
    pub(crate) async fn approve(&self, provider: &str, authorize: &str) -> Url {
        self.server(provider).approve(authorize).await
    }

    pub(crate) async fn deny(&self, provider: &str, authorize: &str) -> Url {
        self.server(provider).deny(authorize).await
    }

    pub(crate) fn token_calls(&self, provider: &str) -> u64 {
        self.server(provider).token_calls()
    }

    /// Begins to connect an account and approves, and returns the callback URL.
    pub(crate) async fn begin(&self, browser: &Browser, provider: &str, query: &str) -> Url {
        let begun = browser.get(&format!("/connect/{provider}{query}")).await;
        self.approve(provider, begun.location()).await
    }

    /// Connects an account, and returns the page after the callback.
    pub(crate) async fn connect(&self, browser: &Browser, provider: &str, query: &str) -> Page {
        let callback = self.begin(browser, provider, query).await;
        browser.get(callback.as_str()).await
    }
}

/// A provider's server in the sandbox.
#[async_trait]
trait ProviderServer: Sync {
    async fn approve(&self, authorize: &str) -> Url;
    async fn deny(&self, authorize: &str) -> Url;
    fn token_calls(&self) -> u64;
}

#[async_trait]
impl<S: SandboxProvider> ProviderServer for ServerHandle<S> {
    async fn approve(&self, authorize: &str) -> Url {
        Self::approve(self, authorize).await.unwrap()
    }

    async fn deny(&self, authorize: &str) -> Url {
        Self::deny(self, authorize).await.unwrap()
    }

    fn token_calls(&self) -> u64 {
        self.journal().token_calls()
    }
}

/// The signed-in customer, from a header instead of a session.
fn customer(visit: &Visit) -> Result<String, Refusal> {
    match visit.parts.headers.get("x-customer").map(|name| name.to_str().unwrap()) {
        Some("signed-out") => Err(Refusal::with_response(Redirect::to("/login"))),
        Some("wordy") => Err(Refusal::new("Only administrators connect accounts. ".repeat(100))),
        Some("guest") => Err(Refusal::new("Only administrators connect accounts.")),
        Some(name) => Ok(name.to_owned()),
        None => Ok(visit.account.clone().unwrap_or_else(|| "acme".to_owned())),
    }
}

async fn courses(go1: Connected<go1::Go1>) -> String {
    let missing = go1.missing_scopes().to_string();
    match go1.send(&go1::api::Me).await {
        Ok(me) => {
            format!("{} of {} lacks [{missing}], {}", me.email.unwrap(), go1.account(), go1.reconnect_path())
        }
        Err(error) => format!("failed: {error}"),
    }
}

async fn maybe(go1: Option<Connected<go1::Go1>>) -> String {
    go1.map_or("not connected".to_owned(), |go1| format!("connected, lacks [{}]", go1.missing_scopes()))
}

/// A browser that keeps cookies and does not follow redirects.
pub(crate) struct Browser {
    client: reqwest::Client,
    jar: Arc<Jar>,
    origin: String,
    headers: HeaderMap,
}

/// A response to a browser.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Page {
    async fn read(response: reqwest::Response) -> Self {
        Self {
            status: response.status(),
            headers: response.headers().clone(),
            body: response.text().await.unwrap(),
        }
    }

    pub(crate) fn location(&self) -> &str {
        let location = self.headers.get("location").unwrap_or_else(|| panic!("no redirect: {self:?}"));
        location.to_str().unwrap()
    }

    pub(crate) fn cookies(&self) -> Vec<&str> {
        self.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect()
    }

    /// Returns the only heading.
    pub(crate) fn heading(&self) -> String {
        let html = scraper::Html::parse_document(&self.body);
        let headings: Vec<String> =
            html.select(&scraper::Selector::parse("h1").unwrap()).map(|h1| h1.text().collect()).collect();
        assert_eq!(headings.len(), 1, "{self:?}");
        headings.into_iter().next().unwrap()
    }

    /// Returns the links as pairs of text and target.
    pub(crate) fn links(&self) -> Vec<(String, String)> {
        let html = scraper::Html::parse_document(&self.body);
        html.select(&scraper::Selector::parse("a").unwrap())
            .map(|link| (link.text().collect(), link.attr("href").unwrap().to_owned()))
            .collect()
    }

    /// Returns the text of the section with this heading.
    pub(crate) fn section(&self, heading: &str) -> String {
        let html = scraper::Html::parse_document(&self.body);
        let sections = scraper::Selector::parse("section").unwrap();
        let texts: Vec<Vec<&str>> = html.select(&sections).map(|section| section.text().collect()).collect();
        let found = texts.iter().find(|texts| texts[0] == heading);
        found.unwrap_or_else(|| panic!("no `{heading}` among {texts:?}"))[1..].join(" | ")
    }

    /// Returns the path that the form with this button posts to.
    pub(crate) fn button(&self, label: &str) -> String {
        let html = scraper::Html::parse_document(&self.body);
        let forms = scraper::Selector::parse("form[method=post]").unwrap();
        let mut forms = html.select(&forms);
        let found = forms.find(|form| form.text().collect::<String>() == label);
        found.unwrap_or_else(|| panic!("no `{label}`: {self:?}")).attr("action").unwrap().to_owned()
    }

    /// Returns the path that the page's only form posts to.
    pub(crate) fn form_action(&self) -> String {
        let html = scraper::Html::parse_document(&self.body);
        let forms = scraper::Selector::parse("form[method=post]").unwrap();
        let found: Vec<String> =
            html.select(&forms).map(|form| form.attr("action").unwrap().to_owned()).collect();
        assert_eq!(found.len(), 1, "{self:?}");
        found.into_iter().next().unwrap()
    }

    pub(crate) fn link(&self, label: &str) -> String {
        let links = self.links();
        let found = links.iter().find(|(text, _)| text == label);
        found.unwrap_or_else(|| panic!("no `{label}` among {links:?}")).1.clone()
    }
}

impl Browser {
    /// A new browser that uses this machine. Its requests come from a page of the site.
    pub(crate) fn at(machine: &Machine) -> Self {
        // The sandbox enables `rustls-no-provider` for all reqwest clients of a build.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let jar = Arc::new(Jar::default());
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .cookie_provider(Arc::clone(&jar))
            .build()
            .unwrap();
        let mut headers = HeaderMap::new();
        headers.insert("sec-fetch-site", "same-origin".parse().unwrap());
        Self { client, jar, origin: machine.origin.clone(), headers }
    }

    /// Sends this header with each request.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(name, value.parse().unwrap());
        self
    }

    /// Sends this header with each request, with any bytes.
    pub(crate) fn with_bytes(mut self, name: &'static str, value: &[u8]) -> Self {
        self.headers.insert(name, axum::http::HeaderValue::from_bytes(value).unwrap());
        self
    }

    /// Sends none of these headers.
    pub(crate) fn without(mut self, name: &'static str) -> Self {
        self.headers.remove(name);
        self
    }

    /// The same browser with the same cookies and other headers.
    pub(crate) fn also(&self, name: &'static str, value: &str) -> Self {
        let headers = self.headers.clone();
        Self { client: self.client.clone(), jar: Arc::clone(&self.jar), origin: self.origin.clone(), headers }
            .with(name, value)
    }

    /// The same browser with the same cookies, routed to another machine by the load balancer.
    pub(crate) fn routed_to(&self, machine: &Machine) -> Self {
        Self {
            client: self.client.clone(),
            jar: Arc::clone(&self.jar),
            origin: machine.origin.clone(),
            headers: self.headers.clone(),
        }
    }

    pub(crate) async fn get(&self, target: &str) -> Page {
        self.request("GET", target).await
    }

    /// Requests this URL without changing its host.
    pub(crate) async fn get_at(&self, url: &str) -> Page {
        self.send(self.client.get(url)).await
    }

    /// Sends the request to this browser's machine, like a load balancer behind the public address.
    pub(crate) async fn request(&self, method: &str, target: &str) -> Page {
        self.send(self.prepare(method, target)).await
    }

    /// Like [`get`](Self::get), without the redirect to the result page.
    pub(crate) async fn get_once(&self, target: &str) -> Page {
        let response = self.prepare("GET", target).headers(self.headers.clone()).send().await.unwrap();
        Page::read(response).await
    }

    fn prepare(&self, method: &str, target: &str) -> reqwest::RequestBuilder {
        let base = Url::parse(&self.origin).unwrap();
        let mut url = base.join(target).unwrap();
        url.set_port(base.port()).unwrap();
        self.client.request(method.parse().unwrap(), url)
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Page {
        let response = request.headers(self.headers.clone()).send().await.unwrap();
        // A callback redirects to the page of its result.
        let location =
            response.headers().get("location").map(|location| location.to_str().unwrap().to_owned());
        let Some(result) = location.filter(|location| location.starts_with("/callback/")) else {
            return Page::read(response).await;
        };
        let url = response.url().join(&result).unwrap();
        Page::read(self.client.get(url).headers(self.headers.clone()).send().await.unwrap()).await
    }

    /// Returns the value of the `Cookie` header.
    pub(crate) fn cookies(&self) -> String {
        use reqwest::cookie::CookieStore as _;
        let url = self.origin.parse().unwrap();
        self.jar.cookies(&url).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    }

    /// Adds cookies of another browser or an earlier time.
    pub(crate) fn add_cookies(&self, cookies: &str) {
        let url = self.origin.parse().unwrap();
        for cookie in cookies.split("; ") {
            self.jar.add_cookie_str(&format!("{cookie}; Path=/"), &url);
        }
    }
}

/// A captured log.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    pub(crate) fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap()
    }
}
