//! `oauth token`: prints the access token of a connection.

use oauth_core::AccessToken;
use oauth_core::http::HeaderValue;
use serde_json::json;

use crate::connection_name::ConnectionArgs;
use crate::context::Context;
use crate::failure::Failure;
use crate::open_connection::{Access, OpenConnection};
use crate::providers::{CliProvider, ProviderName, with_provider};

/// Runs the command.
pub(crate) async fn run(arguments: &ConnectionArgs) -> Result<(), Failure> {
    let context = Context::new(&arguments.common)?;
    let (provider, account) = arguments.resolve()?;
    let credentials = with_provider!(provider, P => credentials::<P>(&context, provider, &account).await)?;
    let token = credentials.access_token.expose();
    context.output.result(&json!({ "access_token": token }), token);
    Ok(())
}

/// The access token, and the value of the Authorization header with it.
pub(super) struct Credentials {
    pub(super) access_token: AccessToken,
    pub(super) authorization: HeaderValue,
}

/// Returns a connection's credentials, refreshed if due.
pub(super) async fn credentials<P: CliProvider>(
    context: &Context,
    provider: ProviderName,
    account: &str,
) -> Result<Credentials, Failure> {
    let opened = OpenConnection::<P>::open(context, provider, account, Access::UseToken).await?;
    let reading = context.until_interrupted(async {
        let token = context.output.note_delay(opened.connection.token()).await;
        let token = token.map_err(|error| opened.failure(&error))?;
        let access_token = token.access_token().clone();
        let authorization = opened.connection.with_header(|_, value| value.clone()).await;
        let authorization = authorization.map_err(|error| opened.failure(&error))?;
        Ok(Credentials { access_token, authorization })
    });
    let credentials = reading.await;
    opened.close(context).await;
    credentials
}
