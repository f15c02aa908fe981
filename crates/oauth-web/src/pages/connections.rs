//! Pages that list and disconnect connections.

use axum::Extension;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::page::{ConnectionItem, HasForm, LinkKind, Page, PageButton, PageKind, PageLink, Site};
use crate::login_attempt::scope_names;
use crate::provider_route::Health;

/// One provider on the page that lists connections.
pub(crate) struct Row {
    pub(crate) title: &'static str,
    pub(crate) health: Health,
    /// The links that connect and disconnect the account.
    pub(crate) connect: String,
    pub(crate) disconnect: String,
}

pub(crate) fn connections(site: &Site, rows: &[Row]) -> Response {
    let mut page = Page::new(PageKind::Connections, StatusCode::OK, None, "Connections")
        .link(LinkKind::Back, &site.home);
    page.connections = rows.iter().map(|row| item(site, row)).collect();
    (Extension(HasForm), page.respond(site)).into_response()
}

fn item(site: &Site, row: &Row) -> ConnectionItem {
    let Row { title, health, connect, disconnect } = row;
    let (text, label) = match health {
        Health::NotConnected => ("Not connected.".to_owned(), Some((LinkKind::Connect, "Connect"))),
        Health::Connected(missing) if missing.is_empty() => ("Connected.".to_owned(), None),
        Health::Connected(missing) => (
            format!("Connected, but not for everything. Missing: {}.", scope_names(missing).join(", ")),
            Some((LinkKind::ConnectAgain, "Connect again:")),
        ),
        Health::Retrying => (
            format!(
                "Connected, but {title} cannot be reached at the moment. There is nothing to do: {} tries again.",
                site.name_in_sentence()
            ),
            None,
        ),
        Health::NeedsReconnect => (
            format!("{title} no longer accepts this connection. Connect it again."),
            Some((LinkKind::ConnectAgain, "Connect again:")),
        ),
        Health::Unknown => {
            ("Its state is unknown at the moment. Wait a minute, then reload this page.".to_owned(), None)
        }
    };
    ConnectionItem {
        provider: title,
        health: health.clone(),
        text,
        link: label.map(|(kind, label)| PageLink {
            label: format!("{label} {title}"),
            ..PageLink::new(kind, title, connect)
        }),
        button: (*health != Health::NotConnected)
            .then(|| PageButton::new(LinkKind::Disconnect, title, disconnect)),
    }
}

/// Asks the user, because no page of this site led here.
pub(crate) fn confirm_disconnect(site: &Site, title: &'static str, disconnect: String) -> Response {
    let page =
        Page::new(PageKind::ConfirmDisconnect, StatusCode::OK, Some(title), format!("Disconnect {title}?"))
            .paragraph(format!("{} can then no longer use your {title} account.", site.subject()))
            .paragraph("If you did not ask for this, close this page. Nothing has been changed.")
            .button(LinkKind::Disconnect, disconnect)
            .link(LinkKind::Back, &site.home);
    (Extension(HasForm), page.respond(site)).into_response()
}

pub(crate) fn disconnected(
    site: &Site,
    title: &'static str,
    is_revoked: bool,
    back: Option<&str>,
) -> Response {
    let mut page = Page::new(
        PageKind::Disconnected { is_revoked },
        StatusCode::OK,
        Some(title),
        format!("{title} is disconnected"),
    )
    .paragraph(format!("{} no longer uses your {title} account.", site.subject()));
    if !is_revoked {
        page = page.paragraph(format!(
            "{title} has no way for a site to revoke its access. The access ends when it expires, or when you revoke it \
             at {title}."
        ));
    }
    page.link(LinkKind::Continue, back.unwrap_or(&site.home)).respond(site)
}

pub(crate) fn not_disconnected(
    site: &Site,
    title: &'static str,
    status: StatusCode,
    disconnect: String,
    back: Option<&str>,
) -> Response {
    let page = Page::new(PageKind::NotDisconnected, status, Some(title), format!("{title} was not disconnected"))
        .paragraph(
            "The access could not be revoked, so the connection is kept. Wait a minute, then try again; if that does \
             not help, contact our support.",
        )
        .button(LinkKind::TryAgain, disconnect)
        .link(LinkKind::Back, back.unwrap_or(&site.home));
    (Extension(HasForm), page.respond(site)).into_response()
}
