//! Cobot: hosts of spaces, PKCE, tokens without expiry, and space tokens.

use cobot::{Cobot, Subdomain, TokenOrigin, api};

use super::journal;
use super::process::ProcessMode;
use super::restart::restart;
use super::scenario::{Scenario, StepFailed};
use super::stored_connections::connect_and_store;
use crate::provider::DemoProvider as _;

/// The application's account name for the customer.
const CUSTOMER: &str = "nora-beckmann";
/// The account name for the customer's space: its subdomain.
const SPACE: &str = Cobot::ACCOUNT;

/// Connects on a space's host, gets a space token, and continues with it after a restart.
pub(super) async fn run(scenario: &Scenario<'_, Cobot>) -> Result<(), StepFailed> {
    let options = SPACE.parse::<Subdomain>().map(|space| scenario.connect_options().on_space(space));
    let why = "Cobot shows these when an app is registered.";
    let connections = connect_and_store(scenario, why, options, CUSTOMER).await?;
    let customer = connections.get(CUSTOMER);

    scenario
        .step("user", "Get the connected user", "An API call with the token as a Bearer token.", async || {
            let user = customer.send(&api::User).await?;
            scenario.check(
                scenario.server().users().iter().any(|known| user.email.as_ref() == Some(&known.email)),
                format!("the user is {}", user.email.as_deref().unwrap_or("unknown")),
            )?;
            scenario.check(
                user.admin_of.iter().any(|space| space.space_subdomain == SPACE),
                "the user administers the space betahaus",
            )
        })
        .await?;

    let space = scenario
        .step(
            "space-token",
            "Get a space token and store it",
            "The customer's token is valid only as long as their rights. A space token stays valid.",
            async || {
                let space = customer.send(&api::Space::named(SPACE.parse::<Subdomain>()?)).await?;
                let first = customer.token().await?;
                let space_token = customer.send(&api::SpaceToken::of(space.id)).await?;
                scenario.check(
                    space_token.origin() == TokenOrigin::Derived
                        && space_token.access_token() != first.access_token(),
                    "it is a new token, derived from the first one",
                )?;
                scenario.check(
                    space_token.missing_scopes(first.scopes()).is_empty(),
                    format!("it has the same scopes: {}", space_token.scopes()),
                )?;
                Ok(connections.insert(SPACE, space_token).await?)
            },
        )
        .await?;

    let members = scenario
        .step(
            "memberships",
            "List the space's members with the space token",
            "On the space's own host, with API 1. The scope is read_memberships.",
            async || {
                let members = Cobot::call_api(&space).await?;
                scenario.check(!members.starts_with("0 "), format!("the response has {members}"))?;
                Ok(members)
            },
        )
        .await?;

    let process = restart(scenario, connections, SPACE, &members, ProcessMode::Normal).await?;
    journal::compare(scenario, process, SPACE, 1, 5).await
}
