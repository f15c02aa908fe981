//! The version of a GoCD server.

use oauth_core::{Provider, endpoint, response};

use super::versioned::version;
use crate::site::Site;

endpoint! {
    [P: Provider<Site = Site>] P;
    /// `GET /api/version`: the server's version. Source: api.gocd.org, "Version", version 1.
    pub struct Version;
    GET version(1) "/api/version" => json(ServerVersion)
}

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
