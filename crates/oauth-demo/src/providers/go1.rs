//! Go1.

use go1::{Connect, Connection, Error, Go1, Site, api, scope};
use oauth_core::async_trait;
use oauth_sandbox::{Sandbox, ServerHandle, go1::Rules};

use crate::arguments::ProviderName;
use crate::provider::{ActsFor, DemoProvider};

#[async_trait]
impl DemoProvider for Go1 {
    type Rules = Rules;
    const PROVIDER: ProviderName = ProviderName::Go1;
    const ABOUT: &'static str = "Learning. Tokens live 12 hours, and refresh tokens are single-use.";
    const ACCOUNT: &'static str = "acme-training";

    fn site(url: &str) -> Result<Site, Error> {
        Site::at(url)
    }

    fn server(sandbox: &Sandbox) -> &ServerHandle<Rules> {
        sandbox.go1()
    }

    fn connect_options(sandbox: &Sandbox) -> Connect {
        Connect::new([scope::USER_READ, scope::PORTAL_READ, scope::LO_READ])
            .partner_portal(sandbox.go1().partner_portal_id())
    }

    async fn call_api(connection: &Connection<Self>) -> Result<String, Error> {
        let me = connection.send(&api::Me).await?;
        Ok(format!("the user is {}", me.email.as_deref().unwrap_or("unknown")))
    }

    async fn acts_for(connection: &Connection<Self>, _: &Sandbox) -> Result<ActsFor, Error> {
        let me = connection.send(&api::Me).await?;
        let name: Vec<_> = [me.first_name, me.last_name].into_iter().flatten().collect();
        let user = if name.is_empty() { me.email.unwrap_or_default() } else { name.join(" ") };
        Ok(ActsFor { user, basis: "the user who connected".to_owned() })
    }
}
