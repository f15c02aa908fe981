//! Cohort Go: a token for a whole account, and calls on behalf of its users.

use anyhow::Context as _;
use cohortgo::api::{CreateStudent, NewStudent};
use cohortgo::{ActAs, ActingAs as _, CohortGo};

use super::journal;
use super::process::ProcessMode;
use super::restart::restart;
use super::scenario::{Scenario, StepFailed};
use super::stored_connections::connect_and_store;
use crate::provider::DemoProvider;
use crate::providers::COLLEAGUE;

const ACCOUNT: &str = CohortGo::ACCOUNT;

/// Connects an account, acts as an existing and as a new user, and continues after a restart.
pub(super) async fn run(scenario: &Scenario<'_, CohortGo>) -> Result<(), StepFailed> {
    let why = "The account representative at Cohort Go registers the application.";
    let options = Ok(scenario.connect_options());
    let connections = connect_and_store(scenario, why, options, ACCOUNT).await?;
    let account = connections.get(ACCOUNT);

    scenario
        .step(
            "account",
            "Check the URL of this customer's API",
            "It varies by customer, is part of the token response, and is checked before a token is sent there.",
            async || {
                let token = account.token().await?;
                let api = &token.extra().api_base_url;
                scenario.fact("API", api);
                scenario.check(
                    api.as_str().trim_end_matches('/') == scenario.server().api_url().trim_end_matches('/'),
                    "it is the sandbox's API URL",
                )?;
                scenario.check(
                    token.scopes().contains(&cohortgo::scope::ACT_AS_USER),
                    "the token can act as the account's users",
                )
            },
        )
        .await?;

    let server = scenario.server();
    let invoices = scenario
        .step(
            "act-as",
            "Read invoices on behalf of a user",
            "The token belongs to the account. The header X-Act-as-User names the user of each call.",
            async || {
                let invoices = CohortGo::call_api(&account).await?;
                scenario.check(!invoices.starts_with("0 "), format!("the response has {invoices}"))?;
                let calls = server.authorized_calls();
                let call = calls.last().context("the sandbox recorded no call")?;
                scenario.check(
                    call.user == COLLEAGUE.1 && call.token_owner != call.user && !call.created,
                    format!("the call was made as {}, with the token of {}", call.user, call.token_owner),
                )?;
                Ok(invoices)
            },
        )
        .await?;

    scenario
        .step(
            "create-user",
            "Add a student on behalf of a new user",
            "With the scope auto-create-users, Cohort Go creates the user: default branch, role 'None', no login.",
            async || {
                let user = ActAs::new("Wanda \"Wan\" Lee", "wanda.lee@example.org")?;
                let student = NewStudent::new()
                    .given_name("Minh")
                    .family_name("Tran")
                    .email("minh.tran@example.org")
                    .home_country("VN")
                    .destination_country("AU");
                let student = account.send(&CreateStudent::new(student).acting_as(&user)).await?;
                scenario.check(student.portal_url.is_some(), "the student has a page in the customer's portal")?;
                let created = server.account_users().into_iter().find(|known| known.email == user.email());
                let created = created.context("the user was not created")?;
                scenario.check(
                    created.name == user.name() && created.role == "None" && !created.can_log_in(),
                    format!(
                        "{} was created: branch {}, role '{}', no login",
                        created.name, created.branch, created.role
                    ),
                )
            },
        )
        .await?;

    let process = restart(scenario, connections, ACCOUNT, &invoices, ProcessMode::Normal).await?;
    journal::compare(scenario, process, ACCOUNT, 1, 3).await
}
