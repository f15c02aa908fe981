//! `oauth keep`: refreshes connections until stopped.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anstyle::Reset;
use clap::Args;
use oauth_core::chrono::SecondsFormat;
use oauth_core::connections::{Event, EventKind, Sweep};
use serde_json::json;

use crate::client_groups::{ClientGroups, EventListener, Selection};
use crate::config::Config;
use crate::context::{CommonArgs, Context};
use crate::failure::{ExitCode, Failure};
use crate::open_connection::finish;
use crate::output::Output;
use crate::report::sanitize;
use crate::store::Store;
use crate::styles::{BAD, DIM, GOOD};
use crate::time::now;

/// Time between looks for the store before the first connection.
const STORE_POLL: Duration = Duration::from_secs(1);

/// Arguments of `keep`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Waits for the first connection if there is none, and includes connections made while it runs. Prints one line per \
event; with --json, one JSON object. Ctrl-C or SIGTERM finishes refreshes in flight and exits with code 0.

Example: oauth keep --every 300 --json")]
pub(crate) struct KeepArgs {
    /// Seconds between sweeps
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    every: u64,

    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

/// Runs the command.
pub(crate) async fn run(arguments: &KeepArgs) -> Result<(), Failure> {
    let context = Context::new(&arguments.common)?;
    let store = match wait_for_store(&context).await {
        Ok(store) => store,
        Err(failure) if failure.code == ExitCode::Interrupted => return Ok(()),
        Err(failure) => return Err(failure),
    };
    let shared = store.shared();
    let output = context.output;
    let unrecognized = context.unrecognized_responses();
    let listener: EventListener = Arc::new(move |event| {
        unrecognized.record(event);
        log_event(output, event);
    });
    let mut client_groups = ClientGroups::default();
    let pause = Duration::from_secs(arguments.every);
    let keeping = async {
        let mut config = context.config.clone();
        let (mut config_problems, mut account_problems) =
            (ActiveProblems::default(), ActiveProblems::default());
        loop {
            // Pick up corrected secrets: a rejected client is retried with the new one.
            let problem = match Config::read(arguments.common.config.as_deref()) {
                Ok(fresh) => {
                    config = fresh;
                    None
                }
                Err(failure) => Some(("configuration".to_owned(), failure.message)),
            };
            config_problems.update(problem, |name, change| match change {
                Some(error) => {
                    log_line(output, BAD, name, &format!("cannot reload, using the previous one: {error}"));
                }
                None => log_line(output, GOOD, name, "reloaded"),
            });
            match client_groups.reload(&shared, &config, Selection::All, &listener, context.trace).await {
                Ok(()) => {
                    let skipped = client_groups.skipped.drain(..).map(|(provider, account, failure)| {
                        (format!("{provider}/{account}"), failure.message)
                    });
                    account_problems.update(skipped, |name, change| match change {
                        Some(error) => log_line(output, BAD, name, &format!("not refreshed: {error}")),
                        None => log_line(output, GOOD, name, "is refreshed again"),
                    });
                }
                // Keep the current groups; the store may recover.
                Err(failure) => log_line(output, BAD, "store", &failure.message),
            }
            for group in &client_groups.groups {
                let sweep = Sweep::all().only(&group.accounts);
                match group.connections.sweep(&sweep).await {
                    Ok(report) => {
                        if let Some(error) = report.stopped_by {
                            log_line(output, BAD, group.provider.as_str(), &format!("stopped: {error}"));
                        }
                    }
                    Err(error) => log_line(output, BAD, group.provider.as_str(), &error.to_string()),
                }
            }
            tokio::time::sleep(pause).await;
        }
    };
    log_line(output, DIM, "keeper", &format!("sweeps every {} s", arguments.every));
    let ended: Result<(), Failure> = context.until_interrupted(keeping).await;
    finish(&context, client_groups.drain()).await;
    store.close().await;
    log_line(output, DIM, "keeper", "ended");
    match ended {
        // A signal is the normal end.
        Err(failure) if failure.code == ExitCode::Interrupted => Ok(()),
        ended => ended,
    }
}

/// Opens the store. Waits for the first connection, which creates it.
async fn wait_for_store(context: &Context) -> Result<Store, Failure> {
    let mut is_first = true;
    loop {
        if let Some(store) = context.open_store().await? {
            return Ok(store);
        }
        if std::mem::take(&mut is_first) {
            log_line(
                context.output,
                DIM,
                "keeper",
                "waits for the first connection: run `oauth connect PROVIDER`",
            );
        }
        let pause = async {
            tokio::time::sleep(STORE_POLL).await;
            Ok(())
        };
        context.until_interrupted(pause).await?;
    }
}

/// Current problems by name, so that each is reported once, and once more when it is resolved.
#[derive(Debug, Default)]
struct ActiveProblems(BTreeMap<String, String>);

impl ActiveProblems {
    /// Replaces the problems and reports changes: `Some` for a new or changed one, `None` for a resolved one.
    fn update(
        &mut self,
        problems: impl IntoIterator<Item = (String, String)>,
        mut report: impl FnMut(&str, Option<&str>),
    ) {
        let before = std::mem::replace(&mut self.0, problems.into_iter().collect());
        for name in before.keys().filter(|name| !self.0.contains_key(*name)) {
            report(name, None);
        }
        for (name, problem) in self.0.iter().filter(|(name, problem)| before.get(*name) != Some(problem)) {
            report(name, Some(problem));
        }
    }
}

fn log_event(output: Output, event: &Event<'_>) {
    let account = format!("{}/{}", event.provider, event.account);
    if output.is_json() {
        let line = json!({
            "time": now().to_rfc3339_opts(SecondsFormat::Secs, true),
            "provider": event.provider,
            "account": event.account,
            "event": event.kind.as_str(),
            "error": event.kind.error().map(ToString::to_string),
            "why": match event.kind { EventKind::NeedsReconnect(problem) => Some(problem.as_str()), _ => None },
        });
        output.result(&line, "");
        return;
    }
    let style = match event.kind {
        EventKind::Connected
        | EventKind::Refreshed
        | EventKind::ProviderRecovered
        | EventKind::StoreWentBack(None)
        | EventKind::Removed => GOOD,
        _ => BAD,
    };
    let text = event.to_string();
    let text = text.strip_prefix(&format!("{account}: ")).unwrap_or(&text);
    log_line(output, style, &account, text);
}

fn log_line(output: Output, style: anstyle::Style, subject: &str, text: &str) {
    let time = now().to_rfc3339_opts(SecondsFormat::Secs, true);
    let (shown_subject, shown_text) = (sanitize(subject), sanitize(text));
    output.result(
        &json!({ "time": time, "event": "note", "about": subject, "text": text }),
        format_args!("{DIM}{time}{Reset} {style}{shown_subject}{Reset}: {shown_text}"),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_are_reported_once_and_cleared() {
        let mut problems = ActiveProblems::default();
        let mut update = |entries: &[(&str, &str)]| {
            let mut lines = Vec::new();
            let entries = entries.iter().map(|(name, problem)| ((*name).to_owned(), (*problem).to_owned()));
            problems.update(entries, |name, change| {
                lines.push(format!("{name} {}", change.unwrap_or("resolved")));
            });
            lines.join(", ")
        };
        assert_eq!(update(&[("a", "x"), ("b", "x")]), "a x, b x");
        assert_eq!(update(&[("a", "x"), ("b", "x")]), "");
        assert_eq!(update(&[("a", "y")]), "b resolved, a y");
        assert_eq!(update(&[]), "a resolved");
        assert_eq!(update(&[]), "");
    }
}
