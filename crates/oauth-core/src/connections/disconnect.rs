//! Disconnecting an account: revocation at the provider, then removal.

use http::{Method, Request, Response};

use super::need::Need;
use super::registry::Connections;
use crate::api::endpoint::{Endpoint, EndpointContext, request};
use crate::error::{Error, ErrorKind};
use crate::provider::provider::Provider;
use crate::provider::revocation::Revocation;
use crate::provider::site::Site as _;

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

/// The endpoint of a revocation.
struct RevokeCall(Revocation);

impl<P: Provider> Endpoint<P> for RevokeCall {
    type Response = ();
    const NAME: &'static str = "revoking the token";
    const IDEMPOTENT: bool = true;

    fn request(&self, _: &EndpointContext<'_, P>) -> Result<Request<Vec<u8>>, Error> {
        request(Method::DELETE, self.0.url(), Vec::new())
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
            Some(revocation) => match connection.send(&RevokeCall(revocation)).await {
                Ok(()) => DisconnectOutcome::Revoked,
                // Already invalid, which is the goal.
                Err(error)
                    if matches!(error.kind(), ErrorKind::TokenRefused | ErrorKind::NeedsReconnect(_)) =>
                {
                    DisconnectOutcome::Revoked
                }
                Err(error) => return Err(error),
            },
        };
        self.remove(account).await?;
        Ok(disconnected)
    }
}
