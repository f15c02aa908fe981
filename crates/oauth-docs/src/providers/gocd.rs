//! GoCD.

use anyhow::Result;
use gocd::{Connect, Gocd, Personal, Site};

use crate::portrait::{Portrait, code};

pub(super) fn portrait() -> Result<Portrait> {
    let site = Site::at("https://go.example.com:8154")?;
    Ok(Portrait::of::<Gocd>(&site, &Connect::new())?
        .with_title_suffix("up to 18.7")
        .with("api-url", code(site.join(&["api"])?))
        .with("access-token-lifetime", "as the response says; 90 days according to GoCD's source")
        .without_scopes("none: a token may do what its user may"))
}

/// Current servers, with a personal access token.
pub(super) fn personal() -> Result<Portrait> {
    let site = Site::at("https://go.example.com:8154")?;
    Ok(Portrait::without_grant::<Personal>(&site)
        .with_title_suffix("by personal access token")
        .with("api-url", code(site.join(&["api"])?))
        .with("access-token-lifetime", "until it is revoked"))
}
