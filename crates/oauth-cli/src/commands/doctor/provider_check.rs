//! One client at one provider.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use oauth_core::chrono::DateTime;
use oauth_core::http::{Method, Request, Response};
use oauth_core::{Call, Site as _, Transport, TransportError};
use url::Url;

use super::{Diagnostic, ProviderCheck, request_preview};
use crate::client_config::variable_name;
use crate::context::Context;
use crate::failure::Failure;
use crate::providers::{CliProvider, ProviderName};
use crate::redirect::{DEFAULT_PORT, LoopbackTarget, Redirect};
use crate::registration::Registration;
use crate::time::now;

/// How long an endpoint may take to answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The answer is not read.
const MAX_BODY: usize = 1 << 20;
/// Tokens are refreshed minutes before they expire, so a clock may be off by less than that.
const MAX_CLOCK_SKEW: i64 = 60;

pub(super) async fn check<P: CliProvider>(
    context: &Context,
    provider: ProviderName,
    registration: &Registration,
    offline: bool,
) -> ProviderCheck {
    let mut diagnostics = Vec::new();
    let mut url = "an unknown place".to_owned();
    let mut preview = None;
    match P::site(&registration.settings) {
        Err(_) if registration.settings.one("server").is_none() => diagnostics.push(Diagnostic::problem(
            "server",
            "is not known".to_owned(),
            format!("write `server` below [{provider}] into {}", context.config.path.display()),
        )),
        Err(failure) => diagnostics.push(Diagnostic::from_failure("server", &failure)),
        Ok(site) => {
            url = site.token_url().origin().ascii_serialization();
            if P::HAS_CLIENTS {
                check_client(provider, registration, &mut diagnostics);
                check_redirect::<P>(provider, registration, &mut diagnostics).await;
            }
            if !offline {
                check_endpoints::<P>(registration, &site, &mut diagnostics).await;
            }
            if P::HAS_CLIENTS {
                match request_preview::preview::<P>(context, provider, registration).await {
                    Ok(found) => preview = Some(found),
                    Err(failure) => diagnostics.push(Diagnostic::from_failure("connecting", &failure)),
                }
            }
        }
    }
    ProviderCheck { provider, url, diagnostics, preview }
}

fn check_client(provider: ProviderName, registration: &Registration, diagnostics: &mut Vec<Diagnostic>) {
    for (about, is_there, variable, key) in [
        ("client id", !registration.client_id.is_empty(), "CLIENT_ID", "client_id"),
        ("client secret", registration.client_secret.is_some(), "CLIENT_SECRET", "client_secret"),
    ] {
        diagnostics.push(match is_there {
            true => Diagnostic::ok(about, "is known".to_owned()),
            false => Diagnostic::note(
                about,
                format!(
                    "is not configured: `oauth connect` asks for it, or takes it from {} or {key} in the configuration",
                    variable_name(provider, variable)
                ),
            ),
        });
    }
}

async fn check_redirect<P: CliProvider>(
    provider: ProviderName,
    registration: &Registration,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if !P::uses_redirect(&registration.settings) {
        return;
    }
    let usual = Redirect::default_uri(provider, DEFAULT_PORT);
    let uri = registration.redirect_uri.as_deref().unwrap_or(&usual);
    let about = "redirect URI";
    diagnostics.push(match (LoopbackTarget::parse(uri), Redirect::listen(uri).await) {
        (_, Err(failure)) => Diagnostic::from_failure(about, &failure),
        (Some(_), Ok(_)) => Diagnostic::ok(
            about,
            format!("{uri} can be listened on; it must be registered at {} as it stands", P::TITLE),
        ),
        (None, Ok(_)) => Diagnostic::note(
            about,
            format!(
                "{uri} does not lead to this machine: `oauth connect` asks for the callback URL to be pasted"
            ),
        ),
    });
}

async fn check_endpoints<P: CliProvider>(
    registration: &Registration,
    site: &P::Site,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let transport = match transport::<P>(registration) {
        Ok(transport) => transport,
        Err(failure) => return diagnostics.push(Diagnostic::from_failure("network", &failure)),
    };
    let mut clock = None;
    for (what, url) in P::public_endpoints(site) {
        let origin = url.origin().ascii_serialization();
        diagnostics.push(match probe(&*transport, &url).await {
            Ok(response) => {
                clock = clock.or_else(|| clock_offset(&response));
                Diagnostic::ok("network", format!("{what}: {origin} answers"))
            }
            Err(error) => {
                let failure = Failure::from(oauth_core::Error::from(error));
                let remedy = failure.hint.unwrap_or_default();
                Diagnostic::problem("network", format!("{what}: {origin}: {}", failure.message), remedy)
            }
        });
    }
    match clock {
        None => {}
        Some(seconds) if seconds.abs() <= MAX_CLOCK_SKEW => {
            diagnostics.push(Diagnostic::ok("clock", "agrees with the provider's".to_owned()));
        }
        Some(seconds) => diagnostics.push(Diagnostic::problem(
            "clock",
            format!(
                "this machine's is {} seconds {} the provider's",
                seconds.abs(),
                if seconds > 0 { "ahead of" } else { "behind" }
            ),
            "set it right, by NTP for example: tokens are thought expired too early, or too late",
        )),
    }
}

/// The one that the client would send by.
fn transport<P: CliProvider>(registration: &Registration) -> Result<Arc<dyn Transport>, Failure> {
    let slot = Arc::new(OnceLock::new());
    let taken = Arc::clone(&slot);
    registration
        .builder::<P>()?
        .wrap_transport(move |inner| {
            let _ = taken.set(Arc::clone(&inner));
            inner
        })
        .build()?;
    slot.get().cloned().ok_or_else(|| Failure::setup("there is nothing to send by"))
}

/// Any answer will do: without parameters or token, it is mostly a refusal.
async fn probe(transport: &dyn Transport, url: &Url) -> Result<Response<Vec<u8>>, TransportError> {
    let mut request = Request::new(Vec::new());
    *request.method_mut() = Method::HEAD;
    if let Ok(uri) = url.as_str().parse() {
        *request.uri_mut() = uri;
    }
    transport.call(Call::new(request, TIMEOUT, MAX_BODY)).await
}

/// How many seconds our clock is ahead.
fn clock_offset(response: &Response<Vec<u8>>) -> Option<i64> {
    let date = response.headers().get("date")?.to_str().ok()?;
    Some((now() - DateTime::parse_from_rfc2822(date).ok()?.to_utc()).num_seconds())
}

#[cfg(test)]
mod tests {
    use oauth_core::chrono::TimeDelta;

    use super::*;

    #[test]
    fn clock_offset_comes_from_date_header() {
        for ahead in [0, 90, -3600] {
            let date = (now() - TimeDelta::seconds(ahead)).to_rfc2822();
            let response = Response::builder().header("date", date).body(Vec::new()).unwrap();
            let found = clock_offset(&response).unwrap();
            assert!((ahead..=ahead + 2).contains(&found), "{ahead}: {found}");
        }
        for date in ["", "yesterday"] {
            let response = Response::builder().header("date", date).body(Vec::new()).unwrap();
            assert_eq!(clock_offset(&response), None);
        }
    }
}
