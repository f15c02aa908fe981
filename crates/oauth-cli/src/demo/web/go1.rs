//! Go1 as a provider of the web demo.

use go1::{Connect, Connection, Error, Go1, api, scope};
use oauth_core::async_trait;
use oauth_sandbox::{Sandbox, ServerHandle, go1::Rules};

use super::counters::ActsFor;
use super::web_provider::WebProvider;
use crate::cli::Provider;

#[async_trait]
impl WebProvider for Go1 {
    type Rules = Rules;
    const PROVIDER: Provider = Provider::Go1;
    const ABOUT: &'static str = "Learning. Tokens live 12 hours, and refresh tokens are single-use.";
    const ACCOUNT: &'static str = "acme-training";

    fn sandbox_handle(sandbox: &Sandbox) -> &ServerHandle<Rules> {
        sandbox.go1()
    }

    fn connect_options(sandbox: &Sandbox) -> Connect {
        Connect::new([scope::USER_READ, scope::PORTAL_READ, scope::LO_READ])
            .partner_portal(sandbox.go1().partner_portal_id())
    }

    async fn acts_for(connection: &Connection<Self>, _: &Sandbox) -> Result<ActsFor, Error> {
        let me = connection.send(&api::Me).await?;
        let name: Vec<_> = [me.first_name, me.last_name].into_iter().flatten().collect();
        let user = if name.is_empty() { me.email.unwrap_or_default() } else { name.join(" ") };
        Ok(ActsFor { user, basis: "the user who connected".to_owned() })
    }
}
