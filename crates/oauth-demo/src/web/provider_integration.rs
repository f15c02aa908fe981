//! The application's integration with one provider.

use std::sync::Arc;
use std::time::{Duration, Instant};

use oauth_core::chrono::{DateTime, Utc};
use oauth_core::connections::{DynConnections, Event, EventKind};
use oauth_core::store::MemoryStore;
use oauth_core::{
    Client, ClockFn, Connection, Connections, Error, ErrorKind, Limits, Renewal as _, async_trait,
};
use oauth_sandbox::{Fault, Journal, Sandbox, ServerHandle};
use oauth_web::{Allowed, Builder, Visit};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::counters::{ConnectionStats, Counters};
use super::integration::{Integration, Secret};
use super::log::{Log, LogEvent, Tone};
use super::pending_work::{PendingWork, WorkGuard};
use super::wire_log::WireLog;
use crate::provider::{DemoProvider, Registration};
use crate::trace::Secrets;

/// Deadline of a token call, by default 30 s. A refresh with a lost response is retried after this time.
const TOKEN_DEADLINE: Duration = Duration::from_secs(3);

/// Everything that the integrations of all providers share.
#[derive(Clone)]
pub(super) struct IntegrationContext {
    pub(super) origin: String,
    pub(super) sandbox: Arc<Sandbox>,
    pub(super) store: MemoryStore,
    pub(super) secrets: Secrets,
    pub(super) log: Arc<Log>,
    pub(super) pending_work: PendingWork,
}

/// The integration with one provider.
pub(super) struct ProviderIntegration<P: DemoProvider> {
    context: IntegrationContext,
    connections: Connections<P>,
    counters: Arc<Counters>,
    wire: Arc<WireLog>,
}

/// One guard per new connection. Responses wait until the guard is dropped.
pub(super) type NewConnections = mpsc::UnboundedReceiver<WorkGuard>;

impl<P: DemoProvider> ProviderIntegration<P> {
    /// Adds the integration, and its connect and callback routes to `builder`.
    pub(super) fn mount(
        builder: Builder,
        context: &IntegrationContext,
        integrations: &mut Vec<(Arc<dyn Integration>, NewConnections)>,
    ) -> Result<Builder, Error> {
        let server = P::server(&context.sandbox);
        let secrets = context.secrets.of_server(server);
        let (provider, token_url) = (P::NAME, server.token_url().to_owned());
        let wire =
            WireLog { provider, token_url, clock: server.clock(), secrets, log: Arc::clone(&context.log) };
        let (wire, counters) = (Arc::new(wire), Arc::new(Counters::default()));
        let (sender, new_connections) = mpsc::unbounded_channel();

        let client = client::<P>(context, &wire, Secret::Correct)?;
        let on_event = {
            let (wire, counters, pending_work) =
                (Arc::clone(&wire), Arc::clone(&counters), context.pending_work.clone());
            move |event: &Event<'_>| {
                log_event(&wire, &counters, event);
                if matches!(event.kind, EventKind::Connected) {
                    // The receiver is gone during shutdown.
                    let _ = sender.send(pending_work.begin());
                }
            }
        };
        let connections = Connections::builder(client, context.store.clone())
            // This process is the only writer.
            .revalidate(Duration::from_secs(3600))
            .jitter(Duration::ZERO)
            // The visitor sees at once that a revoked connection is lost.
            .refusal_window(Duration::ZERO)
            .on_event(on_event)
            .build();
        let sandbox = Arc::clone(&context.sandbox);
        let builder = builder.provider(connections.clone(), move |_: Visit| {
            let allowed = Allowed::new(P::ACCOUNT, P::connect_options(&sandbox));
            async { Ok(allowed) }
        });
        let integration = Self { context: context.clone(), connections, counters, wire };
        integrations.push((Arc::new(integration), new_connections));
        Ok(builder)
    }

    fn server(&self) -> &ServerHandle<P::Rules> {
        P::server(&self.context.sandbox)
    }

    fn connection(&self) -> Connection<P> {
        self.connections.get(P::ACCOUNT)
    }
}

fn client<P: DemoProvider>(
    context: &IntegrationContext,
    wire: &Arc<WireLog>,
    secret: Secret,
) -> Result<Client<P>, Error> {
    let server = P::server(&context.sandbox);
    let mut registration = Registration::at(server, redirect_uri(&context.origin, P::NAME));
    if secret == Secret::Wrong {
        "the-secret-of-last-year".clone_into(&mut registration.client_secret);
    }
    let mut limits = Limits::default();
    limits.token_deadline = TOKEN_DEADLINE;
    registration
        .client(Arc::clone(wire))?
        .clock(ClockFn::new(server.clock().into_fn()))
        .limits(limits)
        .build()
}

/// The redirect URI for the provider.
pub(super) fn redirect_uri(origin: &str, provider: &str) -> String {
    format!("{origin}/callback/{provider}")
}

/// Logs an event of a connection and updates its counters.
fn log_event(wire: &WireLog, counters: &Counters, event: &Event<'_>) {
    let at = wire.clock.now();
    let tone = match event.kind {
        EventKind::Connected => {
            counters.reset(at);
            Tone::Good
        }
        EventKind::Refreshed => {
            counters.refreshed(at);
            Tone::Good
        }
        EventKind::Removed => Tone::Plain,
        _ => Tone::Bad,
    };
    // The page shows the provider and the account separately.
    let text = event.to_string();
    let text =
        text.split_once(": ").map_or(&*text, |(_, text)| text).replace(&format!("{}: ", wire.provider), "");
    let text = wire.secrets.redact(&text);
    wire.log.push(at, Some(wire.provider), LogEvent::Notice { tone, text });
}

#[async_trait]
impl<P: DemoProvider> Integration for ProviderIntegration<P> {
    fn name(&self) -> &'static str {
        P::NAME
    }

    fn title(&self) -> &'static str {
        P::TITLE
    }

    fn about(&self) -> &'static str {
        P::ABOUT
    }

    fn account(&self) -> &'static str {
        P::ACCOUNT
    }

    fn supports_refresh(&self) -> bool {
        P::Renewal::REFRESHES
    }

    fn connections(&self) -> &dyn DynConnections {
        &self.connections
    }

    fn stats(&self) -> ConnectionStats {
        self.counters.stats()
    }

    fn now(&self) -> DateTime<Utc> {
        self.server().now()
    }

    fn journal(&self) -> Journal {
        self.server().journal()
    }

    fn advance(&self, by: Duration) {
        self.server().advance(by);
    }

    fn next_token_call(&self, fault: Fault) {
        self.server().next_token_call(fault);
    }

    fn next_api_call(&self, fault: Fault) {
        self.server().next_api_call(fault);
    }

    fn use_secret(&self, secret: Secret) -> Result<(), Error> {
        self.connections.reconfigure(client::<P>(&self.context, &self.wire, secret)?)
    }

    async fn update_acts_for(&self) {
        // An error is already in the log.
        if let Ok(acts_for) = P::acts_for(&self.connection(), &self.context.sandbox).await {
            self.counters.set_acts_for(acts_for);
            self.context.log.mark_changed();
        }
    }

    async fn call_api(&self) -> Result<(), Error> {
        let response = P::call_api(&self.connection()).await?;
        self.counters.set_api_response(self.wire.secrets.redact(&response));
        self.context.log.mark_changed();
        Ok(())
    }

    async fn concurrent_headers(&self, callers: usize) -> Result<Duration, Error> {
        let started_at = Instant::now();
        let mut waiting = JoinSet::new();
        for _ in 0..callers {
            let connection = self.connection();
            waiting.spawn(async move { connection.headers().await });
        }
        let mut first = None;
        for headers in waiting.join_all().await {
            let headers = headers?;
            if *first.get_or_insert_with(|| headers.clone()) != headers {
                let what = "the callers received different headers";
                return Err(Error::new(ErrorKind::Busy, what).with_provider(P::NAME));
            }
        }
        Ok(started_at.elapsed())
    }

    async fn reset(&self) {
        self.server().reset();
        // A memory store does not fail, and this client was built before.
        let _ = self.connections.remove(P::ACCOUNT).await;
        let _ = self.use_secret(Secret::Correct);
        self.counters.reset(self.now());
    }
}
