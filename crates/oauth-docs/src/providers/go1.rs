//! Go1.

use anyhow::Result;
use go1::{Connect, Go1, Site, api, scope, webhook};

use crate::fact::Fact;
use crate::portrait::{Portrait, code, grants, token_check};
use crate::recorded_flow::FlowRecorder;

pub(super) fn portrait() -> Result<Portrait> {
    let site = Site::production();
    let recorder =
        FlowRecorder::<Go1>::new(site.clone(), include_str!("../../../go1/tests/replies/token.json"))?;
    let connect = Connect::new([scope::USER_READ, scope::LO_READ]).partner_portal(7_654_321);
    let (mut flow, token) = recorder.flow(&connect, &api::Me)?;
    flow.refresh = Some(recorder.refresh(&token)?);
    let qa = Site::qa();
    let version = site.api_version().to_str()?;
    let portrait = Portrait::of::<Go1>(flow)
        .with(Fact::ApiUrl, code(site.api_url().as_str()))
        .with(Fact::Other("base URL of the gateway"), code(site.gateway_url().as_str()))
        .with(Fact::Other("`Api-Version` of the gateway"), code(version))
        .with(
            Fact::Other("QA environment"),
            [qa.authorize_url(), qa.api_url(), qa.gateway_url()]
                .map(|url| code(url.host_str().unwrap_or_default()))
                .join(", "),
        )
        .with(Fact::AuthorizeParams, "`partner_portal_id`: the partner whom a new portal belongs to")
        .with(Fact::TokenCheck, token_check(&site))
        .with(Fact::AccessTokenLifetime, "as the response says; 12 hours are documented")
        .with(
            Fact::Other("signature of webhooks"),
            format!(
                "header {}, HMAC-SHA256, no older than {} s",
                code(webhook::SIGNATURE),
                webhook::TOLERANCE.as_secs()
            ),
        )
        .with_scopes(include_str!("../../../go1/src/scope.rs"));
    Ok(grants!(portrait, Go1))
}
