//! The sandbox's clock and the buttons that advance it.

use maud::{Markup, html};

use super::super::app_state::AppState;
use super::ConnectionRow;
use super::format::{millis, rfc3339, time_of_day};

pub(super) fn show(state: &AppState, rows: &[ConnectionRow]) -> Markup {
    let now = state.integrations().first().map(|integration| integration.now()).unwrap_or_default();
    let is_empty = rows.iter().all(|row| row.status.is_none());
    html! {
        section.clock #clock data-live aria-labelledby="clock-title" {
            div {
                h2 #clock-title { "The sandbox's clock" }
                p.day { (now.format("%a %-d %b").to_string()) }
                p { time.now datetime=(rfc3339(now)) data-now=(millis(now)) { (time_of_day(now)) } }
            }
            form method="post" action="/clock" data-quiet {
                button #jump-13-hours.main[!is_empty] name="jump" value="13-hours" { "13 hours later" }
                button #jump-91-days name="jump" value="91-days" { "91 days later" }
            }
            form method="post" action="/reset" data-quiet {
                button #start-over.quiet { "Start over" }
            }
        }
    }
}
