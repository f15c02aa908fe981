//! The version of a GoCD server.

use oauth_core::http::{Request, Response};
use oauth_core::{Endpoint, EndpointContext, Error, Provider, json};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::versioned::versioned_get;
use crate::site::Site;

/// `GET /api/version`: the server's version. Source: api.gocd.org, "Version", version 1.
#[derive(Clone, Copy, Debug)]
pub struct Version;

/// A server's version.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct ServerVersion {
    /// Release, such as `18.7.0`.
    pub version: String,
    /// Build within the release. The API's table calls it an integer, its example shows a string: both are
    /// parsed.
    #[serde(default, deserialize_with = "text_or_number")]
    pub build_number: Option<String>,
    /// Commit of the build.
    #[serde(default)]
    pub git_sha: Option<String>,
    /// Release, build and commit in one text.
    #[serde(default)]
    pub full_version: Option<String>,
    /// Web page of the commit.
    #[serde(default)]
    pub commit_url: Option<String>,
    /// Further fields of the response.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

fn text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

impl<P: Provider<Site = Site>> Endpoint<P> for Version {
    type Response = ServerVersion;
    const NAME: &'static str = "GET /api/version";

    fn request(&self, at: &EndpointContext<'_, P>) -> Result<Request<Vec<u8>>, Error> {
        versioned_get(at, "version", "application/vnd.go.cd.v1+json")
    }

    fn parse(&self, _: &EndpointContext<'_, P>, response: Response<Vec<u8>>) -> Result<ServerVersion, Error> {
        json(&response)
    }
}
