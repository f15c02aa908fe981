//! `oauth demo --web`: the whole thing on one page, until Ctrl-C.

mod cobot;
mod cohortgo;
mod go1;
mod gocd;
mod guard;
mod headers;
mod integrated;
mod integration;
mod journal;
mod live;
mod log;
mod mishap;
mod page;
mod played;
mod routes;
mod tally;
#[cfg(test)]
mod tests;
mod wire;
mod work;
mod world;

use std::io::{self, Write as _};
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::interrupt;
use crate::show::BOLD;
use world::World;

/// How long the end may take. Whatever is under way then has a deadline shorter than this.
const END: Duration = Duration::from_secs(5);

/// Serves the page until somebody ends it.
pub(super) async fn run(port: u16) -> anyhow::Result<()> {
    // Before the first line, so that whoever has read it can end us at once.
    let end = interrupt::listen().context("could not listen for Ctrl-C")?;
    let demo = Demo::start(port).await?;
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{}/", demo.world.origin())
        .and_then(|()| stdout.flush())
        .context("could not write to stdout")?;
    drop(stdout);
    // A courtesy: that nobody sees it ends nothing.
    let _ = writeln!(
        anstream::stderr(),
        "\n{BOLD}Open this address in a browser.{BOLD:#} Connect an account, let time pass, break things, and watch the wire.\n\
         Only this machine can reach it, and nothing leaves it. Ctrl-C ends it."
    );
    end.await;
    demo.end().await;
    let _ = writeln!(anstream::stderr(), "\nThe demo has ended.");
    Ok(())
}

/// The page at work.
struct Demo {
    world: Arc<World>,
    server: JoinHandle<io::Result<()>>,
}

impl Demo {
    /// Listens on this port of 127.0.0.1; 0 takes any free one.
    async fn start(port: u16) -> anyhow::Result<Self> {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|error| remedy(error, port))?;
        let origin = format!("http://{}", listener.local_addr().context("the port is not known")?);
        let (world, oauth) = World::start(origin).await?;
        let app = routes::router(Arc::clone(&world), &oauth);
        let ending = Arc::clone(&world);
        let server = tokio::spawn(
            axum::serve(listener, app)
                .with_graceful_shutdown(async move { ending.ending().await })
                .into_future(),
        );
        Ok(Self { world, server })
    }

    /// Answers what is being asked, finishes what is being refreshed, and is gone.
    async fn end(self) {
        let Self { world, mut server } = self;
        let in_order = async {
            world.end().await;
            // Whether its task failed does not matter any more.
            let _ = (&mut server).await;
        };
        if tokio::time::timeout(END, in_order).await.is_err() {
            server.abort();
        }
    }
}

fn remedy(error: io::Error, port: u16) -> anyhow::Error {
    if error.kind() == io::ErrorKind::AddrInUse {
        return anyhow!(
            "port {port} is in use\n  Choose another with --port, or any free one with --port 0."
        );
    }
    anyhow::Error::new(error).context(format!("could not listen on port {port} of 127.0.0.1"))
}
