//! `oauth list`: lists connections in a table.

use std::sync::Arc;

use clap::{Args, ValueEnum as _};
use oauth_core::Site as _;
use oauth_core::connections::Connections;
use oauth_core::store::{RecordSummary, TokenStore};

use crate::context::{CommonArgs, Context};
use crate::failure::Failure;
use crate::providers::{CliProvider, ProviderName, with_provider};
use crate::registration::Registration;
use crate::report::{Report, sanitize};
use crate::table::table;
use crate::time::{now, relative};
use crate::wire_trace::Trace;

/// Records per page.
const PAGE_SIZE: usize = 500;

/// Arguments of `list`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Example:
  oauth list --json |
    jq -r '.[] | .provider + \"/\" + .account'")]
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
        reports.push(match report(context, store, provider, account, &mut cached).await {
            Ok(report) => report,
            Err(failure) => Report::from_summary(provider, &summary, Some(failure.message)),
        });
    }
    Ok(())
}

async fn report<P: CliProvider>(
    context: &Context,
    store: &Arc<dyn TokenStore>,
    provider: ProviderName,
    account: &str,
    cached: &mut Option<(Registration, Connections<P>)>,
) -> Result<Report, Failure> {
    let registration = Registration::for_connection(store, &context.config, provider, account).await?;
    let connections = match cached.take() {
        Some((same, connections)) if same == registration => connections,
        _ => Connections::shared_builder(registration.client::<P>(Trace::Off)?, Arc::clone(store)).build(),
    };
    let (_, connections) = cached.insert((registration, connections));
    let status = connections.get(account).status().await;
    let status = status.map_err(|error| Failure::for_connection(&error, P::NAME, account))?;
    Ok(Report::from_status(provider, account, &status, connections.client().site().token_url()))
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

/// A table of at most 60 columns for usual names, then the reasons.
fn text(reports: &[Report]) -> String {
    let now = now();
    let rows = reports.iter().map(|report| {
        let expires = match report.expires_at {
            _ if report.state == "needs_reconnect" => "-".to_owned(),
            Some(at) => relative(at, now),
            None if report.refreshed_at.is_some() => "never".to_owned(),
            None => "-".to_owned(),
        };
        let server = report.server.as_deref().unwrap_or("-");
        [
            report.provider.to_owned(),
            report.shown_account(),
            if report.state == "needs_reconnect" { "reconnect" } else { report.state_label() }.to_owned(),
            expires,
            server.trim_start_matches("https://").trim_start_matches("http://").to_owned(),
        ]
    });
    let mut text = table(["PROVIDER", "ACCOUNT", "STATE", "EXPIRES", "SERVER"], rows);
    for report in reports {
        if let Some(explanation) = &report.explanation {
            text += &format!("\n{}/{}: {}", report.provider, report.shown_account(), sanitize(explanation));
        }
    }
    text
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
        for (output, lines) in [(text(std::slice::from_ref(&report)), 3), (report.lines(now()), 2)] {
            let controls: Vec<char> = output.chars().filter(|c| c.is_control() && *c != '\n').collect();
            assert!(controls.is_empty() && output.lines().count() == lines, "{output:?}");
            assert!(output.contains("[2J"), "{output:?}");
        }
    }
}
