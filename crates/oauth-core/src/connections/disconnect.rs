//! Disconnecting an account: revocation at the provider, then removal.

use http::{Method, Request, Response};
use url::Url;

use super::need::Need;
use super::registry::Connections;
use crate::api::endpoint::{Endpoint, EndpointContext, request};
use crate::error::{Error, ErrorKind};
use crate::provider::provider::Provider;
use crate::provider::revocation::RevocationForm;
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
                    RevocationForm::Rfc7009 => self.client().revoke(&cached.token, &url).await,
                    RevocationForm::ApiCall(method) => {
                        connection.send(&RevokeCall { method: method.clone(), url }).await
                    }
                };
                match revoked.map_err(|error| (error.kind(), error)) {
                    // Already invalid, which is the goal.
                    Ok(())
                    | Err((
                        ErrorKind::TokenRefused | ErrorKind::GrantRefused | ErrorKind::NeedsReconnect(_),
                        _,
                    )) => DisconnectOutcome::Revoked,
                    Err((_, error)) => return Err(error),
                }
            }
        };
        self.remove(account).await?;
        Ok(disconnected)
    }
}
