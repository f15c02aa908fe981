//! `oauth status`: prints the status of one or all connections.

use clap::Args;
use oauth_core::Site as _;

use crate::connection_name::{ConnectionName, ConnectionNameParser};
use crate::context::{CommonArgs, Context};
use crate::failure::{ExitCode, Failure};
use crate::open_connection::{Access, OpenConnection};
use crate::providers::{CliProvider, ProviderName, with_provider};
use crate::report::Report;
use crate::time::now;

/// Arguments of `status`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Sends nothing to the provider. Exit code 0: active. 3: no such connection. 4: the customer must connect \
again. 10: the access token has expired; its next use refreshes it. For several connections: the lowest code \
other than 0.

Example: oauth status go1/acme || oauth connect go1/acme")]
pub(crate) struct StatusArgs {
    /// cohortgo, cobot, go1, gocd or gocd-personal; or PROVIDER/ACCOUNT
    #[arg(value_name = "PROVIDER", value_parser = ConnectionNameParser, hide_possible_values = true)]
    name: Option<ConnectionName>,

    /// Account name [default: default]
    #[arg(value_name = "ACCOUNT")]
    account: Option<String>,

    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

/// Runs the command. Returns an exit code unless active.
pub(crate) async fn run(arguments: &StatusArgs) -> Result<Option<ExitCode>, Failure> {
    let context = Context::new(&arguments.common)?;
    if let Some(name) = &arguments.name {
        let (provider, account) = name.resolve(arguments.account.as_deref())?;
        let report =
            with_provider!(provider, P => connection_report::<P>(&context, provider, &account).await)?;
        context.output.result(&report, report.lines(now()));
        return Ok(report.code());
    }
    let reports = super::list::reports(&context, None).await?;
    let lines: Vec<String> = reports.iter().map(|report| report.lines(now())).collect();
    let text = if lines.is_empty() { "No connections.".to_owned() } else { lines.join("\n") };
    context.output.result(&reports, text);
    Ok(reports.iter().filter_map(Report::code).min())
}

async fn connection_report<P: CliProvider>(
    context: &Context,
    provider: ProviderName,
    account: &str,
) -> Result<Report, Failure> {
    let opened = OpenConnection::<P>::open(context, provider, account, Access::StatusOnly).await?;
    let reading = context.until_interrupted(async {
        opened.connection.status().await.map_err(|error| opened.failure(&error))
    });
    let status = reading.await;
    let client = opened.connections.client();
    opened.close(context).await;
    Ok(Report::from_status(provider, account, &status?, client.site().token_url()))
}
