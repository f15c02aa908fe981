//! Cohort Go: a token for a whole account, and calls on behalf of its users.

use anyhow::Context as _;
use cohortgo::api::{CreateStudent, ProviderInvoices};
use cohortgo::{ActAs, ActingAs as _, CohortGo, Connect, Connection, Error, Site};
use oauth_core::async_trait;
use oauth_sandbox::cohortgo::Rules;

use super::connect::connect;
use super::journal;
use super::keep::keep;
use super::process::{Ask, Fate};
use super::restart::restart;
use super::stage::{Failed, Stage};

/// What the application calls this customer.
const ACCOUNT: &str = "brightwater-college";
/// Who connected is somebody else of the same account.
const COLLEAGUE: (&str, &str) = ("Bob Smith", "bob.smith@brightwater.example");

#[async_trait]
impl Ask for CohortGo {
    fn site(url: &str) -> Result<Site, Error> {
        Site::at(url)
    }

    async fn ask(connection: &Connection<Self>) -> Result<String, Error> {
        let (name, email) = COLLEAGUE;
        let user = ActAs::new(name, email)?;
        let invoices = connection.send(&ProviderInvoices::new().acting_as(&user)).await?.items;
        let first = invoices.first().map(|first| first.id.as_str()).unwrap_or("none");
        Ok(format!("{} invoices on the first page, of which {first} is the first", invoices.len()))
    }
}

/// Connects an account, to act as any of its users, acts as two of them, one of whom is new, and goes on after a restart.
pub(super) async fn play(stage: &Stage<'_, Rules>) -> Result<(), Failed> {
    let client = stage
        .register("One's account representative at Cohort Go registers the application.", async || {
            stage.client::<CohortGo>()
        })
        .await?;
    let token = connect(stage, &client, &Connect::acting_as_users().creating_users()).await?;
    let kept = keep(stage, client, ACCOUNT, token).await?;
    let account = kept.get(ACCOUNT);

    stage
        .step(
            "account",
            "Where this customer's API is",
            "It differs by customer, comes with the token, and is checked before a token goes there.",
            async || {
                let token = account.token().await?;
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
    let before = stage
        .step(
            "act-as",
            "Read invoices on behalf of a user",
            "The token belongs to the account. X-Act-as-User says with each call whom it is for.",
            async || {
                let answer = CohortGo::ask(&account).await?;
                stage.check(!answer.starts_with("0 "), format!("there are {answer}"))?;
                let acts = sandbox.authorized_calls();
                let act = acts.last().context("the sandbox knows of no call")?;
                stage.check(
                    act.user == COLLEAGUE.1 && act.token_owner != act.user && !act.created,
                    format!("the call was done as {}, with the token of {}", act.user, act.token_owner),
                )?;
                Ok(answer)
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
                let student = account.send(&student.acting_as(&user)).await?;
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

    let process = restart(stage, kept, ACCOUNT, &before, Fate::Ends).await?;
    journal::compare(stage, process, ACCOUNT, 1, 3).await
}
