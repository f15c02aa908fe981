//! Personal access tokens, GoCD's replacement for OAuth since 19.2.

use oauth_core::{
    AccessToken, AuthorizedClient, Bearer, Client, Dialect, Error, Never, NoExtra, Provider, Scopes,
};

use crate::provider::TOKEN_REFUSED;
use crate::site::Site;

/// GoCD servers since 19.2, used with a personal access token instead of OAuth.
///
/// A user creates a personal access token on the server's pages. It is sent as `Authorization: Bearer` and is
/// valid for `cctray.xml` too. Source: docs.gocd.org, "Access Tokens" (since 19.2.0).
///
/// ```
/// # async fn example() -> Result<(), gocd::Error> {
/// let site = gocd::Site::at("https://go.example.com:8154")?;
/// let me = gocd::Personal::client(site, "c8bd9c65…")?.send(&gocd::api::CurrentUser).await?;
/// println!("{}", me.login_name);
/// # Ok(())
/// # }
/// ```
///
/// [`Connections`](oauth_core::connections::Connections) store the tokens of several users or servers, repeat
/// failed calls, and remember a refused token:
///
/// ```
/// # async fn example() -> Result<(), gocd::Error> {
/// use gocd::{Connections, MemoryStore, Personal, Site, api};
///
/// let site = Site::at("https://go.example.com:8154")?;
/// let gocd = Personal::client(site, "c8bd9c65…")?;
/// let connections = Connections::new(gocd.client().clone(), MemoryStore::new());
/// connections.insert("ci", gocd.token().clone()).await?;
///
/// let me = connections.get("ci").send(&api::CurrentUser).await?;
/// println!("{}", me.login_name);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Personal;

impl Provider for Personal {
    const NAME: &'static str = "gocd-personal";
    const DIALECT: Dialect = Dialect::rfc6749()
        .token_refused(TOKEN_REFUSED)
        .reconnect_help("make a new personal access token on the GoCD server");
    type Site = Site;
    type Extra = NoExtra;
    type Scheme = Bearer;
    type Renewal = Never;
}

impl Personal {
    /// A client with this personal access token.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](oauth_core::ErrorKind::InvalidInput) if the text cannot be a token.
    #[cfg(feature = "reqwest")]
    pub fn client(site: Site, token: impl Into<AccessToken>) -> Result<AuthorizedClient<Self>, Error> {
        Self::authorize(&Client::new(site, oauth_core::App::none())?, token)
    }

    /// Like [`client`](Self::client), for a client with your own settings
    /// (`oauth_core::Client::<Personal>::builder(site, App::none())`).
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](oauth_core::ErrorKind::InvalidInput) if the text cannot be a token.
    pub fn authorize(
        client: &Client<Self>,
        token: impl Into<AccessToken>,
    ) -> Result<AuthorizedClient<Self>, Error> {
        let token = client.import_token(token, Scopes::none())?;
        Ok(client.authorized(token))
    }
}
