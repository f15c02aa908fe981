//! One account's connection.

use std::fmt;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};

use super::cell::{Cell, Glance};
use super::flight::Goal;
use super::live::Live;
use super::shared::Shared;
use super::status::Status;
use crate::error::{Error, ErrorKind};
use crate::provider::grants::Refreshes;
use crate::provider::provider::Provider;
use crate::token::token::Token;
use crate::util::clock::UnixMillis;

/// One account's connection. Cheap to clone; all handles of an account share one token.
///
/// ```
/// # use oauth_core::{Endpoint, Error, ErrorKind, Provider};
/// use oauth_core::connections::{Connection, ConnectionState};
///
/// # async fn example<P: Provider, E: Endpoint<P>>(acme: Connection<P>, me: E) -> Result<(), Error> {
/// match acme.send(&me).await {
///     Ok(_) => println!("{} is connected", acme.account()),
///     Err(error) if error.needs_reconnect() => {
///         if let ConnectionState::NeedsReconnect { reason, at } = acme.status().await?.state {
///             println!("ask {} to connect again: {reason}, since {at}", acme.account());
///         }
///     }
///     Err(error) if error.is_transient() => println!("later: {error}"),
///     Err(error) => return Err(error),
/// }
/// # Ok(())
/// # }
/// ```
pub struct Connection<P: Provider> {
    pub(super) shared: Arc<Shared<P>>,
    pub(super) cell: Arc<Cell<P>>,
}

impl<P: Provider> Connection<P> {
    /// The account.
    pub fn account(&self) -> &str {
        &self.cell.key.account
    }

    /// The headers that authorize a request, for a team's own HTTP client. Marked sensitive.
    ///
    /// With a valid token in memory this reads memory and waits for nothing. A token that is due is refreshed meanwhile;
    /// only one that has expired is waited for. A refresh that fails leaves a valid token in use; one that the provider
    /// refuses for good does not, since the customer has to connect again.
    ///
    /// # Errors
    /// [`ErrorKind::NotConnected`] and
    /// [`ErrorKind::NeedsReconnect`] if there is no token to be had;
    /// [`ErrorKind::ForeignToken`] if the stored one is another client's; whatever the
    /// store, the token endpoint or the way to it may fail with, if there is no valid token left.
    pub async fn headers(&self) -> Result<HeaderMap, Error> {
        self.with_header(|name, value| HeaderMap::from_iter([(name.clone(), value.clone())])).await
    }

    /// Puts the header that authorizes a request among its headers, in place of what stood there under that name.
    /// Marked sensitive. For a team's own HTTP client, like [`headers`](Self::headers), and cheaper.
    ///
    /// ```
    /// # use oauth_core::{Error, Provider, connections::Connection, http};
    /// # async fn example<P: Provider>(acme: Connection<P>) -> Result<(), Error> {
    /// let mut request = http::Request::get("https://api.example.com/me").body(()).unwrap();
    /// acme.authorize(request.headers_mut()).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`headers`](Self::headers); the headers are as they were then.
    pub async fn authorize(&self, headers: &mut HeaderMap) -> Result<(), Error> {
        self.with_header(|name, value| drop(headers.insert(name.clone(), value.clone()))).await
    }

    /// What `read` makes of the header that authorizes a request. The cheapest form: with a valid token in memory nothing
    /// is copied, allocated or waited for.
    ///
    /// ```
    /// # use oauth_core::{Error, Provider, connections::Connection};
    /// # async fn example<P: Provider>(acme: Connection<P>, line: &mut Vec<u8>) -> Result<(), Error> {
    /// acme.with_header(|name, value| {
    ///     line.extend_from_slice(name.as_str().as_bytes());
    ///     line.extend_from_slice(b": ");
    ///     line.extend_from_slice(value.as_bytes());
    /// })
    /// .await
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`headers`](Self::headers); `read` is not called then.
    pub async fn with_header<T>(
        &self,
        read: impl FnOnce(&HeaderName, &HeaderValue) -> T,
    ) -> Result<T, Error> {
        if let Some(live) = self.glance()?.as_deref() {
            let (name, value) = &live.header;
            return Ok(read(name, value));
        }
        let live = self.awaited().await?;
        let (name, value) = &live.header;
        Ok(read(name, value))
    }

    /// The token, refreshed first if it has expired.
    ///
    /// # Errors
    /// As [`headers`](Self::headers).
    pub async fn token(&self) -> Result<Token<P>, Error> {
        Ok(self.live().await?.token.clone())
    }

    /// What state it is in. Refreshes nothing.
    ///
    /// # Errors
    /// [`ErrorKind::NotConnected`] if there is no such connection,
    /// [`ErrorKind::ForeignToken`] if the stored one is another client's, and whatever
    /// the store may fail with, if nothing is in memory.
    pub async fn status(&self) -> Result<Status, Error> {
        let now = self.shared.now();
        let present = self.cell.live();
        let live = match present {
            Some(live) if !self.cell.is_stale(now.monotonic, self.shared.settings.revalidate) => live,
            _ => match self.shared.wait(&self.cell, Goal::Look).await {
                Ok(live) => live,
                Err(error) => match error.kind() {
                    ErrorKind::NotConnected | ErrorKind::ForeignToken | ErrorKind::Closed => {
                        return Err(error);
                    }
                    // The store failed, or a refresh that was under way: what is known is still of use.
                    _ => self.cell.live().ok_or(error)?,
                },
            },
        };
        let failure = self.cell.slot().failure.as_ref().map(Error::copied);
        Ok(Status::of(&live, failure, now))
    }

    /// A usable token.
    pub(super) async fn live(&self) -> Result<Arc<Live<P>>, Error> {
        if let Some(live) = self.glance()?.as_ref() {
            return Ok(Arc::clone(live));
        }
        self.awaited().await
    }

    /// The token in memory, if it is usable; sees to it that it stays so.
    fn glance(&self) -> Result<Glance<P>, Error> {
        self.shared.check_open()?;
        let glance = self.cell.glance();
        match glance.as_ref() {
            Some(live) if self.is_settled(live) || self.is_usable(live)? => Ok(glance),
            _ => Ok(Glance::from_inner(None)),
        }
    }

    /// Whether it is usable and nothing has to be done about it, by a short look.
    fn is_settled(&self, live: &Live<P>) -> bool {
        let now = self.shared.machine_clock.and_then(UnixMillis::now);
        now.is_some_and(|now| {
            live.is_settled(now) && self.cell.settled.lately(now, self.shared.settings.by_wall_clock())
        })
    }

    fn is_usable(&self, live: &Live<P>) -> Result<bool, Error> {
        let now = self.shared.now();
        let is_stale = || self.cell.is_stale(now.monotonic, self.shared.settings.revalidate);
        if live.is_usable(now) {
            let goal = match live.is_due(now) {
                true => Some(Goal::Fresh),
                false => is_stale().then_some(Goal::Look),
            };
            match goal {
                // Nobody waits for it, and if it fails the next one tries again.
                Some(goal) => drop(self.shared.fly(&self.cell, goal)),
                None => self.cell.settled.at(now.wall.timestamp_millis()),
            }
            return Ok(true);
        }
        if !live.is_renewable() && !is_stale() {
            return Err(live.refusal());
        }
        Ok(false)
    }

    /// `refresh` for any provider; where there are no refresh tokens, the answer says so.
    pub(super) async fn renew(&self) -> Result<(), Error> {
        let present = match self.cell.live() {
            Some(live) => live,
            None => self.shared.wait(&self.cell, Goal::Look).await?,
        };
        self.shared.wait(&self.cell, Goal::Newer(present.generation)).await.map(drop)
    }

    async fn awaited(&self) -> Result<Arc<Live<P>>, Error> {
        self.shared.wait(&self.cell, Goal::Fresh).await
    }
}

impl<P: Refreshes> Connection<P> {
    /// Refreshes now, whether it is due or not. What another process has refreshed meanwhile counts.
    ///
    /// # Errors
    /// As [`headers`](Self::headers); [`ErrorKind::InvalidInput`] if the token came
    /// without a refresh token.
    pub async fn refresh(&self) -> Result<(), Error> {
        self.renew().await
    }
}

impl<P: Provider> Clone for Connection<P> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), cell: Arc::clone(&self.cell) }
    }
}

impl<P: Provider> fmt::Debug for Connection<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let live = self.cell.live();
        f.debug_struct("Connection")
            .field("provider", &P::NAME)
            .field("account", &self.account())
            .field("generation", &live.as_ref().map(|live| live.generation))
            .field("state", &live.as_ref().map(|live| live.state))
            .finish_non_exhaustive()
    }
}
