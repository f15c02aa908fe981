//! Pages shown before or instead of an attempt.

use axum::Extension;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::page::{HasForm, LinkKind, MayBeFramed, Page, PageKind, PageLink, Site};

/// Leads out of a frame.
pub(crate) fn leave_frame(site: &Site, title: &'static str, connect: String) -> Response {
    let mut page = Page::new(PageKind::LeaveFrame, StatusCode::OK, Some(title), format!("Connect {title}")).paragraph(format!(
        "You sign in at {title} to connect it. That is not possible inside a frame, so it opens in the whole window."
    ));
    page.links
        .push(PageLink { leaves_frame: true, ..PageLink::new(LinkKind::ContinueToProvider, title, connect) });
    (Extension(MayBeFramed), page.respond(site)).into_response()
}

/// Asks the user, because no page of this site led here: another site, a mail or a bookmark did.
pub(crate) fn confirm(site: &Site, title: &'static str, connect: String) -> Response {
    let page = Page::new(PageKind::ConfirmConnect, StatusCode::OK, Some(title), format!("Connect {title}?"))
        .paragraph(format!(
            "You sign in at {title} next, and {} can then use your account there.",
            site.name_in_sentence()
        ))
        .paragraph("If you did not ask for this, close this page. Nothing has been connected.")
        .button(LinkKind::ContinueToProvider, connect)
        .link(LinkKind::Back, &site.home);
    (Extension(HasForm), page.respond(site)).into_response()
}

/// The response to a browser that loads a page before the user opens it.
pub(crate) fn not_in_advance(site: &Site) -> Response {
    Page::new(
        PageKind::NotInAdvance,
        StatusCode::SERVICE_UNAVAILABLE,
        None,
        "This page is not loaded in advance",
    )
    .paragraph("Open its link again.")
    .link(LinkKind::Back, &site.home)
    .respond(site)
}

pub(crate) fn not_allowed(
    site: &Site,
    title: Option<&'static str>,
    heading: impl Into<String>,
    reason: &str,
) -> Response {
    Page::new(PageKind::NotAllowed, StatusCode::FORBIDDEN, title, heading)
        .paragraph(reason)
        .link(LinkKind::Back, &site.home)
        .respond(site)
}

pub(crate) fn long_link(site: &Site) -> Response {
    broken_link(site, PageKind::LinkTooLong, "It is too long.")
}

pub(crate) fn foreign_return_to(site: &Site) -> Response {
    broken_link(site, PageKind::ForeignReturnTo, "It would have led you to another site afterwards.")
}

fn broken_link(site: &Site, kind: PageKind, reason: &str) -> Response {
    Page::new(kind, StatusCode::BAD_REQUEST, None, "This link does not work")
        .paragraph(reason)
        .paragraph("Nothing was connected. Go back and try another way, or tell the sender of the link.")
        .link(LinkKind::Back, &site.home)
        .respond(site)
}

pub(crate) fn unknown_provider(site: &Site) -> Response {
    Page::new(PageKind::UnknownProvider, StatusCode::NOT_FOUND, None, "There is nothing to connect here")
        .paragraph("This site does not offer the connection in the address. Check the spelling.")
        .link(LinkKind::Back, &site.home)
        .respond(site)
}

/// The connection that a handler needs is unavailable.
pub(crate) fn unavailable(site: &Site, title: &'static str, status: StatusCode) -> Response {
    Page::new(
        PageKind::ConnectionUnavailable,
        status,
        Some(title),
        format!("{title} cannot be reached at the moment"),
    )
    .paragraph("This page needs it. Your connection is kept: wait a minute, then reload this page.")
    .link(LinkKind::Back, &site.home)
    .respond(site)
}
