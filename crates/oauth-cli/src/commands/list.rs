//! `oauth list`: all connections in a table.

use std::sync::Arc;

use clap::{Args, ValueEnum as _};
use comfy_table::{ContentArrangement, Table, presets};
use oauth_core::connections::{Connections, Status};
use oauth_core::store::{RecordSummary, TokenStore};

use crate::context::{Common, Context};
use crate::failure::Failure;
use crate::providers::{Name, Offered, at};
use crate::registration::Registration;
use crate::report::{Report, tame};
use crate::time::{now, relative};

/// How many records are read at a time.
const PAGE: usize = 500;

/// Arguments of `list`.
#[derive(Args, Clone, Debug)]
pub(crate) struct List {
    /// Only the connections of cohortgo, cobot, go1, gocd or gocd-personal
    #[arg(long, value_enum, value_name = "NAME", hide_possible_values = true)]
    provider: Option<Name>,

    #[command(flatten)]
    pub(crate) common: Common,
}

/// Prints it.
pub(crate) async fn run(arguments: &List) -> Result<(), Failure> {
    let context = Context::new(&arguments.common)?;
    let reports = reports(&context, arguments.provider).await?;
    if reports.is_empty() {
        context.output.result(&reports, "There are no connections. `oauth connect PROVIDER` makes one.");
    } else {
        context.output.result(&reports, table(&reports));
    }
    Ok(())
}

/// What is known of each connection, by provider and account.
pub(crate) async fn reports(context: &Context, only: Option<Name>) -> Result<Vec<Report>, Failure> {
    let Some(store) = context.store().await? else { return Ok(Vec::new()) };
    let shared = store.shared();
    let reading = async {
        let mut reports = Vec::new();
        for provider in Name::value_variants() {
            if only.is_none_or(|only| only == *provider) {
                at!(*provider, P => read::<P>(context, &shared, *provider, &mut reports).await)?;
            }
        }
        Ok(reports)
    };
    let reports = context.until_interrupted(reading).await;
    store.close().await;
    reports
}

async fn read<P: Offered>(
    context: &Context,
    store: &Arc<dyn TokenStore>,
    provider: Name,
    reports: &mut Vec<Report>,
) -> Result<(), Failure> {
    // Most have the same client.
    let mut known: Option<(Registration, Connections<P>)> = None;
    for summary in summaries(store, provider).await? {
        let account = &summary.account;
        // One that cannot be read hides none of the others.
        reports.push(match one(context, store, provider, account, &mut known).await {
            Ok(status) => Report::of(provider, account, &status),
            Err(failure) => Report::outside(provider, &summary, Some(failure.message)),
        });
    }
    Ok(())
}

async fn one<P: Offered>(
    context: &Context,
    store: &Arc<dyn TokenStore>,
    provider: Name,
    account: &str,
    known: &mut Option<(Registration, Connections<P>)>,
) -> Result<Status, Failure> {
    let registration = Registration::of(store, &context.config, provider, account).await?;
    let connections = match known.take() {
        Some((same, connections)) if same == registration => connections,
        _ => Connections::shared_builder(registration.client::<P>()?, Arc::clone(store)).build(),
    };
    let (_, connections) = known.insert((registration, connections));
    connections.get(account).status().await.map_err(|error| Failure::of(&error, P::NAME, account))
}

/// All records of a provider.
pub(crate) async fn summaries(
    store: &Arc<dyn TokenStore>,
    provider: Name,
) -> Result<Vec<RecordSummary>, Failure> {
    let mut all: Vec<RecordSummary> = Vec::new();
    loop {
        let after = all.last().map(|summary| summary.account.clone());
        let page = store.list(provider.as_str(), after.as_deref(), PAGE).await?;
        let is_last = page.len() < PAGE;
        all.extend(page);
        if is_last {
            return Ok(all);
        }
    }
}

fn table(reports: &[Report]) -> String {
    let now = now();
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(["PROVIDER", "ACCOUNT", "STATE", "EXPIRES", "LAPSES", "LAST REFRESH", "WHY"]);
    for report in reports {
        let when = |at: Option<_>| at.map_or_else(|| "-".to_owned(), |at| relative(at, now));
        let expires = if report.refreshed_at.is_some() && report.expires_at.is_none() {
            "never".to_owned()
        } else {
            when(report.expires_at)
        };
        table.add_row([
            report.provider.to_owned(),
            report.shown_account(),
            report.state_words().to_owned(),
            expires,
            when(report.lapses_at),
            when(report.refreshed_at),
            report.because.as_deref().map_or_else(|| "-".to_owned(), tame),
        ]);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use oauth_core::store::RecordState;

    use super::*;

    /// Other programs share the store, and may call an account anything.
    #[test]
    fn a_name_does_nothing_to_the_terminal() {
        let summary = RecordSummary::new("a\u{1b}[2J\nb", 1, RecordState::Active, None, None);
        let report = Report::outside(Name::Go1, &summary, Some("c\rd".to_owned()));
        for shown in [table(std::slice::from_ref(&report)), report.lines(now())] {
            let controls: Vec<char> = shown.chars().filter(|c| c.is_control() && *c != '\n').collect();
            assert!(controls.is_empty() && shown.lines().count() == 2, "{shown:?}");
            assert!(shown.contains("[2J"), "{shown:?}");
        }
    }
}
