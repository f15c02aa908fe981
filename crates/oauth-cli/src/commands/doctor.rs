//! `oauth doctor`: looks at everything, and says what is wrong and what to do.

mod finding;
mod preview;
mod provider;
mod store;

use clap::{Args, ValueEnum as _};
use serde_json::json;

use crate::config::Config;
use crate::context::{Common, Context};
use crate::failure::{Code, Failure};
use crate::interrupt::Interrupt;
use crate::output::Output;
use crate::providers::{Name, at};
use crate::registration::Registration;
use crate::said::Said;
use crate::show::{BOLD, Format, Show};
use crate::trace::Secrets;
use finding::{Finding, Level};
use preview::Sent;

/// Arguments of `doctor`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Looks at the configuration, the store and its key, and at each provider that is configured or connected:
client, redirect URI, whether its endpoints can be reached, whether the clocks agree, and what would be
sent to connect an account. No token and no secret is sent anywhere. Exit code 1 if anything is wrong.")]
pub(crate) struct Doctor {
    /// Send nothing at all
    #[arg(long)]
    offline: bool,

    /// Only this provider: cohortgo, cobot, go1, gocd or gocd-personal
    #[arg(long, value_enum, value_name = "NAME", hide_possible_values = true)]
    provider: Option<Name>,

    #[command(flatten)]
    pub(crate) common: Common,
}

/// What was found of one client.
struct Examined {
    provider: Name,
    /// Where it is.
    place: String,
    findings: Vec<Finding>,
    sent: Option<Sent>,
}

/// Looks; the code is what the program ends with.
pub(crate) async fn run(arguments: &Doctor) -> Result<Option<Code>, Failure> {
    let mut findings = Vec::new();
    let config = match Config::read(arguments.common.config.as_deref()) {
        Ok(config) => {
            let path = config.path.display();
            findings.push(if config.is_there {
                Finding::good("configuration", format!("{path} is read"))
            } else {
                Finding::note("configuration", format!("there is no {path}; none is needed"))
            });
            config
        }
        Err(failure) => {
            findings.push(Finding::bad("configuration", &failure));
            Config::default()
        }
    };
    let used = match Context::used(&arguments.common, &config) {
        Ok(used) => used,
        Err(failure) => {
            findings.push(Finding::bad("store", &failure));
            return Ok(show(Output::new(arguments.common.json), &findings, &[]));
        }
    };
    let interrupt = Interrupt::listen()
        .map_err(|error| Failure::setup(format!("could not listen for Ctrl-C: {error}")))?;
    let context = Context { config, output: Output::new(arguments.common.json), used, interrupt };
    let (examined, rest) =
        context.until_interrupted(async { Ok(examine(&context, arguments).await) }).await?;
    findings.extend(rest);
    Ok(show(context.output, &findings, &examined))
}

async fn examine(context: &Context, arguments: &Doctor) -> (Vec<Examined>, Vec<Finding>) {
    let (mut findings, connected) = store::examine(context).await;
    let mut examined = Vec::new();
    for name in
        Name::value_variants().iter().filter(|name| arguments.provider.is_none_or(|only| only == **name))
    {
        let mut clients: Vec<Registration> = Vec::new();
        let said = Said::of(&context.config, *name).registration();
        if said != Registration::default() || arguments.provider == Some(*name) {
            clients.push(said);
        }
        for (_, registration) in connected.iter().filter(|(provider, _)| provider == name) {
            if !clients.contains(registration) {
                clients.push(registration.clone());
            }
        }
        for registration in clients {
            examined.push(at!(*name, P => provider::examine::<P>(context, *name, &registration, arguments.offline).await));
        }
    }
    if examined.is_empty() {
        findings.push(Finding::note(
            "providers",
            "none is configured or connected; `oauth connect PROVIDER` begins, `oauth doctor --provider PROVIDER` looks before"
                .to_owned(),
        ));
    }
    (examined, findings)
}

fn show(output: Output, findings: &[Finding], examined: &[Examined]) -> Option<Code> {
    let all = findings.iter().chain(examined.iter().flat_map(|one| &one.findings));
    let wrong = all.clone().filter(|finding| finding.level == Level::Bad).count();
    if output.is_json() {
        let providers: Vec<_> = examined
            .iter()
            .map(|one| {
                json!({ "provider": one.provider.as_str(), "at": one.place, "findings": one.findings, "would_send": one.sent })
            })
            .collect();
        output.result(&json!({ "ok": wrong == 0, "findings": findings, "providers": providers }), "");
    } else {
        for finding in findings {
            output.result(&(), finding);
        }
        for one in examined {
            output.result(&(), format_args!("\n{BOLD}{} at {}{BOLD:#}", one.provider, one.place));
            for finding in &one.findings {
                output.result(&(), finding);
            }
            if let Some(sent) = &one.sent {
                output.result(&(), "  To connect an account, this would be sent:");
                sent.tell(&Show::new(Format::Text, Secrets::default(), anstream::stdout()));
            }
        }
        let summary = match wrong {
            0 => "\nNothing is wrong.".to_owned(),
            1 => "\n1 thing is wrong.".to_owned(),
            wrong => format!("\n{wrong} things are wrong."),
        };
        output.result(&(), summary);
    }
    (wrong > 0).then_some(Code::Failed)
}
