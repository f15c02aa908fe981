//! The app flow: a token for an e-mail address and a password.

use oauth_core::{Encoding, Password, PasswordRequest, Scopes};

/// Cobot's "app flow" for desktop and mobile apps: the password grant of RFC 6749 section 4.3
/// (<https://dev.cobot.me/page/oauth-flow>).
///
/// Pass it to [`Client::password`](oauth_core::Client::password). The app sees the user's password, so prefer
/// [`Connect`](crate::Connect) wherever a browser is available. Cobot's current metadata no longer lists this
/// grant.
///
/// ```no_run
/// # async fn example(client: cobot::Client) -> Result<(), cobot::Error> {
/// use cobot::{AppFlow, scope};
///
/// let token = client.password(AppFlow::new("joe@doe.com", "password", [scope::READ_USER])).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AppFlow {
    username: String,
    password: Password,
    scopes: Scopes,
    in_query: bool,
}

impl AppFlow {
    /// A token for the user with this e-mail address and password.
    pub fn new(
        username: impl Into<String>,
        password: impl Into<Password>,
        scopes: impl Into<Scopes>,
    ) -> Self {
        Self { username: username.into(), password: password.into(), scopes: scopes.into(), in_query: false }
    }

    /// Sends the parameters in the URL's query, exactly as documented.
    ///
    /// Servers and proxies write queries to their logs, and this one contains the user's password and the
    /// client's secret. The default is the body, as in Cobot's code grant.
    #[must_use]
    pub fn in_query(mut self) -> Self {
        self.in_query = true;
        self
    }
}

impl From<AppFlow> for PasswordRequest {
    fn from(flow: AppFlow) -> Self {
        let mut request = Self::new(flow.username, flow.password, flow.scopes);
        request.encoding = flow.in_query.then_some(Encoding::Query);
        request
    }
}
