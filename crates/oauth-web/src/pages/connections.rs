//! Pages that list and disconnect connections.

use axum::Extension;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::page::{Form, HasForm, Item, Link, Page, Site};
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
    let mut page = Page::new(StatusCode::OK, "Connections").link("Back", &site.home);
    page.items = rows.iter().map(|row| item(site, row)).collect();
    (Extension(HasForm), page.respond(site)).into_response()
}

fn item(site: &Site, row: &Row) -> Item {
    let Row { title, health, connect, disconnect } = row;
    let (text, label) = match health {
        Health::NotConnected => ("Not connected.".to_owned(), Some("Connect")),
        Health::Connected(missing) if missing.is_empty() => ("Connected.".to_owned(), None),
        Health::Connected(missing) => (
            format!("Connected, but not for everything. Missing: {}.", scope_names(missing).join(", ")),
            Some("Connect again:"),
        ),
        Health::Retrying => (
            format!(
                "Connected, but {title} cannot be reached at the moment. There is nothing to do: {} tries again.",
                site.name_in_sentence()
            ),
            None,
        ),
        Health::NeedsReconnect => {
            (format!("{title} no longer accepts this connection. Connect it again."), Some("Connect again:"))
        }
        Health::Unknown => {
            ("Its state is unknown at the moment. Wait a minute, then reload this page.".to_owned(), None)
        }
    };
    let form = Form { label: format!("Disconnect {title}"), action: disconnect.clone() };
    Item {
        heading: title,
        text,
        link: label.map(|label| Link::new(format!("{label} {title}"), connect)),
        form: (!matches!(health, Health::NotConnected)).then_some(form),
    }
}

/// Asks the user, because no page of this site led here.
pub(crate) fn confirm_disconnect(site: &Site, title: &str, disconnect: String) -> Response {
    let mut page = Page::new(StatusCode::OK, format!("Disconnect {title}?"))
        .paragraph(format!("{} can then no longer use your {title} account.", site.subject()))
        .paragraph("If you did not ask for this, close this page. Nothing has been changed.")
        .link("Back", &site.home);
    page.form = Some(Form { label: format!("Disconnect {title}"), action: disconnect });
    (Extension(HasForm), page.respond(site)).into_response()
}

pub(crate) fn disconnected(site: &Site, title: &str, is_revoked: bool, back: Option<&str>) -> Response {
    let mut page = Page::new(StatusCode::OK, format!("{title} is disconnected"))
        .paragraph(format!("{} no longer uses your {title} account.", site.subject()));
    if !is_revoked {
        page = page.paragraph(format!(
            "{title} has no way for a site to revoke its access. The access ends when it expires, or when you revoke it \
             at {title}."
        ));
    }
    page.link("Continue", back.unwrap_or(&site.home)).respond(site)
}

pub(crate) fn not_disconnected(
    site: &Site,
    title: &str,
    status: StatusCode,
    disconnect: String,
    back: Option<&str>,
) -> Response {
    let mut page = Page::new(status, format!("{title} was not disconnected"))
        .paragraph(
            "The access could not be revoked, so the connection is kept. Wait a minute, then try again; if that does \
             not help, contact our support.",
        )
        .link("Back", back.unwrap_or(&site.home));
    page.form = Some(Form { label: "Try again".to_owned(), action: disconnect });
    (Extension(HasForm), page.respond(site)).into_response()
}
