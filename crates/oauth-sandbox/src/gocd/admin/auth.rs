//! Authentication of administrators, in a browser or by an XML call.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse as _, Response};
use axum_extra::extract::cookie::CookieJar;
use http::request::Parts;
use http::{Method, StatusCode};

use super::super::caller::{self, AuthMethod};
use super::super::{Rules, pages};
use super::PREFIXES;
use crate::journal::RequestLog;
use crate::page::Page;
use crate::params::Params;
use crate::provider::{ProviderCore, ProviderRules as _, SharedCore};
use crate::session::Session;

/// The format of the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Html,
    /// The path ends in `.xml`.
    Xml,
}

/// An authenticated request of an administrator. The extractor rejects all others.
#[derive(Debug)]
pub(super) struct Admin {
    pub(super) core: Arc<ProviderCore<Rules>>,
    pub(super) format: Format,
    /// The method, overridden by a form's `_method` as in Rails.
    pub(super) method: Method,
    /// The path before `/clients` or `/user_tokens`.
    pub(super) prefix: &'static str,
    /// `None` for an XML call with a password.
    pub(super) session: Option<Session>,
    pub(super) params: Params,
    pub(super) log: RequestLog,
}

impl Admin {
    /// The path of the list of clients.
    pub(super) fn clients_path(&self) -> String {
        format!("{}/clients", self.prefix)
    }

    /// The session's form token.
    pub(super) fn form_token(&self) -> &str {
        self.session.as_ref().map(|session| session.form_token.as_str()).unwrap_or_default()
    }

    /// Shows `text` on the next page.
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
        let prefix =
            PREFIXES.iter().find(|prefix| path.starts_with(**prefix)).copied().unwrap_or(PREFIXES[0]);
        let session = match format {
            Format::Html => authenticate_browser(core, jar, parts, prefix, &log),
            Format::Xml => authenticate_xml_call(core, &jar, parts, &log),
        };
        let session = session.map_err(|response| *response)?;
        let method = pages::effective_method(&parts.method, &params);
        if let Some(session) = &session
            && !parts.method.is_safe()
            && !pages::has_form_token(session, &params, &parts.headers)
        {
            log.note("refused: the form is not from a page of this session");
            return Err(pages::stale_form().into_response());
        }
        Ok(Self { core: Arc::clone(core), format, method, prefix, session, params, log })
    }
}

fn authenticate_browser(
    core: &ProviderCore<Rules>,
    jar: CookieJar,
    parts: &Parts,
    prefix: &str,
    log: &RequestLog,
) -> Result<Option<Session>, Box<Response>> {
    let Some((session, user)) = pages::logged_in(core, &jar) else {
        log.note("not logged in");
        // The redirect after the login is a GET, which cannot repeat a change.
        let return_to = if parts.method.is_safe() {
            pages::path_and_query(&parts.uri)
        } else {
            format!("{prefix}/clients")
        };
        return Err(Box::new(pages::redirect_to_login(core, jar, return_to).into_response()));
    };
    if !core.state().is_admin(&user) {
        return Err(forbidden(log));
    }
    Ok(Some(session))
}

/// Returns the session of an XML call, or `None` for a call with a password.
fn authenticate_xml_call(
    core: &ProviderCore<Rules>,
    jar: &CookieJar,
    parts: &Parts,
    log: &RequestLog,
) -> Result<Option<Session>, Box<Response>> {
    let Some((user, method)) = caller::identify(core, &parts.headers, jar) else {
        return Err(caller::challenge(log));
    };
    let own_credentials = matches!(method, AuthMethod::Password | AuthMethod::Session);
    if !(own_credentials && core.state().is_admin(&user)) {
        return Err(forbidden(log));
    }
    log.note(format!("acting as {} by {method:?}", user.login));
    Ok(if method == AuthMethod::Session { core.sessions.find(jar) } else { None })
}

fn forbidden(log: &RequestLog) -> Box<Response> {
    log.note("refused: not a system administrator");
    let text = "Only system administrators may manage OAuth clients.";
    Box::new(Page::message(Rules::TITLE, StatusCode::FORBIDDEN, "Access denied", text).into_response())
}
