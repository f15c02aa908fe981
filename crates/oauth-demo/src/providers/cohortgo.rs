//! Cohort Go.

use cohortgo::api::ProviderInvoices;
use cohortgo::{ActAs, ActingAs as _, CohortGo, Connect, Connection, Error, Site};
use oauth_core::async_trait;
use oauth_sandbox::{Sandbox, ServerHandle, cohortgo::Rules};

use crate::arguments::ProviderName;
use crate::provider::{ActsFor, DemoProvider};

/// Name and address of another user of the account than the one who connected.
pub(crate) const COLLEAGUE: (&str, &str) = ("Bob Smith", "bob.smith@brightwater.example");

#[async_trait]
impl DemoProvider for CohortGo {
    type Rules = Rules;
    const PROVIDER: ProviderName = ProviderName::Cohortgo;
    const ABOUT: &'static str = "Student payments. One token can act for any user of the account.";
    const ACCOUNT: &'static str = "brightwater-college";

    fn site(url: &str) -> Result<Site, Error> {
        Site::at(url)
    }

    fn server(sandbox: &Sandbox) -> &ServerHandle<Rules> {
        sandbox.cohortgo()
    }

    fn connect_options(_: &Sandbox) -> Connect {
        Connect::clone(&Connect::acting_as_users().creating_users())
    }

    async fn call_api(connection: &Connection<Self>) -> Result<String, Error> {
        let (name, email) = COLLEAGUE;
        let user = ActAs::new(name, email)?;
        let invoices = connection.send(&ProviderInvoices::new().acting_as(&user)).await?.items;
        let first = invoices.first().map(|first| first.id.as_str()).unwrap_or("none");
        Ok(format!("{} invoices on the first page, starting with {first}", invoices.len()))
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
