//! Errors while starting a sandbox or using its browser.

use std::net::{IpAddr, SocketAddr};

/// A sandbox that did not start, or a [`Browser`](crate::Browser) that did not complete the flow.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address is not a loopback address. A sandbox shows passwords and secrets, so it never listens
    /// elsewhere.
    #[error("a sandbox listens on loopback only, not on {0}; use 127.0.0.1 or ::1")]
    NotLoopback(IpAddr),
    /// The port base plus the offsets exceeds 65535.
    #[error("port base {0} leaves no room for all the sandbox's ports; choose a lower one")]
    PortBase(u16),
    /// The port is unavailable.
    #[error(
        "could not listen on {address}: {source}; another program may hold the port (0 takes any free one)"
    )]
    Listen {
        /// The address that could not be bound.
        address: SocketAddr,
        /// The operating system's error.
        source: std::io::Error,
    },
    /// The certificate authority or the server certificate could not be generated or used.
    #[error("could not set up TLS for the sandbox: {0}")]
    Tls(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The given text is not a URL.
    #[error("not a URL: {0}")]
    Url(#[from] url::ParseError),
    /// The URL, or a redirect on the way to a page, leads out of the sandbox.
    #[error("the URL is not one of this sandbox: {0}")]
    OutsideSandbox(String),
    /// The URL does not lead to this computer.
    #[error("the sandbox's browser follows http and https URLs of this computer only, not {0}")]
    NotLocalUrl(String),
    /// The provider has no such user.
    #[error("the sandbox has no user {0}; see users()")]
    NoSuchUser(String),
    /// The browser could not load a page.
    #[error("the sandbox's browser could not load a page: {0}")]
    Browser(#[from] reqwest::Error),
    /// The flow ended on a page without a form to submit: an error page, or a rejected login.
    #[error("the flow stopped at a page (HTTP {status}): {text}")]
    Page {
        /// The page's HTTP status.
        status: u16,
        /// The page's visible text, shortened.
        text: String,
    },
    /// More pages or redirects than any flow has.
    #[error("too many pages or redirects without reaching the redirect URI")]
    TooManyPages,
}
