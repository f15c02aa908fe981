//! Cohort Go: a token for a whole account, and calls on behalf of its users.

use anyhow::Context as _;
use cohortgo::api::{CreateStudent, ProviderInvoices};
use cohortgo::{ActAs, ActingAs as _, CohortGo, Connect, Connection, Error, Site};
use oauth_core::async_trait;
use oauth_sandbox::cohortgo::Rules;

use super::connect::connect;
use super::journal;
use super::process::{DemoProvider, ProcessMode};
use super::restart::restart;
use super::scenario::{Scenario, StepFailed};
use super::stored_connections::store_token;

/// The application's account name for the customer.
const ACCOUNT: &str = "brightwater-college";
/// Another user of the account than the one who connected.
const COLLEAGUE: (&str, &str) = ("Bob Smith", "bob.smith@brightwater.example");

#[async_trait]
impl DemoProvider for CohortGo {
    fn site(url: &str) -> Result<Site, Error> {
        Site::at(url)
    }

    async fn call_api(connection: &Connection<Self>) -> Result<String, Error> {
        let (name, email) = COLLEAGUE;
        let user = ActAs::new(name, email)?;
        let invoices = connection.send(&ProviderInvoices::new().acting_as(&user)).await?.items;
        let first = invoices.first().map(|first| first.id.as_str()).unwrap_or("none");
        Ok(format!("{} invoices on the first page, starting with {first}", invoices.len()))
    }
}

/// Connects an account, acts as an existing and as a new user, and continues after a restart.
pub(super) async fn run(scenario: &Scenario<'_, Rules>) -> Result<(), StepFailed> {
    let client = scenario
        .register("The account representative at Cohort Go registers the application.", async || {
            scenario.client::<CohortGo>()
        })
        .await?;
    let token = connect(scenario, &client, &Connect::acting_as_users().creating_users()).await?;
    let connections = store_token(scenario, client, ACCOUNT, token).await?;
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
                    api.as_str().trim_end_matches('/') == scenario.card().api_url.trim_end_matches('/'),
                    "it is the sandbox's API URL",
                )?;
                scenario.check(
                    token.scopes().contains(&cohortgo::scope::ACT_AS_USER),
                    "the token can act as the account's users",
                )
            },
        )
        .await?;

    let sandbox = scenario.sandbox();
    let invoices = scenario
        .step(
            "act-as",
            "Read invoices on behalf of a user",
            "The token belongs to the account. The header X-Act-as-User names the user of each call.",
            async || {
                let invoices = CohortGo::call_api(&account).await?;
                scenario.check(!invoices.starts_with("0 "), format!("the response has {invoices}"))?;
                let calls = sandbox.authorized_calls();
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
                let student = CreateStudent::default()
                    .given_name("Minh")
                    .family_name("Tran")
                    .email("minh.tran@example.org")
                    .home_country("VN")
                    .destination_country("AU");
                let student = account.send(&student.acting_as(&user)).await?;
                scenario.check(student.portal_url.is_some(), "the student has a page in the customer's portal")?;
                let created = sandbox.account_users().into_iter().find(|known| known.email == user.email());
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
