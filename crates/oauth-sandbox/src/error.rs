//! What can go wrong while starting a sandbox or while a person uses it.

use std::net::{IpAddr, SocketAddr};

/// Why a sandbox did not start, or why a [`Browser`](crate::Browser) did not get to the end of the flow.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address is not a loopback address. A sandbox hands out passwords and secrets, so it never listens elsewhere.
    #[error("a sandbox listens on loopback only, not on {0}; use 127.0.0.1 or ::1")]
    NotLoopback(IpAddr),
    /// The ports counted from the port base run past 65535.
    #[error("port base {0} leaves no room for all the sandbox's ports; choose a lower one")]
    PortBase(u16),
    /// The port could not be had.
    #[error(
        "could not listen on {address}: {source}; another program may hold the port (0 takes any free one)"
    )]
    Listen {
        /// Where the sandbox wanted to listen.
        address: SocketAddr,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The certificate authority or the server certificate could not be made or used.
    #[error("could not set up TLS for the sandbox: {0}")]
    Tls(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The person was given something that is not a URL.
    #[error("not a URL: {0}")]
    Url(#[from] url::ParseError),
    /// The person was sent away from loopback before being asked anything.
    #[error("the authorize URL is not one of this sandbox: {0}")]
    OutsideSandbox(String),
    /// The person was to follow a URL that does not lead to this computer.
    #[error("the person's browser follows http and https URLs of this computer only, not {0}")]
    NotLocalUrl(String),
    /// The person has no account here.
    #[error("the sandbox has no user {0}; see users()")]
    NoSuchUser(String),
    /// The person's browser could not load a page.
    #[error("the person's browser could not load a page: {0}")]
    Browser(#[from] reqwest::Error),
    /// The person met a page with nothing to do on it: an error page, or a login that was refused.
    #[error("the person was stopped by a page (HTTP {status}): {text}")]
    Page {
        /// The page's HTTP status.
        status: u16,
        /// What the page says, shortened.
        text: String,
    },
    /// The person was sent around in circles.
    #[error("the person was redirected too often without reaching the redirect URI")]
    TooManyPages,
}
