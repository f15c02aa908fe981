//! GoCD as a provider of the web demo.

use gocd::{Connect, Connection, Error, Gocd, api};
use oauth_core::async_trait;
use oauth_sandbox::{Sandbox, ServerHandle, gocd::Rules};

use super::counters::ActsFor;
use super::web_provider::WebProvider;
use crate::cli::Provider;

#[async_trait]
impl WebProvider for Gocd {
    type Rules = Rules;
    const PROVIDER: Provider = Provider::Gocd;
    const ABOUT: &'static str = "Delivery pipelines. One valid token per user, for 90 days.";
    const ACCOUNT: &'static str = "checkout-team";

    fn sandbox_handle(sandbox: &Sandbox) -> &ServerHandle<Rules> {
        sandbox.gocd()
    }

    fn connect_options(_: &Sandbox) -> Connect {
        Connect::new()
    }

    async fn acts_for(connection: &Connection<Self>, _: &Sandbox) -> Result<ActsFor, Error> {
        let user = connection.send(&api::CurrentUser).await?;
        let basis = format!("login name {}", user.login_name);
        Ok(ActsFor { user: user.display_name.unwrap_or(user.login_name), basis })
    }
}
