//! Cohort Go.

use anyhow::{Context, Result};
use cohortgo::{Account, ActAs, ActingAs, CohortGo, Connect, Site, api};

use crate::fact::Fact;
use crate::portrait::{Portrait, code, grants};
use crate::recorded_flow::FlowRecorder;

pub(super) fn portrait() -> Result<Portrait> {
    let site = Site::production();
    let recorder = FlowRecorder::<CohortGo>::new(
        site.clone(),
        include_str!("../../../cohortgo/tests/replies/token_acting.json"),
    )?;
    let bob = ActAs::new("Bob Smith", "bob.smith@example.org")?;
    let call = api::AgentInvoices::new().acting_as(&bob);
    let (flow, token) = recorder.flow(&Connect::acting_as_users().creating_users(), &call)?;
    let api = code(site.api_base(token.extra())?.as_str());
    let acting = flow.call.headers.iter().find(|(name, _)| name == "X-Act-as-User");
    let (name, value) = acting.context("the header is sent")?;
    let acting =
        format!("{name}: {value}").replace("Bob Smith", "Name").replace("bob.smith@example.org", "email");
    let portrait = Portrait::of::<CohortGo>(flow)
        .with(Fact::ApiUrl, format!("as the token response says, such as {api}"))
        .with(Fact::AccessTokenLifetime, "not documented; valid until refused")
        .with(Fact::ResponseFields, "`api_base_url`, `base_url`")
        .with(Fact::Other("on whose behalf a call is"), code(&acting))
        .with(Fact::Other("hosts that tokens go to"), hosts(&site))
        .with_scopes(include_str!("../../../cohortgo/src/scope.rs"));
    Ok(grants!(portrait, CohortGo))
}

/// The rule for hosts, if the site still follows it.
fn hosts(site: &Site) -> String {
    let allows = |url: &str| url.parse().is_ok_and(|url| site.api_base(&Account::at(url)).is_ok());
    let known = [
        "cohortgo.com",
        "portal.cohortgo.com",
        "demo.s.portal.cohortgo.com",
        "partner123.portal.cohortgo.com",
    ];
    if known.iter().all(|host| allows(&format!("https://{host}/api/v1")))
        && !allows("https://example.com/api/v1")
    {
        "`cohortgo.com` and those below it, at the ordinary port".to_owned()
    } else {
        "differs from the rule in crates/oauth-docs".to_owned()
    }
}
