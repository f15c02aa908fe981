//! Cohort Go.

use anyhow::{Context, Result};
use cohortgo::{Account, CohortGo, Connect, Site};

use crate::portrait::{Portrait, code};

pub(super) fn portrait() -> Result<Portrait> {
    let site = Site::production();
    let account = Account::at("https://demo.s.portal.cohortgo.com/api/v1".parse()?);
    Ok(Portrait::of::<CohortGo>(&site, &Connect::new())?
        .with("api-url", format!("as the token response says, such as {}", code(site.api_base(&account)?)))
        .with("access-token-lifetime", "not documented; valid until refused")
        .with("response-fields", "`api_base_url`, `base_url`")
        .with("on whose behalf a call is", code(acting()?))
        .with("hosts that tokens go to", hosts(&site)))
}

/// The header in the snapshot of a call on behalf of a user.
fn acting() -> Result<String> {
    let call = include_str!("../../../cohortgo/tests/wire/snapshots/wire__act_as__list_acts_as_user.snap");
    let (_, value) = call.split_once("\nx-act-as-user: ").context("the header is sent")?;
    let value = value.trim_end().replace("Bob Smith", "Name").replace("bob.smith@example.org", "email");
    Ok(format!("X-Act-as-User: {value}"))
}

/// The rule for hosts, if the site still follows it.
fn hosts(site: &Site) -> &'static str {
    let allows = |url: &str| url.parse().is_ok_and(|url| site.api_base(&Account::at(url)).is_ok());
    let known = ["cohortgo.com", "portal.cohortgo.com", "partner123.portal.cohortgo.com"];
    if known.iter().all(|host| allows(&format!("https://{host}/api/v1")))
        && !allows("https://example.com/api/v1")
    {
        "`cohortgo.com` and those below it, at the ordinary port"
    } else {
        "differs from the rule in crates/oauth-docs"
    }
}
