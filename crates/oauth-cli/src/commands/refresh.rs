//! `oauth refresh`: now.

use std::sync::{Arc, Mutex, PoisonError};

use clap::Args;
use oauth_core::ErrorKind;
use oauth_core::connections::{DynConnections, Event};
use serde::Serialize;
use tokio::task::JoinSet;

use crate::context::{Common, Context};
use crate::failure::{Code, Failure};
use crate::fleet::{Fleet, Group, Listener, Which};
use crate::held::{Held, Need, end};
use crate::progress::Bar;
use crate::providers::{Name, Offered, at};
use crate::report::Report;
use crate::time::now;

/// So many at once, at most; it begins with one, and widens as they succeed.
const AT_ONCE: usize = 8;
/// So many failures in a row, and the rest would fail as well.
const ENOUGH: usize = 10;

/// Arguments of `refresh`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Exit code 0 if all were refreshed, or none had to be; otherwise the lowest code among the failures.")]
pub(crate) struct Refresh {
    /// cohortgo, cobot, go1, gocd or gocd-personal
    #[arg(
        value_enum,
        value_name = "PROVIDER",
        requires = "account",
        required_unless_present_any = ["all", "due"],
        hide_possible_values = true
    )]
    provider: Option<Name>,

    /// The account
    #[arg(value_name = "ACCOUNT")]
    account: Option<String>,

    /// All connections that can be refreshed
    #[arg(long, conflicts_with_all = ["due", "provider"])]
    all: bool,

    /// Those whose access token is due, or whose refresh token would lapse
    #[arg(long, conflicts_with = "provider")]
    due: bool,

    #[command(flatten)]
    pub(crate) common: Common,
}

/// What came of one.
#[derive(Clone, Debug, Serialize)]
struct Outcome {
    provider: &'static str,
    account: String,
    /// `refreshed`, or the kind of failure.
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip)]
    code: Option<Code>,
}

impl Outcome {
    fn of(provider: Name, account: String, result: Result<(), Failure>) -> Self {
        let failure = result.err();
        Self {
            provider: provider.as_str(),
            account,
            outcome: failure.as_ref().map_or("refreshed", |failure| failure.kind),
            code: failure.as_ref().map(|failure| failure.code),
            message: failure.map(|failure| failure.message),
        }
    }
}

/// Refreshes; the code is what the program ends with.
pub(crate) async fn run(arguments: &Refresh) -> Result<Option<Code>, Failure> {
    let context = Context::new(&arguments.common)?;
    if let (Some(provider), Some(account)) = (arguments.provider, &arguments.account) {
        at!(provider, P => one::<P>(&context, provider, account).await)?;
        return Ok(None);
    }
    let which = if arguments.all { Which::All } else { Which::DueQuery };
    let outcomes = many(&context, which).await?;
    let done = outcomes.iter().filter(|one| one.code.is_none()).count();
    let lines = outcomes.iter().map(|one| {
        let Outcome { provider, account, outcome, message, .. } = one;
        format!("{provider}/{account}: {}", message.as_deref().unwrap_or(outcome))
    });
    let summary = match outcomes.len() {
        0 => "Nothing had to be refreshed.".to_owned(),
        all => format!("{done} of {all} refreshed."),
    };
    let text: Vec<String> = lines.chain([summary]).collect();
    context.output.result(&outcomes, text.join("\n"));
    Ok(outcomes.iter().filter_map(|one| one.code).min())
}

async fn one<P: Offered>(context: &Context, provider: Name, account: &str) -> Result<(), Failure> {
    let held = Held::<P>::open(context, provider, account, Need::Use).await?;
    let refreshing = async {
        let connections: &dyn DynConnections = &held.connections;
        connections.refresh(account).await.map_err(|error| held.failure(&error))?;
        let status = held.connection.status().await.map_err(|error| held.failure(&error))?;
        Ok(Report::of(provider, account, &status))
    };
    let report = context.until_interrupted(refreshing).await;
    held.end(context).await;
    let report = report?;
    context.output.result(&report, format_args!("Refreshed.\n{}", report.lines(now())));
    Ok(())
}

async fn many(context: &Context, which: Which) -> Result<Vec<Outcome>, Failure> {
    let Some(store) = context.store().await? else { return Ok(Vec::new()) };
    let shared = store.shared();
    let mut fleet = Fleet::default();
    let outcomes = Arc::new(Mutex::new(Vec::new()));
    let put = |outcome: Outcome| outcomes.lock().unwrap_or_else(PoisonError::into_inner).push(outcome);
    let silent: Listener = Arc::new(|_: &Event<'_>| {});
    let work = async {
        fleet.gather(&shared, &context.config, which, &silent).await?;
        for (provider, account, failure) in fleet.left_out.drain(..) {
            put(Outcome::of(provider, account, Err(failure)));
        }
        let bar = Bar::new(fleet.groups.iter().map(|group| group.accounts.len()).sum());
        for group in &fleet.groups {
            refresh(group, |outcome| {
                bar.next(&format!("{}/{}", outcome.provider, outcome.account));
                put(outcome);
            })
            .await;
        }
        Ok(())
    };
    let worked = context.until_interrupted(work).await;
    end(context, fleet.drain()).await;
    store.close().await;
    worked?;
    let mut outcomes = std::mem::take(&mut *outcomes.lock().unwrap_or_else(PoisonError::into_inner));
    outcomes.sort_by(|a, b| (a.provider, &a.account).cmp(&(b.provider, &b.account)));
    Ok(outcomes)
}

/// One client's, gently: one first, more as they succeed, and none any more once the provider blames the client.
async fn refresh(group: &Group, mut put: impl FnMut(Outcome)) {
    let provider = group.provider;
    let mut waiting = group.accounts.iter().cloned();
    let mut under_way = JoinSet::new();
    let (mut width, mut failures) = (1, 0);
    loop {
        while under_way.len() < width && failures < ENOUGH && group.connections.check_client().is_ok() {
            let Some(account) = waiting.next() else { break };
            let connections = Arc::clone(&group.connections);
            under_way.spawn(async move {
                let result = connections.refresh(&account).await;
                (account, result)
            });
        }
        let Some(ended) = under_way.join_next().await else { break };
        let Ok((account, result)) = ended else { continue };
        match &result {
            Ok(()) => {
                failures = 0;
                width = (width * 2).min(AT_ONCE);
            }
            Err(error) => {
                width = 1;
                failures += usize::from(error.is_transient() && error.kind() != ErrorKind::Busy);
            }
        }
        let result = result.map_err(|error| Failure::of(&error, provider.as_str(), &account));
        put(Outcome::of(provider, account, result));
    }
    for account in waiting {
        let why = match group.connections.check_client() {
            Err(error) => Failure::of(&error, provider.as_str(), &account),
            Ok(()) => Failure::new(Code::TryLater, "stopped", "not tried: the others failed"),
        };
        put(Outcome::of(provider, account, Err(why)));
    }
}
