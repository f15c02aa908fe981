//! A simulated browser over real HTTP: follows redirects within the sandbox, keeps cookies, and fills in HTML
//! forms.

mod form;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use http::StatusCode;
use http::header::{CONTENT_TYPE, LOCATION};
use reqwest::cookie::Jar;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, ClientBuilder, Response};
use url::{Host, Url};

use crate::Error;
use crate::server::{CertificateAuthority, browser_config};
use crate::user::User;
use form::{Decision, Form};

const MAX_PAGES: usize = 20;

/// A browser with a user in front of it. Clones share cookies;
/// [`ServerHandle::browser`](crate::ServerHandle::browser) creates a fresh one.
#[derive(Clone)]
pub struct Browser {
    users: Vec<User>,
    login: String,
    password: Option<String>,
    ports: Vec<u16>,
    authority: Option<CertificateAuthority>,
    cookies: Arc<Jar>,
}

impl Browser {
    pub(crate) fn new(users: Vec<User>, ports: Vec<u16>, authority: Option<CertificateAuthority>) -> Self {
        let login = users.first().map(|user| user.email.clone()).unwrap_or_default();
        Self { users, login, password: None, ports, authority, cookies: Arc::default() }
    }

    /// Chooses the user, by e-mail address or user name.
    #[must_use]
    pub fn user(mut self, login: impl Into<String>) -> Self {
        self.login = login.into();
        self
    }

    /// Uses this password instead of the user's real one.
    #[must_use]
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.password = Some(password.into());
        self
    }

    /// Opens `authorize_url`, logs in if necessary, and approves. Returns the URL that the provider then
    /// redirects to, without loading it.
    ///
    /// # Errors
    /// [`Error::Page`] when the flow stops at an error page, or at the login form after a wrong password;
    /// [`Error::OutsideSandbox`] when the URL is not the sandbox's; [`Error::Browser`] when a page could not
    /// be loaded; [`Error::Url`], [`Error::NoSuchUser`], [`Error::TooManyPages`].
    pub async fn approve(&self, authorize_url: impl AsRef<str>) -> Result<Url, Error> {
        self.decide(authorize_url.as_ref(), Decision::Approve).await
    }

    /// As [`approve`](Self::approve), but denies the request.
    ///
    /// # Errors
    /// As [`approve`](Self::approve).
    pub async fn deny(&self, authorize_url: impl AsRef<str>) -> Result<Url, Error> {
        self.decide(authorize_url.as_ref(), Decision::Deny).await
    }

    async fn decide(&self, authorize_url: &str, decision: Decision) -> Result<Url, Error> {
        let start = Url::parse(authorize_url)?;
        self.require_sandbox_url(&start)?;
        let redirect_uri =
            start.query_pairs().find(|(name, _)| name == "redirect_uri").map(|(_, uri)| uri.into_owned());
        let client = self.http_client()?;
        let mut response = client.get(start).send().await?;
        let mut logged_in = false;
        for _ in 0..MAX_PAGES {
            let page = match self.load(&client, response, redirect_uri.as_deref()).await? {
                Loaded::Page(page) => page,
                Loaded::Left(url) => return Ok(url),
            };
            let form = page.forms().into_iter().find(|form| form.is_login() || form.is_consent());
            response = match form {
                Some(form) if form.is_consent() => page.submit(&client, form, Some(decision)).await?,
                // The login form is shown again after a wrong password.
                Some(form) if !logged_in => {
                    logged_in = true;
                    let (user, password) = self.credentials()?;
                    page.submit(&client, form.log_in(user, password), None).await?
                }
                _ => return Err(page.error()),
            };
        }
        Err(Error::TooManyPages)
    }

    /// Opens `url`, logs in if necessary, and returns the HTML of the page.
    ///
    /// # Errors
    /// [`Error::Page`] at an error page, or at the login form after a wrong password;
    /// [`Error::OutsideSandbox`] when the URL or a redirect leads out of the sandbox; [`Error::Browser`] when
    /// a page could not be loaded; [`Error::Url`], [`Error::NoSuchUser`], [`Error::TooManyPages`].
    pub async fn open(&self, url: impl AsRef<str>) -> Result<String, Error> {
        Ok(self.open_logged_in(&self.http_client()?, url.as_ref()).await?.html)
    }

    /// Opens `url` as [`open`](Self::open), sets `fields` (name and value) in the first form that has them
    /// all, submits the form, and returns the HTML of the resulting page. Without `fields` it submits the
    /// page's first form.
    ///
    /// # Errors
    /// As [`open`](Self::open), and [`Error::Page`] when there is no such form.
    pub async fn fill_in(&self, url: impl AsRef<str>, fields: &[(&str, &str)]) -> Result<String, Error> {
        let client = self.http_client()?;
        let page = self.open_logged_in(&client, url.as_ref()).await?;
        let form = page.forms().into_iter().find_map(|form| form.fill_in(fields));
        let form = form.ok_or_else(|| page.error())?;
        let response = page.submit(&client, form, None).await?;
        Ok(self.load_success(&client, response).await?.html)
    }

    async fn open_logged_in(&self, client: &Client, url: &str) -> Result<Page, Error> {
        let url = Url::parse(url)?;
        self.require_sandbox_url(&url)?;
        let page = self.load_success(client, client.get(url).send().await?).await?;
        let Some(login) = page.forms().into_iter().find(Form::is_login) else { return Ok(page) };
        let (user, password) = self.credentials()?;
        let response = page.submit(client, login.log_in(user, password), None).await?;
        self.load_success(client, response).await
    }

    /// Follows redirects to a page. An error page becomes [`Error::Page`].
    async fn load_success(&self, client: &Client, response: Response) -> Result<Page, Error> {
        match self.load(client, response, None).await? {
            Loaded::Page(page) if page.status.is_success() => Ok(page),
            Loaded::Page(page) => Err(page.error()),
            Loaded::Left(url) => Err(Error::OutsideSandbox(url.origin().ascii_serialization())),
        }
    }

    /// Follows redirects to a page, or until they lead to `redirect_uri` or out of the sandbox.
    async fn load(
        &self,
        client: &Client,
        mut response: Response,
        redirect_uri: Option<&str>,
    ) -> Result<Loaded, Error> {
        for _ in 0..MAX_PAGES {
            if !response.status().is_redirection() {
                let (status, url) = (response.status(), response.url().clone());
                return Ok(Loaded::Page(Page { status, url, html: response.text().await? }));
            }
            let (location, next) = location(&response)?;
            let arrived = redirect_uri.is_some_and(|uri| !uri.is_empty() && location.starts_with(uri));
            if arrived || !self.is_sandbox_url(&next) {
                return Ok(Loaded::Left(next));
            }
            response = client.get(next).send().await?;
        }
        Err(Error::TooManyPages)
    }

    /// Opens the URL that [`approve`](Self::approve) or [`deny`](Self::deny) returned and follows redirects.
    /// Returns the last response with its body as text, whatever its status.
    ///
    /// The application has to listen on this computer, over plain HTTP or with a certificate of the sandbox's
    /// authority.
    ///
    /// # Errors
    /// [`Error::NotLocalUrl`] when the URL or a redirect leads to another computer; [`Error::Browser`] when a
    /// request fails; [`Error::TooManyPages`] when the redirects do not end; [`Error::Url`].
    pub async fn follow(&self, callback: impl AsRef<str>) -> Result<http::Response<String>, Error> {
        let mut next = Url::parse(callback.as_ref())?;
        let client = self.http_client()?;
        for _ in 0..MAX_PAGES {
            if !is_loopback(&next) || !matches!(next.scheme(), "http" | "https") {
                // Only scheme and host: the rest may contain a code.
                let host = next.host_str().map(|host| format!("//{host}")).unwrap_or_default();
                return Err(Error::NotLocalUrl(format!("{}:{host}", next.scheme())));
            }
            let response = client.get(next).send().await.map_err(reqwest::Error::without_url)?;
            if response.status().is_redirection() && response.headers().contains_key(LOCATION) {
                (_, next) = location(&response)?;
                continue;
            }
            let mut page = http::Response::new(String::new());
            *page.status_mut() = response.status();
            *page.headers_mut() = response.headers().clone();
            *page.body_mut() = response.text().await.map_err(reqwest::Error::without_url)?;
            return Ok(page);
        }
        Err(Error::TooManyPages)
    }

    fn credentials(&self) -> Result<(&str, &str), Error> {
        if let Some(password) = &self.password {
            return Ok((&self.login, password));
        }
        let user = self.users.iter().find(|user| user.matches_login(&self.login));
        user.map(|user| (self.login.as_str(), user.password.as_str()))
            .ok_or_else(|| Error::NoSuchUser(self.login.clone()))
    }

    fn is_sandbox_url(&self, url: &Url) -> bool {
        is_loopback(url) && url.port_or_known_default().is_some_and(|port| self.ports.contains(&port))
    }

    fn require_sandbox_url(&self, url: &Url) -> Result<(), Error> {
        if self.is_sandbox_url(url) {
            Ok(())
        } else {
            Err(Error::OutsideSandbox(url.origin().ascii_serialization()))
        }
    }

    fn http_client(&self) -> Result<Client, Error> {
        let builder = loopback_client(self.authority.as_ref())?;
        Ok(builder.cookie_provider(Arc::clone(&self.cookies)).build()?)
    }
}

impl fmt::Debug for Browser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Browser").field("user", &self.login).finish_non_exhaustive()
    }
}

struct Page {
    status: StatusCode,
    url: Url,
    html: String,
}

/// The end of a chain of redirects.
enum Loaded {
    Page(Page),
    /// The redirect URI, or a URL outside of the sandbox. It was not loaded.
    Left(Url),
}

impl Page {
    fn forms(&self) -> Vec<Form> {
        Form::all(&self.html)
    }

    async fn submit(
        &self,
        client: &Client,
        form: Form,
        decision: Option<Decision>,
    ) -> Result<Response, Error> {
        let request = client.post(self.url.join(&form.action)?);
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        Ok(request.body(form.body(decision)).send().await?)
    }

    fn error(&self) -> Error {
        Error::Page { status: self.status.as_u16(), text: form::visible_text(&self.html) }
    }
}

fn location(response: &Response) -> Result<(String, Url), Error> {
    let raw = response.headers().get(LOCATION).map(|value| value.as_bytes()).unwrap_or_default();
    let raw = String::from_utf8_lossy(raw).into_owned();
    let url = response.url().join(&raw)?;
    Ok((raw, url))
}

/// A client that resolves no host but this computer, uses no proxy and follows no redirects.
pub(crate) fn loopback_client(authority: Option<&CertificateAuthority>) -> Result<ClientBuilder, Error> {
    Ok(Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .dns_resolver(Arc::new(LocalhostResolver))
        .tls_backend_preconfigured(browser_config(authority)?))
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => is_localhost(name),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn is_localhost(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

/// Resolves names that end in `localhost` to this computer (RFC 6761), and no others.
#[derive(Debug)]
struct LocalhostResolver;

impl Resolve for LocalhostResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let found = is_localhost(name.as_str());
        Box::pin(async move {
            if !found {
                return Err("the sandbox resolves no host but localhost".into());
            }
            let address = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
            Ok(Box::new(std::iter::once(address)) as Addrs)
        })
    }
}
