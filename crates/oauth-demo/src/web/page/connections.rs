//! The table of providers and their connections.

use maud::{Markup, html};
use oauth_core::store::ReconnectReason;

use super::connection_row::{ConnectionRow, Health};
use super::format::{millis, remaining, rfc3339, time_of_day, times};

pub(super) fn show(rows: &[ConnectionRow]) -> Markup {
    let connected = rows.iter().filter(|row| row.status.is_some()).count();
    html! {
        section #connections data-live aria-labelledby="connections-title" {
            h2 #connections-title { "Connections " span.count { (connected) " of " (rows.len()) } }
            // Some browsers drop the table roles if CSS changes `display`, so they are explicit.
            table role="table" {
                thead role="rowgroup" {
                    tr role="row" {
                        th scope="col" role="columnheader" { "Provider" }
                        th scope="col" role="columnheader" { "State" }
                        th scope="col" role="columnheader" { "Acts for, scopes" }
                        th scope="col" role="columnheader" { span.unseen { "Actions" } }
                    }
                }
                tbody role="rowgroup" { @for row in rows { (table_row(row)) } }
            }
        }
    }
}

fn table_row(row: &ConnectionRow) -> Markup {
    let name = row.name;
    html! {
        tr role="row" data-provider=(name) data-health=(health_name(row.health)) {
            th scope="row" role="rowheader" {
                span.provider { (row.title) }
                @if row.status.is_some() { span.account { (row.account) } }
            }
            td role="cell" { (state(row)) }
            td role="cell" { (access(row)) }
            td.actions role="cell" { div.buttons { (actions(row)) } }
        }
    }
}

/// The user that the application acts for, and the granted scopes.
fn access(row: &ConnectionRow) -> Markup {
    let scopes = row.scopes();
    html! {
        @if row.status.is_some() {
            @if let Some(acts_for) = &row.stats.acts_for {
                span.who { (acts_for.user) }
                span.soft { (acts_for.basis) }
            }
            @if scopes.is_empty() {
                span.soft { "No scopes" }
            } @else {
                ul.scopes aria-label={ "Scopes" @if !row.scopes_from_response() { ", as requested" } } {
                    @for scope in &scopes { li { code { (scope) } } }
                }
            }
        } @else {
            span.about { (row.about) }
        }
    }
}

fn state(row: &ConnectionRow) -> Markup {
    let failure = row.status.as_ref().and_then(|status| status.last_failure.as_ref());
    html! {
        span class={ "state " (health_name(row.health)) } {
            span.mark aria-hidden="true" {} (health_text(row.health))
        }
        @if row.health.is_usable() { (expiry(row)) }
        @if let Health::NeedsReconnect(reason) = row.health {
            span.soft { (reason_text(reason)) }
        } @else if row.health == Health::ClientRejected {
            span.soft { "Nothing is sent until the secret is corrected." }
        } @else if failure.is_some() {
            span.soft { "The last refresh failed. It is retried when due." }
        }
        @if row.stats.refreshes > 0 {
            span.soft.refreshes {
                "Refreshed " (times(row.stats.refreshes))
                @if let Some(at) = row.stats.refreshed_at { ", last at " time datetime=(rfc3339(at)) { (time_of_day(at)) } }
            }
        }
        @if let (Some(response), true) = (&row.stats.api_response, row.health.is_usable()) {
            span.soft { "API response: " (response) }
        }
    }
}

/// The countdown to the token's expiry.
fn expiry(row: &ConnectionRow) -> Markup {
    let Some(at) = row.status.as_ref().and_then(|status| status.expires_at) else {
        return html! { span.soft { "The token does not expire" } };
    };
    html! {
        span.expiry {
            "expires in "
            time datetime=(rfc3339(at)) data-until=(millis(at)) { (remaining(at - row.now)) }
        }
        @if let Some(percent) = row.remaining_percent() {
            svg.life viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" {
                rect.whole width="100" height="4" {}
                rect.left width=(percent) height="4" {}
            }
        }
    }
}

fn actions(row: &ConnectionRow) -> Markup {
    let name = row.name;
    let connect = |label: &str, class: &str| {
        html! {
            a class={ "button " (class) } id={ "connect-" (name) } href={ "/connect/" (name) "?return_to=/" }
                aria-label={ (label) " " (row.title) } { (label) }
        }
    };
    let act = |what: &str, label: &str, class: &str| {
        html! {
            form method="post" action={ "/connections/" (name) "/" (what) } data-quiet {
                button class=[Some(class).filter(|class| !class.is_empty())] id={ (what) "-" (name) } aria-label={ (label) ", " (row.title) } { (label) }
            }
        }
    };
    html! {
        @match row.health {
            Health::NotConnected | Health::Unknown => (connect("Connect", "main")),
            Health::NeedsReconnect(_) => {
                (connect("Connect again", "main"))
                (act("disconnect", "Disconnect", "quiet"))
            }
            Health::ClientRejected => {
                (act("secret", "Correct the secret", "main"))
                (act("disconnect", "Disconnect", "quiet"))
            }
            Health::Valid | Health::Expired | Health::Refreshing => {
                (act("call", "Call API", ""))
                @if row.supports_refresh { (act("refresh", "Refresh", "")) }
                (act("disconnect", "Disconnect", "quiet"))
            }
        }
    }
}

/// The state's name in CSS classes and attributes.
pub(super) const fn health_name(health: Health) -> &'static str {
    match health {
        Health::NotConnected => "not-connected",
        Health::Valid => "valid",
        Health::Expired => "expired",
        Health::Refreshing => "refreshing",
        Health::ClientRejected => "client-rejected",
        Health::NeedsReconnect(_) => "needs-reconnect",
        Health::Unknown => "unknown",
    }
}

const fn health_text(health: Health) -> &'static str {
    match health {
        Health::NotConnected => "Not connected",
        Health::Valid => "Valid",
        Health::Expired => "Expired, refresh pending",
        Health::Refreshing => "Refreshing",
        Health::ClientRejected => "Client rejected",
        Health::NeedsReconnect(_) => "Needs reconnection",
        Health::Unknown => "Unknown",
    }
}

const fn reason_text(reason: ReconnectReason) -> &'static str {
    match reason {
        ReconnectReason::Revoked => "Access was revoked.",
        ReconnectReason::Lapsed => "The refresh token expired after 90 days without use.",
        ReconnectReason::OutcomeUnknown => {
            "The response to a refresh was lost, and its refresh token is used up."
        }
        ReconnectReason::TokenRefused => "The token was rejected, and there is no refresh token.",
        _ => "The provider rejected the refresh.",
    }
}
