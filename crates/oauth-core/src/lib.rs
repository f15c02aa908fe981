//! What OAuth2 provider crates share.
