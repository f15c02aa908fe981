//! The four providers, and how the connection to each is.

use maud::{Markup, html};
use oauth_core::store::ReconnectReason;

use super::row::{Health, Row};
use super::words::{exact, left, millis, of_day, times};

pub(super) fn show(rows: &[Row]) -> Markup {
    let connected = rows.iter().filter(|row| row.status.is_some()).count();
    html! {
        section #connections data-live aria-labelledby="connections-title" {
            h2 #connections-title { "Connections " span.count { (connected) " of " (rows.len()) } }
            // The roles say again what the elements are: some browsers forget it where a table is laid out as cards.
            table role="table" {
                thead role="rowgroup" {
                    tr role="row" {
                        th scope="col" role="columnheader" { "Provider" }
                        th scope="col" role="columnheader" { "State" }
                        th scope="col" role="columnheader" { "Acts for, and may" }
                        th scope="col" role="columnheader" { span.unseen { "What to do" } }
                    }
                }
                tbody role="rowgroup" { @for row in rows { (line(row)) } }
            }
        }
    }
}

fn line(row: &Row) -> Markup {
    let name = row.provider.name();
    html! {
        tr role="row" data-provider=(name) data-health=(word(row.health)) {
            th scope="row" role="rowheader" {
                span.provider { (row.title) }
                @if row.status.is_some() { span.account { (row.account) } }
            }
            td role="cell" { (state(row)) }
            td role="cell" { (rights(row)) }
            td.actions role="cell" { div.buttons { (actions(row)) } }
        }
    }
}

/// Whom the application acts for, and what it may do.
fn rights(row: &Row) -> Markup {
    let scopes = row.scopes();
    html! {
        @if row.status.is_some() {
            @if let Some(whom) = &row.counts.whom {
                span.who { (whom.who) }
                span.soft { (whom.how) }
            }
            @if scopes.is_empty() {
                span.soft { "There are no scopes" }
            } @else {
                ul.scopes aria-label={ "Scopes" @if !row.named_by_provider() { ", as asked for" } } {
                    @for scope in &scopes { li { code { (scope) } } }
                }
            }
        } @else {
            span.about { (row.about) }
        }
    }
}

fn state(row: &Row) -> Markup {
    let failure = row.status.as_ref().and_then(|status| status.last_failure.as_ref());
    html! {
        span class={ "state " (word(row.health)) } {
            span.mark aria-hidden="true" {} (says(row.health))
        }
        @if row.health.is_well() { (expiry(row)) }
        @if let Health::NeedsReconnect(why) = row.health {
            span.soft { (reason(why)) }
        } @else if row.health == Health::ClientRefused {
            span.soft { "Nothing is sent until the secret is right." }
        } @else if failure.is_some() {
            span.soft { "The last refresh failed; it is tried again when due." }
        }
        @if row.counts.refreshes > 0 {
            span.soft.refreshes {
                "Refreshed " (times(row.counts.refreshes))
                @if let Some(at) = row.counts.refreshed_at { ", last at " time datetime=(exact(at)) { (of_day(at)) } }
            }
        }
        @if let (Some(said), true) = (&row.counts.said, row.health.is_well()) {
            span.soft { "The API said: " (said) }
        }
    }
}

/// When the token expires, counted down.
fn expiry(row: &Row) -> Markup {
    let Some(at) = row.status.as_ref().and_then(|status| status.expires_at) else {
        return html! { span.soft { "The token does not expire" } };
    };
    html! {
        span.expiry {
            "expires in "
            time datetime=(exact(at)) data-until=(millis(at)) { (left(at - row.now)) }
        }
        @if let Some(life) = row.life() {
            svg.life viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" {
                rect.whole width="100" height="4" {}
                rect.left width=(life) height="4" {}
            }
        }
    }
}

fn actions(row: &Row) -> Markup {
    let name = row.provider.name();
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
            Health::Apart | Health::Unknown => (connect("Connect", "main")),
            Health::NeedsReconnect(_) => {
                (connect("Connect again", "main"))
                (act("disconnect", "Disconnect", "quiet"))
            }
            Health::ClientRefused => {
                (act("secret", "Correct the secret", "main"))
                (act("disconnect", "Disconnect", "quiet"))
            }
            Health::Valid | Health::Expired | Health::Asking => {
                (act("call", "Call API", ""))
                @if row.refreshes { (act("refresh", "Refresh", "")) }
                (act("disconnect", "Disconnect", "quiet"))
            }
        }
    }
}

/// A word for style sheets and machines.
pub(super) const fn word(health: Health) -> &'static str {
    match health {
        Health::Apart => "apart",
        Health::Valid => "valid",
        Health::Expired => "expired",
        Health::Asking => "asking",
        Health::ClientRefused => "client-refused",
        Health::NeedsReconnect(_) => "needs-reconnect",
        Health::Unknown => "unknown",
    }
}

const fn says(health: Health) -> &'static str {
    match health {
        Health::Apart => "Not connected",
        Health::Valid => "Valid",
        Health::Expired => "Expired, refresh to come",
        Health::Asking => "Asking for a new token",
        Health::ClientRefused => "Client refused",
        Health::NeedsReconnect(_) => "Needs reconnecting",
        Health::Unknown => "Not known",
    }
}

const fn reason(why: ReconnectReason) -> &'static str {
    match why {
        ReconnectReason::Revoked => "Access was taken back.",
        ReconnectReason::Lapsed => "Nobody used it for 90 days, so the refresh token lapsed.",
        ReconnectReason::OutcomeUnknown => "A refresh was sent whose answer nobody has; its token is spent.",
        ReconnectReason::TokenRefused => "The token was refused, and there is none to refresh it with.",
        _ => "The provider said no.",
    }
}
