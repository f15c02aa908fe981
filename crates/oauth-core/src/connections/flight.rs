//! Single flight: however many ask, one task does it, and goes on when they stop asking.

use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::Instant;
use tracing::Span;

use super::cell::{Cell, Landed, Landing};
use super::live::Live;
use super::mutation::mutated;
use super::shared::{Shared, UnderWay};
use crate::error::{Error, ErrorKind};
use crate::provider::provider::Provider;

/// What somebody wants of a connection.
#[derive(Clone, Copy, Debug)]
pub(super) enum Goal {
    /// To know what the store says now.
    Look,
    /// A token that is not due.
    Fresh,
    /// A newer token than that of this generation, since the API refused it.
    Refused(u64),
    /// A newer token than that of this generation, since somebody wants one.
    Newer(u64),
}

impl Goal {
    /// Whether a token of this generation is to be replaced although it is not due.
    pub(super) fn replaces(self, generation: u64) -> bool {
        match self {
            Self::Look | Self::Fresh => false,
            Self::Refused(rejected) | Self::Newer(rejected) => generation <= rejected,
        }
    }
}

/// How far a flight is.
pub(super) enum Progress<P: Provider> {
    Flying,
    /// This token can be used already; the flight goes on.
    Early(Arc<Live<P>>),
    Landed(Landed<P>),
}

/// Ends a flight, however its task ends.
struct Flight<P: Provider> {
    shared: Arc<Shared<P>>,
    cell: Arc<Cell<P>>,
    progress: watch::Sender<Progress<P>>,
    landed: bool,
    _under_way: UnderWay<P>,
}

impl<P: Provider> Drop for Flight<P> {
    fn drop(&mut self) {
        // The task panicked, or its runtime went away.
        if !self.landed && !mutated!(KeepsEndedFlight) {
            self.cell.slot().flight = None;
        }
    }
}

/// Where a flight can say what it brought while it still has something to do.
pub(super) struct Early<'a, P: Provider>(&'a watch::Sender<Progress<P>>);

impl<P: Provider> Early<'_, P> {
    pub(super) fn land(&self, live: &Arc<Live<P>>) {
        self.0.send_replace(Progress::Early(Arc::clone(live)));
    }
}

impl<P: Provider> Shared<P> {
    /// Joins the flight that is under way for this account, or starts one.
    pub(super) fn fly(self: &Arc<Self>, cell: &Arc<Cell<P>>, mut goal: Goal) -> Result<Landing<P>, Error> {
        let runtime = Handle::try_current().map_err(|source| {
            Error::new(ErrorKind::Setup, "there is no tokio runtime to refresh in")
                .with_provider(P::NAME)
                .with_help("call this inside a tokio runtime with timers")
                .with_source(source)
        })?;
        let under_way = self.begin()?;
        let mut slot = cell.slot();
        if let Some(landing) = &slot.flight {
            return Ok(landing.clone());
        }
        if mutated!(StartsInTwoSteps) {
            drop(slot);
            slot = cell.slot();
        }
        let now = Instant::now();
        if let (true, Some(failure)) = (slot.rests_until.is_some_and(|until| now < until), &slot.failure) {
            // The provider is to be left alone; what the store says can still have changed.
            let may_look = failure.kind() != ErrorKind::Store
                && (matches!(goal, Goal::Look) || cell.is_stale(now, self.settings.revalidate));
            if !may_look {
                return Err(failure.copied());
            }
            goal = Goal::Look;
        }
        let (progress, landing) = watch::channel(Progress::Flying);
        slot.flight = Some(landing.clone());
        let era = slot.era;
        drop(slot);
        let flight = Flight {
            shared: Arc::clone(self),
            cell: Arc::clone(cell),
            progress,
            landed: false,
            _under_way: under_way,
        };
        let asked_by = Span::current();
        runtime.spawn(async move {
            let landed = flight.shared.run(&flight.cell, era, goal, &Early(&flight.progress), asked_by).await;
            flight.land(landed, goal);
        });
        Ok(landing)
    }

    /// Waits for the flight that brings what is wanted. Whoever stops waiting stops nothing.
    pub(super) async fn wait(
        self: &Arc<Self>,
        cell: &Arc<Cell<P>>,
        goal: Goal,
    ) -> Result<Arc<Live<P>>, Error> {
        // The first flight may have been under way for something less.
        for _ in 0..3 {
            let mut landing = self.fly(cell, goal)?;
            let landed = landing.wait_for(|progress| match progress {
                Progress::Flying => false,
                // What is not saved yet is waited for by nobody: that may take for ever.
                Progress::Early(live) => self.is_reached(live, goal) || !live.saved,
                Progress::Landed(_) => true,
            });
            let live = match landed.await.as_deref() {
                Ok(Progress::Early(live) | Progress::Landed(Ok(live))) => Arc::clone(live),
                Ok(Progress::Landed(Err(error))) => {
                    // It may have brought what is wanted early, and failed before anybody looked.
                    return match cell.live() {
                        Some(live) if !matches!(goal, Goal::Look) && self.is_reached(&live, goal) => Ok(live),
                        _ => Err(error.copied()),
                    };
                }
                // The task panicked, or its runtime went away.
                Ok(Progress::Flying) | Err(_) => continue,
            };
            if self.is_reached(&live, goal) {
                return Ok(live);
            }
            if !live.saved {
                return Err(live.unsaved());
            }
            if !live.is_renewable() {
                return Err(live.refusal());
            }
        }
        Err(Error::new(ErrorKind::Busy, "the token could not be refreshed meanwhile").with_provider(P::NAME))
    }

    fn is_reached(&self, live: &Live<P>, goal: Goal) -> bool {
        match goal {
            Goal::Look => true,
            Goal::Fresh | Goal::Refused(_) | Goal::Newer(_) => {
                !goal.replaces(live.generation) && live.is_usable(self.now())
            }
        }
    }
}

impl<P: Provider> Flight<P> {
    fn land(mut self, landed: Landed<P>, goal: Goal) {
        if mutated!(WakesWaitersEarly) {
            let landed = landed.as_ref().map(Arc::clone).map_err(Error::copied);
            self.progress.send_replace(Progress::Landed(landed));
        }
        {
            let mut slot = self.cell.slot();
            slot.flight = None;
            self.landed = true;
            match &landed {
                // That the store answers does not mend what failed at the provider; a new token does.
                Ok(live) if matches!(goal, Goal::Look) && live.is_due(self.shared.now()) => {}
                Ok(_) => slot.forget_failures(),
                Err(error) => slot.failed(error),
            }
        }
        // Only now: who is woken finds no flight that is over.
        self.progress.send_replace(Progress::Landed(landed));
    }
}

impl<P: Provider> Live<P> {
    fn unsaved(&self) -> Error {
        Error::new(ErrorKind::Store, "the newest token is not saved yet, so it cannot be refreshed")
            .with_provider(P::NAME)
            .with_help("see to the store; saving is tried again by itself")
    }
}
