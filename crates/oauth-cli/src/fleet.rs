//! All connections that can be refreshed, by the client that made them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use clap::ValueEnum as _;
use oauth_core::Renewal;
use oauth_core::connections::{AnyConnections, Connections, Event};
use oauth_core::store::{Due, RecordState, Summary, TokenStore};

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
    Due,
}

/// The connections of one client.
pub(crate) struct Group {
    pub(crate) provider: Name,
    pub(crate) connections: Arc<dyn AnyConnections>,
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

impl Fleet {
    /// Looks who is there now. A group that was there before stays the same, with what it has in memory.
    pub(crate) async fn gather(
        &mut self,
        store: &Arc<dyn TokenStore>,
        config: &Config,
        which: Which,
        listener: &Listener,
    ) -> Result<(), Failure> {
        let mut fresh = Self::default();
        for provider in Name::value_variants() {
            at!(*provider, P => self.of::<P>(store, config, which, *provider, listener, &mut fresh).await)?;
        }
        // Those whose connections are all gone have nothing to do, and may still have something to finish.
        for group in self.groups.drain(..) {
            group.visible.set(HashSet::new());
            fresh.groups.push(Group { accounts: Vec::new(), ..group });
        }
        *self = fresh;
        Ok(())
    }

    async fn of<P: Offered>(
        &mut self,
        store: &Arc<dyn TokenStore>,
        config: &Config,
        which: Which,
        provider: Name,
        listener: &Listener,
        fresh: &mut Self,
    ) -> Result<(), Failure> {
        if !<P::Renewal as Renewal>::REFRESHES {
            return Ok(());
        }
        let found = match which {
            Which::All => summaries(store, provider).await?.into_iter().filter(is_refreshed).collect(),
            Which::Due => due::<P>(store).await?,
        };
        let mut by_client: HashMap<String, (Registration, Vec<String>)> = HashMap::new();
        for Summary { account, .. } in found {
            let registration = match Registration::of(store, config, provider, &account).await {
                Ok(registration) if registration.client_secret.is_some() => registration,
                Ok(_) => {
                    let failure = Failure::setup("its client is not known here");
                    fresh.left_out.push((provider, account, failure));
                    continue;
                }
                Err(failure) => {
                    fresh.left_out.push((provider, account, failure));
                    continue;
                }
            };
            // In memory only.
            let client = serde_json::to_string(&registration).unwrap_or_default();
            by_client.entry(client).or_insert_with(|| (registration, Vec::new())).1.push(account);
        }
        for (registration, accounts) in by_client.into_values() {
            let known = self
                .groups
                .iter()
                .position(|group| group.provider == provider && group.registration == registration);
            let group = match known {
                Some(known) => self.groups.swap_remove(known),
                None => match Group::new::<P>(store, provider, registration, listener) {
                    Ok(group) => group,
                    Err(failure) => {
                        for account in accounts {
                            let failure = Failure::new(failure.code, failure.kind, failure.message.clone());
                            fresh.left_out.push((provider, account, failure));
                        }
                        continue;
                    }
                },
            };
            group.visible.set(accounts.iter().cloned().collect());
            fresh.groups.push(Group { accounts, ..group });
        }
        Ok(())
    }

    /// Finishes what is under way.
    pub(crate) async fn drain(&self) {
        for group in &self.groups {
            group.connections.drain().await;
        }
    }
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
fn is_refreshed(summary: &Summary) -> bool {
    summary.state == RecordState::Active && (summary.due_at.is_some() || summary.lapses_at.is_some())
}

/// As the keeper sees it.
async fn due<P: Offered>(store: &Arc<dyn TokenStore>) -> Result<Vec<Summary>, Failure> {
    let mut query = Due::of(P::NAME).due_by(now());
    if let Some(idle) = <P::Renewal as Renewal>::IDLE_LIFETIME {
        query = query.lapses_by(now() + idle / 6);
    }
    Ok(store.due(&query, usize::MAX).await?)
}
