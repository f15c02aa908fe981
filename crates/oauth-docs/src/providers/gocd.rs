//! GoCD.

use anyhow::Result;
use gocd::{Connect, Gocd, Personal, Site, api};
use oauth_core::facts::Fact;

use crate::observe::Watched;
use crate::portrait::{Portrait, code, grants};

pub(super) fn portrait() -> Result<Portrait> {
    let site = Site::at("https://go.example.com:8154")?;
    let watched = Watched::<Gocd>::new(site.clone(), include_str!("../../../gocd/tests/replies/token.json"))?;
    let (mut flow, token) = watched.flow(&Connect::new(), &api::Cctray)?;
    flow.refresh = Some(watched.refresh(&token)?);
    let portrait = Portrait::of::<Gocd>(flow)
        .called("up to 18.7")
        .with(Fact::ApiUrl, code(site.join(&["api"])?.as_str()))
        .with(Fact::Scopes, "none: a token may do what its user may")
        .with(Fact::AccessTokenLifetime, "as the reply says; 90 days by the source");
    Ok(grants!(portrait, Gocd))
}

/// Today's servers.
pub(super) fn personal() -> Result<Portrait> {
    let site = Site::at("https://go.example.com:8154")?;
    Ok(Portrait::without_grant::<Personal>()
        .called("by personal access token")
        .with(Fact::ApiUrl, code(site.join(&["api"])?.as_str()))
        .with(Fact::AccessTokenLifetime, "until somebody revokes it"))
}
