//! The application's decision about who may connect an account.

use std::borrow::Cow;
use std::fmt;

use async_trait::async_trait;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use oauth_core::CodeGrant;
use oauth_core::url::form_urlencoded;

/// The application's decision about who may connect which account, with which scopes and parameters. One for
/// each provider.
///
/// It is called before an attempt begins; again at the callback, with the parameters of the link, where it
/// must allow the same account; by [`Connected`](crate::Connected) for the account whose connection a handler
/// uses; and by the [connections router](crate::OAuthWeb::connections_router). The session cookie must be
/// `SameSite=Lax` or `None`: the provider's redirect carries no `Strict` cookie. Treat the account in the
/// link as a request only: if the authorizer returned it without checking who is signed in, any visitor
/// could connect an account in another customer's place.
///
/// Functions and closures implement it:
///
/// ```
/// use go1::{Connect, Go1, scope};
/// use oauth_web::{Allowed, Refusal, Visit};
///
/// async fn authorize(visit: Visit) -> Result<Allowed<Go1>, Refusal> {
///     // `visit.parts` contains the extensions of the application's own session layer.
///     let Some(customer) = signed_in(&visit) else {
///         return Err(Refusal::with_response(axum::response::Redirect::to("/login")));
///     };
///     Ok(Allowed::new(customer, Connect::new([scope::USER_READ]).partner_portal(7654321)))
/// }
/// # fn signed_in(visit: &Visit) -> Option<String> { visit.account.clone() }
/// # fn check() -> impl oauth_web::Authorizer<Go1> { authorize }
/// ```
#[async_trait]
pub trait Authorizer<P: CodeGrant>: Send + Sync + 'static {
    /// Allows or refuses a visit.
    ///
    /// # Errors
    /// The [`Refusal`] to show to the visitor.
    async fn authorize(&self, visit: Visit) -> Result<Allowed<P>, Refusal>;
}

#[async_trait]
impl<P, F, R> Authorizer<P> for F
where
    P: CodeGrant,
    F: Fn(Visit) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Allowed<P>, Refusal>> + Send + 'static,
{
    async fn authorize(&self, visit: Visit) -> Result<Allowed<P>, Refusal> {
        // A separate statement, so that the visit is dropped before the await.
        let deciding = self(visit);
        deciding.await
    }
}

/// A request to connect an account, or to use its connection in a handler. `Debug` shows neither headers nor
/// the query.
#[non_exhaustive]
pub struct Visit {
    /// The provider's name.
    pub provider: &'static str,
    /// Purpose of the visit.
    pub purpose: Purpose,
    /// Account requested by the link (`?account=…`). Untrusted: anyone can write a link.
    pub account: Option<String>,
    /// The request, with the extensions of the layers around the routes.
    pub parts: Parts,
}

impl Visit {
    pub(crate) fn new(provider: &'static str, purpose: Purpose, parts: Parts) -> Self {
        let account = match purpose {
            Purpose::Connect | Purpose::Manage => {
                param(parts.uri.query(), "account").filter(|account| !account.is_empty())
            }
            Purpose::Use => None,
        };
        Self { provider, purpose, account, parts }
    }

    /// Returns a parameter of the request's query.
    ///
    /// The connect link may have parameters of the application, such as a signed ticket.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<String> {
        param(self.parts.uri.query(), name)
    }
}

impl fmt::Debug for Visit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Visit")
            .field("provider", &self.provider)
            .field("purpose", &self.purpose)
            .field("account", &self.account)
            .field("path", &self.parts.uri.path())
            .finish_non_exhaustive()
    }
}

/// The purpose of a [`Visit`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Purpose {
    /// Connecting an account, which many sites reserve for administrators.
    Connect,
    /// Using a connection, in a handler with a [`Connected`](crate::Connected) argument.
    Use,
    /// Listing connections (`GET`) or disconnecting an account (`POST`), at the
    /// [connections router](crate::OAuthWeb::connections_router). Check it like [`Connect`](Self::Connect).
    Manage,
}

/// An account that a visitor may connect.
#[non_exhaustive]
pub struct Allowed<P: CodeGrant> {
    /// The application's own name of the account.
    pub account: String,
    /// Scopes and parameters of the provider's authorize URL.
    pub connect: P::Connect,
}

impl<P: CodeGrant> Allowed<P> {
    /// Allows this account, with these scopes and parameters.
    pub fn new(account: impl Into<String>, connect: P::Connect) -> Self {
        Self { account: account.into(), connect }
    }
}

impl<P: CodeGrant> fmt::Debug for Allowed<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Allowed").field("account", &self.account).finish_non_exhaustive()
    }
}

/// The response to a visitor who may not connect.
#[derive(Debug)]
pub struct Refusal(pub(crate) RefusalKind);

#[derive(Debug)]
pub(crate) enum RefusalKind {
    Reason(Cow<'static, str>),
    Response(Box<Response>),
}

impl Refusal {
    /// A page with status 403 and a reason for the visitor, such as "Only administrators connect Go1."
    pub fn new(reason: impl Into<Cow<'static, str>>) -> Self {
        Self(RefusalKind::Reason(reason.into()))
    }

    /// Any other response, such as a redirect to the application's login.
    pub fn with_response(response: impl IntoResponse) -> Self {
        Self(RefusalKind::Response(Box::new(response.into_response())))
    }
}

/// Returns the first parameter of this name.
pub(crate) fn param(query: Option<&str>, name: &str) -> Option<String> {
    form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}
