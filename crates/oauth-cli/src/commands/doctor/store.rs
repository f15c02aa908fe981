//! The store and its key.

use std::sync::Arc;

use clap::ValueEnum as _;
use oauth_core::store::{RecordState, TokenStore};

use super::Finding;
use crate::commands::list::summaries;
use crate::context::Context;
use crate::failure::Failure;
use crate::providers::Name;
use crate::registration::Registration;
use crate::store::keyring_status;

/// What it is like, and how the clients of its connections were made.
pub(super) async fn examine(context: &Context) -> (Vec<Finding>, Vec<(Name, Registration)>) {
    let used = &context.used;
    let shown = used.which.shown();
    let mut findings = Vec::new();
    findings.push(if !used.keyring {
        Finding::note("keyring", "is left alone, as configured".to_owned())
    } else if let Err(why) = keyring_status().await {
        Finding::note("keyring", format!("there is none, so a new store's key goes into a file ({why})"))
    } else {
        Finding::good("keyring", "can be used".to_owned())
    });
    if used.which.file().is_some_and(|path| !path.exists()) {
        findings
            .push(Finding::note("store", format!("{shown} is not there yet; the first connection makes it")));
        return (findings, Vec::new());
    }
    match used.place() {
        Err(failure) => findings.push(Finding::bad("key", &failure)),
        Ok(place) => findings.push(match place.read().await {
            Ok(keys) => Finding::good("key", format!("{} is in {place}", keys.id())),
            Err(failure) => Finding::bad("key", &failure),
        }),
    }
    let store = match used.open_existing().await {
        Ok(Some(store)) => store,
        Ok(None) => return (findings, Vec::new()),
        Err(failure) => {
            findings.push(Finding::bad("store", &failure));
            return (findings, Vec::new());
        }
    };
    let known = match connections(&store.shared(), &mut findings, &shown).await {
        Ok(known) => known,
        Err(failure) => {
            findings.push(Finding::bad("store", &failure));
            Vec::new()
        }
    };
    store.close().await;
    (findings, known)
}

async fn connections(
    store: &Arc<dyn TokenStore>,
    findings: &mut Vec<Finding>,
    shown: &str,
) -> Result<Vec<(Name, Registration)>, Failure> {
    let mut known = Vec::new();
    let mut lost = Vec::new();
    let mut unread = Vec::new();
    let mut count = 0;
    for name in Name::value_variants() {
        for summary in summaries(store, *name).await? {
            count += 1;
            if let RecordState::NeedsReconnect { reason, .. } = summary.state {
                lost.push((*name, summary.account.clone(), reason));
            }
            match Registration::recall(store, *name, &summary.account).await {
                Ok(Some(registration)) => known.push((*name, registration)),
                Ok(None) => {}
                Err(failure) => unread.push(failure),
            }
        }
    }
    let plural = if count == 1 { "connection" } else { "connections" };
    findings.push(Finding::good("store", format!("{shown} opens, and holds {count} {plural}")));
    findings.extend(unread.iter().map(|failure| Finding::bad("connection", failure)));
    for (name, account, reason) in lost {
        findings.push(Finding::wrong(
            "connection",
            format!("{name}/{account} needs reconnecting: {reason}"),
            format!("oauth connect {name} {account}"),
        ));
    }
    Ok(known)
}
