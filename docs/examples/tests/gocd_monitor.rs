//! The build monitor with the sandbox's GoCD.
#![allow(clippy::unwrap_used)] // a test may panic

#[path = "../gocd_monitor.rs"]
#[allow(dead_code)] // its `main`
mod gocd_monitor;

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gocd::Site;
use gocd_monitor::{connect, run};
use oauth_sandbox::{Fault, Gocd};
use tokio::io::{AsyncWriteExt as _, BufReader};
use tokio::time::{sleep, timeout};

/// A screen in memory.
#[derive(Clone, Default)]
struct Screen(Arc<Mutex<Vec<u8>>>);

impl io::Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Screen {
    /// Everything that was drawn since the last call, without colours.
    fn take(&self) -> String {
        let drawn = String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap();
        let colours = ["\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[90m", "\x1b[0m"];
        colours.iter().fold(drawn, |text, colour| text.replace(colour, ""))
    }

    /// Waits until a text is drawn. Returns the screen with it.
    async fn wait_for(&self, expected: &str) -> String {
        let mut drawn = String::new();
        let found = async {
            loop {
                drawn += &self.take();
                let screens = drawn.split("\x1b[2J\x1b[H");
                if let Some(screen) = screens.into_iter().find(|screen| screen.contains(expected)) {
                    return screen.to_owned();
                }
                sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(Duration::from_secs(20), found)
            .await
            .unwrap_or_else(|_| panic!("{expected:?} was not drawn, but {drawn}"))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn started_run_passes_its_stages() {
    let sandbox = Gocd::start().await.unwrap();
    let site = Site::at(sandbox.url()).unwrap();
    let gocd = connect(site, sandbox.personal_access_token().to_owned()).await.unwrap();
    let (mut keyboard, input) = tokio::io::duplex(64);
    let screen = Screen::default();
    let shown = screen.clone();
    let monitor = tokio::spawn(async move {
        run(&gocd, BufReader::new(input), shown, Duration::from_millis(20))
            .await
            .map_err(|error| error.to_string())
    });

    screen.wait_for("1  checkout").await;
    keyboard.write_all(b"1\n").await.unwrap();
    screen.wait_for("Request to schedule pipeline checkout accepted").await;
    sandbox.advance(Duration::from_secs(10));
    screen.wait_for("build: building").await;
    sandbox.advance(Duration::from_secs(60));
    screen.wait_for("build: passed  acceptance: building").await;
    // The connection repeats a call that failed, but does not wait for ten minutes.
    sandbox.next_api_call(Fault::too_many_requests(Duration::from_secs(600)));
    assert!(screen.wait_for("429").await.contains("acceptance: building"));
    sandbox.advance(Duration::from_secs(60));
    screen.wait_for("build: passed  acceptance: passed").await;

    keyboard.write_all(b"h1\n").await.unwrap();
    let history = screen.wait_for("last runs of checkout").await;
    assert!(history.contains("129 Forced by ada") && history.contains("128 modified by"), "{history}");
    keyboard.write_all(b"7\n").await.unwrap();
    screen.wait_for("unknown command \"7\"").await;
    keyboard.write_all(b"q\n").await.unwrap();
    assert_eq!(monitor.await.unwrap(), Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_token_ends_the_monitor() {
    let sandbox = Gocd::start().await.unwrap();
    let gocd = connect(Site::at(sandbox.url()).unwrap(), "0".repeat(40)).await.unwrap();
    let ended = run(&gocd, BufReader::new(io::Cursor::new("")), io::sink(), Duration::from_secs(1)).await;
    assert!(ended.unwrap_err().to_string().contains("the token was refused"));
}
