//! The axum router of the connect and callback routes.

use axum::Router;
use axum::http::header::ALLOW;
use axum::http::{HeaderName, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};

use crate::callback::{callback, result};
use crate::connect::connect;
use crate::connections::{connections, disconnect};
use crate::headers::finish;
use crate::hide_query::HideQuery;
use crate::web::OAuthWeb;

impl OAuthWeb {
    /// Returns the routes `GET` and `POST /connect/{provider}` and `GET /callback/{provider}`, with and
    /// without a trailing slash, for an application with any state.
    ///
    /// A link to the connect route on a page of the site starts an attempt. Anywhere else, such as on another
    /// site or in a mail, the link leads to a page with a button, which posts to the connect route.
    ///
    /// The connect route has these query parameters. The authorizer can read all others.
    ///
    /// | parameter | meaning |
    /// | --- | --- |
    /// | `account` | the account to connect; untrusted ([`Visit::account`](crate::Visit)) |
    /// | `return_to` | a path of this site for the way back; without it, a page shows the result |
    /// | `mode=popup` | the link is opened in a separate window, which posts the result to its opener and closes |
    /// | `mode=iframe` | the link is in a frame; needed only for browsers without `Sec-Fetch-Dest` |
    ///
    /// The callback redirects to `return_to`, or to a page of the result, `/callback/{provider}/{attempt}`.
    /// So the address bar and the history contain neither code nor state.
    ///
    /// The response to other methods is 405, even for `HEAD`: link checkers must not spend a code. Pages are
    /// not loaded in advance, for the same reason: the response to a prefetch is 503.
    pub fn router<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        let connect: MethodRouter<Self> =
            get(connect).post(connect).head(only_get_and_post).fallback(only_get_and_post);
        let result: MethodRouter<Self> = get(result).head(only_get).fallback(only_get);
        let callback: MethodRouter<Self> = get(callback).head(only_get).fallback(only_get);
        Router::new()
            .route("/connect/{provider}", connect.clone())
            .route("/connect/{provider}/", connect)
            .route("/callback/{provider}", callback.clone())
            .route("/callback/{provider}/", callback)
            .route("/callback/{provider}/{attempt}", result)
            .layer(from_fn_with_state(self.clone(), finish))
            .with_state(self.clone())
    }

    /// Returns the routes `GET /connections` and `POST /disconnect/{provider}`, each with and without a
    /// trailing slash, for an application that has no such pages of its own.
    ///
    /// The page lists the connections that the authorizers allow for [`Purpose::Manage`](crate::Purpose),
    /// with their state, the next step and a button that disconnects. It refreshes an expired token first.
    /// A form on a page of the application may post to the disconnect route too; from another site, it leads
    /// to a page with a button. Both take `account`, like the connect route; the disconnect route also takes
    /// `return_to`.
    ///
    /// Disconnecting revokes the token where the provider can. If that fails, the connection is kept, and the
    /// page shows the failure.
    pub fn connections_router<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        let connections: MethodRouter<Self> = get(connections).head(only_get).fallback(only_get);
        let disconnect: MethodRouter<Self> = post(disconnect).fallback(only_post);
        Router::new()
            .route("/connections", connections.clone())
            .route("/connections/", connections)
            .route("/disconnect/{provider}", disconnect.clone())
            .route("/disconnect/{provider}/", disconnect)
            .layer(from_fn_with_state(self.clone(), finish))
            .with_state(self.clone())
    }

    /// Returns a layer that keeps the query of callbacks out of the application's own logs. Add it last, so
    /// that it is outermost.
    pub fn hide_query(&self) -> HideQuery {
        HideQuery::new(self.provider_names())
    }
}

async fn only_get() -> (StatusCode, [(HeaderName, &'static str); 1]) {
    (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET")])
}

async fn only_post() -> (StatusCode, [(HeaderName, &'static str); 1]) {
    (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "POST")])
}

async fn only_get_and_post() -> (StatusCode, [(HeaderName, &'static str); 1]) {
    (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET, POST")])
}
