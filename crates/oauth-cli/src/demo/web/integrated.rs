//! The connections of the page, at any provider.

use std::sync::Arc;
use std::time::{Duration, Instant};

use oauth_core::chrono::{DateTime, Utc};
use oauth_core::connections::{DynConnections, Event, EventKind as Happened};
use oauth_core::store::MemoryStore;
use oauth_core::{
    App, Client, Connection, Connections, Error, ErrorKind, Limits, RedirectUri, Renewal as _, async_trait,
};
use oauth_sandbox::{Fault, Journal, Sandbox, ServerHandle};
use oauth_web::{Allowed, Builder, Visit};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::super::stage::Time;
use super::integration::{Integration, Secret};
use super::log::{EventKind, Log, Tone};
use super::played::Plays;
use super::tally::{Counts, Tally};
use super::wire::Wire;
use super::work::{UnderWay, Work};
use crate::cli;
use crate::trace::{Secrets, Traced};

/// How long a token call may take. A refresh whose answer was lost is tried again after that: by default 30 s, which is long to look at.
const TOKEN_DEADLINE: Duration = Duration::from_secs(3);

/// What all providers share.
#[derive(Clone)]
pub(super) struct Parts {
    pub(super) origin: String,
    pub(super) sandbox: Arc<Sandbox>,
    pub(super) store: MemoryStore,
    pub(super) secrets: Secrets,
    pub(super) log: Arc<Log>,
    pub(super) work: Work,
}

/// The connections at one provider.
pub(super) struct Integrated<P: Plays> {
    parts: Parts,
    connections: Connections<P>,
    tally: Arc<Tally>,
    wire: Arc<Wire>,
}

/// Those whose connection is new, with what keeps the page waiting until they were greeted.
pub(super) type Arrivals = mpsc::UnboundedReceiver<UnderWay>;

impl<P: Plays> Integrated<P> {
    /// Makes them, and has `builder` serve their connect and callback routes.
    pub(super) fn mount(
        builder: Builder,
        parts: &Parts,
    ) -> Result<(Builder, Arc<dyn Integration>, Arrivals), Error> {
        let played = P::played(&parts.sandbox);
        let secrets = parts.secrets.of(P::NAME);
        secrets.learn("client secret", played.client_secret());
        for user in played.users() {
            secrets.learn("password", &user.password);
        }
        let (provider, token_url) = (P::NAME, played.token_url().to_owned());
        let wire = Wire { provider, token_url, clock: played.clock(), secrets, log: Arc::clone(&parts.log) };
        let (wire, tally) = (Arc::new(wire), Arc::new(Tally::default()));
        let (arrived, arrivals) = mpsc::unbounded_channel();

        let client = client::<P>(parts, &wire, Secret::Right)?;
        let told = {
            let (wire, tally, work) = (Arc::clone(&wire), Arc::clone(&tally), parts.work.clone());
            move |event: &Event<'_>| {
                tell(&wire, &tally, event);
                if matches!(event.kind, Happened::Connected) {
                    // At the end of the demo nobody greets any more.
                    let _ = arrived.send(work.begin());
                }
            }
        };
        let connections = Connections::builder(client, parts.store.clone())
            // Nobody else writes to the store.
            .revalidate(Duration::from_secs(3600))
            .jitter(Duration::ZERO)
            .on_event(told)
            .build();
        let sandbox = Arc::clone(&parts.sandbox);
        let builder = builder.provider(connections.clone(), move |_: Visit| {
            let allowed = Allowed::new(P::ACCOUNT, P::wanted(&sandbox));
            async { Ok(allowed) }
        });
        Ok((builder, Arc::new(Self { parts: parts.clone(), connections, tally, wire }), arrivals))
    }

    fn played(&self) -> &ServerHandle<P::Rules> {
        P::played(&self.parts.sandbox)
    }

    fn connection(&self) -> Connection<P> {
        self.connections.get(P::ACCOUNT)
    }
}

fn client<P: Plays>(parts: &Parts, wire: &Arc<Wire>, secret: Secret) -> Result<Client<P>, Error> {
    let played = P::played(&parts.sandbox);
    let redirect_uri = RedirectUri::new(redirect_uri::<P>(&parts.origin))?;
    let secret = match secret {
        Secret::Right => played.client_secret(),
        Secret::Wrong => "the-secret-of-last-year",
    };
    let mut limits = Limits::default();
    limits.token_deadline = TOKEN_DEADLINE;
    let wire = Arc::clone(wire);
    Client::builder(P::site(played.url())?, App::new(played.client_id(), secret, redirect_uri))
        .wrap_transport(move |inner| Arc::new(Traced::new(inner, wire)))
        .clock(Time(played.clock()))
        .limits(limits)
        .build()
}

/// Where the provider sends browsers back to.
pub(super) fn redirect_uri<P: Plays>(origin: &str) -> String {
    format!("{origin}/callback/{}", P::NAME)
}

/// What the application is told of a connection.
fn tell(wire: &Wire, tally: &Tally, event: &Event<'_>) {
    let at = wire.clock.now();
    let tone = match event.kind {
        Happened::Connected => {
            tally.begin(at);
            Tone::Good
        }
        Happened::Refreshed => {
            tally.refreshed(at);
            Tone::Good
        }
        Happened::Removed => Tone::Plain,
        _ => Tone::Bad,
    };
    // Whose it is stands beside it.
    let text = event.to_string();
    let text =
        text.split_once(": ").map_or(&*text, |(_, text)| text).replace(&format!("{}: ", wire.provider), "");
    let text = wire.secrets.scrub(&text);
    wire.log.push(at, Some(wire.provider), EventKind::Told { tone, text });
}

#[async_trait]
impl<P: Plays> Integration for Integrated<P> {
    fn provider(&self) -> cli::Provider {
        P::PROVIDER
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

    fn refreshes(&self) -> bool {
        P::Renewal::REFRESHES
    }

    fn connections(&self) -> &dyn DynConnections {
        &self.connections
    }

    fn counts(&self) -> Counts {
        self.tally.counts()
    }

    fn now(&self) -> DateTime<Utc> {
        self.played().now()
    }

    fn journal(&self) -> Journal {
        self.played().journal()
    }

    fn advance(&self, by: Duration) {
        self.played().advance(by);
    }

    fn next_token_call(&self, fault: Fault) {
        self.played().next_token_call(fault);
    }

    fn next_api_call(&self, fault: Fault) {
        self.played().next_api_call(fault);
    }

    fn use_secret(&self, secret: Secret) -> Result<(), Error> {
        self.connections.reconfigure(client::<P>(&self.parts, &self.wire, secret)?)
    }

    async fn greet(&self) {
        // What went wrong stands in the log already.
        if let Ok(whom) = P::whom(&self.connection(), &self.parts.sandbox).await {
            self.tally.acts_for(whom);
            self.parts.log.changed();
        }
    }

    async fn call(&self) -> Result<(), Error> {
        let answer = P::ask(&self.connection()).await?;
        self.tally.said(self.wire.secrets.scrub(&answer));
        self.parts.log.changed();
        Ok(())
    }

    async fn crowd(&self, callers: usize) -> Result<Duration, Error> {
        let begun = Instant::now();
        let mut waiting = JoinSet::new();
        for _ in 0..callers {
            let connection = self.connection();
            waiting.spawn(async move { connection.headers().await });
        }
        let mut first = None;
        for headers in waiting.join_all().await {
            let headers = headers?;
            if *first.get_or_insert_with(|| headers.clone()) != headers {
                let what = "they got different headers";
                return Err(Error::new(ErrorKind::Busy, what).with_provider(P::NAME));
            }
        }
        Ok(begun.elapsed())
    }

    async fn reset(&self) {
        self.played().reset();
        // A store in memory does not fail, and a client that could be made once can be made again.
        let _ = self.connections.remove(P::ACCOUNT).await;
        let _ = self.use_secret(Secret::Right);
        self.tally.begin(self.now());
    }
}
