//! Refreshable connections, grouped by the client that made them.

use std::sync::Arc;

use clap::ValueEnum as _;
use oauth_core::Renewal;
use oauth_core::connections::{Connections, DynConnections, Event};
use oauth_core::store::{DueQuery, RecordState, RecordSummary, TokenStore};

use crate::commands::list::summaries;
use crate::config::Config;
use crate::failure::{ExitCode, Failure};
use crate::providers::{CliProvider, ProviderName, with_provider};
use crate::registration::Registration;
use crate::time::now;
use crate::wire_trace::Trace;

/// Callback for connection events.
pub(crate) type EventListener = Arc<dyn Fn(&Event<'_>) + Send + Sync>;

/// The connections to include.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Selection {
    /// All that can be refreshed.
    All,
    /// Connections whose access token is due, or whose refresh token expires soon.
    Due,
}

/// The connections of one client.
pub(crate) struct ClientGroup {
    pub(crate) provider: ProviderName,
    pub(crate) connections: Arc<dyn DynConnections>,
    pub(crate) accounts: Vec<String>,
    registration: Registration,
}

/// All groups, and the connections that belong to none.
#[derive(Default)]
pub(crate) struct ClientGroups {
    pub(crate) groups: Vec<ClientGroup>,
    /// Connections that cannot be refreshed, at all or here, and why.
    pub(crate) skipped: Vec<(ProviderName, String, Failure)>,
}

/// A group found in the store.
struct FoundGroup {
    provider: ProviderName,
    registration: Registration,
    accounts: Vec<String>,
}

impl ClientGroups {
    /// Reloads the groups from the store. Known groups keep their state in memory; if reloading fails or is
    /// cancelled, all groups stay as they were.
    pub(crate) async fn reload(
        &mut self,
        store: &Arc<dyn TokenStore>,
        config: &Config,
        selection: Selection,
        listener: &EventListener,
        trace: Trace,
    ) -> Result<(), Failure> {
        let (mut found, mut skipped) = (Vec::new(), Vec::new());
        for provider in ProviderName::value_variants() {
            with_provider!(*provider, P => find_groups::<P>(store, config, selection, *provider, &mut found, &mut skipped).await)?;
        }
        // No await from here on: cancellation cannot leave the groups half replaced.
        let mut before = std::mem::take(&mut self.groups);
        for FoundGroup { provider, registration, accounts } in found {
            let is_same_client =
                |group: &ClientGroup| group.provider == provider && group.registration == registration;
            let group = match before.iter().position(is_same_client) {
                Some(known) => Ok(before.swap_remove(known)),
                None => {
                    with_provider!(provider, P => ClientGroup::new::<P>(store, provider, registration, listener, trace))
                }
            };
            match group {
                Ok(group) => self.groups.push(ClientGroup { accounts, ..group }),
                Err(failure) => {
                    skipped.extend(accounts.into_iter().map(|account| (provider, account, failure.clone())));
                }
            }
        }
        // Empty groups stay: they may have refreshes to finish.
        let empty = before.into_iter().map(|group| ClientGroup { accounts: Vec::new(), ..group });
        self.groups.extend(empty);
        self.skipped = skipped;
        Ok(())
    }

    /// Waits for refreshes in flight.
    pub(crate) async fn drain(&self) {
        for group in &self.groups {
            group.connections.drain().await;
        }
    }
}

async fn find_groups<P: CliProvider>(
    store: &Arc<dyn TokenStore>,
    config: &Config,
    selection: Selection,
    provider: ProviderName,
    found: &mut Vec<FoundGroup>,
    skipped: &mut Vec<(ProviderName, String, Failure)>,
) -> Result<(), Failure> {
    let all = summaries(store, provider).await?;
    for summary in &all {
        if let RecordState::NeedsReconnect { reason, .. } = summary.state {
            let (account, message) = (summary.account.clone(), format!("needs reconnecting: {reason}"));
            skipped.push((
                provider,
                account,
                Failure::new(ExitCode::NeedsReconnect, "needs_reconnect", message),
            ));
        }
    }
    if !<P::Renewal as Renewal>::REFRESHES {
        return Ok(());
    }
    let summaries = match selection {
        Selection::All => all.into_iter().filter(is_refreshed).collect(),
        Selection::Due => due_records::<P>(store).await?,
    };
    let first = found.len();
    for RecordSummary { account, .. } in summaries {
        let registration = match Registration::for_connection(store, config, provider, &account).await {
            Ok(registration) if registration.client_secret.is_some() => registration,
            Ok(_) => {
                skipped.push((
                    provider,
                    account,
                    Failure::setup("the client of this connection is not known here"),
                ));
                continue;
            }
            Err(failure) => {
                skipped.push((provider, account, failure));
                continue;
            }
        };
        // A linear search: there are few clients.
        match found[first..].iter_mut().find(|known| known.registration == registration) {
            Some(known) => known.accounts.push(account),
            None => found.push(FoundGroup { provider, registration, accounts: vec![account] }),
        }
    }
    Ok(())
}

impl ClientGroup {
    fn new<P: CliProvider>(
        store: &Arc<dyn TokenStore>,
        provider: ProviderName,
        registration: Registration,
        listener: &EventListener,
        trace: Trace,
    ) -> Result<Self, Failure> {
        let listener = Arc::clone(listener);
        let connections = Connections::builder(registration.client::<P>(trace)?, Arc::clone(store))
            .on_event(move |event| listener(event))
            .build();
        Ok(Self { provider, connections: Arc::new(connections), accounts: Vec::new(), registration })
    }
}

/// Returns whether the connection is refreshable: tokens that never refresh have neither time. An unreadable
/// record is included, so that its error is reported.
fn is_refreshed(summary: &RecordSummary) -> bool {
    matches!(summary.state, RecordState::Active | RecordState::Unreadable)
        && (summary.due_at.is_some() || summary.lapses_at.is_some())
}

/// Returns the records that a sweep would refresh now.
async fn due_records<P: CliProvider>(store: &Arc<dyn TokenStore>) -> Result<Vec<RecordSummary>, Failure> {
    let mut query = DueQuery::new(P::NAME).due_by(now());
    if let Some(idle) = <P::Renewal as Renewal>::IDLE_LIFETIME {
        query = query.lapses_by(now() + idle / 6);
    }
    Ok(store.due(&query, usize::MAX).await?)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use oauth_core::chrono::TimeDelta;
    use oauth_core::store::{Content, Key};

    use super::*;
    use crate::testing::flaky_store;

    #[tokio::test]
    async fn failed_reload_keeps_groups() {
        let failing = Arc::new(flaky_store());
        let store: Arc<dyn TokenStore> = Arc::clone(&failing) as _;
        let registration = Registration {
            client_id: "a".to_owned(),
            client_secret: Some("s".into()),
            ..Registration::default()
        };
        for account in ["one", "two"] {
            let content = Content::new("token").due_at(Some(now() + TimeDelta::hours(1)));
            store.insert(&Key::new("go1", account), content).await.unwrap();
            registration.save(&store, ProviderName::Go1, account).await.unwrap();
        }
        let mut groups = ClientGroups::default();
        let listener: EventListener = Arc::new(|_: &Event<'_>| {});
        let config = Config::default();
        groups.reload(&store, &config, Selection::All, &listener, Trace::Off).await.unwrap();
        let accounts_by_provider = |groups: &ClientGroups| -> Vec<(ProviderName, Vec<String>)> {
            groups.groups.iter().map(|group| (group.provider, group.accounts.clone())).collect()
        };
        let expected = [(ProviderName::Go1, vec!["one".to_owned(), "two".to_owned()])];
        assert_eq!(accounts_by_provider(&groups), expected);
        let first = Arc::clone(&groups.groups[0].connections);
        // Fail the listing at each provider in turn.
        let mut failed = 0;
        loop {
            failing.hook().lists_left.store(failed, Ordering::SeqCst);
            let reloaded = groups.reload(&store, &config, Selection::All, &listener, Trace::Off).await;
            assert_eq!(accounts_by_provider(&groups), expected, "{failed}");
            assert!(Arc::ptr_eq(&first, &groups.groups[0].connections), "{failed}");
            if reloaded.is_ok() {
                break;
            }
            failed += 1;
        }
        assert!(failed >= 2, "{failed}");
    }
}
