//! The sandbox's clock, and the buttons that set it forward.

use maud::{Markup, html};

use super::super::world::World;
use super::Row;
use super::words::{exact, millis, of_day};

pub(super) fn show(world: &World, rows: &[Row]) -> Markup {
    let now = world.integrations().first().map(|integration| integration.now()).unwrap_or_default();
    let is_empty = rows.iter().all(|row| row.status.is_none());
    html! {
        section.clock #clock data-live aria-labelledby="clock-title" {
            div {
                h2 #clock-title { "The sandbox's clock" }
                p.day { (now.format("%a %-d %b").to_string()) }
                p { time.now datetime=(exact(now)) data-now=(millis(now)) { (of_day(now)) } }
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
