//! Who may administer: a system administrator, in a browser or by an XML call.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse as _, Response};
use axum_extra::extract::cookie::CookieJar;
use http::request::Parts;
use http::{Method, StatusCode};

use super::super::caller::{self, By};
use super::super::{Rules, pages};
use super::LAYOUTS;
use crate::journal::RequestLog;
use crate::page::Page;
use crate::params::Params;
use crate::provider::{ProviderCore, ProviderRules as _, SharedCore};
use crate::session::Session;

/// How an answer is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Html,
    /// The path ends in `.xml`.
    Xml,
}

/// A request by an administrator. Handlers that take it are not reached by anybody else.
#[derive(Debug)]
pub(super) struct Admin {
    pub(super) core: Arc<ProviderCore<Rules>>,
    pub(super) format: Format,
    /// What is to be done: `_method` in a form stands for a method that forms don't have, as in Rails.
    pub(super) method: Method,
    /// The part of the path before `/clients` or `/user_tokens`.
    pub(super) layout: &'static str,
    /// `None` for an XML call with a password.
    pub(super) session: Option<Session>,
    pub(super) params: Params,
    pub(super) log: RequestLog,
}

impl Admin {
    /// The list of clients.
    pub(super) fn clients_path(&self) -> String {
        format!("{}/clients", self.layout)
    }

    /// What the session's forms carry.
    pub(super) fn form_token(&self) -> &str {
        self.session.as_ref().map(|session| session.form_token.as_str()).unwrap_or_default()
    }

    /// Says `text` on the next page.
    pub(super) fn flash(&self, text: &'static str) {
        if let Some(session) = &self.session {
            self.core.state().set_flash(&session.form_token, text);
        }
    }
}

impl FromRequestParts<SharedCore<Rules>> for Admin {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, core: &SharedCore<Rules>) -> Result<Self, Response> {
        let Ok(params) = Params::from_request_parts(parts, core).await;
        let Ok(log) = RequestLog::from_request_parts(parts, core).await;
        let jar = CookieJar::from_headers(&parts.headers);
        let path = parts.uri.path();
        let format = if path.ends_with(".xml") { Format::Xml } else { Format::Html };
        let layout = LAYOUTS.iter().find(|layout| path.starts_with(**layout)).copied().unwrap_or(LAYOUTS[0]);
        let session = match format {
            Format::Html => in_a_browser(core, jar, parts, layout, &log),
            Format::Xml => by_a_call(core, &jar, parts, &log),
        };
        let session = session.map_err(|refused| *refused)?;
        let method = pages::meant(&parts.method, &params);
        if let Some(session) = &session
            && !parts.method.is_safe()
            && !pages::form_is_ours(session, &params, &parts.headers)
        {
            log.note("refused: the form is not from a page of this session");
            return Err(pages::stale_form().into_response());
        }
        Ok(Self { core: Arc::clone(core), format, method, layout, session, params, log })
    }
}

fn in_a_browser(
    core: &ProviderCore<Rules>,
    jar: CookieJar,
    parts: &Parts,
    layout: &str,
    log: &RequestLog,
) -> Result<Option<Session>, Box<Response>> {
    let Some((session, user)) = pages::logged_in(core, &jar) else {
        log.note("not logged in");
        // After the login the browser asks with GET, which is no way to change anything.
        let wanted =
            if parts.method.is_safe() { pages::here(&parts.uri) } else { format!("{layout}/clients") };
        return Err(Box::new(pages::to_login(core, jar, wanted).into_response()));
    };
    if !core.state().is_admin(&user) {
        return Err(refused(log));
    }
    Ok(Some(session))
}

/// The session that an XML call came with, if it did not come with a password.
fn by_a_call(
    core: &ProviderCore<Rules>,
    jar: &CookieJar,
    parts: &Parts,
    log: &RequestLog,
) -> Result<Option<Session>, Box<Response>> {
    let Some((user, by)) = caller::recognise(core, &parts.headers, jar) else {
        return Err(caller::challenge(log));
    };
    let own_credentials = matches!(by, By::Password | By::Session);
    if !(own_credentials && core.state().is_admin(&user)) {
        return Err(refused(log));
    }
    log.note(format!("acting as {} by {by:?}", user.login));
    Ok(if by == By::Session { core.sessions.find(jar) } else { None })
}

fn refused(log: &RequestLog) -> Box<Response> {
    log.note("refused: not a system administrator");
    let text = "Only system administrators may manage OAuth clients.";
    Box::new(Page::message(Rules::TITLE, StatusCode::FORBIDDEN, "Access denied", text).into_response())
}
