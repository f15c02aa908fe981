//! The version of a GoCD server.

use oauth_core::http::{Request, Response};
use oauth_core::{Endpoint, EndpointContext, Error, Provider, json, response};

use super::versioned::versioned_get;
use crate::site::Site;

/// `GET /api/version`: the server's version. Source: api.gocd.org, "Version", version 1.
#[derive(Clone, Copy, Debug)]
pub struct Version;

response! {
    /// A server's version.
    pub struct ServerVersion {
        required {
            /// Release, such as `18.7.0`.
            version: String,
        }
        optional {
            /// Build within the release. The API's table calls it an integer, its example shows a string:
            /// both are parsed.
            build_number: String,
            /// Commit of the build.
            git_sha: String,
            /// Release, build and commit in one text.
            full_version: String,
            /// Web page of the commit.
            commit_url: String,
        }
    }
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
