//! Checks one client at one provider.

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
use crate::wire_trace::Trace;

/// Timeout of a probe.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Upper bound on a response's body, in bytes. The body is not used.
const MAX_BODY: usize = 1 << 20;
/// Tolerated clock difference in seconds: tokens are refreshed minutes before they expire.
const MAX_CLOCK_SKEW: i64 = 60;

pub(super) async fn check<P: CliProvider>(
    context: &Context,
    provider: ProviderName,
    registration: &Registration,
    offline: bool,
) -> ProviderCheck {
    let mut diagnostics = Vec::new();
    let mut url = "unknown server".to_owned();
    let mut preview = None;
    match P::site(&registration.settings) {
        Err(_) if registration.settings.one("server").is_none() => diagnostics.push(Diagnostic::problem(
            "server",
            "is missing".to_owned(),
            format!("add `server` to [{provider}] in {}", context.config.path.display()),
        )),
        Err(failure) => diagnostics.push(Diagnostic::from_failure("server", &failure)),
        Ok(site) => {
            url = site.token_url().origin().ascii_serialization();
            if P::HAS_CLIENTS {
                check_client(provider, registration, &mut diagnostics);
                check_redirect::<P>(provider, registration, &mut diagnostics).await;
            }
            if !offline {
                check_endpoints::<P>(context.trace, registration, &site, &mut diagnostics).await;
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
                    "is not configured; `oauth connect` asks for it, or reads {} or {key} in the configuration",
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
            format!("{uri} is available; register it at {} exactly as written", P::TITLE),
        ),
        (None, Ok(_)) => Diagnostic::note(
            about,
            format!("{uri} is not on this machine; `oauth connect` asks you to paste the callback URL"),
        ),
    });
}

async fn check_endpoints<P: CliProvider>(
    trace: Trace,
    registration: &Registration,
    site: &P::Site,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let transport = match transport::<P>(registration, trace) {
        Ok(transport) => transport,
        Err(failure) => return diagnostics.push(Diagnostic::from_failure("network", &failure)),
    };
    let mut clock = None;
    for (name, url) in P::public_endpoints(site) {
        let origin = url.origin().ascii_serialization();
        diagnostics.push(match probe(&*transport, &url).await {
            Ok(response) => {
                clock = clock.or_else(|| clock_offset(&response));
                Diagnostic::ok("network", format!("{name}: {origin} is reachable"))
            }
            Err(error) => {
                let failure = Failure::from(oauth_core::Error::from(error));
                let help = failure.help.unwrap_or_default();
                Diagnostic::problem("network", format!("{name}: {origin}: {}", failure.message), help)
            }
        });
    }
    match clock {
        None => {}
        Some(seconds) if seconds.abs() <= MAX_CLOCK_SKEW => {
            diagnostics.push(Diagnostic::ok("clock", "agrees with the provider".to_owned()));
        }
        Some(seconds) => diagnostics.push(Diagnostic::problem(
            "clock",
            format!(
                "this machine is {} seconds {} the provider",
                seconds.abs(),
                if seconds > 0 { "ahead of" } else { "behind" }
            ),
            "synchronize it, for example by NTP; a wrong clock makes tokens expire too early or too late",
        )),
    }
}

/// Returns the client's own transport.
fn transport<P: CliProvider>(
    registration: &Registration,
    trace: Trace,
) -> Result<Arc<dyn Transport>, Failure> {
    let slot = Arc::new(OnceLock::new());
    let taken = Arc::clone(&slot);
    let site = P::site(&registration.settings)?;
    trace
        .apply(registration.builder::<P>()?, &site, registration)
        .wrap_transport(move |inner| {
            let _ = taken.set(Arc::clone(&inner));
            inner
        })
        .build()?;
    slot.get().cloned().ok_or_else(|| Failure::setup("the client has no transport"))
}

/// Sends a HEAD request. Any response will do: without parameters or token, most are errors.
async fn probe(transport: &dyn Transport, url: &Url) -> Result<Response<Vec<u8>>, TransportError> {
    let mut request = Request::new(Vec::new());
    *request.method_mut() = Method::HEAD;
    if let Ok(uri) = url.as_str().parse() {
        *request.uri_mut() = uri;
    }
    transport.call(Call::new(request, TIMEOUT, MAX_BODY)).await
}

/// Returns how many seconds this clock is ahead of the response's `Date`.
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
