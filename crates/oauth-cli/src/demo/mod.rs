//! `oauth demo`: one account connected at each provider and kept through a restart, every step shown and checked.

mod cobot;
mod cohortgo;
mod connect;
mod go1;
mod gocd;
mod journal;
mod keep;
mod killed;
mod process;
mod restart;
mod stage;
mod store;
mod web;

use std::env;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::ValueEnum as _;
use oauth_sandbox::{Fault, Sandbox, SandboxProvider, ServerHandle};

use crate::cli::{self, Provider};
use crate::interrupt;
use crate::listener::Listener;
use crate::show::{Event, Failure, Format, Show};
use crate::trace::Secrets;
use process::Program;
pub(crate) use process::run as process;
use stage::{Failed, Stage};
use store::Store;

/// Plays it, and fails unless every step held.
pub(crate) async fn run(arguments: &cli::Demo) -> anyhow::Result<()> {
    if arguments.web {
        return web::run(arguments.port).await;
    }
    let secrets = Secrets::default();
    let format = if arguments.json { Format::Json } else { Format::Text };
    let show = Arc::new(Show::new(format, secrets.clone(), anstream::stdout()));
    let providers: Vec<Provider> = Provider::value_variants()
        .iter()
        .copied()
        .filter(|provider| arguments.provider.is_empty() || arguments.provider.contains(provider))
        .collect();

    // Before anything is made that has to be removed.
    let end = interrupt::listen().context("could not listen for Ctrl-C")?;
    let program = Program::Executable(env::current_exe().context("where this program is is not known")?);
    let house = House::build(&providers, show, secrets, program).await?;
    if let Some(provider) = arguments.fail {
        house.fail(provider);
    }
    house.show.tell(&Event::Start { providers: providers.iter().map(|provider| provider.name()).collect() });
    tokio::select! {
        summary = house.play_all(providers) => summary.tell(&house.show),
        // So that no process and no file is left behind.
        () = end => bail!("interrupted"),
    }
}

/// What all parts share.
struct House {
    sandbox: Sandbox,
    listener: Listener,
    store: Store,
    program: Program,
    show: Arc<Show>,
    secrets: Secrets,
}

impl House {
    /// Starts the listener, and then the sandbox, where the listener's address is registered.
    async fn build(
        providers: &[Provider],
        show: Arc<Show>,
        secrets: Secrets,
        program: Program,
    ) -> anyhow::Result<Self> {
        let listener = Listener::start(0).await.context("could not listen on 127.0.0.1 for the callbacks")?;
        let mut builder = Sandbox::builder();
        for provider in providers {
            builder = builder.redirect_uri(listener.redirect_uri(provider.name()));
        }
        let sandbox = builder.start().await.context("the sandbox did not start")?;
        Ok(Self { sandbox, listener, store: Store::new()?, program, show, secrets })
    }

    /// Makes the first token call at this provider fail.
    fn fail(&self, provider: Provider) {
        let fault = Fault::HtmlBadGateway;
        match provider {
            Provider::Cohortgo => self.sandbox.cohortgo().next_token_call(fault),
            Provider::Cobot => self.sandbox.cobot().next_token_call(fault),
            Provider::Go1 => self.sandbox.go1().next_token_call(fault),
            Provider::Gocd => self.sandbox.gocd().next_token_call(fault),
        }
    }

    /// Plays their parts, one after the other.
    async fn play_all(&self, providers: Vec<Provider>) -> RecordSummary {
        let mut summary = RecordSummary::default();
        for provider in providers {
            summary.add(self.play(provider).await);
        }
        summary
    }

    /// Plays this provider's part.
    async fn play(&self, provider: Provider) -> Part {
        let sandbox = &self.sandbox;
        match provider {
            Provider::Cohortgo => {
                let about = "Payments and insurance for international students. One token may act for any user of the account.";
                self.part(provider, sandbox.cohortgo(), about, cohortgo::play).await
            }
            Provider::Cobot => {
                let about =
                    "Software for coworking spaces. Tokens do not expire; a space has a host of its own.";
                self.part(provider, sandbox.cobot(), about, cobot::play).await
            }
            Provider::Go1 => {
                let about =
                    "A learning platform. Access tokens live 12 hours; each refresh token works once.";
                self.part(provider, sandbox.go1(), about, go1::play).await
            }
            Provider::Gocd => {
                let about = "A continuous delivery server that a team hosts itself. Up to version 18.7 it is an OAuth2 provider.";
                self.part(provider, sandbox.gocd(), about, gocd::play).await
            }
        }
    }

    async fn part<S: SandboxProvider>(
        &self,
        provider: Provider,
        sandbox: &ServerHandle<S>,
        about: &'static str,
        play: impl AsyncFnOnce(&Stage<'_, S>) -> Result<(), Failed>,
    ) -> Part {
        let stage = Stage::new(self, provider, sandbox, about);
        let ended = play(&stage).await;
        Part { provider: provider.name(), steps: stage.steps(), checks: stage.checks(), ended }
    }
}

/// How one provider's part went.
#[derive(Debug)]
struct Part {
    provider: &'static str,
    steps: usize,
    checks: usize,
    ended: Result<(), Failed>,
}

/// How it went.
#[derive(Debug, Default)]
struct RecordSummary {
    connected: Vec<&'static str>,
    steps: usize,
    checks: usize,
    failed: Vec<Failure>,
}

impl RecordSummary {
    fn add(&mut self, part: Part) {
        self.steps += part.steps;
        self.checks += part.checks;
        match part.ended {
            Ok(()) => self.connected.push(part.provider),
            Err(Failed(failure)) => self.failed.push(failure),
        }
    }

    fn tell(self, show: &Show) -> anyhow::Result<()> {
        let failed = self.failed;
        let names: Vec<_> =
            failed.iter().map(|failure| format!("{}, step `{}`", failure.provider, failure.step)).collect();
        show.tell(&Event::RecordSummary {
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

    use super::*;
    use crate::testing::http;

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
        (House::build(Provider::value_variants(), show, secrets, Program::Task).await.unwrap(), shown)
    }

    #[tokio::test]
    async fn no_secret_that_passed_was_shown() {
        for format in [Format::Text, Format::Json] {
            let (house, shown) = house(format).await;
            for provider in Provider::value_variants() {
                house.play(*provider).await.ended.unwrap();
            }
            let (secrets, text) = (house.secrets.of_all(), shown.text());
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
        http().post(url).send().await.unwrap();

        let mut summary = RecordSummary::default();
        summary.add(house.play(Provider::Gocd).await);
        let error = summary.tell(&house.show).unwrap_err();
        assert_eq!(error.to_string(), "the demo failed at gocd, step `journal`");
        assert!(
            shown.text().contains("calls to the token endpoint: 3, of which 2 are ours"),
            "{}",
            shown.text()
        );
    }

    #[tokio::test]
    async fn an_answer_that_is_lost_is_asked_for_again_and_still_noticed() {
        let (house, shown) = house(Format::Text).await;
        house.sandbox.cobot().next_api_call(Fault::DropResponse);
        let Failed(failure) = house.play(Provider::Cobot).await.ended.unwrap_err();
        assert_eq!((failure.provider, failure.step), ("cobot", "journal"));
        assert!(shown.text().contains("× "), "{}", shown.text());
    }
}
