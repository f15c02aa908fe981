//! A person in front of a browser, over real HTTP: follows redirects within the sandbox, keeps cookies, reads forms from the
//! HTML and fills them in.

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

/// More pages than any flow has.
const MOST_PAGES: usize = 20;

/// A person with a browser of their own. Clones share the browser's cookies; [`ServerHandle::person`](crate::ServerHandle::person)
/// gives a fresh one.
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

    /// Chooses who this is, by e-mail address or user name.
    #[must_use]
    pub fn user(mut self, login: impl Into<String>) -> Self {
        self.login = login.into();
        self
    }

    /// Types this password instead of the right one.
    #[must_use]
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.password = Some(password.into());
        self
    }

    /// Opens `authorize_url`, logs in where asked, says yes, and gives back where the provider then sends the browser: to the
    /// redirect URI, which is not loaded.
    ///
    /// # Errors
    /// [`Error::Page`] when a page stops the person: an error page, or the login form again after a wrong password.
    /// [`Error::OutsideSandbox`] when the URL is not the sandbox's; [`Error::Browser`] when a page could not be loaded.
    pub async fn approve(&self, authorize_url: impl AsRef<str>) -> Result<Url, Error> {
        self.decide(authorize_url.as_ref(), Decision::Approve).await
    }

    /// As [`approve`](Self::approve), but says no.
    ///
    /// # Errors
    /// As [`approve`](Self::approve).
    pub async fn deny(&self, authorize_url: impl AsRef<str>) -> Result<Url, Error> {
        self.decide(authorize_url.as_ref(), Decision::Deny).await
    }

    async fn decide(&self, authorize_url: &str, decision: Decision) -> Result<Url, Error> {
        let start = Url::parse(authorize_url)?;
        if !self.is_here(&start) {
            return Err(Error::OutsideSandbox(start.origin().ascii_serialization()));
        }
        let goal =
            start.query_pairs().find(|(name, _)| name == "redirect_uri").map(|(_, uri)| uri.into_owned());
        let browser = self.browser()?;
        let mut response = browser.get(start).send().await?;
        let mut logged_in = false;
        for _ in 0..MOST_PAGES {
            if response.status().is_redirection() {
                let (location, next) = location(&response)?;
                let arrived =
                    goal.as_ref().is_some_and(|goal| !goal.is_empty() && location.starts_with(goal));
                if arrived || !self.is_here(&next) {
                    return Ok(next);
                }
                response = browser.get(next).send().await?;
                continue;
            }
            let status = response.status().as_u16();
            let here = response.url().clone();
            let html = response.text().await?;
            let stopped = || Error::Page { status, text: flow_form::visible_text(&html) };
            let form = FlowForm::find(&html).ok_or_else(stopped)?;
            let fields = match form.purpose {
                // The login form again: the password was wrong.
                Purpose::Login if logged_in => return Err(stopped()),
                Purpose::Login => {
                    logged_in = true;
                    let (login, password) = self.credentials()?;
                    form.filled_in(login, password)
                }
                Purpose::Consent => form.decided(decision),
            };
            // Not among the arguments: it would live until the answer comes, and is not for other threads.
            let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
            response = browser
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

    /// Whether `url` is one of the sandbox's own pages.
    fn is_here(&self, url: &Url) -> bool {
        is_loopback(url) && url.port_or_known_default().is_some_and(|port| self.ports.contains(&port))
    }

    fn browser(&self) -> Result<Client, Error> {
        let builder = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .cookie_provider(Arc::clone(&self.cookies))
            .dns_resolver(Arc::new(OnlyLocalhost))
            .tls_backend_preconfigured(browser_config(self.authority.as_ref())?);
        Ok(builder.build()?)
    }
}

impl fmt::Debug for Browser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Browser").field("user", &self.login).finish_non_exhaustive()
    }
}

/// The `Location` header, raw and as the browser understands it.
fn location(response: &Response) -> Result<(String, Url), Error> {
    let raw = response.headers().get(LOCATION).map(|value| value.as_bytes()).unwrap_or_default();
    let raw = String::from_utf8_lossy(raw).into_owned();
    let url = response.url().join(&raw)?;
    Ok((raw, url))
}

/// Whether `url` leads to this computer.
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

/// Names that end in `localhost` are this computer (RFC 6761); there is nothing else for this browser.
#[derive(Debug)]
struct OnlyLocalhost;

impl Resolve for OnlyLocalhost {
    fn resolve(&self, name: Name) -> Resolving {
        let found = is_localhost(name.as_str());
        Box::pin(async move {
            if !found {
                return Err("the person's browser knows no host but localhost".into());
            }
            let address = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
            Ok(Box::new(std::iter::once(address)) as Addrs)
        })
    }
}
