//! The public types of `cobot`.

pub use crate::cobot::{
    AppFlow, AuthorizedClient, Client, ClientBuilder, Cobot, Connect, Site, Subdomain, Token,
};

super::common!(cobot);

/// `cobot::api`.
pub mod api {
    pub use crate::cobot::api::{
        AdminOf, CreateUser, CreatedUser, Membership, RevokeToken, Space, SpaceDetails, SpaceToken,
        TokenDetails, TokenInForm, TokenInQuery, TokenInfo, User, UserDetails,
    };
}
