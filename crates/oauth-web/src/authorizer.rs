//! The application decides who may connect what.

use std::borrow::Cow;
use std::fmt;

use async_trait::async_trait;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use oauth_core::CodeGrant;
use oauth_core::url::form_urlencoded;

/// Decides which account a visitor may connect, and with which scopes and parameters. One for each provider.
///
/// It is asked before anything is begun, and by [`Connected`](crate::Connected) for the account whose connection a handler
/// uses. What the visitor's link asks for is a wish: an application that took `account` from there without a look at who
/// is signed in would let anybody connect their own account in another's place.
///
/// A function or closure does:
///
/// ```
/// use go1::{Connect, Go1, scope};
/// use oauth_web::{Allowed, Refusal, Visit};
///
/// async fn who(visit: Visit) -> Result<Allowed<Go1>, Refusal> {
///     // `visit.parts` has what the application's own session layer put there.
///     let Some(customer) = signed_in(&visit) else { return Err(Refusal::answer(axum::response::Redirect::to("/login"))) };
///     Ok(Allowed::new(customer, Connect::new([scope::USER_READ]).partner_portal(7654321)))
/// }
/// # fn signed_in(visit: &Visit) -> Option<String> { visit.account.clone() }
/// # fn check() -> impl oauth_web::Authorizer<Go1> { who }
/// ```
#[async_trait]
pub trait Authorizer<P: CodeGrant>: Send + Sync + 'static {
    /// Decides.
    ///
    /// # Errors
    /// The refusal, as the visitor is to see it.
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
        // Its own line, so that the visit is gone before the wait.
        let deciding = self(visit);
        deciding.await
    }
}

/// Somebody wants to connect an account, or a handler wants to use one. `Debug` shows neither headers nor the query.
#[non_exhaustive]
pub struct Visit {
    /// The provider's name.
    pub provider: &'static str,
    /// What it is for.
    pub purpose: Purpose,
    /// The account that the link asks for (`?account=…`). A wish of whoever wrote the link.
    pub account: Option<String>,
    /// The request, with the extensions of the layers it came through.
    pub parts: Parts,
}

impl Visit {
    pub(crate) fn new(provider: &'static str, purpose: Purpose, parts: Parts) -> Self {
        let account = match purpose {
            Purpose::Connect => param(parts.uri.query(), "account").filter(|account| !account.is_empty()),
            Purpose::Use => None,
        };
        Self { provider, purpose, account, parts }
    }

    /// A parameter of the request's query.
    ///
    /// Parameters of the application's own, such as a signed ticket, may stand in the link to the connect route.
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

/// What a visit is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Purpose {
    /// To connect an account: at many sites something for administrators.
    Connect,
    /// To use a connection in a handler that asks for [`Connected`](crate::Connected).
    Use,
}

/// What a visitor may connect.
#[non_exhaustive]
pub struct Allowed<P: CodeGrant> {
    /// The application's own name of the account.
    pub account: String,
    /// Scopes and parameters of the provider's authorize URL.
    pub connect: P::Connect,
}

impl<P: CodeGrant> Allowed<P> {
    /// This account, with these scopes and parameters.
    pub fn new(account: impl Into<String>, connect: P::Connect) -> Self {
        Self { account: account.into(), connect }
    }
}

impl<P: CodeGrant> fmt::Debug for Allowed<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Allowed").field("account", &self.account).finish_non_exhaustive()
    }
}

/// What a visitor gets who may not connect.
#[derive(Debug)]
pub struct Refusal(pub(crate) Refused);

#[derive(Debug)]
pub(crate) enum Refused {
    Because(Cow<'static, str>),
    Answer(Box<Response>),
}

impl Refusal {
    /// A page with status 403 and a sentence for the visitor that says why, such as "Only administrators connect Go1."
    pub fn because(reason: impl Into<Cow<'static, str>>) -> Self {
        Self(Refused::Because(reason.into()))
    }

    /// Any answer, such as a redirect to the application's own login.
    pub fn answer(answer: impl IntoResponse) -> Self {
        Self(Refused::Answer(Box::new(answer.into_response())))
    }
}

/// The first parameter of this name.
pub(crate) fn param(query: Option<&str>, name: &str) -> Option<String> {
    form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}
