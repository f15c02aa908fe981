//! Pages before an attempt, and instead of one.

use axum::Extension;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::{Action, Page, Site};
use crate::headers::MayBeFramed;

/// In a frame: the way out of it.
pub(crate) fn leave_frame(site: &Site, title: &str, connect: String) -> Response {
    let mut page = Page::new(StatusCode::OK, format!("Connect {title}")).says(format!(
        "You sign in at {title} to connect it. That is not possible inside a frame, so it opens in the whole window."
    ));
    page.actions.push(Action { to_top: true, ..Action::new(format!("Go on to {title}"), connect) });
    (Extension(MayBeFramed), page.respond(site)).into_response()
}

/// The visitor may not.
pub(crate) fn not_allowed(site: &Site, title: &str, reason: &str) -> Response {
    Page::new(StatusCode::FORBIDDEN, format!("You cannot connect {title} here"))
        .says(reason)
        .offers("Back", &site.home)
        .respond(site)
}

/// A link that asks for what cannot be.
pub(crate) fn broken_link(site: &Site, why: &str) -> Response {
    Page::new(StatusCode::BAD_REQUEST, "This link does not work")
        .says(why)
        .says("Nothing was connected. Go back and try another way, or tell whoever gave you the link.")
        .offers("Back", &site.home)
        .respond(site)
}

/// No such provider.
pub(crate) fn nothing_here(site: &Site) -> Response {
    Page::new(StatusCode::NOT_FOUND, "There is nothing to connect here")
        .says("The address is that of a connection this site does not offer. Check how it is spelled.")
        .offers("Back", &site.home)
        .respond(site)
}

/// A connection that a handler needs and that cannot be had now.
pub(crate) fn unavailable(site: &Site, title: &str, status: StatusCode) -> Response {
    Page::new(status, format!("{title} cannot be reached at the moment"))
        .says(
            "What you asked for needs it. Your connection is kept: wait a minute, then load this page again.",
        )
        .offers("Back", &site.home)
        .respond(site)
}
