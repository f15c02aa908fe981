//! The flow that connects one account.

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
use crate::listener::{Callback, Listener, ResultPage};
use crate::progress::Spinner;
use crate::prompt;
use crate::setting::Settings;
use crate::styles::{BOLD, WIRE};

/// Upper bound on a pasted line; callback URLs are shorter.
const MAX_LINE: u64 = 64 * 1024;

/// Options for the browser and its callback.
#[derive(Debug)]
pub(crate) struct BrowserOptions {
    pub(crate) no_browser: bool,
    pub(crate) timeout: Duration,
    pub(crate) listener: Option<Listener>,
}

/// The flow that connects one account.
#[derive(Debug)]
pub(crate) struct ConnectFlow<'a, P: Provider> {
    pub(crate) context: &'a Context,
    pub(crate) connections: &'a Connections<P>,
    pub(crate) account: &'a str,
    pub(crate) settings: &'a Settings,
    pub(crate) browser: BrowserOptions,
    /// Dry run: asks for no input and stores nothing. The authorize URL is written here, and the token call
    /// goes to a transport that sends nothing.
    pub(crate) dry_run: Option<&'a Mutex<Option<String>>>,
}

impl<P: Provider> ConnectFlow<'_, P> {
    pub(crate) fn client(&self) -> Client<P> {
        self.connections.client()
    }

    pub(crate) fn note(&self, text: impl std::fmt::Display) {
        self.context.output.note(text);
    }

    /// Prompts for this user's password.
    pub(crate) async fn password(&self, username: &str) -> Result<Password, Failure> {
        if self.dry_run.is_some() {
            return Ok("PASSWORD".into());
        }
        let label = format!("Password for {username} at {}", P::TITLE);
        let alternative = "run this command in a terminal; passwords are not accepted as options";
        prompt::password(self.context, &label, alternative).await
    }

    /// Runs the token request and stores the token.
    pub(crate) async fn save_token(
        &self,
        request: impl Future<Output = Result<Token<P>, Error>>,
    ) -> Result<(), Failure> {
        if self.dry_run.is_some() {
            // Always an error: the call was not sent.
            let _ = request.await;
            return Ok(());
        }
        let request = async {
            request.await.map_err(|error| match error.needs_reconnect() {
                // This is already an attempt to connect.
                true => Failure::from(&error)
                    .with_help("check the user name, password or token, then run this command again"),
                false => Failure::from(&error),
            })
        };
        let token = self.context.until_interrupted(request).await?;
        // Not cancelled from here on: the token must not be lost.
        self.connections.insert(self.account, token).await?;
        Ok(())
    }
}

/// Prompts for a token, or reads it from stdin without a terminal.
pub(crate) async fn token(context: &Context) -> Result<AccessToken, Failure> {
    if io::stdin().is_terminal() {
        prompt::secret(context, "Access token", "pass it on stdin").await
    } else {
        prompt::secret_from_file(context, "-", "the access token").await
    }
}

impl<P: CodeGrant> ConnectFlow<'_, P> {
    /// Opens the authorize URL in the user's browser, waits for the callback and stores the token.
    pub(crate) async fn authorize_in_browser(&self, connect: &P::Connect) -> Result<(), Failure> {
        let started = self.client().begin(connect)?;
        if let Some(dry_run) = self.dry_run {
            let callback = format!("?code=CODE&state={}", started.pending.state().expose());
            *dry_run.lock().unwrap_or_else(PoisonError::into_inner) = Some(started.url.into());
            // Always an error: the call was not sent.
            let _ = self.client().finish(&started.pending, &callback).await;
            return Ok(());
        }
        let opened = !self.browser.no_browser && open_browser(&started.url).await;
        let mut pasted = self.show_authorize_url(&started.url, opened);
        let deadline = tokio::time::Instant::now() + self.browser.timeout;
        let mut refused = None;
        loop {
            let spinner = pasted.is_none().then(|| Spinner::start("Waiting for the browser"));
            let callback = self.wait_for_callback(&mut pasted, deadline).await;
            drop(spinner);
            let callback = callback.map_err(|failure| match refused.take() {
                // Nothing else arrived, so it was about this attempt.
                Some(refusal) if failure.kind == "timeout" => refusal,
                _ => failure,
            })?;
            let page = match self.connections.finish(self.account, &started.pending, callback.text()).await {
                Ok(_) => {
                    self.show_result(callback, ResultPage::connected(P::TITLE)).await;
                    return Ok(());
                }
                // Any web page can forge an error callback without a state, so it must not end the flow.
                Err(error) if callback.has_no_state() && is_provider_error(error.kind()) => {
                    let refusal = Failure::from(&error);
                    self.note(format_args!(
                        "Received an error callback: {refusal}. It has no state and may be forged, so waiting continues. Press Ctrl-C to stop.",
                    ));
                    refused = Some(refusal.clone());
                    ResultPage::unconfirmed(P::TITLE, &refusal)
                }
                // A callback of another attempt, or an incomplete URL: keep waiting.
                Err(error) if is_unrelated_callback(error.kind()) => {
                    let failure = Failure::from(&error);
                    self.note(format_args!("Ignored: {failure}. Still waiting."));
                    ResultPage::ignored(&failure)
                }
                Err(error) => {
                    let failure = Failure::for_connection(&error, P::NAME, self.account);
                    self.show_result(callback, ResultPage::failed(P::TITLE, &failure)).await;
                    return Err(failure);
                }
            };
            callback.show(page);
        }
    }

    /// Shows the result in the browser, and stops listening.
    async fn show_result(&self, callback: ReceivedCallback, page: ResultPage) {
        callback.show(page.clone());
        if let Some(listener) = &self.browser.listener {
            listener.close(page).await;
        }
    }

    /// Shows the authorize URL, and reads stdin where the callback URL may be pasted.
    fn show_authorize_url(&self, url: &Url, opened: bool) -> Option<mpsc::Receiver<String>> {
        let output = self.context.output;
        if output.is_json() {
            output.result(&json!({ "event": "authorize", "url": url.as_str() }), "");
        }
        if opened {
            self.note(format_args!(
                "{BOLD}Opening {} in your browser.{BOLD:#} If it does not open, visit:\n\n  {WIRE}{url}{WIRE:#}\n",
                P::TITLE
            ));
        } else {
            self.note(format_args!("{BOLD}Open this URL in a browser:{BOLD:#}\n\n  {WIRE}{url}{WIRE:#}\n"));
        }
        // Without a listener, stdin is the only way to receive the callback.
        let reads = self.browser.no_browser
            || self.browser.listener.is_none()
            || (!opened && io::stdin().is_terminal());
        if !reads {
            return None;
        }
        let when = if self.browser.listener.is_some() {
            "If the browser runs on another machine, it ends on a page that does not load. Copy that page's URL"
        } else {
            "After approving, the browser opens the redirect URI. Copy that page's URL"
        };
        self.note(format_args!("{when} and paste it here:"));
        Some(stdin_lines())
    }

    /// Waits for a callback from the browser or from stdin.
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
                        // End of input: only the listener is left.
                        None if self.browser.listener.is_some() => *pasted = None,
                        None => return Err(Failure::usage("no callback URL was given")
                            .with_help("run this command in a terminal, or pass the callback URL on stdin")),
                    },
                    () = tokio::time::sleep_until(deadline) => return Err(Failure::new(
                        ExitCode::TryLater,
                        "timeout",
                        format!("no callback arrived within {} seconds", self.browser.timeout.as_secs()),
                    ).with_help("try again; use --timeout to wait longer, up to 900 seconds")),
                }
            }
        };
        self.context.until_interrupted(waiting).await
    }
}

/// A callback URL and how it arrived.
enum ReceivedCallback {
    /// Received by the listener.
    FromBrowser(Callback),
    /// Pasted by the user, who has seen it.
    Pasted(String),
}

impl ReceivedCallback {
    fn text(&self) -> &str {
        match self {
            Self::FromBrowser(callback) => &callback.target,
            Self::Pasted(text) => text,
        }
    }

    /// Shows a page in the browser that brought the callback.
    fn show(self, page: ResultPage) {
        if let Self::FromBrowser(callback) = self {
            callback.show(page);
        }
    }

    /// Returns whether nothing ties the callback to this attempt: it came by the browser and has no state.
    fn has_no_state(&self) -> bool {
        let Self::FromBrowser(callback) = self else { return false };
        let mut parameters = callback.target.split(['?', '&']).skip(1);
        !parameters.any(|one| one.strip_prefix("state=").is_some_and(|state| !state.is_empty()))
    }
}

/// Returns the listener's next callback. Pending forever without a listener.
async fn next_browser_callback(listener: Option<&Listener>) -> Option<Callback> {
    match listener {
        Some(listener) => listener.next().await,
        None => std::future::pending().await,
    }
}

/// Returns the next pasted line. Pending forever if stdin is not read.
async fn next_line(pasted: &mut Option<mpsc::Receiver<String>>) -> Option<String> {
    match pasted {
        Some(lines) => lines.recv().await,
        None => std::future::pending().await,
    }
}

/// Reads lines of stdin on a thread, which lives until the receiver is dropped or the program ends.
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

/// Returns whether the provider reported an error in the callback.
fn is_provider_error(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Denied | ErrorKind::AuthorizationRefused | ErrorKind::Unavailable)
}

/// Returns whether the callback may belong to another attempt, so that waiting continues.
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
    // Without a screen, the launcher may fail too late to be noticed.
    let screens = ["DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "WSL_DISTRO_NAME"];
    if cfg!(target_os = "linux") && screens.iter().all(|name| std::env::var_os(name).is_none()) {
        return false;
    }
    let url = url.to_string();
    tokio::task::spawn_blocking(move || open::that_detached(url).is_ok()).await.unwrap_or(false)
}
