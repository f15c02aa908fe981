//! `oauth keep`: the keeper, until it is stopped.

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
use crate::show::{BAD, DIM, GOOD};
use crate::time::now;

/// Arguments of `keep`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Connections that are made meanwhile are kept as well. One line for each thing that happens; with --json,
one JSON object. Ctrl-C, or SIGTERM, ends it in order, with exit code 0.")]
pub(crate) struct KeepArgs {
    /// How often to look, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    every: u64,

    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

/// Keeps.
pub(crate) async fn run(arguments: &KeepArgs) -> Result<(), Failure> {
    let context = Context::new(&arguments.common)?;
    let Some(store) = context.open_store().await? else {
        return Err(Failure::new(
            ExitCode::NotConnected,
            "not_connected",
            format!("there is no store yet: {}", context.store_location.address.display_name()),
        )
        .with_help("oauth connect PROVIDER"));
    };
    let shared = store.shared();
    let output = context.output;
    let listener: EventListener = Arc::new(move |event| log_event(output, event));
    let mut client_groups = ClientGroups::default();
    let pause = Duration::from_secs(arguments.every);
    let keeping = async {
        let mut config = context.config.clone();
        let (mut file, mut kept) = (ActiveProblems::default(), ActiveProblems::default());
        loop {
            // A secret may have been corrected since, and a client that was refused is tried again with another.
            let wrong = match Config::read(arguments.common.config.as_deref()) {
                Ok(fresh) => {
                    config = fresh;
                    None
                }
                Err(failure) => Some(("configuration".to_owned(), failure.message)),
            };
            file.update(wrong, |name, news| match news {
                Some(why) => log_line(output, BAD, name, &format!("what was read before holds: {why}")),
                None => log_line(output, GOOD, name, "is read again"),
            });
            match client_groups.reload(&shared, &config, Selection::All, &listener).await {
                Ok(()) => {
                    let skipped = client_groups.skipped.drain(..).map(|(provider, account, failure)| {
                        (format!("{provider}/{account}"), failure.message)
                    });
                    kept.update(skipped, |name, news| match news {
                        Some(why) => log_line(output, BAD, name, &format!("not kept: {why}")),
                        None => log_line(output, GOOD, name, "no longer left out"),
                    });
                }
                // The store may be back next time.
                Err(failure) => log_line(output, BAD, "store", &failure.message),
            }
            for group in &client_groups.groups {
                match group.connections.sweep(&Sweep::all()).await {
                    Ok(swept) => {
                        if let Some(error) = swept.stopped_by {
                            log_line(output, BAD, group.provider.as_str(), &format!("stopped: {error}"));
                        }
                    }
                    Err(error) => log_line(output, BAD, group.provider.as_str(), &error.to_string()),
                }
            }
            tokio::time::sleep(pause).await;
        }
    };
    log_line(output, DIM, "keeper", &format!("looks every {} s", arguments.every));
    let ended: Result<(), Failure> = context.until_interrupted(keeping).await;
    finish(&context, client_groups.drain()).await;
    store.close().await;
    log_line(output, DIM, "keeper", "ended");
    match ended {
        // That is how it ends.
        Err(failure) if failure.code == ExitCode::Interrupted => Ok(()),
        ended => ended,
    }
}

/// What is wrong, so that it is told once; and that it is not any more, once that is so.
#[derive(Debug, Default)]
struct ActiveProblems(BTreeMap<String, String>);

impl ActiveProblems {
    /// Tells what is new, by name: why, or that it is over.
    fn update(
        &mut self,
        wrong: impl IntoIterator<Item = (String, String)>,
        mut tell: impl FnMut(&str, Option<&str>),
    ) {
        let before = std::mem::replace(&mut self.0, wrong.into_iter().collect());
        for name in before.keys().filter(|name| !self.0.contains_key(*name)) {
            tell(name, None);
        }
        for (name, why) in self.0.iter().filter(|(name, why)| before.get(*name) != Some(why)) {
            tell(name, Some(why));
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
            "why": match event.kind { EventKind::NeedsReconnect(why) => Some(why.as_str()), _ => None },
        });
        output.result(&line, "");
        return;
    }
    let style = match event.kind {
        EventKind::Connected | EventKind::Refreshed | EventKind::Removed => GOOD,
        _ => BAD,
    };
    let text = event.to_string();
    let text = text.strip_prefix(&format!("{account}: ")).unwrap_or(&text);
    log_line(output, style, &account, text);
}

fn log_line(output: Output, style: anstyle::Style, who: &str, text: &str) {
    let time = now().to_rfc3339_opts(SecondsFormat::Secs, true);
    let (shown, said) = (sanitize(who), sanitize(text));
    output.result(
        &json!({ "time": time, "event": "note", "about": who, "text": text }),
        format_args!("{DIM}{time}{Reset} {style}{shown}{Reset}: {said}"),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_are_reported_once_and_cleared() {
        let mut problems = ActiveProblems::default();
        let mut look = |wrong: &[(&str, &str)]| {
            let mut lines = Vec::new();
            let wrong = wrong.iter().map(|(name, why)| ((*name).to_owned(), (*why).to_owned()));
            problems.update(wrong, |name, news| lines.push(format!("{name} {}", news.unwrap_or("over"))));
            lines.join(", ")
        };
        assert_eq!(look(&[("a", "x"), ("b", "x")]), "a x, b x");
        assert_eq!(look(&[("a", "x"), ("b", "x")]), "");
        assert_eq!(look(&[("a", "y")]), "b over, a y");
        assert_eq!(look(&[]), "a over");
        assert_eq!(look(&[]), "");
    }
}
