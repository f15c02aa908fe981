//! Authentication of administrators, in a browser or by an XML call.

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{Method, StatusCode};
use maud::{Markup, html};

use super::super::caller::{self, AuthMethod};
use super::super::{Request, Rules, pages};
use super::PREFIXES;
use crate::login_pages;
use crate::provider::SharedCore;
use crate::request::Rejection;
use crate::session::Session;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Html,
    Xml,
}

/// An authenticated request of an administrator. The extractor rejects all others.
pub(super) struct Admin {
    pub(super) request: Request,
    pub(super) format: Format,
    /// The method, overridden by a form's `_method` as in Rails.
    pub(super) method: Method,
    /// The path before `/clients` or `/user_tokens`.
    pub(super) prefix: &'static str,
    /// `None` for an XML call with a password.
    session: Option<Session>,
}

impl Admin {
    pub(super) fn clients_path(&self) -> String {
        format!("{}/clients", self.prefix)
    }

    pub(super) fn form_token_field(&self) -> Markup {
        html! { @if let Some(session) = &self.session { (login_pages::form_token_field::<Rules>(session)) } }
    }

    pub(super) fn set_flash(&self, text: &'static str) {
        if let Some(session) = &self.session {
            self.request.core.state().set_flash(&session.form_token, text);
        }
    }

    pub(super) fn flash(&self) -> Markup {
        html! { @if let Some(session) = &self.session { (pages::flash(&self.request, session)) } }
    }
}

impl FromRequestParts<SharedCore<Rules>> for Admin {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, core: &SharedCore<Rules>) -> Result<Self, Rejection> {
        let Ok(request) = Request::from_request_parts(parts, core).await;
        let path = request.uri.path();
        let format = if path.ends_with(".xml") { Format::Xml } else { Format::Html };
        let prefix =
            PREFIXES.iter().find(|prefix| path.starts_with(**prefix)).copied().unwrap_or(PREFIXES[0]);
        let session = match format {
            Format::Html => Some(authenticate_browser(&request, prefix)?),
            Format::Xml => authenticate_xml_call(&request)?,
        };
        let method = pages::effective_method(&request.method, &request.params);
        if let Some(session) = &session
            && !request.method.is_safe()
        {
            login_pages::check_form_token(&request, session)?;
        }
        Ok(Self { request, format, method, prefix, session })
    }
}

fn authenticate_browser(request: &Request, prefix: &str) -> Result<Session, Rejection> {
    // The redirect after the login is a GET, which cannot repeat a change.
    let list = format!("{prefix}/clients");
    let return_to = if request.method.is_safe() { request.path_and_query() } else { &list };
    let (session, user) = login_pages::require_user(request, return_to)?;
    if !request.core.state().is_admin(&user) {
        return Err(forbidden(request));
    }
    Ok(session)
}

/// Returns the session of an XML call, or `None` for a call with a password.
fn authenticate_xml_call(request: &Request) -> Result<Option<Session>, Rejection> {
    let core = &request.core;
    let (user, method) = caller::identify(request).ok_or_else(|| caller::challenge(request))?;
    let own_credentials = matches!(method, AuthMethod::Password | AuthMethod::Session);
    if !(own_credentials && core.state().is_admin(&user)) {
        return Err(forbidden(request));
    }
    request.log.note(format!("acting as {} by {method:?}", user.login));
    Ok(if method == AuthMethod::Session { core.sessions.find(&request.jar) } else { None })
}

fn forbidden(request: &Request) -> Rejection {
    let text = "Only system administrators may manage OAuth clients.";
    request.refuse(StatusCode::FORBIDDEN, "Access denied", text)
}
