//! The extractor of connections for handlers.

use std::fmt;
use std::ops::Deref;

use axum::extract::{FromRef, FromRequestParts, OptionalFromRequestParts, OriginalUri};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use oauth_core::url::form_urlencoded;
use oauth_core::{CodeGrant, Connection, Error, ErrorKind, Scopes};

use crate::authorizer::{Purpose, Refusal, Visit};
use crate::connect::connect_refused;
use crate::headers::protect;
use crate::pages;
use crate::provider_route::{DynProviderRoute as _, ProviderRoute};
use crate::return_to::ReturnTo;
use crate::web::OAuthWeb;

/// An extractor of the connection that the provider's [`Authorizer`](crate::Authorizer) allows for this
/// visitor.
///
/// If there is no connection, or the customer has to connect again, it redirects the visitor to the connect
/// route, and from there back to the same page (for requests other than `GET`, to the site's home). With
/// `Option<Connected<…>>` the handler runs without a connection instead.
///
/// The application's state contains the [`OAuthWeb`] (`FromRef`).
///
/// ```
/// use axum::{Router, routing::get};
/// use go1::{Go1, api::Me};
/// use oauth_web::{Connected, OAuthWeb};
///
/// async fn profile(go1: Connected<Go1>) -> Result<String, String> {
///     let me = go1.send(&Me).await.map_err(|error| error.to_string())?;
///     Ok(me.email.unwrap_or_default())
/// }
///
/// fn app(web: OAuthWeb) -> Router {
///     Router::new().route("/profile", get(profile)).merge(web.router()).with_state(web)
/// }
/// ```
pub struct Connected<P: CodeGrant> {
    connection: Connection<P>,
    missing: Scopes,
    reconnect: String,
}

impl<P: CodeGrant> Connected<P> {
    /// Returns the connection.
    pub fn connection(&self) -> &Connection<P> {
        &self.connection
    }

    /// Returns scopes that the authorizer requests and the connection was not granted, for example because
    /// they were added later. [`reconnect_path`](Self::reconnect_path) requests them again.
    pub fn missing_scopes(&self) -> &Scopes {
        &self.missing
    }

    /// Returns the link that connects the customer again and leads back to this page.
    pub fn reconnect_path(&self) -> &str {
        &self.reconnect
    }
}

impl<P: CodeGrant> Deref for Connected<P> {
    type Target = Connection<P>;

    fn deref(&self) -> &Connection<P> {
        &self.connection
    }
}

impl<P: CodeGrant> fmt::Debug for Connected<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connected")
            .field("connection", &self.connection)
            .field("missing", &self.missing)
            .finish_non_exhaustive()
    }
}

/// A failed [`Connected`] extraction. Its response is a redirect to connect, the authorizer's refusal, or
/// an error page.
#[derive(Debug)]
pub struct ConnectedRejection {
    reason: RejectionReason,
    response: Box<Response>,
}

#[derive(Debug)]
enum RejectionReason {
    NotConnected(String),
    Refused,
    Failed(Error),
}

impl ConnectedRejection {
    /// Returns the connect link, if the customer has to connect.
    #[must_use]
    pub fn connect_path(&self) -> Option<&str> {
        match &self.reason {
            RejectionReason::NotConnected(path) => Some(path),
            _ => None,
        }
    }

    /// Returns `true` if the authorizer refused.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        matches!(self.reason, RejectionReason::Refused)
    }

    /// Returns the error, if neither the customer nor the authorizer caused the rejection.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        match &self.reason {
            RejectionReason::Failed(error) => Some(error),
            _ => None,
        }
    }

    fn new(web: &OAuthWeb, parts: &Parts, reason: RejectionReason, response: Response) -> Self {
        Self { reason, response: Box::new(protect(web, parts, response)) }
    }
}

impl IntoResponse for ConnectedRejection {
    fn into_response(self) -> Response {
        *self.response
    }
}

impl<P, S> FromRequestParts<S> for Connected<P>
where
    P: CodeGrant,
    S: Send + Sync,
    OAuthWeb: FromRef<S>,
{
    type Rejection = ConnectedRejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ConnectedRejection> {
        let web = OAuthWeb::from_ref(state);
        let Some(route) = web.route_of::<P>() else {
            let error = Error::invalid_input("the provider was not added to OAuthWeb")
                .with_provider(P::NAME)
                .with_help("add its connections with Builder::provider");
            return Err(failed::<P>(&web, parts, error));
        };
        match extract(&route, parts).await {
            Ok(connected) => Ok(connected),
            Err(RouteRejection::Refused(refusal)) => {
                let response = connect_refused(&web, &*route, refusal);
                Err(ConnectedRejection::new(&web, parts, RejectionReason::Refused, response))
            }
            Err(RouteRejection::NotConnected(path)) => {
                let response = Redirect::to(&path).into_response();
                Err(ConnectedRejection::new(&web, parts, RejectionReason::NotConnected(path), response))
            }
            Err(RouteRejection::Failed(error)) => Err(failed::<P>(&web, parts, error)),
        }
    }
}

impl<P, S> OptionalFromRequestParts<S> for Connected<P>
where
    P: CodeGrant,
    S: Send + Sync,
    OAuthWeb: FromRef<S>,
{
    type Rejection = ConnectedRejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, ConnectedRejection> {
        match <Self as FromRequestParts<S>>::from_request_parts(parts, state).await {
            Ok(connected) => Ok(Some(connected)),
            Err(rejection) if rejection.error().is_none() => Ok(None),
            Err(rejection) => Err(rejection),
        }
    }
}

enum RouteRejection {
    NotConnected(String),
    Refused(Refusal),
    Failed(Error),
}

async fn extract<P: CodeGrant>(
    route: &ProviderRoute<P>,
    parts: &Parts,
) -> Result<Connected<P>, RouteRejection> {
    let visit = Visit::new(P::NAME, Purpose::Use, parts.clone());
    let allowed = route.allowed(visit).await.map_err(RouteRejection::Refused)?;
    let (account, wanted) = allowed.map_err(RouteRejection::Failed)?;
    let reconnect = reconnect_link(route, parts, &account);
    let connection = route.connections.get(&account);
    // Refreshes an expired token, so that the handler gets a valid one.
    match connection.headers().await {
        Ok(_) => {}
        // A token of another client is useless here; connecting replaces it.
        Err(error) if error.needs_reconnect() || error.kind() == ErrorKind::ForeignToken => {
            return Err(RouteRejection::NotConnected(reconnect));
        }
        Err(error) => return Err(RouteRejection::Failed(error)),
    }
    let status = connection.status().await.map_err(RouteRejection::Failed)?;
    Ok(Connected { missing: status.missing_scopes(&wanted), connection, reconnect })
}

/// Returns the link that connects this account and leads back to this page.
fn reconnect_link<P: CodeGrant>(route: &ProviderRoute<P>, parts: &Parts, account: &str) -> String {
    // The browser's URI: in a nested router `parts.uri` is shorter.
    let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0);
    let here = uri.path_and_query().map(|path| path.as_str()).and_then(ReturnTo::parse);
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("account", account);
    if let Some(here) = here.filter(|_| matches!(parts.method, Method::GET | Method::HEAD)) {
        query.append_pair("return_to", here.as_str());
    }
    route.connect_link(&query.finish())
}

fn failed<P: CodeGrant>(web: &OAuthWeb, parts: &Parts, error: Error) -> ConnectedRejection {
    tracing::warn!("a handler's connection is unavailable: {error}");
    let status = if error.is_transient() {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::INTERNAL_SERVER_ERROR
    };
    let response = pages::unavailable(web.site(), P::TITLE, status);
    ConnectedRejection::new(web, parts, RejectionReason::Failed(error), response)
}
