//! `oauth demo`: one account connected at each provider, every step shown and checked.

mod cobot;
mod cohortgo;
mod connect;
mod go1;
mod gocd;
mod journal;
mod stage;

use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::ValueEnum as _;
use oauth_sandbox::{Fault, Sandbox};

use crate::cli::{self, Provider};
use crate::listener::Listener;
use crate::show::{Event, Format, Show};
use crate::trace::Secrets;
use stage::{Seen, Stage};

/// Plays it, and fails unless every step held.
pub(crate) async fn run(arguments: &cli::Demo) -> anyhow::Result<()> {
    let providers: Vec<Provider> = Provider::value_variants()
        .iter()
        .copied()
        .filter(|provider| arguments.provider.is_empty() || arguments.provider.contains(provider))
        .collect();

    let listener = Listener::start(0).await.context("could not listen on 127.0.0.1 for the callbacks")?;
    let mut builder = Sandbox::builder();
    for provider in &providers {
        builder = builder.redirect_uri(listener.redirect_uri(provider.name()));
    }
    let sandbox = Arc::new(builder.start().await.context("the sandbox did not start")?);
    if let Some(provider) = arguments.fail {
        seen(provider).fail(&sandbox, Fault::HtmlBadGateway);
    }

    let secrets = Secrets::default();
    let format = if arguments.json { Format::Json } else { Format::Text };
    let show = Arc::new(Show::new(format, secrets.clone(), anstream::stdout()));
    show.tell(&Event::Start { providers: providers.iter().map(|provider| provider.name()).collect() });

    let mut summary = Summary::default();
    for provider in providers {
        let stage = Stage::new(
            provider,
            seen(provider),
            Arc::clone(&sandbox),
            &listener,
            Arc::clone(&show),
            secrets.of(provider.name()),
        );
        let played = match provider {
            Provider::Cohortgo => cohortgo::play(&stage).await,
            Provider::Cobot => cobot::play(&stage).await,
            Provider::Go1 => go1::play(&stage).await,
            Provider::Gocd => gocd::play(&stage).await,
        };
        summary.steps += stage.steps();
        summary.checks += stage.checks();
        match played {
            Ok(()) => summary.connected.push(provider.name()),
            Err(failure) => summary.failed.push(failure),
        }
    }
    summary.tell(&show)
}

/// How the sandbox shows this provider.
const fn seen(provider: Provider) -> Seen {
    match provider {
        Provider::Cohortgo => Seen {
            title: "Cohort Go",
            about: "Payments and insurance for international students. One token may act for any user of the account.",
            card: |sandbox| sandbox.cohortgo().card(),
            person: |sandbox| sandbox.cohortgo().person(),
            journal: |sandbox| sandbox.cohortgo().journal(),
            now: |sandbox| sandbox.cohortgo().now(),
            advance: |sandbox, by| sandbox.cohortgo().advance(by),
            next_token_call: |sandbox, fault| sandbox.cohortgo().next_token_call(fault),
        },
        Provider::Cobot => Seen {
            title: "Cobot",
            about: "Software for coworking spaces. Tokens do not expire; a space has a host of its own.",
            card: |sandbox| sandbox.cobot().card(),
            person: |sandbox| sandbox.cobot().person(),
            journal: |sandbox| sandbox.cobot().journal(),
            now: |sandbox| sandbox.cobot().now(),
            advance: |sandbox, by| sandbox.cobot().advance(by),
            next_token_call: |sandbox, fault| sandbox.cobot().next_token_call(fault),
        },
        Provider::Go1 => Seen {
            title: "Go1",
            about: "A learning platform. Access tokens live 12 hours; each refresh token works once.",
            card: |sandbox| sandbox.go1().card(),
            person: |sandbox| sandbox.go1().person(),
            journal: |sandbox| sandbox.go1().journal(),
            now: |sandbox| sandbox.go1().now(),
            advance: |sandbox, by| sandbox.go1().advance(by),
            next_token_call: |sandbox, fault| sandbox.go1().next_token_call(fault),
        },
        Provider::Gocd => Seen {
            title: "GoCD",
            about: "A continuous delivery server that a team hosts itself. Up to version 18.7 it is an OAuth2 provider.",
            card: |sandbox| sandbox.gocd().card(),
            person: |sandbox| sandbox.gocd().person(),
            journal: |sandbox| sandbox.gocd().journal(),
            now: |sandbox| sandbox.gocd().now(),
            advance: |sandbox, by| sandbox.gocd().advance(by),
            next_token_call: |sandbox, fault| sandbox.gocd().next_token_call(fault),
        },
    }
}

/// How it went.
#[derive(Debug, Default)]
struct Summary {
    connected: Vec<&'static str>,
    steps: usize,
    checks: usize,
    failed: Vec<stage::Failed>,
}

impl Summary {
    fn tell(self, show: &Show) -> anyhow::Result<()> {
        let failed: Vec<_> = self.failed.into_iter().map(|failed| failed.0).collect();
        let names: Vec<_> =
            failed.iter().map(|failure| format!("{}, step `{}`", failure.provider, failure.step)).collect();
        show.tell(&Event::Summary {
            ok: failed.is_empty(),
            connected: self.connected,
            steps: self.steps,
            checks: self.checks,
            failed,
        });
        if !names.is_empty() {
            bail!("the demo failed at {}", names.join("; "));
        }
        Ok(())
    }
}
