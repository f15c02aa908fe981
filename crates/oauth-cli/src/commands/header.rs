//! `oauth header`: the header that authorizes a request.

use serde_json::json;

use super::One;
use crate::context::Context;
use crate::failure::Failure;
use crate::held::{Held, Need};
use crate::providers::{Offered, at};

/// Prints it.
pub(crate) async fn run(arguments: &One) -> Result<(), Failure> {
    let context = Context::new(&arguments.common)?;
    at!(arguments.provider, P => header::<P>(&context, arguments).await)
}

async fn header<P: Offered>(context: &Context, arguments: &One) -> Result<(), Failure> {
    let held = Held::<P>::open(context, arguments.provider, &arguments.account, Need::Use).await?;
    let asked = context
        .until_interrupted(async { held.connection.headers().await.map_err(|error| held.failure(&error)) });
    let headers = asked.await;
    held.end(context).await;
    for (name, value) in &headers? {
        // As documents write it; on the wire case does not matter.
        let name = if name == "authorization" { "Authorization" } else { name.as_str() };
        // Tokens are checked to be printable ASCII before they are taken.
        let value = value.to_str().unwrap_or_default();
        context.output.result(&json!({ "name": name, "value": value }), format_args!("{name}: {value}"));
    }
    Ok(())
}
