//! Clients as XML in the shape of Rails records (docs/provider-facts.md 1f). Names have underscores, except
//! in the response to a creation, where the source uses Rails' default of hyphens.

use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::super::model::Client;

type Document = Writer<Vec<u8>>;

pub(super) fn list(clients: &[Client]) -> Response {
    xml_response(|document| {
        let list = document.create_element("oauth_clients").with_attribute(("type", "array"));
        list.write_inner_content(|document| {
            clients.iter().try_for_each(|client| record(document, "oauth_client", client, '_'))
        })?;
        Ok(())
    })
}

pub(super) fn one(client: &Client) -> Response {
    xml_response(|document| record(document, "client", client, '_'))
}

pub(super) fn created(client: &Client) -> Response {
    xml_response(|document| record(document, "client", client, '-'))
}

pub(super) fn errors(errors: &[String]) -> Response {
    xml_response(|document| {
        document.create_element("errors").write_inner_content(|document| {
            errors.iter().try_for_each(|error| text(document, "error", error))
        })?;
        Ok(())
    })
}

fn record(document: &mut Document, name: &str, client: &Client, separator: char) -> std::io::Result<()> {
    let tag = |words: &str| words.replace('_', &separator.to_string());
    document.create_element(name).write_inner_content(|document| {
        text(document, &tag("client_id"), &client.client_id)?;
        text(document, &tag("client_secret"), &client.client_secret)?;
        let number = document.create_element("id").with_attribute(("type", "integer"));
        number.write_text_content(BytesText::new(&client.number.to_string()))?;
        text(document, "name", &client.name)?;
        text(document, &tag("redirect_uri"), client.redirect_uri())
    })?;
    Ok(())
}

fn text(document: &mut Document, name: &str, value: &str) -> std::io::Result<()> {
    document.create_element(name).write_text_content(BytesText::new(value))?;
    Ok(())
}

fn xml_response(body: impl FnOnce(&mut Document) -> std::io::Result<()>) -> Response {
    let mut document = Writer::new_with_indent(Vec::new(), b' ', 2);
    let written = document
        .write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))
        .and_then(|()| body(&mut document));
    match written {
        Ok(()) => ([(CONTENT_TYPE, "application/xml; charset=utf-8")], document.into_inner()).into_response(),
        // Writing to memory cannot fail.
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}
