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
use crate::show::{Event, Failure, Format, Show};
use crate::trace::Secrets;
use stage::{Failed, Seen, Stage};

/// Plays it, and fails unless every step held.
pub(crate) async fn run(arguments: &cli::Demo) -> anyhow::Result<()> {
    let secrets = Secrets::default();
    let format = if arguments.json { Format::Json } else { Format::Text };
    let show = Arc::new(Show::new(format, secrets.clone(), anstream::stdout()));
    let providers: Vec<Provider> = Provider::value_variants()
        .iter()
        .copied()
        .filter(|provider| arguments.provider.is_empty() || arguments.provider.contains(provider))
        .collect();

    let house = House::build(&providers, show, secrets).await?;
    if let Some(provider) = arguments.fail {
        (seen(provider).next_token_call)(&house.sandbox, Fault::HtmlBadGateway);
    }
    house.show.tell(&Event::Start { providers: providers.iter().map(|provider| provider.name()).collect() });
    let mut summary = Summary::default();
    for provider in providers {
        let stage = house.stage(provider);
        let played = play(provider, &stage).await;
        summary.add(&stage, played);
    }
    summary.tell(&house.show)
}

/// One provider's part.
async fn play(provider: Provider, stage: &Stage<'_>) -> Result<(), Failed> {
    match provider {
        Provider::Cohortgo => cohortgo::play(stage).await,
        Provider::Cobot => cobot::play(stage).await,
        Provider::Go1 => go1::play(stage).await,
        Provider::Gocd => gocd::play(stage).await,
    }
}

/// What all parts share.
struct House {
    sandbox: Arc<Sandbox>,
    listener: Listener,
    show: Arc<Show>,
    secrets: Secrets,
}

impl House {
    /// Starts the listener, and then the sandbox, where the listener's address is registered.
    async fn build(providers: &[Provider], show: Arc<Show>, secrets: Secrets) -> anyhow::Result<Self> {
        let listener = Listener::start(0).await.context("could not listen on 127.0.0.1 for the callbacks")?;
        let mut builder = Sandbox::builder();
        for provider in providers {
            builder = builder.redirect_uri(listener.redirect_uri(provider.name()));
        }
        let sandbox = Arc::new(builder.start().await.context("the sandbox did not start")?);
        Ok(Self { sandbox, listener, show, secrets })
    }

    /// Where this provider's part is played.
    fn stage(&self, provider: Provider) -> Stage<'_> {
        Stage::new(
            provider,
            seen(provider),
            Arc::clone(&self.sandbox),
            &self.listener,
            Arc::clone(&self.show),
            self.secrets.of(provider.name()),
        )
    }
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
    failed: Vec<Failure>,
}

impl Summary {
    fn add(&mut self, stage: &Stage<'_>, played: Result<(), Failed>) {
        self.steps += stage.steps();
        self.checks += stage.checks();
        match played {
            Ok(()) => self.connected.push(stage.name()),
            Err(Failed(failure)) => self.failed.push(failure),
        }
    }

    fn tell(self, show: &Show) -> anyhow::Result<()> {
        let failed = self.failed;
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

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::Mutex;
    use std::time::Duration;

    use oauth_core::{Call, Transport as _};

    use super::*;
    use crate::plain::Plain;

    /// What was shown.
    #[derive(Clone, Default)]
    struct Shown(Arc<Mutex<Vec<u8>>>);

    impl Write for Shown {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Shown {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    async fn house(format: Format) -> (House, Shown) {
        let (shown, secrets) = (Shown::default(), Secrets::default());
        let out: Box<dyn Write + Send> = Box::new(shown.clone());
        let show = Arc::new(Show::new(format, secrets.clone(), anstream::StripStream::new(out)));
        (House::build(Provider::value_variants(), show, secrets).await.unwrap(), shown)
    }

    #[tokio::test]
    async fn no_secret_that_passed_was_shown() {
        for format in [Format::Text, Format::Json] {
            let (house, shown) = house(format).await;
            for provider in Provider::value_variants() {
                play(*provider, &house.stage(*provider)).await.unwrap();
            }
            let (secrets, text) = (house.secrets.values(), shown.text());
            // At each provider: client secret, two or three passwords, state, code, token.
            assert!(secrets.len() > 24, "{}", secrets.len());
            for secret in secrets {
                assert!(!text.contains(&secret), "{secret} in\n{text}");
            }
        }
    }

    #[tokio::test]
    async fn a_call_behind_our_back_is_noticed() {
        let (house, shown) = house(Format::Text).await;
        let url = house.sandbox.gocd().token_url();
        let request = http::Request::post(url).body(Vec::new()).unwrap();
        Plain::new().call(Call::new(request, Duration::from_secs(10), 1 << 16)).await.unwrap();

        let stage = house.stage(Provider::Gocd);
        let mut summary = Summary::default();
        summary.add(&stage, play(Provider::Gocd, &stage).await);
        let error = summary.tell(&house.show).unwrap_err();
        assert_eq!(error.to_string(), "the demo failed at gocd, step `journal`");
        assert!(
            shown.text().contains("calls to the token endpoint: 3, of which 2 are ours"),
            "{}",
            shown.text()
        );
    }

    #[tokio::test]
    async fn an_answer_that_is_lost_ends_the_part() {
        let (house, shown) = house(Format::Text).await;
        house.sandbox.cobot().next_api_call(Fault::DropResponse);
        let stage = house.stage(Provider::Cobot);
        let Failed(failure) = play(Provider::Cobot, &stage).await.unwrap_err();
        assert_eq!((failure.provider, failure.step), ("cobot", "user"));
        assert!(shown.text().contains("× "), "{}", shown.text());
    }
}
