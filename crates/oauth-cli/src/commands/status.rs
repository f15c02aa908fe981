//! `oauth status`: one connection, or all; the exit code tells.

use clap::Args;

use crate::context::{CommonArgs, Context};
use crate::failure::{ExitCode, Failure};
use crate::open_connection::{Access, OpenConnection};
use crate::providers::{CliProvider, ProviderName, with_provider};
use crate::report::Report;
use crate::time::now;

/// Arguments of `status`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Nothing is sent to the provider. Exit code 0: active. 3: there is no such connection. 4: the customer
has to connect again. 10: the access token has expired, and its next use refreshes it. Of all
connections, the lowest of these codes but 0.")]
pub(crate) struct StatusArgs {
    /// cohortgo, cobot, go1, gocd or gocd-personal
    #[arg(value_enum, value_name = "PROVIDER", requires = "account", hide_possible_values = true)]
    provider: Option<ProviderName>,

    /// The account
    #[arg(value_name = "ACCOUNT")]
    account: Option<String>,

    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

/// Tells it; the code is what the program ends with.
pub(crate) async fn run(arguments: &StatusArgs) -> Result<Option<ExitCode>, Failure> {
    let context = Context::new(&arguments.common)?;
    if let (Some(provider), Some(account)) = (arguments.provider, &arguments.account) {
        let report =
            with_provider!(provider, P => connection_report::<P>(&context, provider, account).await)?;
        context.output.result(&report, report.lines(now()));
        return Ok(report.code());
    }
    let reports = super::list::reports(&context, None).await?;
    let lines: Vec<String> = reports.iter().map(|report| report.lines(now())).collect();
    let text = if lines.is_empty() { "There are no connections.".to_owned() } else { lines.join("\n") };
    context.output.result(&reports, text);
    Ok(reports.iter().filter_map(Report::code).min())
}

async fn connection_report<P: CliProvider>(
    context: &Context,
    provider: ProviderName,
    account: &str,
) -> Result<Report, Failure> {
    let opened = OpenConnection::<P>::open(context, provider, account, Access::StatusOnly).await?;
    let asked = context.until_interrupted(async {
        opened.connection.status().await.map_err(|error| opened.failure(&error))
    });
    let status = asked.await;
    opened.close(context).await;
    Ok(Report::from_status(provider, account, &status?))
}
