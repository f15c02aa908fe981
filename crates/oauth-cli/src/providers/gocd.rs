//! GoCD with OAuth (up to 18.7) on the command line.

use gocd::{Connect, Gocd, Site};
use oauth_core::{AccessToken, Client, Scopes, Token, async_trait};
use url::Url;

use super::CliProvider;
use crate::connect_flow::ConnectFlow;
use crate::failure::Failure;
use crate::setting::{Setting, SettingScope, Settings};

pub(super) const SERVER: Setting = Setting::one(
    SettingScope::Site,
    "server",
    "URL",
    "Server URL, such as https://go.example.com:8154; include the context path if it is not /go",
);
pub(super) const CERTIFICATE: Setting = Setting::one(
    SettingScope::Site,
    "ca-certificate",
    "FILE",
    "Trust this certificate authority (PEM) in addition to the platform's",
);
pub(super) const ROOT: Setting =
    Setting::switch(SettingScope::Site, "no-context-path", "Use a server without a context path such as /go");

#[async_trait(?Send)]
impl CliProvider for Gocd {
    type Sandbox = oauth_sandbox::gocd::Rules;
    const SETTINGS: &'static [Setting] = &[SERVER, CERTIFICATE, ROOT];
    const NO_REVOCATION: &'static str = "GoCD has no way to revoke a token by API; the user can revoke it on the server, at /go/oauth/user_tokens";

    fn site(settings: &Settings) -> Result<Site, Failure> {
        site(settings)
    }

    async fn connect(flow: &ConnectFlow<'_, Self>) -> Result<(), Failure> {
        flow.authorize_in_browser(&Connect::new()).await
    }

    fn import_token(client: &Client<Self>, token: AccessToken, _: &Settings) -> Result<Token<Self>, Failure> {
        Ok(client.import_token(token, Scopes::none())?)
    }

    fn api_url(site: &Site, _: &Token<Self>, _: &Settings) -> Result<Url, Failure> {
        Ok(site.url().clone())
    }

    fn public_endpoints(site: &Site) -> Vec<(&'static str, Url)> {
        vec![("authorization", site.authorize_url().clone())]
    }
}

pub(super) fn site(settings: &Settings) -> Result<Site, Failure> {
    let site = Site::at(settings.required("server")?)?;
    let site = if settings.is_on("no-context-path") { site.without_context_path() } else { site };
    let Some(path) = settings.one("ca-certificate") else { return Ok(site) };
    let pem = std::fs::read(path)
        .map_err(|error| Failure::setup(format!("cannot read the certificate {path}: {error}")))?;
    Ok(site.trusting(pem))
}
