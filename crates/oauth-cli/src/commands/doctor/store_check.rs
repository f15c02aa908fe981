//! Checks the store and its key.

use std::sync::Arc;

use clap::ValueEnum as _;
use oauth_core::store::{Key, RecordState, TokenStore};

use super::Diagnostic;
use crate::commands::list::summaries;
use crate::context::Context;
use crate::failure::Failure;
use crate::providers::ProviderName;
use crate::registration::Registration;
use crate::store::keyring_status;

/// Returns diagnostics, and the saved client of each connection.
pub(super) async fn check(context: &Context) -> (Vec<Diagnostic>, Vec<(ProviderName, Registration)>) {
    let store_location = &context.store_location;
    let store_name = store_location.address.display_name();
    let mut diagnostics = Vec::new();
    diagnostics.push(if !store_location.use_keyring {
        Diagnostic::note("keyring", "is disabled by configuration".to_owned())
    } else if let Err(error) = keyring_status().await {
        Diagnostic::note(
            "keyring",
            format!("is not available; a new store's key is written to a file ({error})"),
        )
    } else {
        Diagnostic::ok("keyring", "is available".to_owned())
    });
    if store_location.address.sqlite_file().is_some_and(|path| !path.exists()) {
        diagnostics.push(Diagnostic::note(
            "store",
            format!("{store_name} does not exist yet; the first connection creates it"),
        ));
        return (diagnostics, Vec::new());
    }
    match store_location.key_location() {
        Err(failure) => diagnostics.push(Diagnostic::from_failure("key", &failure)),
        Ok(location) => diagnostics.push(match location.read().await {
            Ok(keys) => Diagnostic::ok("key", format!("{} is in {location}", keys.id())),
            Err(failure) => Diagnostic::from_failure("key", &failure),
        }),
    }
    let store = match store_location.open_existing().await {
        Ok(Some(store)) => store,
        Ok(None) => return (diagnostics, Vec::new()),
        Err(failure) => {
            diagnostics.push(Diagnostic::from_failure("store", &failure));
            return (diagnostics, Vec::new());
        }
    };
    let known = match connections(&store.shared(), &mut diagnostics, &store_name).await {
        Ok(known) => known,
        Err(failure) => {
            diagnostics.push(Diagnostic::from_failure("store", &failure));
            Vec::new()
        }
    };
    store.close().await;
    (diagnostics, known)
}

async fn connections(
    store: &Arc<dyn TokenStore>,
    diagnostics: &mut Vec<Diagnostic>,
    store_name: &str,
) -> Result<Vec<(ProviderName, Registration)>, Failure> {
    let mut known = Vec::new();
    let mut disconnected = Vec::new();
    let mut unreadable = Vec::new();
    let mut count = 0;
    for name in ProviderName::value_variants() {
        for summary in summaries(store, *name).await? {
            count += 1;
            match summary.state {
                RecordState::NeedsReconnect { reason, .. } => {
                    disconnected.push((*name, summary.account.clone(), reason));
                }
                RecordState::Unreadable => {
                    let loaded = store.load(&Key::new(name.as_str(), &*summary.account)).await;
                    unreadable.extend(loaded.err().map(Failure::from));
                }
                _ => {}
            }
            match Registration::load(store, *name, &summary.account).await {
                Ok(Some(registration)) => known.push((*name, registration)),
                Ok(None) => {}
                Err(failure) => unreadable.push(failure),
            }
        }
    }
    let plural = if count == 1 { "connection" } else { "connections" };
    diagnostics.push(Diagnostic::ok("store", format!("{store_name} opens and holds {count} {plural}")));
    diagnostics.extend(unreadable.iter().map(|failure| Diagnostic::from_failure("connection", failure)));
    for (name, account, reason) in disconnected {
        diagnostics.push(Diagnostic::problem(
            "connection",
            format!("{name}/{account} needs reconnecting: {reason}"),
            format!("run `oauth connect {name} {account}`"),
        ));
    }
    Ok(known)
}
