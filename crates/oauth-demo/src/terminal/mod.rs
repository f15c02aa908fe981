//! The demo on a terminal: connects an account at each provider, restarts the application, and checks every
//! step.

mod cobot;
mod cohortgo;
mod connect;
mod go1;
mod gocd;
mod journal;
mod kill;
mod listener;
pub(crate) mod process;
mod restart;
mod scenario;
mod store;
mod stored_connections;

use std::env;
use std::sync::Arc;

use ::cobot::Cobot;
use ::cohortgo::CohortGo;
use ::go1::Go1;
use ::gocd::Gocd;
use anyhow::{Context as _, bail};
use clap::ValueEnum as _;
use oauth_sandbox::{Fault, Sandbox};

use crate::arguments::{Arguments, ProviderName};
use crate::output::{Event, EventOutput, Failure, Format};
use crate::provider::{DemoProvider, with_provider};
use crate::sandbox::start_sandbox;
use crate::trace::Secrets;
use listener::Listener;
use process::Program;
use scenario::{Scenario, StepFailed};
use store::DemoStore;

/// Runs the demo. Fails if a step fails.
pub(crate) async fn run(arguments: &Arguments, interrupted: impl Future<Output = ()>) -> anyhow::Result<()> {
    let secrets = Secrets::default();
    let format = if arguments.json { Format::Json } else { Format::Text };
    let show = Arc::new(EventOutput::new(format, secrets.clone(), anstream::stdout()));
    let providers: Vec<ProviderName> = ProviderName::value_variants()
        .iter()
        .copied()
        .filter(|provider| arguments.provider.is_empty() || arguments.provider.contains(provider))
        .collect();

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
        () = interrupted => bail!("interrupted"),
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
        providers: &[ProviderName],
        show: Arc<EventOutput>,
        secrets: Secrets,
        program: Program,
    ) -> anyhow::Result<Self> {
        let listener = Listener::start().await.context("could not listen on 127.0.0.1 for the callbacks")?;
        let sandbox = start_sandbox(providers, |name| listener.redirect_uri(name)).await?;
        Ok(Self { sandbox, listener, store: DemoStore::new()?, program, show, secrets })
    }

    /// Makes the provider's first token call fail.
    fn fail_first_token_call(&self, provider: ProviderName) {
        with_provider!(provider, P => P::server(&self.sandbox).next_token_call(Fault::HtmlBadGateway));
    }

    /// Runs the scenarios one after the other.
    async fn run_all(&self, providers: Vec<ProviderName>) -> Summary {
        let mut summary = Summary::default();
        for provider in providers {
            summary.add(self.run(provider).await);
        }
        summary
    }

    /// Runs the provider's scenario.
    async fn run(&self, provider: ProviderName) -> ScenarioResult {
        match provider {
            ProviderName::Cohortgo => {
                let about = "Payments and insurance for international students. One token can act for any user of the account.";
                self.run_scenario::<CohortGo>(about, cohortgo::run).await
            }
            ProviderName::Cobot => {
                let about =
                    "Software for coworking spaces. Tokens do not expire, and each space has its own host.";
                self.run_scenario::<Cobot>(about, cobot::run).await
            }
            ProviderName::Go1 => {
                let about =
                    "A learning platform. Access tokens live 12 hours, and refresh tokens are single-use.";
                self.run_scenario::<Go1>(about, go1::run).await
            }
            ProviderName::Gocd => {
                let about =
                    "A self-hosted continuous delivery server. Up to version 18.7 it is an OAuth2 provider.";
                self.run_scenario::<Gocd>(about, gocd::run).await
            }
        }
    }

    async fn run_scenario<P: DemoProvider>(
        &self,
        about: &'static str,
        run: impl AsyncFnOnce(&Scenario<'_, P>) -> Result<(), StepFailed>,
    ) -> ScenarioResult {
        let scenario = Scenario::<P>::new(self, about);
        let result = run(&scenario).await;
        ScenarioResult { provider: P::NAME, steps: scenario.steps(), checks: scenario.checks(), result }
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
        (Demo::build(ProviderName::value_variants(), show, secrets, Program::Task).await.unwrap(), captured)
    }

    #[tokio::test]
    async fn output_contains_no_secret() {
        for format in [Format::Text, Format::Json] {
            let (demo, captured) = demo(format).await;
            for provider in ProviderName::value_variants() {
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
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        http.post(url).send().await.unwrap();

        let mut summary = Summary::default();
        summary.add(demo.run(ProviderName::Gocd).await);
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
        let StepFailed(failure) = demo.run(ProviderName::Cobot).await.result.unwrap_err();
        assert_eq!((failure.provider, failure.step), ("cobot", "journal"));
        assert!(captured.text().contains("× "), "{}", captured.text());
    }
}
