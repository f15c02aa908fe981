//! Cohort Go on the command line.

use cohortgo::{Account, ActAs, CohortGo, Connect, Site};
use oauth_core::{async_trait, http};
use url::Url;

use super::{CliProvider, RequestContext, server};
use crate::connect_flow::ConnectFlow;
use crate::failure::Failure;
use crate::setting::{Setting, SettingScope, Settings};

#[async_trait(?Send)]
impl CliProvider for CohortGo {
    type Sandbox = oauth_sandbox::cohortgo::Rules;
    const SETTINGS: &'static [Setting] = &[
        server("Use this base URL instead of https://portal.cohortgo.com, such as a sandbox's"),
        Setting::many(
            SettingScope::Site,
            "trust-api-host",
            "HOST",
            "Also send tokens to this API host outside Cohort Go's domains; can be repeated",
        ),
        Setting::switch(
            SettingScope::Permissions,
            "act-as-user",
            "Request permission to act on behalf of users",
        ),
        Setting::switch(
            SettingScope::Permissions,
            "create-users",
            "With --act-as-user: create users that do not exist",
        ),
        Setting::switch(
            SettingScope::Connect,
            "without-state-echo",
            "Accept a callback without state (weaker; only if Cohort Go does not return it)",
        ),
        Setting::many(
            SettingScope::Add,
            "scope",
            "SCOPE",
            "Scopes granted to the token: act-as-user, auto-create-users",
        ),
        Setting::one(
            SettingScope::Add,
            "api-base-url",
            "URL",
            "API base URL of the customer, as received with the token",
        ),
    ];
    const REQUEST_OPTIONS: &'static [&'static str] = &["act-as"];
    const FIRST_CALL: (&'static str, &'static str) = ("/users.json", "");
    const NO_REVOCATION: &'static str = "Cohort Go documents no way to revoke a token; ask your account representative, or the customer's \
                                 administrator, to remove the app";

    fn site(settings: &Settings) -> Result<Site, Failure> {
        let site = match settings.one("server") {
            None => Site::production(),
            Some(base) => Site::at(base)?,
        };
        let trusted = settings.many("trust-api-host").iter();
        Ok(trusted.clone().try_fold(site, |site, host| site.trusting_api_host(host))?)
    }

    async fn connect(flow: &ConnectFlow<'_, Self>) -> Result<(), Failure> {
        let settings = flow.settings;
        let acts = settings.is_on("act-as-user");
        let connect = match (acts, settings.is_on("create-users")) {
            (false, false) => Connect::new(),
            (true, false) => Connect::clone(&Connect::acting_as_users()),
            (true, true) => Connect::clone(&Connect::acting_as_users().creating_users()),
            (false, true) => return Err(Failure::usage("`--create-users` requires `--act-as-user`")),
        };
        if settings.is_on("without-state-echo") {
            return flow.authorize_in_browser(&connect.without_state_echo()).await;
        }
        flow.authorize_in_browser(&connect).await
    }

    fn imported_extra(site: &Site, settings: &Settings) -> Result<Account, Failure> {
        let text = settings.required("api-base-url")?;
        let url =
            Url::parse(text).map_err(|error| Failure::usage(format!("invalid `--api-base-url`: {error}")))?;
        let account = Account::at(url);
        site.api_base(&account)?;
        Ok(account)
    }

    fn base_url(context: &RequestContext<'_, Self>, _: &http::Method, _: &str) -> Result<Url, Failure> {
        Ok(context.site.api_base(context.token.extra())?.clone())
    }

    fn prepare_request(
        request: &mut http::Request<Vec<u8>>,
        context: &RequestContext<'_, Self>,
    ) -> Result<(), Failure> {
        let Some(user) = context.options.one("act-as") else { return Ok(()) };
        let form = || {
            Failure::usage("invalid `--act-as`").with_help("write it as 'Bob Smith <bob.smith@example.org>'")
        };
        let (name, rest) = user.rsplit_once('<').ok_or_else(form)?;
        let email = rest.trim().strip_suffix('>').ok_or_else(form)?;
        let user = ActAs::new(name.trim().trim_matches('"'), email.trim())?;
        let (name, value) = user.header_for(context.token)?;
        request.headers_mut().insert(name, value);
        Ok(())
    }

    fn public_endpoints(site: &Site) -> Vec<(&'static str, Url)> {
        vec![("authorization", site.authorize_url().clone())]
    }
}
