//! Tests of `Connections` against authorization servers that this project did not write.
//!
//! `cargo xtask real-servers` installs the servers and runs these tests once for each server. Every test
//! starts a new server process. Token responses are compared with the files in
//! `crates/oauth-core/tests/recorded/real_servers`; `OAUTH_RECORD=1` writes the files instead.
#![allow(clippy::unwrap_used)] // a test may panic

mod recorded;
mod scenarios;
mod server;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};
use oauth_core::{
    Bearer, ClientAuth, CodeGrant, Dialect, FixedSite, NoExtra, Pkce, Provider, Scopes, SingleUseRefreshToken,
};

/// A server that follows RFC 6749, with the client's credentials in HTTP Basic or in the body.
#[derive(Debug)]
struct RealServer<const BASIC: bool>;

impl<const BASIC: bool> Provider for RealServer<BASIC> {
    const NAME: &'static str = "real-server";
    const DIALECT: Dialect = Dialect::rfc6749().pkce(Pkce::S256).client_auth(if BASIC {
        ClientAuth::BasicEncoded
    } else {
        ClientAuth::Body
    });
    type Site = FixedSite;
    type Extra = NoExtra;
    type Scheme = Bearer;
    type Renewal = SingleUseRefreshToken;
}

impl<const BASIC: bool> CodeGrant for RealServer<BASIC> {
    type Connect = Scopes;
}

/// A server's program and its behaviour where servers differ.
#[derive(Clone, Copy, Debug)]
struct Implementation {
    name: &'static str,
    /// File in `tests/real-servers/servers`.
    program: &'static str,
    /// The second use of a refresh token ends the whole grant (RFC 9700 section 4.14.2). The other servers
    /// refuse only that call.
    reuse_ends_grant: bool,
}

const OIDC_PROVIDER: Implementation =
    Implementation { name: "oidc-provider", program: "oidc-provider.mjs", reuse_ends_grant: true };
/// Reads HTTP Basic without decoding it, so its client sends the credentials in the body.
const OAUTH2_SERVER: Implementation =
    Implementation { name: "oauth2-server", program: "oauth2-server.mjs", reuse_ends_grant: false };
const AUTHLIB: Implementation =
    Implementation { name: "authlib", program: "authlib_server.py", reuse_ends_grant: false };

/// The tests of the server that `REAL_SERVER` names.
fn trials() -> Vec<Trial> {
    let name = std::env::var("REAL_SERVER").unwrap_or_default();
    match name.as_str() {
        "oidc-provider" => scenarios::all::<RealServer<true>>(OIDC_PROVIDER),
        "oauth2-server" => scenarios::all::<RealServer<false>>(OAUTH2_SERVER),
        "authlib" => scenarios::all::<RealServer<true>>(AUTHLIB),
        _ => panic!("REAL_SERVER is {name:?}, which is no server\nhelp: run `cargo xtask real-servers`"),
    }
}

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(2);
    let conclusion = libtest_mimic::run(&arguments, trials());
    assert!(arguments.list || conclusion.num_passed + conclusion.num_failed > 0, "no test ran");
    conclusion.exit_code()
}
