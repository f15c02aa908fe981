#![doc = include_str!("../README.md")]

pub mod api;
mod connect;
mod personal;
mod provider;
mod scheme;
mod site;

pub use connect::Connect;
pub use personal::Personal;
pub use provider::Gocd;
pub use scheme::TokenScheme;
pub use site::Site;

/// The client for GoCD's OAuth provider (up to 18.7).
pub type Client = oauth_core::Client<Gocd>;
/// A token of GoCD's OAuth provider.
pub type Token = oauth_core::Token<Gocd>;

pub use oauth_core;
pub use oauth_core::{
    AccessToken, App, Authorized, CallbackFault, ClientBuilder, ClientId, ClientSecret, Clock, Endpoint,
    Error, ErrorKind, Limits, OAuthCode, Pending, Raw, RedirectUri, RefreshToken, Started, StoredToken,
    Transport,
};
pub use oauth_core::{chrono, http, url};
