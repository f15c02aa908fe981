//! Pages shown before or instead of an attempt.

use axum::Extension;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::page::{Form, HasForm, Link, MayBeFramed, Page, Site};

/// Leads out of a frame.
pub(crate) fn leave_frame(site: &Site, title: &str, connect: String) -> Response {
    let mut page = Page::new(StatusCode::OK, format!("Connect {title}")).paragraph(format!(
        "You sign in at {title} to connect it. That is not possible inside a frame, so it opens in the whole window."
    ));
    page.links.push(Link { leaves_frame: true, ..Link::new(format!("Continue to {title}"), connect) });
    (Extension(MayBeFramed), page.respond(site)).into_response()
}

/// Asks the user, because no page of this site led here: another site, a mail or a bookmark did.
pub(crate) fn confirm(site: &Site, title: &str, connect: String) -> Response {
    let mut page = Page::new(StatusCode::OK, format!("Connect {title}?"))
        .paragraph(format!(
            "You sign in at {title} next, and {} can then use your account there.",
            site.name_in_sentence()
        ))
        .paragraph("If you did not ask for this, close this page. Nothing has been connected.")
        .link("Back", &site.home);
    page.form = Some(Form { label: format!("Continue to {title}"), action: connect });
    (Extension(HasForm), page.respond(site)).into_response()
}

/// The response to a browser that loads a page before the user opens it.
pub(crate) fn not_in_advance(site: &Site) -> Response {
    Page::new(StatusCode::SERVICE_UNAVAILABLE, "This page is not loaded in advance")
        .paragraph("Open its link again.")
        .link("Back", &site.home)
        .respond(site)
}

pub(crate) fn not_allowed(site: &Site, heading: impl Into<String>, reason: &str) -> Response {
    Page::new(StatusCode::FORBIDDEN, heading).paragraph(reason).link("Back", &site.home).respond(site)
}

pub(crate) fn broken_link(site: &Site, reason: &str) -> Response {
    Page::new(StatusCode::BAD_REQUEST, "This link does not work")
        .paragraph(reason)
        .paragraph("Nothing was connected. Go back and try another way, or tell the sender of the link.")
        .link("Back", &site.home)
        .respond(site)
}

pub(crate) fn unknown_provider(site: &Site) -> Response {
    Page::new(StatusCode::NOT_FOUND, "There is nothing to connect here")
        .paragraph("This site does not offer the connection in the address. Check the spelling.")
        .link("Back", &site.home)
        .respond(site)
}

/// The connection that a handler needs is unavailable.
pub(crate) fn unavailable(site: &Site, title: &str, status: StatusCode) -> Response {
    Page::new(status, format!("{title} cannot be reached at the moment"))
        .paragraph("This page needs it. Your connection is kept: wait a minute, then reload this page.")
        .link("Back", &site.home)
        .respond(site)
}
