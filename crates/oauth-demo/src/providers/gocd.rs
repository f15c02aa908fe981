//! GoCD.

use gocd::api::{Cctray, CurrentUser};
use gocd::{Connect, Connection, Error, Gocd, Site};
use oauth_core::async_trait;
use oauth_sandbox::{Sandbox, ServerHandle, gocd::Rules};

use crate::arguments::ProviderName;
use crate::provider::{ActsFor, DemoProvider};

#[async_trait]
impl DemoProvider for Gocd {
    type Rules = Rules;
    const PROVIDER: ProviderName = ProviderName::Gocd;
    const ABOUT: &'static str = "Delivery pipelines. One valid token per user, for 90 days.";
    const ACCOUNT: &'static str = "checkout-team";

    fn site(url: &str) -> Result<Site, Error> {
        Site::at(url)
    }

    fn server(sandbox: &Sandbox) -> &ServerHandle<Rules> {
        sandbox.gocd()
    }

    fn connect_options(_: &Sandbox) -> Connect {
        Connect::new()
    }

    async fn call_api(connection: &Connection<Self>) -> Result<String, Error> {
        let feed = connection.send(&Cctray).await?;
        Ok(format!("{} stages and jobs", feed.projects.len()))
    }

    async fn acts_for(connection: &Connection<Self>, _: &Sandbox) -> Result<ActsFor, Error> {
        let user = connection.send(&CurrentUser).await?;
        let basis = format!("login name {}", user.login_name);
        Ok(ActsFor { user: user.display_name.unwrap_or(user.login_name), basis })
    }
}
