//! Four OAuth2 providers, played faithfully on loopback.
