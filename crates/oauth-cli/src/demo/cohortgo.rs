//! Cohort Go: a token for a whole account, and calls on behalf of its users.

use anyhow::Context as _;
use cohortgo::api::{CreateStudent, ProviderInvoices};
use cohortgo::{ActAs, ActingAs as _, CohortGo, Connect, Site};
use oauth_sandbox::cohortgo::Rules;

use super::connect::connect;
use super::journal;
use super::stage::{Failed, Stage};

/// Connects an account, to act as any of its users, and acts as two of them, one of whom is new.
pub(super) async fn play(stage: &Stage<'_, Rules>) -> Result<(), Failed> {
    let client = stage
        .register("One's account representative at Cohort Go registers the application.", async || {
            Ok(stage.client::<CohortGo>(Site::at(&stage.card().url)?)?)
        })
        .await?;
    let token = connect(stage, &client, &Connect::acting_as_users().creating_them()).await?;

    stage
        .step(
            "account",
            "Where this customer's API is",
            "It differs by customer, comes with the token, and is checked before a token goes there.",
            async || {
                let api = &token.extra().api_base_url;
                stage.fact("its API", api);
                stage.check(
                    api.as_str().trim_end_matches('/') == stage.card().api_url.trim_end_matches('/'),
                    "it is where the sandbox plays it",
                )?;
                stage.check(
                    token.scopes().contains(&cohortgo::scope::ACT_AS_USER),
                    "the token may act as the account's users",
                )
            },
        )
        .await?;

    let sandbox = stage.sandbox();
    // Who connected is the first; somebody else of the same account shows more.
    let colleague = sandbox.account_users().into_iter().filter(|user| user.can_log_in()).nth(1);
    stage
        .step(
            "act-as",
            "Read invoices on behalf of a user",
            "The token belongs to the account. X-Act-as-User says with each call whom it is for.",
            async || {
                let colleague = colleague.context("there is nobody else in the account")?;
                let user = ActAs::new(&colleague.name, &colleague.email)?;
                let invoices = client.send(&token, &ProviderInvoices::new().acting_as(&user)).await?;
                let number = invoices.items.len();
                stage.check(number > 0, format!("there are {number} invoices on the first page"))?;
                let acts = sandbox.acts();
                let act = acts.last().context("the sandbox knows of no call")?;
                stage.check(
                    act.user == user.email() && act.token_of != act.user && !act.created,
                    format!("the call was done as {}, with the token of {}", act.user, act.token_of),
                )
            },
        )
        .await?;

    stage
        .step(
            "create-user",
            "Add a student on behalf of somebody whom the account does not know",
            "With the scope auto-create-users, Cohort Go makes the user: default branch, role 'None', no login.",
            async || {
                let user = ActAs::new("Wanda \"Wan\" Lee", "wanda.lee@example.org")?;
                let student = CreateStudent::default()
                    .given_name("Minh")
                    .family_name("Tran")
                    .email("minh.tran@example.org")
                    .home_country("VN")
                    .destination_country("AU");
                let student = client.send(&token, &student.acting_as(&user)).await?;
                stage.check(student.portal_url.is_some(), "the student has a page in the customer's portal")?;
                let made = sandbox.account_users().into_iter().find(|known| known.email == user.email());
                let made = made.context("the user was not made")?;
                stage.check(
                    made.name == user.name() && made.role == "None" && !made.can_log_in(),
                    format!("{} was made: branch {}, role '{}', no login", made.name, made.branch, made.role),
                )
            },
        )
        .await?;

    journal::compare(stage, 1, 2).await
}
