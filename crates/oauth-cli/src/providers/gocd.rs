//! GoCD's OAuth provider on the command line.

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
    "The server, such as https://go.example.com:8154; with its context path, if that is not /go",
);
pub(super) const CERTIFICATE: Setting = Setting::one(
    SettingScope::Site,
    "ca-certificate",
    "FILE",
    "Trust this certificate authority (PEM) beside the platform's",
);
pub(super) const ROOT: Setting =
    Setting::switch(SettingScope::Site, "no-context-path", "The server's pages are directly under its host");

#[async_trait(?Send)]
impl CliProvider for Gocd {
    type Sandbox = oauth_sandbox::gocd::Rules;
    const SETTINGS: &'static [Setting] = &[SERVER, CERTIFICATE, ROOT];
    const NO_REVOCATION: &'static str =
        "GoCD has no call for revoking a token: the user can do it on the server, at /go/oauth/user_tokens";

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
        .map_err(|error| Failure::setup(format!("the certificate {path} cannot be read: {error}")))?;
    Ok(site.trusting(pem))
}
