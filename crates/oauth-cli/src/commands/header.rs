//! `oauth header`: prints the Authorization header of a connection.

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
    with_provider!(provider, P => header::<P>(&context, provider, &account).await)
}

async fn header<P: CliProvider>(
    context: &Context,
    provider: ProviderName,
    account: &str,
) -> Result<(), Failure> {
    let opened = OpenConnection::<P>::open(context, provider, account, Access::UseToken).await?;
    let reading = context.until_interrupted(async {
        let headers = context.output.note_delay(opened.connection.headers()).await;
        headers.map_err(|error| opened.failure(&error))
    });
    let headers = reading.await;
    opened.close(context).await;
    for (name, value) in &headers? {
        // Conventional capitalisation; HTTP ignores case.
        let name = if name == "authorization" { "Authorization" } else { name.as_str() };
        // Always text: tokens are validated as printable ASCII.
        let value = value.to_str().unwrap_or_default();
        context.output.result(&json!({ "name": name, "value": value }), format_args!("{name}: {value}"));
    }
    Ok(())
}
