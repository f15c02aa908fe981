//! A running server, and the browser of its user.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use oauth_core::http::header::{COOKIE, LOCATION, SET_COOKIE};
use oauth_core::http::{Request, Response};
use oauth_core::url::Url;
use oauth_core::{App, Call, Client, FixedSite, Transport};

use crate::{Implementation, RealServer};

pub(crate) const CLIENT_ID: &str = "example-client";
/// With characters that HTTP Basic must encode.
pub(crate) const CLIENT_SECRET: &str = "example secret +%/&=";
pub(crate) const REDIRECT_URI: &str = "https://app.example.com/callback";

/// A server's process, ended on drop.
#[derive(Debug)]
pub(crate) struct Server {
    process: Child,
    pub(crate) address: String,
    transport: Arc<dyn Transport>,
}

impl Server {
    /// Starts the server in the folder into which `cargo xtask real-servers` installed it.
    pub(crate) fn start(implementation: Implementation) -> Self {
        let folder =
            PathBuf::from(std::env::var_os("REAL_SERVERS_FOLDER").expect("REAL_SERVERS_FOLDER is not set"));
        let log = folder.join(format!("{}.log", implementation.name));
        let is_python = implementation.program.ends_with(".py");
        let interpreter = if is_python { folder.join("venv/bin/python") } else { "node".into() };
        let mut process = Command::new(interpreter)
            .arg(implementation.program)
            .current_dir(&folder)
            // The server exits when this pipe closes, even if the test is killed.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::options().create(true).append(true).open(&log).unwrap())
            .spawn()
            .unwrap();
        let mut address = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut address).unwrap();
        let address = address.trim().to_owned();
        assert!(address.starts_with("http://127.0.0.1:"), "the server did not start, see {}", log.display());
        let transport = transport(site(&address));
        Self { process, address, transport }
    }

    pub(crate) fn site(&self) -> FixedSite {
        site(&self.address)
    }

    /// Number of token calls that the server received.
    pub(crate) async fn token_calls(&self) -> u32 {
        let response = self.get(&format!("{}/control/calls", self.address), "").await;
        std::str::from_utf8(response.body()).unwrap().parse().unwrap()
    }

    /// Ends all grants at the server, as if the user withdrew access there.
    pub(crate) async fn revoke_grants(&self) {
        let response = self.get(&format!("{}/control/revoke", self.address), "").await;
        assert!(response.status().is_success(), "{}", response.status());
    }

    /// Opens the authorize URL as the user's browser does, up to the redirect to the application.
    pub(crate) async fn approve(&self, authorize: &Url) -> String {
        let (mut url, mut cookies) = (authorize.clone(), String::new());
        for _ in 0..8 {
            let response = self.get(url.as_str(), &cookies).await;
            let headers = response.headers();
            for cookie in headers.get_all(SET_COOKIE) {
                cookies += cookie.to_str().unwrap().split(';').next().unwrap();
                cookies += "; ";
            }
            let location = headers.get(LOCATION).unwrap_or_else(|| panic!("{url}: {response:?}"));
            url = url.join(location.to_str().unwrap()).unwrap();
            if url.as_str().starts_with(REDIRECT_URI) {
                return url.into();
            }
        }
        panic!("no redirect to the application, at last {url}");
    }

    async fn get(&self, url: &str, cookies: &str) -> Response<Vec<u8>> {
        let request = Request::get(url).header(COOKIE, cookies).body(Vec::new()).unwrap();
        self.transport.call(Call::new(request, Duration::from_secs(20), 1 << 20)).await.unwrap()
    }
}

fn site(address: &str) -> FixedSite {
    let at = |path: &str| format!("{address}{path}");
    FixedSite::new(&at("/auth"), &at("/token"), address).unwrap()
}

/// The transport of a client. It follows no redirects and stores no cookies, so it serves as a browser too.
fn transport(site: FixedSite) -> Arc<dyn Transport> {
    let (sender, receiver) = mpsc::channel();
    let app = App::new(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI);
    Client::<RealServer<true>>::builder(site, app)
        .wrap_transport(move |inner| {
            sender.send(Arc::clone(&inner)).unwrap();
            inner
        })
        .build()
        .unwrap();
    receiver.recv().unwrap()
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
