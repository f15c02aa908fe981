//! The public types of `gocd`.

pub use crate::gocd::{
    AuthorizedClient, Client, ClientBuilder, Connect, Gocd, Personal, Site, Token, TokenScheme,
};

super::common!(gocd);

/// `gocd::api`.
pub mod api {
    pub use crate::gocd::api::{
        Activity, BuildTime, Cctray, CctrayFeed, CurrentUser, LastBuildStatus, Message, Project,
        ServerVersion, User, Version,
    };
}
