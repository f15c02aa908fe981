//! `oauth keep`: the keeper, until it is stopped.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anstyle::Reset;
use clap::Args;
use oauth_core::chrono::SecondsFormat;
use oauth_core::connections::{Event, EventKind, Sweep};
use serde_json::json;

use crate::config::Config;
use crate::context::{Common, Context};
use crate::failure::{Code, Failure};
use crate::fleet::{Fleet, Listener, Which};
use crate::held::end;
use crate::output::Output;
use crate::report::tame;
use crate::show::{BAD, DIM, GOOD};
use crate::time::now;

/// Arguments of `keep`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Connections that are made meanwhile are kept as well. One line for each thing that happens; with --json,
one JSON object. Ctrl-C, or SIGTERM, ends it in order, with exit code 0.")]
pub(crate) struct Keep {
    /// How often to look, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    every: u64,

    #[command(flatten)]
    pub(crate) common: Common,
}

/// Keeps.
pub(crate) async fn run(arguments: &Keep) -> Result<(), Failure> {
    let context = Context::new(&arguments.common)?;
    let Some(store) = context.store().await? else {
        return Err(Failure::new(
            Code::NotConnected,
            "not_connected",
            format!("there is no store yet: {}", context.used.which.shown()),
        )
        .hint("oauth connect PROVIDER"));
    };
    let shared = store.shared();
    let output = context.output;
    let listener: Listener = Arc::new(move |event| log(output, event));
    let mut fleet = Fleet::default();
    let pause = Duration::from_secs(arguments.every);
    let keeping = async {
        let mut config = context.config.clone();
        let (mut file, mut kept) = (Told::default(), Told::default());
        loop {
            // A secret may have been corrected since, and a client that was refused is tried again with another.
            let wrong = match Config::read(arguments.common.config.as_deref()) {
                Ok(fresh) => {
                    config = fresh;
                    None
                }
                Err(failure) => Some(("configuration".to_owned(), failure.message)),
            };
            file.look(wrong, |name, news| match news {
                Some(why) => tell(output, BAD, name, &format!("what was read before holds: {why}")),
                None => tell(output, GOOD, name, "is read again"),
            });
            match fleet.gather(&shared, &config, Which::All, &listener).await {
                Ok(()) => {
                    let left_out = fleet.left_out.drain(..).map(|(provider, account, failure)| {
                        (format!("{provider}/{account}"), failure.message)
                    });
                    kept.look(left_out, |name, news| match news {
                        Some(why) => tell(output, BAD, name, &format!("not kept: {why}")),
                        None => tell(output, GOOD, name, "no longer left out"),
                    });
                }
                // The store may be back next time.
                Err(failure) => tell(output, BAD, "store", &failure.message),
            }
            for group in &fleet.groups {
                match group.connections.sweep(&Sweep::all()).await {
                    Ok(swept) => {
                        if let Some(error) = swept.stopped_by {
                            tell(output, BAD, group.provider.as_str(), &format!("stopped: {error}"));
                        }
                    }
                    Err(error) => tell(output, BAD, group.provider.as_str(), &error.to_string()),
                }
            }
            tokio::time::sleep(pause).await;
        }
    };
    tell(output, DIM, "keeper", &format!("looks every {} s", arguments.every));
    let ended: Result<(), Failure> = context.until_interrupted(keeping).await;
    end(&context, fleet.drain()).await;
    store.close().await;
    tell(output, DIM, "keeper", "ended");
    match ended {
        // That is how it ends.
        Err(failure) if failure.code == Code::Interrupted => Ok(()),
        ended => ended,
    }
}

/// What is wrong, so that it is told once; and that it is not any more, once that is so.
#[derive(Debug, Default)]
struct Told(BTreeMap<String, String>);

impl Told {
    /// Tells what is new, by name: why, or that it is over.
    fn look(
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

fn log(output: Output, event: &Event<'_>) {
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
    tell(output, style, &account, text);
}

fn tell(output: Output, style: anstyle::Style, who: &str, text: &str) {
    let time = now().to_rfc3339_opts(SecondsFormat::Secs, true);
    let (shown, said) = (tame(who), tame(text));
    output.result(
        &json!({ "time": time, "event": "note", "about": who, "text": text }),
        format_args!("{DIM}{time}{Reset} {style}{shown}{Reset}: {said}"),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_told_once_and_taken_back() {
        let mut told = Told::default();
        let mut look = |wrong: &[(&str, &str)]| {
            let mut lines = Vec::new();
            let wrong = wrong.iter().map(|(name, why)| ((*name).to_owned(), (*why).to_owned()));
            told.look(wrong, |name, news| lines.push(format!("{name} {}", news.unwrap_or("over"))));
            lines.join(", ")
        };
        assert_eq!(look(&[("a", "x"), ("b", "x")]), "a x, b x");
        assert_eq!(look(&[("a", "x"), ("b", "x")]), "");
        assert_eq!(look(&[("a", "y")]), "b over, a y");
        assert_eq!(look(&[]), "a over");
        assert_eq!(look(&[]), "");
    }
}
