//! A simulated browser over real HTTP: follows redirects within the sandbox, keeps cookies, and fills in HTML
//! forms.

mod flow_form;
mod follow;
mod page_forms;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use http::header::{CONTENT_TYPE, LOCATION};
use reqwest::cookie::Jar;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, Response};
use url::{Host, Url};

use crate::Error;
use crate::server::{CertificateAuthority, browser_config};
use crate::user::User;
use flow_form::{Decision, FlowForm, Purpose};

/// The limit on pages and redirects: more than any flow has.
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
        if !self.is_sandbox_url(&start) {
            return Err(Error::OutsideSandbox(start.origin().ascii_serialization()));
        }
        let redirect_uri =
            start.query_pairs().find(|(name, _)| name == "redirect_uri").map(|(_, uri)| uri.into_owned());
        let client = self.http_client()?;
        let mut response = client.get(start).send().await?;
        let mut logged_in = false;
        for _ in 0..MAX_PAGES {
            if response.status().is_redirection() {
                let (location, next) = location(&response)?;
                let arrived =
                    redirect_uri.as_ref().is_some_and(|uri| !uri.is_empty() && location.starts_with(uri));
                if arrived || !self.is_sandbox_url(&next) {
                    return Ok(next);
                }
                response = client.get(next).send().await?;
                continue;
            }
            let status = response.status().as_u16();
            let here = response.url().clone();
            let html = response.text().await?;
            let page_error = || Error::Page { status, text: flow_form::visible_text(&html) };
            let form = FlowForm::find(&html).ok_or_else(page_error)?;
            let fields = match form.purpose {
                // The login form is shown again after a wrong password.
                Purpose::Login if logged_in => return Err(page_error()),
                Purpose::Login => {
                    logged_in = true;
                    let (login, password) = self.credentials()?;
                    form.login_fields(login, password)
                }
                Purpose::Consent => form.decision_fields(decision),
            };
            // A local, not an argument: the serializer is not `Send` and must not live across the await.
            let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
            response = client
                .post(here.join(&form.action)?)
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(body)
                .send()
                .await?;
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

    /// Checks that `url` is a page of the sandbox.
    fn is_sandbox_url(&self, url: &Url) -> bool {
        is_loopback(url) && url.port_or_known_default().is_some_and(|port| self.ports.contains(&port))
    }

    fn http_client(&self) -> Result<Client, Error> {
        let builder = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .cookie_provider(Arc::clone(&self.cookies))
            .dns_resolver(Arc::new(LocalhostResolver))
            .tls_backend_preconfigured(browser_config(self.authority.as_ref())?);
        Ok(builder.build()?)
    }
}

impl fmt::Debug for Browser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Browser").field("user", &self.login).finish_non_exhaustive()
    }
}

/// The `Location` header, raw and resolved.
fn location(response: &Response) -> Result<(String, Url), Error> {
    let raw = response.headers().get(LOCATION).map(|value| value.as_bytes()).unwrap_or_default();
    let raw = String::from_utf8_lossy(raw).into_owned();
    let url = response.url().join(&raw)?;
    Ok((raw, url))
}

/// Checks that `url` leads to this computer.
fn is_loopback(url: &Url) -> bool {
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
                return Err("the sandbox's browser resolves no host but localhost".into());
            }
            let address = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
            Ok(Box::new(std::iter::once(address)) as Addrs)
        })
    }
}
