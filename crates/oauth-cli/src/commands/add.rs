//! `oauth add`: a token that was got elsewhere.

use clap::Args;
use oauth_core::connections::Connections;

use crate::attempt::token;
use crate::context::{Common, Context};
use crate::failure::Failure;
use crate::providers::{ByProvider, Offered, Own, at};
use crate::registration::Registration;
use crate::report::Report;
use crate::setting::Of;
use crate::time::now;

/// Arguments of `add` at every provider.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
The token is asked for without being shown; where there is no terminal, it is read from stdin. Never
give it on the command line. A token that is added cannot be refreshed.")]
pub(crate) struct Add {
    /// What to call the account
    #[arg(value_name = "ACCOUNT")]
    account: String,

    /// The client that the token was issued to, if that is known
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,

    #[command(flatten)]
    pub(crate) common: Common,
}

impl Own for Add {
    fn takes(of: Of) -> bool {
        matches!(of, Of::Site | Of::Scopes | Of::Add)
    }
}

/// Adds it.
pub(crate) async fn run(arguments: &ByProvider<Add>) -> Result<(), Failure> {
    let context = Context::new(&arguments.own.common)?;
    at!(arguments.provider, P => add::<P>(&context, arguments).await)
}

async fn add<P: Offered>(context: &Context, arguments: &ByProvider<Add>) -> Result<(), Failure> {
    let ByProvider { provider, own, settings } = arguments;
    let said = Registration::configured(&context.config, *provider);
    let mut settings = settings.clone().over(said.settings);
    settings.make_absolute("ca-certificate");
    let client_id = own.client_id.clone().unwrap_or(said.client_id);
    let registration = Registration { client_id, client_secret: None, redirect_uri: None, settings };
    // Whatever is wrong with the rest, before a secret is asked for.
    let client = registration.client::<P>()?;
    let token = P::adopt(&client, token()?, &registration.settings)?;
    let store = context.until_interrupted(context.used.open_or_make()).await?;
    let shared = store.shared();
    let connections = Connections::shared_builder(client, shared.clone()).build();
    let added = async {
        let connection = connections.insert(&own.account, token).await?;
        registration.remember(&shared, *provider, &own.account).await?;
        Ok::<_, Failure>(Report::of(*provider, &own.account, &connection.status().await?))
    };
    let report = added.await;
    store.close().await;
    let report = report?;
    context.output.result(&report, report.lines(now()));
    Ok(())
}
