//! Go1 on the command line.

use go1::{Connect, Go1, PortalPassword, Site};
use oauth_core::{Client, Error, Token, async_trait, http};
use url::Url;

use super::{CliProvider, ProviderName, RequestContext, SCOPE, server, user_name};
use crate::commands::api::is_documented;
use crate::connect_flow::ConnectFlow;
use crate::failure::Failure;
use crate::setting::{Setting, SettingScope, Settings};

#[async_trait(?Send)]
impl CliProvider for Go1 {
    type Sandbox = oauth_sandbox::go1::Rules;
    const SETTINGS: &'static [Setting] = &[
        server(
            "Use another Go1: `qa` for the QA environment, or one base URL for everything, such as a sandbox's",
        ),
        SCOPE,
        Setting::one(
            SettingScope::Connect,
            "partner-portal",
            "NUMBER",
            "Link a portal created during authorization to this partner",
        ),
        Setting::one(
            SettingScope::Connect,
            "portal",
            "HOST",
            "Connect with an administrator's password on this portal, such as example.mygo1.com; prompts for the password",
        ),
        Setting::one(
            SettingScope::Connect,
            "username",
            "EMAIL",
            "With --portal: email address of its administrator",
        ),
        Setting::switch(
            SettingScope::Connect,
            "client-credentials",
            "Connect with the client's own credentials, without a user",
        ),
    ];
    const REQUEST_OPTIONS: &'static [&'static str] = &["gateway"];
    const FIRST_CALL: (&'static str, &'static str) = ("/me", "user.read");
    const NO_REVOCATION: &'static str = "Go1 has no way to revoke a token; the access token works until it expires, at most 12 hours; \
                                 customers can remove the app in the portal's settings";

    fn site(settings: &Settings) -> Result<Site, Failure> {
        Ok(match settings.one("server") {
            None => Site::production(),
            Some("qa") => Site::qa(),
            Some(base) => Site::at(base)?,
        })
    }

    fn uses_redirect(settings: &Settings) -> bool {
        settings.one("portal").is_none() && !settings.is_on("client-credentials")
    }

    async fn connect(flow: &ConnectFlow<'_, Self>) -> Result<(), Failure> {
        let settings = flow.settings;
        let scopes = settings.scopes()?;
        if settings.is_on("client-credentials") {
            return flow.save_token(flow.client().client_credentials(scopes)).await;
        }
        if let Some(portal) = settings.one("portal") {
            let username = settings.required("username")?;
            let password = flow.password(username).await?;
            let grant = PortalPassword::new(portal, username, password, scopes)?;
            return flow.save_token(flow.client().password(grant)).await;
        }
        let connect = Connect::new(scopes);
        let connect = match settings.parsed("partner-portal")? {
            Some(number) => connect.partner_portal(number),
            None => connect,
        };
        flow.authorize_in_browser(&connect).await
    }

    async fn user(client: &Client<Self>, token: &Token<Self>) -> Result<Option<String>, Error> {
        let user = client.send(token, &go1::api::Me).await?;
        let names = [user.first_name.as_deref(), user.last_name.as_deref()];
        let name = names.into_iter().flatten().collect::<Vec<_>>().join(" ");
        Ok(Some(match (name.is_empty(), user.email.as_deref()) {
            (true, None) => user.id,
            (_, email) => user_name(&name, email),
        }))
    }

    fn imported_extra(_: &Site, _: &Settings) -> Result<Self::Extra, Failure> {
        Ok(Self::Extra::default())
    }

    /// `oauth api` shows the gateway's calls without a prefix, and those of version 2 below `/v2`, except the
    /// two that only version 2 has.
    fn base_url(
        context: &RequestContext<'_, Self>,
        method: &http::Method,
        path: &str,
    ) -> Result<Url, Failure> {
        let RequestContext { site, options, .. } = context;
        let path = path.trim_start_matches('/');
        let first = path.split(['/', '?']).next().unwrap_or_default();
        Ok(match first {
            _ if options.is_on("gateway") => site.gateway_url().clone(),
            "v2" | "me" | "account" => site.api_url().clone(),
            "oauth" => {
                let mut authorization_host = site.validate_url().clone();
                authorization_host.set_path("");
                authorization_host
            }
            _ if is_documented(ProviderName::Go1, method, path) => site.gateway_url().clone(),
            _ => site.api_url().clone(),
        })
    }

    fn prepare_request(
        request: &mut http::Request<Vec<u8>>,
        context: &RequestContext<'_, Self>,
    ) -> Result<(), Failure> {
        let at_gateway = request.uri().to_string().starts_with(context.site.gateway_url().as_str());
        if at_gateway && !request.headers().contains_key("api-version") {
            request.headers_mut().insert("api-version", context.site.api_version().clone());
        }
        Ok(())
    }

    fn public_endpoints(site: &Site) -> Vec<(&'static str, Url)> {
        vec![
            ("authorization", site.authorize_url().clone()),
            ("API", site.api_url().clone()),
            ("gateway", site.gateway_url().clone()),
        ]
    }
}
