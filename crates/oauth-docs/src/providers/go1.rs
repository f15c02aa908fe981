//! Go1.

use anyhow::Result;
use go1::{Connect, Go1, Site, scope, webhook};

use crate::portrait::{Portrait, code};

pub(super) fn portrait() -> Result<Portrait> {
    let (site, qa) = (Site::production(), Site::qa());
    let hosts = [qa.authorize_url(), qa.api_url(), qa.gateway_url()];
    let hosts = hosts.map(|url| code(url.host_str().unwrap_or_default()));
    Ok(Portrait::of::<Go1>(&site, &Connect::new([scope::USER_READ]))?
        .with("api-url", code(site.api_url()))
        .with("base URL of the gateway", code(site.gateway_url()))
        .with("`Api-Version` of the gateway", code(site.api_version().to_str()?))
        .with("QA environment", hosts.join(", "))
        .with("connect-params", "`partner_portal_id`: the partner whom a new portal belongs to")
        .with("access-token-lifetime", "as the response says; 12 hours are documented")
        .with(
            "signature of webhooks",
            format!(
                "header {}, HMAC-SHA256, no older than {} s",
                code(webhook::SIGNATURE),
                webhook::TOLERANCE.as_secs()
            ),
        ))
}
