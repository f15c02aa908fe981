//! All connections that can be refreshed, by the client that made them.

use std::collections::HashSet;
use std::sync::Arc;

use clap::ValueEnum as _;
use oauth_core::Renewal;
use oauth_core::connections::{Connections, DynConnections, Event};
use oauth_core::store::{DueQuery, RecordState, RecordSummary, TokenStore};

use crate::commands::list::summaries;
use crate::config::Config;
use crate::failure::Failure;
use crate::only::{Accounts, Only};
use crate::providers::{Name, Offered, at};
use crate::registration::Registration;
use crate::time::now;

/// Told what happens to connections.
pub(crate) type Listener = Arc<dyn Fn(&Event<'_>) + Send + Sync>;

/// Which connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    /// All that can be refreshed.
    All,
    /// Those whose access token is due, or whose refresh token lapses soon.
    DueQuery,
}

/// The connections of one client.
pub(crate) struct Group {
    pub(crate) provider: Name,
    pub(crate) connections: Arc<dyn DynConnections>,
    pub(crate) accounts: Vec<String>,
    visible: Accounts,
    registration: Registration,
}

/// All groups, and what belongs to none.
#[derive(Default)]
pub(crate) struct Fleet {
    pub(crate) groups: Vec<Group>,
    /// Connections that cannot be refreshed here, and why.
    pub(crate) left_out: Vec<(Name, String, Failure)>,
}

/// The connections of one client, as they were found.
struct Found {
    provider: Name,
    registration: Registration,
    accounts: Vec<String>,
}

impl Fleet {
    /// Looks who is there now. A group that was there before stays the same, with what it has in memory; where looking fails, or is
    /// called off, all stay.
    pub(crate) async fn gather(
        &mut self,
        store: &Arc<dyn TokenStore>,
        config: &Config,
        which: Which,
        listener: &Listener,
    ) -> Result<(), Failure> {
        let (mut found, mut left_out) = (Vec::new(), Vec::new());
        for provider in Name::value_variants() {
            at!(*provider, P => seek::<P>(store, config, which, *provider, &mut found, &mut left_out).await)?;
        }
        // Nothing waits from here on, so nothing gets lost between the two.
        let mut before = std::mem::take(&mut self.groups);
        for Found { provider, registration, accounts } in found {
            let is_it = |group: &Group| group.provider == provider && group.registration == registration;
            let group = match before.iter().position(is_it) {
                Some(known) => Ok(before.swap_remove(known)),
                None => at!(provider, P => Group::new::<P>(store, provider, registration, listener)),
            };
            match group {
                Ok(group) => {
                    group.visible.set(accounts.iter().cloned().collect());
                    self.groups.push(Group { accounts, ..group });
                }
                Err(failure) => {
                    left_out.extend(accounts.into_iter().map(|account| (provider, account, failure.clone())));
                }
            }
        }
        // Those whose connections are all gone have nothing to do, and may still have something to finish.
        for group in before {
            group.visible.set(HashSet::new());
            self.groups.push(Group { accounts: Vec::new(), ..group });
        }
        self.left_out = left_out;
        Ok(())
    }

    /// Finishes what is under way.
    pub(crate) async fn drain(&self) {
        for group in &self.groups {
            group.connections.drain().await;
        }
    }
}

async fn seek<P: Offered>(
    store: &Arc<dyn TokenStore>,
    config: &Config,
    which: Which,
    provider: Name,
    found: &mut Vec<Found>,
    left_out: &mut Vec<(Name, String, Failure)>,
) -> Result<(), Failure> {
    if !<P::Renewal as Renewal>::REFRESHES {
        return Ok(());
    }
    let summaries = match which {
        Which::All => summaries(store, provider).await?.into_iter().filter(is_refreshed).collect(),
        Which::DueQuery => due::<P>(store).await?,
    };
    let first = found.len();
    for RecordSummary { account, .. } in summaries {
        let registration = match Registration::of(store, config, provider, &account).await {
            Ok(registration) if registration.client_secret.is_some() => registration,
            Ok(_) => {
                left_out.push((provider, account, Failure::setup("its client is not known here")));
                continue;
            }
            Err(failure) => {
                left_out.push((provider, account, failure));
                continue;
            }
        };
        // There are few clients, however many connections they have made.
        match found[first..].iter_mut().find(|known| known.registration == registration) {
            Some(known) => known.accounts.push(account),
            None => found.push(Found { provider, registration, accounts: vec![account] }),
        }
    }
    Ok(())
}

impl Group {
    fn new<P: Offered>(
        store: &Arc<dyn TokenStore>,
        provider: Name,
        registration: Registration,
        listener: &Listener,
    ) -> Result<Self, Failure> {
        let visible = Accounts::default();
        let only = Only::new(Arc::clone(store), visible.clone());
        let listener = Arc::clone(listener);
        let connections = Connections::builder(registration.client::<P>()?, only)
            .on_event(move |event| listener(event))
            .build();
        Ok(Self { provider, connections: Arc::new(connections), accounts: Vec::new(), visible, registration })
    }
}

/// A token that nobody refreshes has neither time.
fn is_refreshed(summary: &RecordSummary) -> bool {
    summary.state == RecordState::Active && (summary.due_at.is_some() || summary.lapses_at.is_some())
}

/// As the keeper sees it.
async fn due<P: Offered>(store: &Arc<dyn TokenStore>) -> Result<Vec<RecordSummary>, Failure> {
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
    use crate::testing::Failing;

    #[tokio::test]
    async fn a_look_that_fails_half_way_drops_nothing() {
        let failing = Arc::new(Failing::new());
        let store: Arc<dyn TokenStore> = Arc::clone(&failing) as _;
        let registration = Registration {
            client_id: "a".to_owned(),
            client_secret: Some("s".into()),
            ..Registration::default()
        };
        for account in ["one", "two"] {
            let content = Content::new("token").due_at(Some(now() + TimeDelta::hours(1)));
            store.insert(&Key::new("go1", account), content).await.unwrap();
            registration.remember(&store, Name::Go1, account).await.unwrap();
        }
        let mut fleet = Fleet::default();
        let listener: Listener = Arc::new(|_: &Event<'_>| {});
        let config = Config::default();
        fleet.gather(&store, &config, Which::All, &listener).await.unwrap();
        let told = |fleet: &Fleet| -> Vec<(Name, Vec<String>)> {
            fleet.groups.iter().map(|group| (group.provider, group.accounts.clone())).collect()
        };
        let expected = [(Name::Go1, vec!["one".to_owned(), "two".to_owned()])];
        assert_eq!(told(&fleet), expected);
        let first = Arc::clone(&fleet.groups[0].connections);
        // At each of the providers that are looked at.
        let mut failed = 0;
        loop {
            failing.lists.store(failed, Ordering::SeqCst);
            let gathered = fleet.gather(&store, &config, Which::All, &listener).await;
            assert_eq!(told(&fleet), expected, "{failed}");
            assert!(Arc::ptr_eq(&first, &fleet.groups[0].connections), "{failed}");
            if gathered.is_ok() {
                break;
            }
            failed += 1;
        }
        assert!(failed >= 2, "{failed}");
    }
}
