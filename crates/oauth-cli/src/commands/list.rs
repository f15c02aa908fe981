//! `oauth list`: lists connections in a table.

use std::sync::Arc;

use clap::{Args, ValueEnum as _};
use oauth_core::connections::{Connections, Status};
use oauth_core::store::{RecordSummary, TokenStore};

use crate::context::{CommonArgs, Context};
use crate::failure::Failure;
use crate::providers::{CliProvider, ProviderName, with_provider};
use crate::registration::Registration;
use crate::report::{Report, sanitize};
use crate::table::table;
use crate::time::{now, relative};

/// Records per page.
const PAGE_SIZE: usize = 500;

/// Arguments of `list`.
#[derive(Args, Clone, Debug)]
pub(crate) struct ListArgs {
    /// List only connections of cohortgo, cobot, go1, gocd or gocd-personal
    #[arg(long, value_enum, value_name = "NAME", hide_possible_values = true)]
    provider: Option<ProviderName>,

    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

/// Runs the command.
pub(crate) async fn run(arguments: &ListArgs) -> Result<(), Failure> {
    let context = Context::new(&arguments.common)?;
    let reports = reports(&context, arguments.provider).await?;
    if reports.is_empty() {
        context.output.result(&reports, "No connections. Create one with `oauth connect PROVIDER`.");
    } else {
        context.output.result(&reports, text(&reports));
    }
    Ok(())
}

/// Returns a report per connection, by provider and account.
pub(crate) async fn reports(context: &Context, only: Option<ProviderName>) -> Result<Vec<Report>, Failure> {
    let Some(store) = context.open_store().await? else { return Ok(Vec::new()) };
    let shared = store.shared();
    let reading = async {
        let mut reports = Vec::new();
        for provider in ProviderName::value_variants() {
            if only.is_none_or(|only| only == *provider) {
                with_provider!(*provider, P => read_provider::<P>(context, &shared, *provider, &mut reports).await)?;
            }
        }
        Ok(reports)
    };
    let reports = context.until_interrupted(reading).await;
    store.close().await;
    reports
}

async fn read_provider<P: CliProvider>(
    context: &Context,
    store: &Arc<dyn TokenStore>,
    provider: ProviderName,
    reports: &mut Vec<Report>,
) -> Result<(), Failure> {
    // Most connections share one client.
    let mut cached: Option<(Registration, Connections<P>)> = None;
    for summary in summaries(store, provider).await? {
        let account = &summary.account;
        // One unreadable record must not hide the others.
        reports.push(match connection_status(context, store, provider, account, &mut cached).await {
            Ok(status) => Report::from_status(provider, account, &status),
            Err(failure) => Report::from_summary(provider, &summary, Some(failure.message)),
        });
    }
    Ok(())
}

async fn connection_status<P: CliProvider>(
    context: &Context,
    store: &Arc<dyn TokenStore>,
    provider: ProviderName,
    account: &str,
    cached: &mut Option<(Registration, Connections<P>)>,
) -> Result<Status, Failure> {
    let registration = Registration::for_connection(store, &context.config, provider, account).await?;
    let connections = match cached.take() {
        Some((same, connections)) if same == registration => connections,
        _ => Connections::shared_builder(registration.client::<P>()?, Arc::clone(store)).build(),
    };
    let (_, connections) = cached.insert((registration, connections));
    connections.get(account).status().await.map_err(|error| Failure::for_connection(&error, P::NAME, account))
}

/// Returns all records of a provider.
pub(crate) async fn summaries(
    store: &Arc<dyn TokenStore>,
    provider: ProviderName,
) -> Result<Vec<RecordSummary>, Failure> {
    let mut all: Vec<RecordSummary> = Vec::new();
    loop {
        let after = all.last().map(|summary| summary.account.clone());
        let page = store.list(provider.as_str(), after.as_deref(), PAGE_SIZE).await?;
        let is_last = page.len() < PAGE_SIZE;
        all.extend(page);
        if is_last {
            return Ok(all);
        }
    }
}

fn text(reports: &[Report]) -> String {
    let now = now();
    let rows = reports.iter().map(|report| {
        let when = |at: Option<_>| at.map_or_else(|| "-".to_owned(), |at| relative(at, now));
        let expires = if report.refreshed_at.is_some() && report.expires_at.is_none() {
            "never".to_owned()
        } else {
            when(report.expires_at)
        };
        [
            report.provider.to_owned(),
            report.shown_account(),
            report.state_label().to_owned(),
            expires,
            when(report.lapses_at),
            when(report.refreshed_at),
            report.explanation.as_deref().map_or_else(|| "-".to_owned(), sanitize),
        ]
    });
    table(["PROVIDER", "ACCOUNT", "STATE", "EXPIRES", "LAPSES", "LAST REFRESH", "REASON"], rows)
}

#[cfg(test)]
mod tests {
    use oauth_core::store::RecordState;

    use super::*;

    /// Other programs share the store and may use any account name.
    #[test]
    fn account_names_are_sanitized() {
        let summary = RecordSummary::new("a\u{1b}[2J\nb", 1, RecordState::Active, None, None);
        let report = Report::from_summary(ProviderName::Go1, &summary, Some("c\rd".to_owned()));
        for output in [text(std::slice::from_ref(&report)), report.lines(now())] {
            let controls: Vec<char> = output.chars().filter(|c| c.is_control() && *c != '\n').collect();
            assert!(controls.is_empty() && output.lines().count() == 2, "{output:?}");
            assert!(output.contains("[2J"), "{output:?}");
        }
    }
}
