//! The buttons that simulate failures.

use maud::{Markup, html};

use super::super::app_state::AppState;
use super::super::failure_scenario::FailureScenario;
use super::ConnectionRow;

pub(super) fn show(state: &AppState, rows: &[ConnectionRow]) -> Markup {
    html! {
        section #failures data-live aria-labelledby="failures-title" {
            h2 #failures-title { "Simulate a failure" }
            @if rows.iter().all(|row| row.status.is_none()) {
                p.hint { "Connect an account first. The provider's login page lists the test accounts." }
            }
            ul.failures { @for scenario in FailureScenario::ALL { li { (card(scenario, state, rows)) } } }
        }
    }
}

fn card(scenario: FailureScenario, state: &AppState, rows: &[ConnectionRow]) -> Markup {
    let name = scenario.name();
    let at =
        state.integrations().iter().zip(rows).filter(|(integration, _)| scenario.applies_to(&***integration));
    html! {
        form method="post" action={ "/failures/" (name) } data-quiet aria-labelledby={ "failure-" (name) } {
            h3 id={ "failure-" (name) } { (scenario.title()) }
            p { (scenario.about()) }
            p.at {
                span { "At" }
                @for (_, row) in at {
                    button id={ (name) "-" (row.name) } name="provider" value=(row.name)
                        disabled[!row.health.is_usable()] aria-label={ (scenario.title()) ", at " (row.title) } { (row.title) }
                }
            }
        }
    }
}
