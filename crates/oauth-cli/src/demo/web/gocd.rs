//! GoCD on the page.

use gocd::{Connect, Connection, Error, Gocd, api};
use oauth_core::async_trait;
use oauth_sandbox::{Sandbox, ServerHandle, gocd::Rules};

use super::played::Plays;
use super::tally::Whom;
use crate::cli::Provider;

#[async_trait]
impl Plays for Gocd {
    type Rules = Rules;
    const PROVIDER: Provider = Provider::Gocd;
    const ABOUT: &'static str = "Delivery pipelines. One live token per user, for 90 days.";
    const ACCOUNT: &'static str = "checkout-team";

    fn played(sandbox: &Sandbox) -> &ServerHandle<Rules> {
        sandbox.gocd()
    }

    fn wanted(_: &Sandbox) -> Connect {
        Connect::new()
    }

    async fn whom(connection: &Connection<Self>, _: &Sandbox) -> Result<Whom, Error> {
        let user = connection.send(&api::CurrentUser).await?;
        Ok(Whom { who: user.display_name, how: format!("known there as {}", user.login_name) })
    }
}
