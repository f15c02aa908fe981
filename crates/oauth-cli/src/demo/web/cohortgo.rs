//! Cohort Go on the page.

use cohortgo::{CohortGo, Connect, Connection, Error};
use oauth_core::async_trait;
use oauth_sandbox::{Sandbox, ServerHandle, cohortgo::Rules};

use super::super::process::Ask as _;
use super::played::Plays;
use super::tally::Whom;
use crate::cli::Provider;

#[async_trait]
impl Plays for CohortGo {
    type Rules = Rules;
    const PROVIDER: Provider = Provider::Cohortgo;
    const ABOUT: &'static str = "Student payments. One token may act for any user of the account.";
    const ACCOUNT: &'static str = "brightwater-college";

    fn played(sandbox: &Sandbox) -> &ServerHandle<Rules> {
        sandbox.cohortgo()
    }

    fn wanted(_: &Sandbox) -> Connect {
        Connect::clone(&Connect::acting_as_users().creating_users())
    }

    /// It is said with each call, so here is what the provider made of the last one.
    async fn whom(connection: &Connection<Self>, sandbox: &Sandbox) -> Result<Whom, Error> {
        Self::ask(connection).await?;
        let played = sandbox.cohortgo();
        let email = played.authorized_calls().pop().map(|act| act.user).unwrap_or_default();
        let name = played.account_users().into_iter().find(|user| user.email == email).map(|user| user.name);
        let how = "one of its users, by the account's token".to_owned();
        Ok(Whom { who: name.unwrap_or(email), how })
    }
}
