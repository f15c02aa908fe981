//! Connection of one account.

use std::fmt;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};

use super::cached_token::CachedToken;
use super::entry::{CachedTokenGuard, Entry};
use super::need::Need;
use super::shared_refresh::{join_or_start, wait_for};
use super::shared_state::SharedState;
use super::status::Status;
use crate::error::{Error, ErrorKind};
use crate::provider::grants::Refreshes;
use crate::provider::provider::Provider;
use crate::token::token::Token;

/// Connection of one account. Clones are cheap; all handles of an account share one token.
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
    pub(super) shared: Arc<SharedState<P>>,
    pub(super) entry: Arc<Entry<P>>,
}

impl<P: Provider> Connection<P> {
    /// Returns the account.
    pub fn account(&self) -> &str {
        &self.entry.key.account
    }

    /// Returns the headers that authorize a request of another HTTP client. They are marked as sensitive.
    ///
    /// With a valid token in memory this only reads memory. A token that is due is refreshed in the
    /// background; only an expired token is waited for. If a refresh fails, a valid token stays in use until
    /// the customer has to connect again.
    ///
    /// # Errors
    /// [`ErrorKind::NotConnected`] if there is no such connection, [`ErrorKind::NeedsReconnect`] if the
    /// customer has to connect again, [`ErrorKind::ForeignToken`] if the stored token belongs to another
    /// client. Without a valid token also the errors of the store, the transport and the token endpoint.
    pub async fn headers(&self) -> Result<HeaderMap, Error> {
        self.with_header(|name, value| HeaderMap::from_iter([(name.clone(), value.clone())])).await
    }

    /// Inserts the header that authorizes a request, replacing a header of the same name. It is marked as
    /// sensitive. For another HTTP client, like [`headers`](Self::headers), but cheaper.
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
    /// As [`headers`](Self::headers). The headers are unchanged then.
    pub async fn authorize(&self, headers: &mut HeaderMap) -> Result<(), Error> {
        self.with_header(|name, value| drop(headers.insert(name.clone(), value.clone()))).await
    }

    /// Calls `read` with the header that authorizes a request. The cheapest form: with a valid token in
    /// memory it does not copy, allocate or wait.
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
    /// As [`headers`](Self::headers). `read` is not called then.
    pub async fn with_header<T>(
        &self,
        read: impl FnOnce(&HeaderName, &HeaderValue) -> T,
    ) -> Result<T, Error> {
        if let Some(cached) = self.usable_guard()?.as_deref() {
            let (name, value) = &cached.header;
            return Ok(read(name, value));
        }
        let cached = self.wait_for(Need::Valid).await?;
        let (name, value) = &cached.header;
        Ok(read(name, value))
    }

    /// Returns the token, refreshed first if it has expired.
    ///
    /// # Errors
    /// As [`headers`](Self::headers).
    pub async fn token(&self) -> Result<Token<P>, Error> {
        Ok(self.usable().await?.token.clone())
    }

    /// Returns the status of the connection. Does not refresh the token.
    ///
    /// # Errors
    /// [`ErrorKind::NotConnected`] if there is no such connection, [`ErrorKind::ForeignToken`] if the stored
    /// token belongs to another client, and the errors of the store if no token is in memory.
    pub async fn status(&self) -> Result<Status, Error> {
        let now = self.shared.now();
        let current = self.entry.cached();
        let cached = match current {
            Some(cached) if !self.entry.is_stale(now.monotonic, self.shared.settings.revalidate) => cached,
            _ => match self.wait_for(Need::Reload).await {
                Ok(cached) => cached,
                Err(error) => match error.kind() {
                    ErrorKind::NotConnected | ErrorKind::ForeignToken | ErrorKind::Closed => {
                        return Err(error);
                    }
                    // The store or the running refresh failed. The cached token still has a status.
                    _ => self.entry.cached().ok_or(error)?,
                },
            },
        };
        let last_failure = self.entry.state().last_failure.as_ref().map(Error::copied);
        Ok(Status::new(&cached, last_failure, now))
    }

    pub(super) async fn usable(&self) -> Result<Arc<CachedToken<P>>, Error> {
        if let Some(cached) = self.usable_guard()?.as_ref() {
            return Ok(Arc::clone(cached));
        }
        self.wait_for(Need::Valid).await
    }

    /// Returns the cached token if it is usable. Starts a refresh in the background if it is due.
    fn usable_guard(&self) -> Result<CachedTokenGuard<P>, Error> {
        self.shared.check_open()?;
        let guard = self.entry.guard();
        match guard.as_ref() {
            Some(cached) if self.is_usable(cached)? => Ok(guard),
            _ => Ok(CachedTokenGuard::from_inner(None)),
        }
    }

    fn is_usable(&self, cached: &CachedToken<P>) -> Result<bool, Error> {
        let now = self.shared.now();
        let is_stale = || self.entry.is_stale(now.monotonic, self.shared.settings.revalidate);
        if cached.is_usable(now) {
            let need = match cached.is_due(now) {
                true => Some(Need::Valid),
                false => is_stale().then_some(Need::Reload),
            };
            // Runs in the background. If it fails or too many are running, a later call retries.
            match need {
                Some(Need::Reload) => drop(join_or_start(&self.shared, &self.entry, Need::Reload, None)),
                Some(need) => {
                    if let Some(permit) = self.shared.background_permit() {
                        drop(join_or_start(&self.shared, &self.entry, need, Some(permit)));
                    }
                }
                None => {}
            }
            return Ok(true);
        }
        if !cached.is_refreshable() && !is_stale() {
            return Err(cached.unusable());
        }
        Ok(false)
    }

    pub(super) async fn wait_for(&self, need: Need) -> Result<Arc<CachedToken<P>>, Error> {
        wait_for(&self.shared, &self.entry, need).await
    }

    /// [`refresh`](Self::refresh) for any provider. Fails if the provider has no refresh tokens.
    pub(super) async fn refresh_if_supported(&self) -> Result<(), Error> {
        let current = match self.entry.cached() {
            Some(cached) => cached,
            None => self.wait_for(Need::Reload).await?,
        };
        self.wait_for(Need::Replace(current.version())).await.map(drop)
    }

    /// Refreshes the token of this generation, as a listing of the store showed it. If the store has another
    /// one by now, that is not refreshed: it may be of a lower generation, and new all the same.
    pub(super) async fn refresh_listed(&self, generation: u64) -> Result<(), Error> {
        let is_listed = |cached: &CachedToken<P>| cached.generation == generation;
        // The record is read again before a refresh.
        let is_cached = self.entry.cached().is_some_and(|cached| is_listed(&cached));
        if !is_cached && !is_listed(&*self.wait_for(Need::Reload).await?) {
            return Ok(());
        }
        self.wait_for(Need::ReplaceListed(generation)).await.map(drop)
    }
}

impl<P: Refreshes> Connection<P> {
    /// Refreshes the token now, due or not. A refresh by another process in the meantime counts.
    ///
    /// # Errors
    /// As [`headers`](Self::headers), and [`ErrorKind::InvalidInput`] if the token came without a refresh
    /// token.
    pub async fn refresh(&self) -> Result<(), Error> {
        self.refresh_if_supported().await
    }
}

impl<P: Provider> Clone for Connection<P> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), entry: Arc::clone(&self.entry) }
    }
}

impl<P: Provider> fmt::Debug for Connection<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cached = self.entry.cached();
        f.debug_struct("Connection")
            .field("provider", &P::NAME)
            .field("account", &self.account())
            .field("generation", &cached.as_ref().map(|cached| cached.generation))
            .field("state", &cached.as_ref().map(|cached| cached.state))
            .finish_non_exhaustive()
    }
}
