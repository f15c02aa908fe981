//! Acme Orders, declared as its differences from RFC 6749.

use oauth_core::{
    Bearer, ClientAuth, CodeGrant, Dialect, FixedSite, NoExtra, Pkce, Provider, Scopes, SingleUseRefreshToken,
};

/// Acme Orders, the provider.
///
/// Settings that follow RFC 6749 are not declared. `docs/provider-facts.toml` has the sources of all facts.
#[derive(Clone, Copy, Debug)]
pub struct Acme;

impl Provider for Acme {
    const NAME: &'static str = "acme";
    const TITLE: &'static str = "Acme Orders";
    const DIALECT: Dialect = Dialect::rfc6749()
        // OAuth guide <https://docs.acme.example/oauth>, read on 2026-11-20
        .client_auth(ClientAuth::BasicEncoded)
        // The same page, example of the authorize URL
        .scope_separator(',')
        // The same page
        .pkce(Pkce::S256);
    type Site = FixedSite;
    type Extra = NoExtra;
    type Scheme = Bearer;
    type Renewal = SingleUseRefreshToken<30>;
}

impl CodeGrant for Acme {
    type Connect = Scopes;
}
