//! `oauth demo`: connects an account at each provider, restarts the application, and checks every step.

mod cobot;
mod cohortgo;
mod connect;
mod go1;
mod gocd;
mod journal;
mod kill;
mod process;
mod restart;
mod scenario;
mod store;
mod stored_connections;
mod web;

use std::env;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::ValueEnum as _;
use oauth_sandbox::{Fault, Sandbox, SandboxProvider, ServerHandle};

use crate::cli::{self, Provider};
use crate::interrupt;
use crate::listener::Listener;
use crate::show::{Event, EventOutput, Failure, Format};
use crate::trace::Secrets;
use process::Program;
pub(crate) use process::run as process;
use scenario::{Scenario, StepFailed};
use store::DemoStore;

/// Runs the demo. Fails if a step fails.
pub(crate) async fn run(arguments: &cli::Demo) -> anyhow::Result<()> {
    if arguments.web {
        return web::run(arguments.port).await;
    }
    let secrets = Secrets::default();
    let format = if arguments.json { Format::Json } else { Format::Text };
    let show = Arc::new(EventOutput::new(format, secrets.clone(), anstream::stdout()));
    let providers: Vec<Provider> = Provider::value_variants()
        .iter()
        .copied()
        .filter(|provider| arguments.provider.is_empty() || arguments.provider.contains(provider))
        .collect();

    // Before anything is created that needs cleanup.
    let end = interrupt::listen().context("could not listen for Ctrl-C")?;
    let program =
        Program::Executable(env::current_exe().context("could not find the path of this executable")?);
    let demo = Demo::build(&providers, show, secrets, program).await?;
    if let Some(provider) = arguments.fail {
        demo.fail_first_token_call(provider);
    }
    demo.show.emit(&Event::Start { providers: providers.iter().map(|provider| provider.name()).collect() });
    tokio::select! {
        summary = demo.run_all(providers) => summary.finish(&demo.show),
        // Returns normally, so that processes and files are cleaned up.
        () = end => bail!("interrupted"),
    }
}

/// Everything that the scenarios of all providers share.
struct Demo {
    sandbox: Sandbox,
    listener: Listener,
    store: DemoStore,
    program: Program,
    show: Arc<EventOutput>,
    secrets: Secrets,
}

impl Demo {
    /// Starts the listener, then the sandbox with the listener's redirect URIs.
    async fn build(
        providers: &[Provider],
        show: Arc<EventOutput>,
        secrets: Secrets,
        program: Program,
    ) -> anyhow::Result<Self> {
        let listener = Listener::start(0).await.context("could not listen on 127.0.0.1 for the callbacks")?;
        let mut builder = Sandbox::builder();
        for provider in providers {
            builder = builder.redirect_uri(listener.redirect_uri(provider.name()));
        }
        let sandbox = builder.start().await.context("the sandbox did not start")?;
        Ok(Self { sandbox, listener, store: DemoStore::new()?, program, show, secrets })
    }

    /// Makes the provider's first token call fail.
    fn fail_first_token_call(&self, provider: Provider) {
        let fault = Fault::HtmlBadGateway;
        match provider {
            Provider::Cohortgo => self.sandbox.cohortgo().next_token_call(fault),
            Provider::Cobot => self.sandbox.cobot().next_token_call(fault),
            Provider::Go1 => self.sandbox.go1().next_token_call(fault),
            Provider::Gocd => self.sandbox.gocd().next_token_call(fault),
        }
    }

    /// Runs the scenarios one after the other.
    async fn run_all(&self, providers: Vec<Provider>) -> Summary {
        let mut summary = Summary::default();
        for provider in providers {
            summary.add(self.run(provider).await);
        }
        summary
    }

    /// Runs the provider's scenario.
    async fn run(&self, provider: Provider) -> ScenarioResult {
        let sandbox = &self.sandbox;
        match provider {
            Provider::Cohortgo => {
                let about = "Payments and insurance for international students. One token can act for any user of the account.";
                self.run_scenario(provider, sandbox.cohortgo(), about, cohortgo::run).await
            }
            Provider::Cobot => {
                let about =
                    "Software for coworking spaces. Tokens do not expire, and each space has its own host.";
                self.run_scenario(provider, sandbox.cobot(), about, cobot::run).await
            }
            Provider::Go1 => {
                let about =
                    "A learning platform. Access tokens live 12 hours, and refresh tokens are single-use.";
                self.run_scenario(provider, sandbox.go1(), about, go1::run).await
            }
            Provider::Gocd => {
                let about =
                    "A self-hosted continuous delivery server. Up to version 18.7 it is an OAuth2 provider.";
                self.run_scenario(provider, sandbox.gocd(), about, gocd::run).await
            }
        }
    }

    async fn run_scenario<S: SandboxProvider>(
        &self,
        provider: Provider,
        sandbox: &ServerHandle<S>,
        about: &'static str,
        run: impl AsyncFnOnce(&Scenario<'_, S>) -> Result<(), StepFailed>,
    ) -> ScenarioResult {
        let scenario = Scenario::new(self, provider, sandbox, about);
        let result = run(&scenario).await;
        ScenarioResult {
            provider: provider.name(),
            steps: scenario.steps(),
            checks: scenario.checks(),
            result,
        }
    }
}

/// The result of one provider's scenario.
#[derive(Debug)]
struct ScenarioResult {
    provider: &'static str,
    steps: usize,
    checks: usize,
    result: Result<(), StepFailed>,
}

/// The results of all scenarios.
#[derive(Debug, Default)]
struct Summary {
    connected: Vec<&'static str>,
    steps: usize,
    checks: usize,
    failed: Vec<Failure>,
}

impl Summary {
    fn add(&mut self, scenario: ScenarioResult) {
        self.steps += scenario.steps;
        self.checks += scenario.checks;
        match scenario.result {
            Ok(()) => self.connected.push(scenario.provider),
            Err(StepFailed(failure)) => self.failed.push(failure),
        }
    }

    fn finish(self, show: &EventOutput) -> anyhow::Result<()> {
        let failed = self.failed;
        let names: Vec<_> =
            failed.iter().map(|failure| format!("{}, step `{}`", failure.provider, failure.step)).collect();
        show.emit(&Event::Summary {
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

    /// A writer that captures the output.
    #[derive(Clone, Default)]
    struct CapturedOutput(Arc<Mutex<Vec<u8>>>);

    impl Write for CapturedOutput {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl CapturedOutput {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    async fn demo(format: Format) -> (Demo, CapturedOutput) {
        let (captured, secrets) = (CapturedOutput::default(), Secrets::default());
        let out: Box<dyn Write + Send> = Box::new(captured.clone());
        let show = Arc::new(EventOutput::new(format, secrets.clone(), anstream::StripStream::new(out)));
        (Demo::build(Provider::value_variants(), show, secrets, Program::Task).await.unwrap(), captured)
    }

    #[tokio::test]
    async fn output_contains_no_secret() {
        for format in [Format::Text, Format::Json] {
            let (demo, captured) = demo(format).await;
            for provider in Provider::value_variants() {
                demo.run(*provider).await.result.unwrap();
            }
            let (secrets, text) = (demo.secrets.all_values(), captured.text());
            // Per provider: client secret, two or three passwords, state, code and token.
            assert!(secrets.len() > 24, "{}", secrets.len());
            for secret in secrets {
                assert!(!text.contains(&secret), "{secret} in\n{text}");
            }
        }
    }

    #[tokio::test]
    async fn detects_unexpected_token_call() {
        let (demo, captured) = demo(Format::Text).await;
        let url = demo.sandbox.gocd().token_url();
        http().post(url).send().await.unwrap();

        let mut summary = Summary::default();
        summary.add(demo.run(Provider::Gocd).await);
        let error = summary.finish(&demo.show).unwrap_err();
        assert_eq!(error.to_string(), "the demo failed at gocd, step `journal`");
        assert!(
            captured.text().contains("calls to the token endpoint: 3 (expected 2)"),
            "{}",
            captured.text()
        );
    }

    #[tokio::test]
    async fn retried_call_is_detected_in_journal() {
        let (demo, captured) = demo(Format::Text).await;
        demo.sandbox.cobot().next_api_call(Fault::DropResponse);
        let StepFailed(failure) = demo.run(Provider::Cobot).await.result.unwrap_err();
        assert_eq!((failure.provider, failure.step), ("cobot", "journal"));
        assert!(captured.text().contains("× "), "{}", captured.text());
    }
}
