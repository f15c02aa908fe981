//! `oauth doctor`: looks at everything, and says what is wrong and what to do.

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
use crate::show::{BOLD, Format, Show};
use crate::trace::Secrets;
use diagnostic::{Diagnostic, Level};
use request_preview::RequestPreview;

/// Arguments of `doctor`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Looks at the configuration, the store and its key, and at each provider that is configured or connected:
client, redirect URI, whether its endpoints can be reached, whether the clocks agree, and what would be
preview to connect an account. No token and no secret is preview anywhere. Exit code 1 if anything is problems.")]
pub(crate) struct DoctorArgs {
    /// Send nothing at all
    #[arg(long)]
    offline: bool,

    /// AccountFilter this provider: cohortgo, cobot, go1, gocd or gocd-personal
    #[arg(long, value_enum, value_name = "NAME", hide_possible_values = true)]
    provider: Option<ProviderName>,

    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

/// What was found of one client.
struct ProviderCheck {
    provider: ProviderName,
    /// Where it is.
    url: String,
    diagnostics: Vec<Diagnostic>,
    preview: Option<RequestPreview>,
}

/// Looks; the code is what the program ends with.
pub(crate) async fn run(arguments: &DoctorArgs) -> Result<Option<ExitCode>, Failure> {
    let mut diagnostics = Vec::new();
    let config = match Config::read(arguments.common.config.as_deref()) {
        Ok(config) => {
            let path = config.path.display();
            diagnostics.push(if config.exists {
                Diagnostic::ok("configuration", format!("{path} is read"))
            } else {
                Diagnostic::note("configuration", format!("there is no {path}; none is needed"))
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
            return Ok(print_report(Output::new(arguments.common.json), &diagnostics, &[]));
        }
    };
    let interrupt = Interrupt::listen()
        .map_err(|error| Failure::setup(format!("could not listen for Ctrl-C: {error}")))?;
    let context = Context { config, output: Output::new(arguments.common.json), store_location, interrupt };
    let (checks, rest) =
        context.until_interrupted(async { Ok(check_all(&context, arguments).await) }).await?;
    diagnostics.extend(rest);
    Ok(print_report(context.output, &diagnostics, &checks))
}

async fn check_all(context: &Context, arguments: &DoctorArgs) -> (Vec<ProviderCheck>, Vec<Diagnostic>) {
    let (mut diagnostics, connected) = store_check::check(context).await;
    let mut checks = Vec::new();
    for name in ProviderName::value_variants()
        .iter()
        .filter(|name| arguments.provider.is_none_or(|only| only == **name))
    {
        let mut clients: Vec<Registration> = Vec::new();
        let configured = ClientConfig::load(&context.config, *name).into_registration();
        if configured != Registration::default() || arguments.provider == Some(*name) {
            clients.push(configured);
        }
        for (_, registration) in connected.iter().filter(|(provider, _)| provider == name) {
            if !clients.contains(registration) {
                clients.push(registration.clone());
            }
        }
        for registration in clients {
            checks.push(with_provider!(*name, P => provider_check::check::<P>(context, *name, &registration, arguments.offline).await));
        }
    }
    if checks.is_empty() {
        diagnostics.push(Diagnostic::note(
            "providers",
            "none is configured or connected; `oauth connect PROVIDER` begins, `oauth doctor --provider PROVIDER` looks before"
                .to_owned(),
        ));
    }
    (checks, diagnostics)
}

fn print_report(output: Output, diagnostics: &[Diagnostic], checks: &[ProviderCheck]) -> Option<ExitCode> {
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
        for diagnostic in diagnostics {
            output.result(&(), diagnostic);
        }
        for one in checks {
            output.result(&(), format_args!("\n{BOLD}{} at {}{BOLD:#}", one.provider, one.url));
            for diagnostic in &one.diagnostics {
                output.result(&(), diagnostic);
            }
            if let Some(preview) = &one.preview {
                output.result(&(), "  To connect an account, this would be sent:");
                preview.tell(&Show::new(Format::Text, Secrets::default(), anstream::stdout()));
            }
        }
        let summary = match problems {
            0 => "\nNothing is wrong.".to_owned(),
            1 => "\n1 thing is wrong.".to_owned(),
            problems => format!("\n{problems} things are wrong."),
        };
        output.result(&(), summary);
    }
    (problems > 0).then_some(ExitCode::Failed)
}
