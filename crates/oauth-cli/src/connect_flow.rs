//! One attempt to connect an account.

use std::io::{self, BufRead as _, IsTerminal as _};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use oauth_core::connections::Connections;
use oauth_core::{
    AccessToken, CallbackFault, Client, CodeGrant, Error, ErrorKind, Password, Provider, Token,
};
use serde_json::json;
use tokio::sync::mpsc;
use url::Url;

use crate::context::Context;
use crate::failure::{ExitCode, Failure};
use crate::listener::Listener;
use crate::progress::Spinner;
use crate::prompt;
use crate::setting::Settings;
use crate::show::{BOLD, WIRE};

/// No callback URL is longer.
const MAX_LINE: u64 = 64 * 1024;

/// How the person's browser is reached.
#[derive(Debug)]
pub(crate) struct BrowserOptions {
    pub(crate) no_browser: bool,
    pub(crate) timeout: Duration,
    pub(crate) listener: Option<Listener>,
}

/// One attempt to connect an account.
#[derive(Debug)]
pub(crate) struct ConnectFlow<'a, P: Provider> {
    pub(crate) context: &'a Context,
    pub(crate) connections: &'a Connections<P>,
    pub(crate) account: &'a str,
    pub(crate) settings: &'a Settings,
    pub(crate) browser: BrowserOptions,
    /// Nobody is asked anything, and nothing is kept: the authorize URL goes here, and the token call to a transport that sends
    /// nothing.
    pub(crate) dry_run: Option<&'a Mutex<Option<String>>>,
}

impl<P: Provider> ConnectFlow<'_, P> {
    pub(crate) fn client(&self) -> Client<P> {
        self.connections.client()
    }

    pub(crate) fn note(&self, text: impl std::fmt::Display) {
        self.context.output.note(text);
    }

    /// Asks for this user's password.
    pub(crate) async fn password(&self, username: &str) -> Result<Password, Failure> {
        if self.dry_run.is_some() {
            return Ok("PASSWORD".into());
        }
        let what = format!("Password of {username} at {}", P::TITLE);
        let instead = "run this in a terminal: a password is never taken from the command line";
        prompt::secret(self.context, &what, instead).await
    }

    /// Asks for a token; takes it from stdin where nobody can be asked.
    pub(crate) async fn token(&self) -> Result<AccessToken, Failure> {
        token(self.context).await
    }

    /// Keeps the token that comes of `asking`.
    pub(crate) async fn save_token(
        &self,
        request: impl Future<Output = Result<Token<P>, Error>>,
    ) -> Result<(), Failure> {
        if self.dry_run.is_some() {
            // It fails, as it was not sent.
            let _ = request.await;
            return Ok(());
        }
        let token = self.context.until_interrupted(async { request.await.map_err(Failure::from) }).await?;
        // From here on it is finished, whoever wants the program to end: the token must not be lost.
        self.connections.insert(self.account, token).await?;
        Ok(())
    }
}

/// Asks for a token; takes it from stdin where nobody can be asked.
pub(crate) async fn token(context: &Context) -> Result<AccessToken, Failure> {
    if io::stdin().is_terminal() {
        prompt::secret(context, "Access token", "pipe it into stdin").await
    } else {
        prompt::secret_from_file(context, "-", "the access token").await
    }
}

impl<P: CodeGrant> ConnectFlow<'_, P> {
    /// Sends the person's browser to the provider, waits for it to come back, and keeps the token.
    pub(crate) async fn authorize_in_browser(&self, connect: &P::Connect) -> Result<(), Failure> {
        let started = self.client().begin(connect)?;
        if let Some(dry_run) = self.dry_run {
            let callback = format!("?code=CODE&state={}", started.pending.state().expose());
            *dry_run.lock().unwrap_or_else(PoisonError::into_inner) = Some(started.url.into());
            // It fails, as it was not sent.
            let _ = self.client().finish(&started.pending, &callback).await;
            return Ok(());
        }
        let opened = !self.browser.no_browser && open_browser(&started.url).await;
        let mut pasted = self.show_authorize_url(&started.url, opened);
        let deadline = tokio::time::Instant::now() + self.browser.timeout;
        loop {
            let spinner = pasted.is_none().then(|| Spinner::start("Waiting for the browser to come back"));
            let callback = self.wait_for_callback(&mut pasted, deadline).await;
            drop(spinner);
            let callback = callback?;
            match self.connections.finish(self.account, &started.pending, callback.text()).await {
                Ok(_) => return Ok(()),
                // Any page can send the browser there, and this says nothing that only the provider knows.
                Err(error) if callback.has_no_state() && is_provider_error(error.kind()) => {
                    let refusal = Failure::from(&error);
                    self.note(format_args!(
                        "Somebody came back with: {refusal}. It is not known from where, so this goes on; Ctrl-C ends it.",
                    ));
                }
                // Somebody else's, or half a URL: the attempt goes on.
                Err(error) if is_unrelated_callback(error.kind()) => {
                    self.note(format_args!("That was not it: {}. Still waiting.", Failure::from(&error)));
                }
                Err(error) => return Err(Failure::for_connection(&error, P::NAME, self.account)),
            }
        }
    }

    /// Says what to do, and listens on stdin where the URL may be pasted.
    fn show_authorize_url(&self, url: &Url, opened: bool) -> Option<mpsc::Receiver<String>> {
        let output = self.context.output;
        if output.is_json() {
            output.result(&json!({ "event": "authorize", "url": url.as_str() }), "");
        }
        if opened {
            self.note(format_args!(
                "{BOLD}Your browser opens {}.{BOLD:#} If it does not, open this URL:\n\n  {WIRE}{url}{WIRE:#}\n",
                P::TITLE
            ));
        } else {
            self.note(format_args!("{BOLD}Open this URL in a browser:{BOLD:#}\n\n  {WIRE}{url}{WIRE:#}\n"));
        }
        // Without a listener there is no other way back: where nothing can be read, that is said at once.
        let reads = self.browser.no_browser
            || self.browser.listener.is_none()
            || (!opened && io::stdin().is_terminal());
        if !reads {
            return None;
        }
        let when = if self.browser.listener.is_some() {
            "If the browser is on another machine, it ends at a page that cannot be loaded. Copy that page's URL"
        } else {
            "When the browser is back at the redirect URI, copy the page's URL"
        };
        self.note(format_args!("{when}, and paste it here:"));
        Some(stdin_lines())
    }

    /// Whatever the browser comes back with, or the person pastes.
    async fn wait_for_callback(
        &self,
        pasted: &mut Option<mpsc::Receiver<String>>,
        deadline: tokio::time::Instant,
    ) -> Result<ReceivedCallback, Failure> {
        let waiting = async {
            loop {
                tokio::select! {
                    Some(callback) = next_browser_callback(self.browser.listener.as_ref()) => return Ok(ReceivedCallback::FromBrowser(callback)),
                    line = next_line(pasted) => match line {
                        Some(line) if line.trim().is_empty() => {}
                        Some(line) => return Ok(ReceivedCallback::Pasted(line)),
                        // Nothing more will be pasted.
                        None if self.browser.listener.is_some() => *pasted = None,
                        None => return Err(Failure::usage("the callback URL was not pasted")
                            .with_help("run this in a terminal, or pipe the callback URL into it")),
                    },
                    () = tokio::time::sleep_until(deadline) => return Err(Failure::new(
                        ExitCode::TryLater,
                        "timeout",
                        format!("nobody came back within {} seconds", self.browser.timeout.as_secs()),
                    ).with_help("try again; --timeout gives more time, up to the 15 minutes that an attempt is good for")),
                }
            }
        };
        self.context.until_interrupted(waiting).await
    }
}

/// What the browser came back with.
enum ReceivedCallback {
    /// By itself.
    FromBrowser(String),
    /// A person has looked at it.
    Pasted(String),
}

impl ReceivedCallback {
    fn text(&self) -> &str {
        match self {
            Self::FromBrowser(text) | Self::Pasted(text) => text,
        }
    }

    /// Whether nothing ties it to this attempt.
    fn has_no_state(&self) -> bool {
        let Self::FromBrowser(text) = self else { return false };
        let mut parameters = text.split(['?', '&']).skip(1);
        !parameters.any(|one| one.strip_prefix("state=").is_some_and(|state| !state.is_empty()))
    }
}

/// What the listener gets; never, without one.
async fn next_browser_callback(listener: Option<&Listener>) -> Option<String> {
    match listener {
        Some(listener) => listener.next().await.map(|callback| callback.target),
        None => std::future::pending().await,
    }
}

/// The next line; never, where none are read.
async fn next_line(pasted: &mut Option<mpsc::Receiver<String>>) -> Option<String> {
    match pasted {
        Some(lines) => lines.recv().await,
        None => std::future::pending().await,
    }
}

/// Lines of stdin. The thread that reads them ends with the program at the latest.
fn stdin_lines() -> mpsc::Receiver<String> {
    use std::io::Read as _;

    let (sender, receiver) = mpsc::channel(1);
    std::thread::spawn(move || {
        let mut input = io::stdin().lock();
        loop {
            let mut line = String::new();
            match (&mut input).take(MAX_LINE).read_line(&mut line) {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

/// Whether that is what the provider sends back with an error.
fn is_provider_error(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Denied | ErrorKind::AuthorizationRefused | ErrorKind::Unavailable)
}

/// Whether the attempt goes on after a callback like that.
fn is_unrelated_callback(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Callback(
            CallbackFault::Unreadable
                | CallbackFault::DuplicateParameter
                | CallbackFault::MissingState
                | CallbackFault::WrongState
                | CallbackFault::MissingCode
                | CallbackFault::CodeAndError
        )
    )
}

async fn open_browser(url: &Url) -> bool {
    let url = url.to_string();
    tokio::task::spawn_blocking(move || open::that_detached(url).is_ok()).await.unwrap_or(false)
}
