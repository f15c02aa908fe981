//! Cobot.

use anyhow::{Context, Result};
use cobot::{Cobot, Connect, Site, Subdomain, api, scope};
use oauth_core::Connect as _;

use crate::fact::Fact;
use crate::portrait::{Portrait, code, grants, revocation, token_check};
use crate::recorded_flow::FlowRecorder;

pub(super) fn portrait() -> Result<Portrait> {
    let site = Site::production();
    let recorder =
        FlowRecorder::<Cobot>::new(site.clone(), include_str!("../../../cobot/tests/replies/token.json"))?;
    let connect = Connect::new([scope::READ_USER, scope::READ_MEMBERSHIPS]);
    let (flow, _) = recorder.flow(&connect, &api::User)?;
    let space = "betahaus".parse().context("a subdomain")?;
    let on_space = connect.on_space(space).authorization(&site)?.endpoint;
    let portrait = Portrait::of::<Cobot>(flow)
        .with(
            Fact::ApiUrl,
            format!(
                "{}, and of a space {}",
                code(site.api_url().as_str()),
                code("https://SPACE.cobot.me/api")
            ),
        )
        .with(
            Fact::Other("authorize endpoint of a space"),
            code(&on_space.as_str().replace("betahaus", "SPACE")),
        )
        .with(Fact::Other("subdomains of spaces"), subdomains())
        .with(Fact::TokenCheck, token_check(&site))
        .with(Fact::Revocation, revocation(&site))
        .with(Fact::AccessTokenLifetime, "they do not expire")
        .with_scopes(include_str!("../../../cobot/src/scope.rs"));
    Ok(grants!(portrait, Cobot))
}

/// The rule for subdomains, if the type still follows it.
fn subdomains() -> String {
    let accepts = |text: &str| text.parse::<Subdomain>().is_ok();
    let matches_rule = accepts("a")
        && accepts(&"0-".repeat(50))
        && !accepts(&"a".repeat(101))
        && !accepts("")
        && !accepts("-a")
        && !accepts("A")
        && !accepts("a.b");
    if matches_rule {
        code("^[a-z0-9][a-z0-9-]{0,99}$")
    } else {
        "differs from the rule in crates/oauth-docs".to_owned()
    }
}
