//! `oauth keep`: the keeper, until it is stopped.

use std::sync::Arc;
use std::time::Duration;

use anstyle::Reset;
use clap::Args;
use oauth_core::chrono::SecondsFormat;
use oauth_core::connections::{Event, Sweep, What};
use serde_json::json;

use crate::context::{Common, Context};
use crate::failure::{Code, Failure};
use crate::fleet::{Fleet, Listener, Which};
use crate::held::end;
use crate::output::Output;
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
        let mut told = Vec::new();
        loop {
            match fleet.gather(&shared, &context.config, Which::All, &listener).await {
                Ok(()) => {}
                // The store may be back next time.
                Err(failure) => tell(output, BAD, "store", &failure.message),
            }
            for (provider, account, failure) in fleet.left_out.drain(..) {
                let name = format!("{provider}/{account}");
                if !told.contains(&name) {
                    tell(output, BAD, &name, &format!("not kept: {}", failure.message));
                    told.push(name);
                }
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

fn log(output: Output, event: &Event<'_>) {
    let account = format!("{}/{}", event.provider, event.account);
    if output.is_json() {
        let line = json!({
            "time": now().to_rfc3339_opts(SecondsFormat::Secs, true),
            "provider": event.provider,
            "account": event.account,
            "event": event.what.as_str(),
            "error": event.what.error().map(ToString::to_string),
            "why": match event.what { What::NeedsReconnect(why) => Some(why.as_str()), _ => None },
        });
        output.result(&line, "");
        return;
    }
    let style = match event.what {
        What::Connected | What::Refreshed | What::Removed => GOOD,
        _ => BAD,
    };
    let text = event.to_string();
    let text = text.strip_prefix(&format!("{account}: ")).unwrap_or(&text);
    tell(output, style, &account, text);
}

fn tell(output: Output, style: anstyle::Style, who: &str, text: &str) {
    let time = now().to_rfc3339_opts(SecondsFormat::Secs, true);
    output.result(
        &json!({ "time": time, "event": "note", "about": who, "text": text }),
        format_args!("{DIM}{time}{Reset} {style}{who}{Reset}: {text}"),
    );
}
