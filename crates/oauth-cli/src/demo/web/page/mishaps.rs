//! What can be made to go wrong.

use maud::{Markup, html};

use super::super::mishap::Mishap;
use super::super::world::World;
use super::Row;

pub(super) fn show(world: &World, rows: &[Row]) -> Markup {
    html! {
        section #mishaps data-live aria-labelledby="mishaps-title" {
            h2 #mishaps-title { "Let something go wrong" }
            @if rows.iter().all(|row| row.status.is_none()) {
                p.hint { "Connect an account first. The provider's page tells who can log in there." }
            }
            ul.mishaps { @for mishap in Mishap::ALL { li { (card(mishap, world, rows)) } } }
        }
    }
}

fn card(mishap: Mishap, world: &World, rows: &[Row]) -> Markup {
    let name = mishap.name();
    let at = world.integrations().iter().zip(rows).filter(|(integration, _)| mishap.is_at(&***integration));
    html! {
        form method="post" action={ "/mishaps/" (name) } data-quiet aria-labelledby={ "mishap-" (name) } {
            h3 id={ "mishap-" (name) } { (mishap.title()) }
            p { (mishap.about()) }
            p.at {
                span { "At" }
                @for (_, row) in at {
                    button id={ (name) "-" (row.provider.name()) } name="provider" value=(row.provider.name())
                        disabled[!row.health.is_well()] aria-label={ (mishap.title()) ", at " (row.title) } { (row.title) }
                }
            }
        }
    }
}
