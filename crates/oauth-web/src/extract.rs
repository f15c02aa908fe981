//! Handlers that need a connection.

use std::fmt;
use std::ops::Deref;

use axum::extract::{FromRef, FromRequestParts, OptionalFromRequestParts, OriginalUri};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use oauth_core::url::form_urlencoded;
use oauth_core::{CodeGrant, Connection, Error, ErrorKind, Scopes};

use crate::authorizer::{Purpose, Refusal, Visit};
use crate::connect::{link, refused};
use crate::headers::protect;
use crate::mounted::Mounted;
use crate::pages;
use crate::return_to::ReturnTo;
use crate::web::OAuthWeb;

/// The live connection of the account that the provider's [`Authorizer`](crate::Authorizer) names for this visitor.
///
/// Where there is none, or the customer has to connect again, the visitor is sent to the connect route, and from there
/// back to where they were (requests other than `GET` come back to the site's home). With `Option<Connected<…>>` the
/// handler runs all the same.
///
/// The application's state holds the [`OAuthWeb`] (`FromRef`).
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
    /// The connection.
    pub fn connection(&self) -> &Connection<P> {
        &self.connection
    }

    /// Scopes that the authorizer asks for and the connection was not granted: it may have been made before they were
    /// asked for. [`reconnect_path`](Self::reconnect_path) mends that, if the customer agrees.
    pub fn missing_scopes(&self) -> &Scopes {
        &self.missing
    }

    /// The link by which the customer connects again, and comes back here.
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

/// Why a handler did not get its connection. As an answer: a redirect to connect, the authorizer's refusal, or a page that
/// says to wait.
#[derive(Debug)]
pub struct ConnectedRejection {
    why: ReconnectReason,
    response: Box<Response>,
}

#[derive(Debug)]
enum ReconnectReason {
    NotConnected(String),
    Refused,
    Failed(Error),
}

impl ConnectedRejection {
    /// The link by which the customer connects, if that is what is wanting.
    #[must_use]
    pub fn connect_path(&self) -> Option<&str> {
        match &self.why {
            ReconnectReason::NotConnected(path) => Some(path),
            _ => None,
        }
    }

    /// Whether the authorizer refused.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        matches!(self.why, ReconnectReason::Refused)
    }

    /// What failed, if neither the customer nor the authorizer stands in the way.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        match &self.why {
            ReconnectReason::Failed(error) => Some(error),
            _ => None,
        }
    }

    async fn new(why: ReconnectReason, response: Response) -> Self {
        Self { why, response: Box::new(protect(response).await) }
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
        let Some(mounted) = web.mounted::<P>() else {
            let error = Error::invalid_input("no connections of this provider are mounted")
                .with_provider(P::NAME)
                .with_help("add them with Builder::provider");
            return Err(failed::<P>(&web, error).await);
        };
        match of(&mounted, parts).await {
            Ok(connected) => Ok(connected),
            Err(Missing::Refused(refusal)) => {
                let response = refused(&web, &*mounted, refusal);
                Err(ConnectedRejection::new(ReconnectReason::Refused, response).await)
            }
            Err(Missing::NotConnected(path)) => {
                let response = Redirect::to(&path).into_response();
                Err(ConnectedRejection::new(ReconnectReason::NotConnected(path), response).await)
            }
            Err(Missing::Failed(error)) => Err(failed::<P>(&web, error).await),
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

enum Missing {
    NotConnected(String),
    Refused(Refusal),
    Failed(Error),
}

async fn of<P: CodeGrant>(mounted: &Mounted<P>, parts: &Parts) -> Result<Connected<P>, Missing> {
    let visit = Visit::new(P::NAME, Purpose::Use, parts.clone());
    let allowed = mounted.allowed(visit).await.map_err(Missing::Refused)?;
    let (account, wanted) = allowed.map_err(Missing::Failed)?;
    let reconnect = reconnect(mounted, parts, &account);
    let connection = mounted.connections.get(&account);
    // Refreshed here, if need be: what the handler gets is alive.
    match connection.headers().await {
        Ok(_) => {}
        // The token of another client is of no use to this one either; connecting replaces it.
        Err(error) if error.needs_reconnect() || error.kind() == ErrorKind::ForeignToken => {
            return Err(Missing::NotConnected(reconnect));
        }
        Err(error) => return Err(Missing::Failed(error)),
    }
    let status = connection.status().await.map_err(Missing::Failed)?;
    Ok(Connected { missing: status.missing_scopes(&wanted), connection, reconnect })
}

/// The link that connects this account and leads back here.
fn reconnect<P: CodeGrant>(mounted: &Mounted<P>, parts: &Parts, account: &str) -> String {
    // What the browser asked for: a nested router sees less of it.
    let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0);
    let here = uri.path_and_query().map(|path| path.as_str()).and_then(ReturnTo::read);
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("account", account);
    if let Some(here) = here.filter(|_| matches!(parts.method, Method::GET | Method::HEAD)) {
        query.append_pair("return_to", here.as_str());
    }
    link(mounted, &query.finish())
}

async fn failed<P: CodeGrant>(web: &OAuthWeb, error: Error) -> ConnectedRejection {
    tracing::warn!("a handler did not get its connection: {error}");
    let status = if error.is_transient() {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::INTERNAL_SERVER_ERROR
    };
    let response = pages::unavailable(web.site(), P::TITLE, status);
    ConnectedRejection::new(ReconnectReason::Failed(error), response).await
}
