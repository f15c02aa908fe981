//! Listing, creating, editing and deleting OAuth clients.

use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use http::header::LOCATION;
use http::{Method, StatusCode};

use super::super::model::{Client, ClientDraft};
use super::auth::{Admin, Format};
use super::{views, xml};
use crate::login_pages::redirect;

const CREATED: &str = "OAuth client was successfully created.";
const UPDATED: &str = "OAuth client was successfully updated.";
const DELETED: &str = "OAuth client was successfully deleted.";

pub(super) async fn index(admin: Admin) -> Response {
    let clients = admin.request.core.state().clients_by_name();
    match admin.format {
        Format::Html => views::index(&admin, &clients).into_response(),
        Format::Xml => xml::list(&clients),
    }
}

pub(super) async fn new(admin: Admin) -> Response {
    views::form(&admin, None, &ClientDraft::default(), &[]).into_response()
}

pub(super) async fn create(admin: Admin) -> Response {
    let draft = ClientDraft::parse(&admin.request.params);
    let created =
        admin.request.core.state().create_client(draft.clone(), admin.request.core.options().unique_names());
    match (created, admin.format) {
        (Ok(client), Format::Html) => {
            note(&admin, "registered", &client.name);
            admin.set_flash(CREATED);
            redirect(&format!("{}/{}", admin.clients_path(), client.number))
        }
        (Ok(client), Format::Xml) => {
            note(&admin, "registered", &client.name);
            let origin = admin.request.core.setup.origin.url();
            let location = format!("{origin}{}/{}", admin.clients_path(), client.number);
            (StatusCode::CREATED, [(LOCATION, location)], xml::created(&client)).into_response()
        }
        (Err(messages), format) => invalid(&admin, format, None, &draft, &messages),
    }
}

pub(super) async fn edit(Path(id): Path<String>, admin: Admin) -> Response {
    let Some(client) = find(&admin, &id) else { return no_such_client(&admin) };
    let draft =
        ClientDraft { name: Some(client.name.clone()), redirect_uri: Some(client.redirect_uri().to_owned()) };
    views::form(&admin, Some(client.number), &draft, &[]).into_response()
}

pub(super) async fn confirm(Path(id): Path<String>, admin: Admin) -> Response {
    match find(&admin, &id) {
        Some(client) => views::confirm(&admin, &client).into_response(),
        None => no_such_client(&admin),
    }
}

pub(super) async fn client(Path(id): Path<String>, admin: Admin) -> Response {
    let Some(client) = find(&admin, id.strip_suffix(".xml").unwrap_or(&id)) else {
        return no_such_client(&admin);
    };
    match (&admin.method, admin.format) {
        (&Method::GET | &Method::HEAD, Format::Html) => views::show(&admin, &client).into_response(),
        (&Method::GET | &Method::HEAD, Format::Xml) => xml::one(&client),
        (&Method::PUT | &Method::PATCH, _) => update(&admin, &client),
        (&Method::DELETE, _) => destroy(&admin, &client),
        _ => no_such_client(&admin),
    }
}

fn update(admin: &Admin, client: &Client) -> Response {
    let draft = ClientDraft::parse(&admin.request.params);
    let unique_names = admin.request.core.options().unique_names();
    let updated = admin.request.core.state().update_client(client.number, draft.clone(), unique_names);
    match updated {
        Some(Ok(())) => done(admin, "changed", client, UPDATED),
        Some(Err(messages)) => invalid(admin, admin.format, Some(client.number), &draft, &messages),
        None => no_such_client(admin),
    }
}

fn destroy(admin: &Admin, client: &Client) -> Response {
    let destroyed = admin.request.core.state().destroy_client(client.number);
    match destroyed {
        Some(client) => done(admin, "deleted, with its codes and tokens:", &client, DELETED),
        None => no_such_client(admin),
    }
}

fn done(admin: &Admin, action: &str, client: &Client, flash: &'static str) -> Response {
    note(admin, action, &client.name);
    match admin.format {
        Format::Html => {
            admin.set_flash(flash);
            redirect(&admin.clients_path())
        }
        Format::Xml => StatusCode::OK.into_response(),
    }
}

fn invalid(
    admin: &Admin,
    format: Format,
    number: Option<u64>,
    draft: &ClientDraft,
    messages: &[String],
) -> Response {
    admin.request.log.note(format!("refused: {}", messages.join(", ")));
    match format {
        // Rails shows the form again with status 200.
        Format::Html => views::form(admin, number, draft, messages).into_response(),
        Format::Xml => (StatusCode::UNPROCESSABLE_ENTITY, xml::errors(messages)).into_response(),
    }
}

fn find(admin: &Admin, id: &str) -> Option<Client> {
    admin.request.core.state().client_number(id.parse().ok()?).cloned()
}

fn no_such_client(admin: &Admin) -> Response {
    match admin.format {
        Format::Html => {
            let text = "There is no OAuth client with this number.";
            admin.request.refuse(StatusCode::NOT_FOUND, "Page not found", text).into_response()
        }
        Format::Xml => StatusCode::NOT_FOUND.into_response(),
    }
}

fn note(admin: &Admin, action: &str, name: &str) {
    admin.request.log.note(format!("client {action} {name}"));
}
