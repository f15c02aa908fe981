//! A provider for tests that are not about its declaration.

use std::fmt::Debug;
use std::marker::PhantomData;

use oauth_core::{
    Bearer, ClientCredentialsGrant, CodeGrant, Dialect, Extra, FixedSite, NoExtra, PasswordGrant,
    PasswordRequest, Pkce, Provider, Renewal, ReusableRefreshToken, Scopes,
};

/// The dialect of a [`TestProvider`].
pub trait TestDialect: Debug + Send + Sync + 'static {
    /// The differences from RFC 6749.
    const DIALECT: Dialect;
}

/// RFC 6749 with PKCE.
#[derive(Debug)]
pub struct PlainDialect;

impl TestDialect for PlainDialect {
    const DIALECT: Dialect = Dialect::rfc6749().pkce(Pkce::S256);
}

/// A provider with all grants, named after its rule for refresh tokens.
#[derive(Debug)]
pub struct TestProvider<R = ReusableRefreshToken, D = PlainDialect, E = NoExtra>(PhantomData<(R, D, E)>);

impl<R: Renewal, D: TestDialect, E: Extra> Provider for TestProvider<R, D, E> {
    const NAME: &'static str = match (R::REFRESHES, R::SINGLE_USE) {
        (false, _) => "non_refreshing",
        (true, false) => "plain",
        (true, true) => "rotating",
    };
    const DIALECT: Dialect = D::DIALECT;
    type Site = FixedSite;
    type Extra = E;
    type Scheme = Bearer;
    type Renewal = R;
}

impl<R: Renewal, D: TestDialect, E: Extra> CodeGrant for TestProvider<R, D, E> {
    type Connect = Scopes;
}

impl<R: Renewal, D: TestDialect, E: Extra> PasswordGrant for TestProvider<R, D, E> {
    type Request = PasswordRequest;
}

impl<R: Renewal, D: TestDialect, E: Extra> ClientCredentialsGrant for TestProvider<R, D, E> {}

/// A site whose endpoints are `authorize`, `token` and `api` below `base`.
///
/// # Panics
/// If `base` is not a URL that clients accept.
#[must_use]
pub fn site(base: &str) -> FixedSite {
    let url = |path: &str| format!("{base}/{path}");
    FixedSite::new(&url("authorize"), &url("token"), &url("api")).expect("a base URL")
}
