//! `oauth refresh`: refreshes connections now.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clap::Args;
use oauth_core::connections::{DynConnections, Sweep};
use oauth_core::{Error, ErrorKind, Renewal, Site as _};
use serde::Serialize;

use crate::client_groups::{ClientGroup, ClientGroups, EventListener, Selection};
use crate::connection_name::{ConnectionName, ConnectionNameParser, shell_name};
use crate::context::{CommonArgs, Context};
use crate::failure::{ExitCode, Failure};
use crate::open_connection::{Access, OpenConnection, finish};
use crate::progress::Progress;
use crate::providers::{CliProvider, ProviderName, with_provider};
use crate::report::Report;
use crate::time::now;
use crate::wire_trace::Trace;

/// Arguments of `refresh`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Exit code 0 if all were refreshed or none needed to be; otherwise the lowest code among the failures. \
Connections that need reconnecting are failures, with code 4.

Examples:
  oauth refresh go1/acme
  oauth refresh --due")]
pub(crate) struct RefreshArgs {
    /// cohortgo, cobot, go1, gocd or gocd-personal; or PROVIDER/ACCOUNT
    #[arg(value_name = "PROVIDER", value_parser = ConnectionNameParser, hide_possible_values = true)]
    name: Option<ConnectionName>,

    /// Account name [default: default]
    #[arg(value_name = "ACCOUNT")]
    account: Option<String>,

    /// Refresh all connections that can be refreshed
    #[arg(long, conflicts_with_all = ["due", "name"])]
    all: bool,

    /// Refresh connections whose access token is due or whose refresh token expires soon
    #[arg(long, conflicts_with = "name")]
    due: bool,

    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

/// The result of one refresh.
#[derive(Clone, Debug, Serialize)]
struct Outcome {
    provider: &'static str,
    account: String,
    /// `refreshed`, or the failure's kind.
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip)]
    code: Option<ExitCode>,
}

impl Outcome {
    fn new(provider: ProviderName, account: String, result: Result<(), Failure>) -> Self {
        let failure = result.err();
        Self {
            provider: provider.as_str(),
            account,
            outcome: failure.as_ref().map_or("refreshed", |failure| failure.kind),
            code: failure.as_ref().map(|failure| failure.code),
            message: failure.map(|failure| failure.message),
        }
    }
}

/// Runs the command. Returns the lowest exit code of the failures.
pub(crate) async fn run(arguments: &RefreshArgs) -> Result<Option<ExitCode>, Failure> {
    let context = Context::new(&arguments.common)?;
    if let Some(name) = &arguments.name {
        let (provider, account) = name.resolve(arguments.account.as_deref())?;
        with_provider!(provider, P => refresh_one::<P>(&context, provider, &account).await)?;
        return Ok(None);
    }
    if !arguments.all && !arguments.due {
        return Err(what_is_possible(&context).await);
    }
    let selection = if arguments.all { Selection::All } else { Selection::Due };
    let outcomes = refresh_many(&context, selection).await?;
    let done = outcomes.iter().filter(|one| one.code.is_none()).count();
    let lines = outcomes.iter().map(|one| {
        let Outcome { provider, account, outcome, message, .. } = one;
        format!("{provider}/{account}: {}", message.as_deref().unwrap_or(outcome))
    });
    let summary = match outcomes.len() {
        0 => "Nothing to refresh.".to_owned(),
        all => format!("{done} of {all} refreshed."),
    };
    let text: Vec<String> = lines.chain([summary]).collect();
    context.output.result(&outcomes, text.join("\n"));
    Ok(outcomes.iter().filter_map(|one| one.code).min())
}

/// The error if no connection is named: lists what can be refreshed.
async fn what_is_possible(context: &Context) -> Failure {
    let reports = match super::list::reports(context, None).await {
        Ok(reports) => reports,
        Err(failure) => return failure,
    };
    let failure = Failure::usage("no connection is named");
    let Some(first) = reports.first() else {
        return failure.with_help("there is no connection yet; run `oauth connect PROVIDER`");
    };
    let one = shell_name(first.provider, &first.account);
    failure.with_help(format!(
        "run `oauth refresh --due` for what is due, `oauth refresh --all`, or name one of {}, such as `oauth refresh {one}`",
        match reports.len() {
            1 => "1 connection".to_owned(),
            number => format!("{number} connections"),
        }
    ))
}

async fn refresh_one<P: CliProvider>(
    context: &Context,
    provider: ProviderName,
    account: &str,
) -> Result<(), Failure> {
    let opened = OpenConnection::<P>::open(context, provider, account, Access::UseToken).await?;
    let can_refresh = <P::Renewal as Renewal>::REFRESHES;
    let refreshing = async {
        let usable = if can_refresh {
            let connections: &dyn DynConnections = &opened.connections;
            context.output.note_delay(connections.refresh(account)).await
        } else {
            opened.connection.token().await.map(drop)
        };
        usable.map_err(|error| opened.failure(&error))?;
        let status = opened.connection.status().await.map_err(|error| opened.failure(&error))?;
        Ok(Report::from_status(provider, account, &status, opened.connections.client().site().token_url()))
    };
    let report = context.until_interrupted(refreshing).await;
    opened.close(context).await;
    let report = report?;
    let what = match can_refresh {
        true => "Refreshed.".to_owned(),
        false => format!("Nothing to refresh: {} issues no refresh tokens.", P::TITLE),
    };
    context.output.result(&report, format_args!("{what}\n{}", report.lines(now())));
    Ok(())
}

async fn refresh_many(context: &Context, selection: Selection) -> Result<Vec<Outcome>, Failure> {
    let Some(store) = context.open_store().await? else { return Ok(Vec::new()) };
    let shared = store.shared();
    let mut client_groups = ClientGroups::default();
    let outcomes = Arc::new(Mutex::new(Vec::new()));
    let record = {
        let outcomes = Arc::clone(&outcomes);
        move |outcome: Outcome| outcomes.lock().unwrap_or_else(PoisonError::into_inner).push(outcome)
    };
    let listener: EventListener = Arc::new(context.unrecognized_responses().listener());
    let work = async {
        client_groups.reload(&shared, &context.config, selection, &listener, context.trace).await?;
        for (provider, account, failure) in client_groups.skipped.drain(..) {
            record(Outcome::new(provider, account, Err(failure)));
        }
        let count = client_groups.groups.iter().map(|group| group.accounts.len()).sum();
        let progress = match context.trace {
            Trace::Off => Progress::new(count),
            // The trace says more, and a bar would be drawn between its lines.
            Trace::Calls => Progress::hidden(),
        };
        for group in &client_groups.groups {
            let (progress, record) = (progress.clone(), record.clone());
            refresh_group(group, move |outcome| {
                progress.advance(&format!("{}/{}", outcome.provider, outcome.account));
                record(outcome);
            })
            .await;
        }
        Ok(())
    };
    let worked = context.until_interrupted(work).await;
    finish(context, client_groups.drain()).await;
    store.close().await;
    worked?;
    let mut outcomes = std::mem::take(&mut *outcomes.lock().unwrap_or_else(PoisonError::into_inner));
    outcomes.sort_by(|a, b| (a.provider, &a.account).cmp(&(b.provider, &b.account)));
    Ok(outcomes)
}

/// Refreshes one client's connections. Calls `record` with the outcome of each.
async fn refresh_group(group: &ClientGroup, record: impl Fn(Outcome) + Clone + Send + Sync + 'static) {
    let provider = group.provider;
    let outcome = move |account: &str, result: Result<(), &Error>| {
        let result = result.map_err(|error| Failure::for_connection(error, provider.as_str(), account));
        Outcome::new(provider, account.to_owned(), result)
    };
    let tried = Arc::new(Mutex::new(HashSet::new()));
    let sweep = Sweep::accounts(&group.accounts).spread(Duration::ZERO).on_result({
        let (tried, record) = (Arc::clone(&tried), record.clone());
        move |account, result| {
            tried.lock().unwrap_or_else(PoisonError::into_inner).insert(account.to_owned());
            record(outcome(account, result));
        }
    });
    let stopped_by = group.connections.sweep(&sweep).await.map_or_else(Some, |report| report.stopped_by);
    let tried = std::mem::take(&mut *tried.lock().unwrap_or_else(PoisonError::into_inner));
    for account in group.accounts.iter().filter(|account| !tried.contains(*account)) {
        record(match &stopped_by {
            Some(error) if error.kind() == ErrorKind::ClientRefused => outcome(account, Err(error)),
            _ => {
                let failure =
                    Failure::new(ExitCode::TryLater, "stopped", "not tried after repeated failures");
                Outcome::new(provider, account.clone(), Err(failure))
            }
        });
    }
}
