//! HTML pages for administrators.

use maud::{Markup, html};

use super::super::model::{Client, ClientDraft};
use super::super::pages::HOME;
use super::auth::Admin;
use crate::page::Page;

pub(super) fn index(admin: &Admin, clients: &[Client]) -> Page {
    let base = admin.clients_path();
    let body = html! {
        (admin.flash())
        p { a href=(format!("{base}/new")) { "New OAuth Client" } }
        @if clients.is_empty() { p { "No application is registered." } }
        @for client in clients {
            h2 { (client.name) }
            (details(client))
            p {
                a href=(format!("{base}/{}/edit", client.number)) aria-label=(format!("Edit {}", client.name)) { "Edit" } " · "
                a href=(format!("{base}/{}/destroy", client.number)) aria-label=(format!("Destroy {}", client.name)) { "Destroy" }
            }
        }
        (tokens(admin))
        p { a href=(HOME) { "Pipelines" } }
    };
    admin.request.page("OAuth Clients", &body)
}

pub(super) fn show(admin: &Admin, client: &Client) -> Page {
    let base = admin.clients_path();
    let body = html! {
        (admin.flash())
        p { "Put the client ID and secret into the application." }
        (details(client))
        p {
            a href=(format!("{base}/{}/edit", client.number)) { "Edit" } " · "
            a href=(format!("{base}/{}/destroy", client.number)) { "Destroy" } " · "
            a href=(base) { "All OAuth clients" }
        }
    };
    admin.request.page(&client.name, &body)
}

fn details(client: &Client) -> Markup {
    html! {
        div.scroll {
            table {
                tr { th scope="row" { "Client ID" } td { code.client-id { (client.client_id) } } }
                tr { th scope="row" { "Client Secret" } td { code.client-secret { (client.client_secret) } } }
                tr {
                    th scope="row" { "Redirect URL" }
                    td { @for uri in &client.redirect_uris { div { code.redirect-uri { (uri) } } } }
                }
            }
        }
    }
}

/// The form for a new client, or with `number` for an existing one. `messages` are the errors of the previous
/// attempt.
pub(super) fn form(admin: &Admin, number: Option<u64>, draft: &ClientDraft, messages: &[String]) -> Page {
    let base = admin.clients_path();
    let (heading, submit) = match number {
        None => ("New OAuth Client", "Create"),
        Some(_) => ("Edit OAuth Client", "Update"),
    };
    let action = number.map_or_else(|| base.clone(), |number| format!("{base}/{number}"));
    let body = html! {
        @if !messages.is_empty() {
            div #wrong role="alert" { @for message in messages { p.alert { (message) } } }
        }
        form method="post" action=(action) {
            (admin.form_token_field())
            @if number.is_some() { input type="hidden" name="_method" value="put"; }
            (field("name", "Name", draft.name.as_deref(), "The application that will access data on this server.", messages, "Name "))
            (field("redirect_uri", "Redirect URL", draft.redirect_uri.as_deref(),
                "The redirect URI, exactly as the application sends it.", messages, "Redirect uri "))
            div.choices { button.main type="submit" { (submit) } }
        }
        p { a href=(base) { "Cancel" } }
    };
    admin.request.page(heading, &body)
}

/// Without `required` and `type="url"`, so that the browser does not hide the server's validation.
fn field(
    name: &str,
    label: &str,
    value: Option<&str>,
    hint: &str,
    messages: &[String],
    about: &str,
) -> Markup {
    let invalid = messages.iter().any(|message| message.starts_with(about));
    let hint_id = format!("{name}-hint");
    let described_by = if invalid { format!("{hint_id} wrong") } else { hint_id.clone() };
    html! {
        label for=(name) { (label) }
        div id=(hint_id) { (hint) }
        input id=(name) type="text" name=(format!("client[{name}]")) value=(value.unwrap_or_default())
            autocomplete="off" aria-describedby=(described_by) aria-invalid=[invalid.then_some("true")];
    }
}

/// The confirmation page. GoCD asks in a script's pop-up window instead.
pub(super) fn confirm(admin: &Admin, client: &Client) -> Page {
    let base = admin.clients_path();
    let body = html! {
        p {
            "Are you sure? " strong { (client.name) } " will no longer have access: its codes and tokens are deleted with it."
        }
        form method="post" action=(format!("{base}/{}", client.number)) {
            (admin.form_token_field())
            input type="hidden" name="_method" value="delete";
            div.choices { button.main type="submit" { "Destroy" } }
        }
        p { a href=(base) { "Cancel" } }
    };
    admin.request.page(&format!("Destroy {}?", client.name), &body)
}

/// All current tokens. GoCD has the buttons' action, but no page with them.
fn tokens(admin: &Admin) -> Markup {
    let state = admin.request.core.state();
    let rows: Vec<_> = state
        .tokens()
        .map(|(token, client)| (token.number, token.grant.user.clone(), client.name.clone()))
        .collect();
    drop(state);
    html! {
        h2 { "Access tokens" }
        @if rows.is_empty() { p { "There are no tokens." } }
        @else {
            div.scroll {
                table #tokens {
                    tr { th scope="col" { "User" } th scope="col" { "Application" } th scope="col" { "Action" } }
                    @for (number, user, client) in rows {
                        tr {
                            td { (user) }
                            td { (client) }
                            td {
                                form method="post" action=(format!("{}/user_tokens/revoke_by_admin", admin.prefix)) {
                                    (admin.form_token_field())
                                    input type="hidden" name="_method" value="delete";
                                    input type="hidden" name="token_id" value=(number);
                                    button type="submit" aria-label=(format!("Revoke the token of {user} for {client}")) {
                                        "Revoke"
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
