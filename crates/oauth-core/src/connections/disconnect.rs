//! Disconnecting an account: revocation at the provider, then removal.

use std::time::Duration;

use http::{Method, Request, Response};
use tokio::time::Instant;
use url::Url;

use super::need::Need;
use super::refresh::busy;
use super::registry::Connections;
use crate::api::endpoint::{Endpoint, EndpointContext, request};
use crate::error::oauth_code::OAuthCode;
use crate::error::{Error, ErrorKind};
use crate::provider::provider::Provider;
use crate::provider::revocation::RevocationForm;
use crate::provider::site::Site as _;
use crate::store::{AcquireOutcome, StoreError};

/// The outcome of [`Connections::disconnect`] for the account's token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DisconnectOutcome {
    /// It was revoked, or had been refused before.
    Revoked,
    /// The provider has no call that revokes a token: it works until it expires, or the user revokes it at
    /// the provider.
    Removed,
}

/// A revocation that is an API call.
struct RevokeCall {
    method: Method,
    url: Url,
}

impl<P: Provider> Endpoint<P> for RevokeCall {
    type Response = ();
    const NAME: &'static str = "revoking the token";
    const IDEMPOTENT: bool = true;

    fn request(&self, _: &EndpointContext<'_, P>) -> Result<Request<Vec<u8>>, Error> {
        request(self.method.clone(), &self.url, Vec::new())
    }

    fn parse(&self, _: &EndpointContext<'_, P>, _: Response<Vec<u8>>) -> Result<(), Error> {
        Ok(())
    }
}

impl<P: Provider> Connections<P> {
    /// Disconnects an account: revokes its token [where the provider can](crate::Site::revocation), then
    /// removes the connection like [`remove`](Self::remove).
    ///
    /// # Errors
    /// [`ErrorKind::NotConnected`] if there is no such connection. If the token cannot be revoked, the error
    /// of that call: the connection is kept then, and [`remove`](Self::remove) removes it all the same.
    pub async fn disconnect(&self, account: &str) -> Result<DisconnectOutcome, Error> {
        let connection = self.get(account);
        let cached = connection.wait_for(Need::Reload).await?;
        let disconnected = match self.client().inner().site.revocation(cached.token.access_token()) {
            None => DisconnectOutcome::Removed,
            Some(revocation) => {
                let url = revocation.url().clone();
                let revoked = match revocation.form() {
                    RevocationForm::Rfc7009 => self.revoke(account, &url).await,
                    RevocationForm::ApiCall(method) => {
                        connection.send(&RevokeCall { method: method.clone(), url }).await
                    }
                };
                match revoked {
                    Err(error) if !is_invalid_already(&error) => return Err(error),
                    _ => DisconnectOutcome::Revoked,
                }
            }
        };
        self.remove(account).await?;
        Ok(disconnected)
    }
    /// Revokes the stored token while no process refreshes it: the token of a refresh would stay valid.
    async fn revoke(&self, account: &str, url: &Url) -> Result<(), Error> {
        let _operation = self.0.begin_operation()?;
        let (shared, entry) = (&self.0, self.0.entry(account));
        let deadline = Instant::now() + shared.settings.refresh_deadline;
        let mut polls = shared.settings.polls();
        let failed = |error: StoreError| Error::from(error).with_provider(P::NAME);
        let (fence, record) = loop {
            match shared.store.acquire(&entry.key).await.map_err(failed)? {
                AcquireOutcome::Missing => return Err(entry.not_connected()),
                AcquireOutcome::Granted { fence, record } => break (fence, record),
                AcquireOutcome::Held { .. } if Instant::now() > deadline => return Err(busy::<P>()),
                AcquireOutcome::Held { .. } => {
                    shared.pause(polls.next().unwrap_or(Duration::from_secs(1))).await?;
                }
            }
        };
        let epoch = entry.state().epoch;
        let revoked = match shared.read_record(&entry, epoch, &record) {
            Ok(read) => {
                // The store may have lost the newest token.
                let newer = entry
                    .cached()
                    .filter(|cached| cached.token.data.lineage.descends_from(read.token.data.lineage));
                let token = newer.as_ref().map_or(&read.token, |cached| &cached.token);
                self.client().revoke(token, url).await
            }
            Err(error) => Err(error),
        };
        shared.store.release(&entry.key, fence).await;
        revoked
    }
}

/// The goal of a revocation. RFC 7009 knows no such error; servers send it.
fn is_invalid_already(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::TokenRefused | ErrorKind::GrantRefused | ErrorKind::NeedsReconnect(_))
        || error.oauth_code() == Some(&OAuthCode::InvalidToken)
}
