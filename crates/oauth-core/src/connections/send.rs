//! API calls through a connection.

use std::sync::Arc;

use tokio::time::Instant;

use super::cached_token::CachedToken;
use super::check_call::TokenVerdict;
use super::connection::Connection;
use super::need::Need;
use http::Response;

use crate::api::download::{Download, DownloadTarget, Downloaded, FileEndpoint};
use crate::api::endpoint::{Endpoint, EndpointContext};
use crate::api::pages::{PagedEndpoint, Pages};
use crate::error::{Error, ErrorKind};
use crate::provider::provider::Provider;

impl<P: Provider> Connection<P> {
    /// Sends one API call. Refreshes the token first if it has expired.
    ///
    /// If the API refuses the token, it is refreshed once, unless another call or process has done so
    /// already, and the call is sent once more: one that is not idempotent only if the response says that the
    /// token is the reason. One call causes at most one refresh. Transient failures are retried with backoff
    /// if the call is idempotent or was never sent.
    ///
    /// A 401 without evidence only fails the call if the token cannot be refreshed. If another follows at
    /// least a minute later, without a success in between, the provider's own
    /// [check](crate::Site::token_check) decides. Without one, the same idempotent call decides. Both are
    /// counted in this process's memory.
    ///
    /// # Errors
    /// The errors of [`headers`](Self::headers) and of [`Client::send`](crate::Client::send).
    /// [`ErrorKind::TokenRefused`] or [`ErrorKind::Unauthorized`] if the new token is refused as well, or the
    /// call was not repeated.
    pub async fn send<E: Endpoint<P>>(&self, endpoint: &E) -> Result<E::Response, Error> {
        self.exchange(endpoint, &mut None, E::parse).await
    }

    async fn exchange<E: Endpoint<P>, R>(
        &self,
        endpoint: &E,
        download: &mut Option<Download<'_>>,
        parse: impl Fn(&E, &EndpointContext<'_, P>, Response<Vec<u8>>) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let receipt = self.shared.last_receipt();
        let mut retries = self.shared.settings.api();
        // Used even if the server says that its lifetime is over.
        let mut fresh: Option<Arc<CachedToken<P>>> = None;
        let mut is_repeated = false;
        loop {
            let cached = match &fresh {
                Some(fresh) => Arc::clone(fresh),
                None => self.usable().await?,
            };
            if cached.is_received_after(receipt) {
                fresh = Some(Arc::clone(&cached));
            }
            let client = self.shared.client();
            let error =
                match client.send_even_expired(&cached.token, endpoint, download.as_mut(), &parse).await {
                    Ok(response) => {
                        self.entry.state().doubts.clear();
                        self.shared.provider_doubts().record_success(Instant::now());
                        return Ok(response);
                    }
                    Err(error) => error,
                };
            self.shared.emit_unrecognized(&self.entry.key, Some(cached.generation), &error);
            match error.kind() {
                kind @ (ErrorKind::TokenRefused | ErrorKind::Unauthorized)
                    if !is_repeated && fresh.is_none() =>
                {
                    is_repeated = true;
                    fresh = self.replace_refused::<E>(&cached, &error).await?;
                    if !E::IDEMPOTENT && kind == ErrorKind::Unauthorized {
                        return Err(error.with_help("the token is a new one now: send the request again"));
                    }
                }
                ErrorKind::Unauthorized => return Err(error),
                kind if error.is_transient() && (E::IDEMPOTENT || kind == ErrorKind::NotSent) => {
                    if download.as_mut().is_some_and(Download::has_progressed) {
                        retries = self.shared.settings.api();
                    }
                    let Some(pause) = retries.next() else { return Err(error) };
                    let pause = pause.max(error.retry_after().unwrap_or_default());
                    if pause > self.shared.settings.max_retry_wait {
                        return Err(error);
                    }
                    self.shared.pause(pause).await?;
                }
                _ => return Err(error),
            }
        }
    }

    /// Returns the items of a list, page by page, as [`send`](Self::send) sends each page: the token is
    /// refreshed as needed, and a page is requested again after a `Retry-After` within the bounds of the
    /// connections' settings.
    pub fn pages<'a, E>(&'a self, first: E) -> Pages<'a, P, E>
    where
        E: PagedEndpoint<P> + Send + 'a,
    {
        Pages::new(first, move |endpoint| {
            Box::pin(async move {
                let response = self.send(&endpoint).await;
                (endpoint, response)
            })
        })
    }

    /// Writes the response of a call to `target` as it arrives; see
    /// [`Client::download`](crate::Client::download). After a failure, the rest is requested if the server
    /// gave a strong entity tag, else the whole again. The retries are counted anew once more of the file has
    /// been written than before. Each request has the endpoint's deadline; the size limit holds for the whole
    /// file.
    ///
    /// # Errors
    /// As [`send`](Self::send), and [`ErrorKind::DownloadFailed`].
    pub async fn download<E>(
        &self,
        endpoint: &E,
        target: &mut dyn DownloadTarget,
    ) -> Result<Downloaded, Error>
    where
        E: FileEndpoint<P>,
    {
        let has_file = |status| endpoint.has_file(status);
        let mut download = Some(Download::to(target, &has_file));
        self.exchange(endpoint, &mut download, |_, _, _| Ok(())).await?;
        Ok(download.map(Download::finish).unwrap_or_default())
    }

    /// Waits for a newer token than the refused one. Returns it if this call caused its refresh.
    async fn replace_refused<E: Endpoint<P>>(
        &self,
        refused: &CachedToken<P>,
        error: &Error,
    ) -> Result<Option<Arc<CachedToken<P>>>, Error> {
        let newest = self.entry.cached();
        if newest.is_some_and(|cached| cached.replaces(refused.version())) {
            return Ok(None);
        }
        if !refused.is_refreshable() && error.kind() == ErrorKind::Unauthorized {
            // The user may have connected again in another process.
            let current = self.wait_for(Need::Reload).await?;
            if current.replaces(refused.version()) {
                return Ok(None);
            }
            // No verdict without evidence.
            if !self.is_refused_for_good::<E>(refused).await {
                return Err(error.copied());
            }
        }
        if refused.is_refreshable() {
            // If the API refuses every token, only one refresh per interval is made.
            let mut state = self.entry.state();
            let is_recent = state.forced_at.is_some_and(|at| at.elapsed() < self.shared.settings.revalidate);
            if is_recent && state.flight.is_none() {
                return Err(error.copied().with_help(
                    "the token was refreshed a moment ago because one was refused, and this one is refused as well",
                ));
            }
            state.forced_at = Some(Instant::now());
        }
        self.wait_for(Need::ReplaceRejected(refused.version())).await.map(Some)
    }

    /// Returns true if unexplained 401 responses amount to a refused token: the provider's own check refuses
    /// it, or, if there is none, the same idempotent call was refused at least a minute ago as well.
    async fn is_refused_for_good<E: Endpoint<P>>(&self, refused: &CachedToken<P>) -> bool {
        let client = self.shared.client();
        let has_check = client.has_token_check(&refused.token);
        if E::ACTS_FOR_USER || !(has_check || E::IDEMPOTENT) {
            return false;
        }
        let now = Instant::now();
        self.shared.provider_doubts().record(self.account(), now);
        // A check decides about the token, whichever call raised the doubt.
        let call = if has_check { "" } else { E::NAME };
        let Some(since) = self.entry.state().doubts.record(refused.version(), call, now) else {
            return false;
        };
        let is_incident = self.shared.provider_doubts().is_incident_since(since);
        if !has_check {
            return !is_incident;
        }
        let error = match client.check_token(&refused.token).await {
            Ok(()) => return false,
            Err(error) => error,
        };
        self.shared.emit_unrecognized(&self.entry.key, Some(refused.generation), &error);
        match client.token_verdict(&refused.token, &error) {
            TokenVerdict::Refused => true,
            TokenVerdict::Doubtful => !is_incident,
            TokenVerdict::Unknown => false,
        }
    }
}
