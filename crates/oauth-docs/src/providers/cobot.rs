//! Cobot.

use anyhow::{Context, Result};
use cobot::{Cobot, Connect, Site, Subdomain, scope};
use oauth_core::Connect as _;

use crate::portrait::{Portrait, code};

pub(super) fn portrait() -> Result<Portrait> {
    let site = Site::production();
    let connect = Connect::new([scope::READ_USER]);
    let space = "betahaus".parse().context("a subdomain")?;
    let on_space = connect.clone().on_space(space).authorization(&site)?.endpoint;
    Ok(Portrait::of::<Cobot>(&site, &connect)?
        .with("api-url", format!("{}, and of a space `https://SPACE.cobot.me/api`", code(site.api_url())))
        .with("authorize endpoint of a space", code(on_space.as_str().replace("betahaus", "SPACE")))
        .with("subdomains of spaces", subdomains())
        .with("access-token-lifetime", "they do not expire"))
}

/// The rule for subdomains, if the type still follows it.
fn subdomains() -> &'static str {
    let accepts = |text: &str| text.parse::<Subdomain>().is_ok();
    let (right, wrong) = (["a", &"0-".repeat(50)], ["", "-a", "A", "a.b", &"a".repeat(101)]);
    if right.iter().all(|text| accepts(text)) && !wrong.iter().any(|text| accepts(text)) {
        "`^[a-z0-9][a-z0-9-]{0,99}$`"
    } else {
        "differs from the rule in crates/oauth-docs"
    }
}
