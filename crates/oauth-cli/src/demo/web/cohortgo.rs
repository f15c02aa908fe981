//! Cohort Go as a provider of the web demo.

use cohortgo::{CohortGo, Connect, Connection, Error};
use oauth_core::async_trait;
use oauth_sandbox::{Sandbox, ServerHandle, cohortgo::Rules};

use super::super::process::DemoProvider as _;
use super::counters::ActsFor;
use super::web_provider::WebProvider;
use crate::cli::Provider;

#[async_trait]
impl WebProvider for CohortGo {
    type Rules = Rules;
    const PROVIDER: Provider = Provider::Cohortgo;
    const ABOUT: &'static str = "Student payments. One token can act for any user of the account.";
    const ACCOUNT: &'static str = "brightwater-college";

    fn sandbox_handle(sandbox: &Sandbox) -> &ServerHandle<Rules> {
        sandbox.cohortgo()
    }

    fn connect_options(_: &Sandbox) -> Connect {
        Connect::clone(&Connect::acting_as_users().creating_users())
    }

    /// Each call names its user, so this is the user of the last call in the sandbox.
    async fn acts_for(connection: &Connection<Self>, sandbox: &Sandbox) -> Result<ActsFor, Error> {
        Self::call_api(connection).await?;
        let server = sandbox.cohortgo();
        let email = server.authorized_calls().pop().map(|call| call.user).unwrap_or_default();
        let name = server.account_users().into_iter().find(|user| user.email == email).map(|user| user.name);
        let basis = "a user of the account, named in each call".to_owned();
        Ok(ActsFor { user: name.unwrap_or(email), basis })
    }
}
