//! `oauth doctor`: checks configuration, store, keys and endpoints.

mod diagnostic;
mod provider_check;
mod request_preview;
mod store_check;

use clap::{Args, ValueEnum as _};
use serde_json::json;

use crate::client_config::ClientConfig;
use crate::config::Config;
use crate::context::{CommonArgs, Context};
use crate::failure::{ExitCode, Failure};
use crate::interrupt::Interrupt;
use crate::output::Output;
use crate::providers::{ProviderName, with_provider};
use crate::registration::Registration;
use crate::styles::BOLD;
use crate::time::{now, relative};
use crate::wire_trace::Trace;
use diagnostic::{Diagnostic, Level};
use request_preview::RequestPreview;

/// Arguments of `doctor`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Checks the configuration, the store and its key, and each configured or connected provider: client, redirect \
URI, endpoints and clock. With --verbose, also previews the requests that would connect an account. Sends no \
token and no secret. Lists responses of providers that could not be classified. Exit code 1 if there are problems.

Example: oauth doctor --provider gocd --offline")]
pub(crate) struct DoctorArgs {
    /// Send no requests
    #[arg(long)]
    offline: bool,

    /// Check only this provider: cohortgo, cobot, go1, gocd or gocd-personal
    #[arg(long, value_enum, value_name = "NAME", hide_possible_values = true)]
    provider: Option<ProviderName>,

    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

/// Diagnostics of one client at one provider.
struct ProviderCheck {
    provider: ProviderName,
    /// Origin of the token endpoint.
    url: String,
    diagnostics: Vec<Diagnostic>,
    preview: Option<RequestPreview>,
}

/// Runs the command. Returns exit code 1 if there are problems.
pub(crate) async fn run(arguments: &DoctorArgs) -> Result<Option<ExitCode>, Failure> {
    let mut diagnostics = Vec::new();
    let config = match Config::read(arguments.common.config.as_deref()) {
        Ok(config) => {
            let path = config.path.display();
            diagnostics.push(if config.exists {
                Diagnostic::ok("configuration", format!("{path} is read"))
            } else {
                Diagnostic::note("configuration", format!("{path} does not exist (it is optional)"))
            });
            config
        }
        Err(failure) => {
            diagnostics.push(Diagnostic::from_failure("configuration", &failure));
            Config::default()
        }
    };
    let store_location = match Context::store_location(&arguments.common, &config) {
        Ok(store_location) => store_location,
        Err(failure) => {
            diagnostics.push(Diagnostic::from_failure("store", &failure));
            return Ok(print_report(Output::new(arguments.common.json), Trace::Off, &diagnostics, &[]));
        }
    };
    let interrupt = Interrupt::listen()?;
    let context = Context {
        config,
        output: Output::new(arguments.common.json),
        store_location,
        interrupt,
        trace: arguments.common.trace(),
    };
    let (checks, rest) =
        context.until_interrupted(async { Ok(check_all(&context, arguments).await) }).await?;
    diagnostics.extend(rest);
    diagnostics.extend(unrecognized_responses(&context, arguments.provider));
    Ok(print_report(context.output, context.trace, &diagnostics, &checks))
}

/// Responses that earlier commands could not classify. They are no problem of this installation.
fn unrecognized_responses(context: &Context, only: Option<ProviderName>) -> Vec<Diagnostic> {
    let kinds = context.unrecognized_responses().read();
    let of_provider = |provider: &String| only.is_none_or(|only| only.as_str() == provider);
    kinds
        .iter()
        .filter(|(provider, _)| of_provider(provider))
        .flat_map(|(provider, kinds)| kinds.iter().map(move |(kind, seen)| (provider, kind, seen)))
        .map(|(provider, kind, seen)| {
            let last = relative(seen.last, now());
            let times = if seen.count == 1 { "time" } else { "times" };
            let text = format!("{provider} sent {kind}: {} {times}, last {last}", seen.count);
            Diagnostic::note("unrecognized", text)
                .with_help("no document describes this response; please report what is shown here")
        })
        .collect()
}

async fn check_all(context: &Context, arguments: &DoctorArgs) -> (Vec<ProviderCheck>, Vec<Diagnostic>) {
    let (mut diagnostics, connected) = store_check::check(context).await;
    let mut checks = Vec::new();
    for name in ProviderName::value_variants()
        .iter()
        .filter(|name| arguments.provider.is_none_or(|only| only == **name))
    {
        let mut clients: Vec<Registration> = Vec::new();
        let configured = match ClientConfig::load(&context.config, *name) {
            Ok(configured) => configured.into_registration(),
            Err(failure) => {
                diagnostics.push(Diagnostic::from_failure("client", &failure));
                Registration::default()
            }
        };
        if configured != Registration::default() {
            clients.push(configured.clone());
        }
        for (_, registration) in connected.iter().filter(|(provider, _)| provider == name) {
            if !clients.contains(registration) {
                clients.push(registration.clone());
            }
        }
        if clients.is_empty() && arguments.provider == Some(*name) {
            clients.push(configured);
        }
        for registration in clients {
            checks.push(with_provider!(*name, P => provider_check::check::<P>(context, *name, &registration, arguments.offline).await));
        }
    }
    if checks.is_empty() {
        diagnostics.push(Diagnostic::note(
            "providers",
            "none configured or connected; start with `oauth connect PROVIDER`, or check one with `oauth doctor --provider PROVIDER`"
                .to_owned(),
        ));
    }
    (checks, diagnostics)
}

fn print_report(
    output: Output,
    trace: Trace,
    diagnostics: &[Diagnostic],
    checks: &[ProviderCheck],
) -> Option<ExitCode> {
    let all = diagnostics.iter().chain(checks.iter().flat_map(|one| &one.diagnostics));
    let problems = all.clone().filter(|diagnostic| diagnostic.level == Level::Bad).count();
    if output.is_json() {
        let providers: Vec<_> = checks
            .iter()
            .map(|one| {
                json!({ "provider": one.provider.as_str(), "at": one.url, "findings": one.diagnostics, "would_send": one.preview })
            })
            .collect();
        output.result(&json!({ "ok": problems == 0, "findings": diagnostics, "providers": providers }), "");
    } else {
        let summary = match problems {
            0 => "No problems found.\n".to_owned(),
            1 => "1 problem found.\n".to_owned(),
            problems => format!("{problems} problems found.\n"),
        };
        output.result(&(), summary);
        for diagnostic in diagnostics {
            output.result(&(), diagnostic);
        }
        for one in checks {
            output.result(&(), format_args!("\n{BOLD}{} at {}{BOLD:#}", one.provider, one.url));
            for diagnostic in &one.diagnostics {
                output.result(&(), diagnostic);
            }
            if let Some(preview) = one.preview.as_ref().filter(|_| trace == Trace::Calls) {
                output.result(&(), "  Connecting an account would send:");
                preview.print(output);
            }
        }
    }
    (problems > 0).then_some(ExitCode::Failed)
}
