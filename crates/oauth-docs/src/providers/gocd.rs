//! GoCD.

use anyhow::Result;
use gocd::{Connect, Gocd, Personal, Site, api};

use crate::fact::Fact;
use crate::portrait::{Portrait, code, grants, token_check};
use crate::recorded_flow::FlowRecorder;

pub(super) fn portrait() -> Result<Portrait> {
    let site = Site::at("https://go.example.com:8154")?;
    let recorder =
        FlowRecorder::<Gocd>::new(site.clone(), include_str!("../../../gocd/tests/replies/token.json"))?;
    let (mut flow, token) = recorder.flow(&Connect::new(), &api::Cctray)?;
    flow.refresh = Some(recorder.refresh(&token)?);
    let portrait = Portrait::of::<Gocd>(flow)
        .with_title_suffix("up to 18.7")
        .with(Fact::ApiUrl, code(site.join(&["api"])?.as_str()))
        .with(Fact::Scopes, "none: a token may do what its user may")
        .with(Fact::TokenCheck, token_check(&site))
        .with(Fact::AccessTokenLifetime, "as the response says; 90 days according to GoCD's source");
    Ok(grants!(portrait, Gocd))
}

/// Current servers, with a personal access token.
pub(super) fn personal() -> Result<Portrait> {
    let site = Site::at("https://go.example.com:8154")?;
    Ok(Portrait::without_grant::<Personal>()
        .with_title_suffix("by personal access token")
        .with(Fact::ApiUrl, code(site.join(&["api"])?.as_str()))
        .with(Fact::TokenCheck, token_check(&site))
        .with(Fact::AccessTokenLifetime, "until it is revoked"))
}
