//! One client at one provider.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use oauth_core::chrono::DateTime;
use oauth_core::http::{Method, Request, Response};
use oauth_core::{Call, Site as _, Transport, TransportError};
use url::Url;

use super::{Examined, Finding, preview};
use crate::context::Context;
use crate::failure::Failure;
use crate::providers::{Name, Offered};
use crate::redirect::{Here, PORT, Redirect};
use crate::registration::Registration;
use crate::said::variable_name;
use crate::time::now;

/// How long an endpoint may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// The answer is not read.
const LONGEST: usize = 1 << 20;
/// Tokens are refreshed minutes before they expire, so a clock may be off by less than that.
const SKEW: i64 = 60;

pub(super) async fn examine<P: Offered>(
    context: &Context,
    provider: Name,
    registration: &Registration,
    offline: bool,
) -> Examined {
    let mut findings = Vec::new();
    let mut place = "an unknown place".to_owned();
    let mut sent = None;
    match P::site(&registration.settings) {
        Err(_) if registration.settings.one("server").is_none() => findings.push(Finding::wrong(
            "server",
            "is not known".to_owned(),
            format!("write `server` below [{provider}] into {}", context.config.path.display()),
        )),
        Err(failure) => findings.push(Finding::bad("server", &failure)),
        Ok(site) => {
            place = site.token_url().origin().ascii_serialization();
            if P::HAS_CLIENTS {
                client(provider, registration, &mut findings);
                redirect::<P>(provider, registration, &mut findings).await;
            }
            if !offline {
                reach::<P>(registration, &site, &mut findings).await;
            }
            if P::HAS_CLIENTS {
                match preview::of::<P>(context, provider, registration).await {
                    Ok(preview) => sent = Some(preview),
                    Err(failure) => findings.push(Finding::bad("connecting", &failure)),
                }
            }
        }
    }
    Examined { provider, place, findings, sent }
}

fn client(provider: Name, registration: &Registration, findings: &mut Vec<Finding>) {
    for (about, is_there, variable, key) in [
        ("client id", !registration.client_id.is_empty(), "CLIENT_ID", "client_id"),
        ("client secret", registration.client_secret.is_some(), "CLIENT_SECRET", "client_secret"),
    ] {
        findings.push(match is_there {
            true => Finding::good(about, "is known".to_owned()),
            false => Finding::note(
                about,
                format!(
                    "is not configured: `oauth connect` asks for it, or takes it from {} or {key} in the configuration",
                    variable_name(provider, variable)
                ),
            ),
        });
    }
}

async fn redirect<P: Offered>(provider: Name, registration: &Registration, findings: &mut Vec<Finding>) {
    if !P::comes_back(&registration.settings) {
        return;
    }
    let usual = Redirect::usual(provider, PORT);
    let uri = registration.redirect_uri.as_deref().unwrap_or(&usual);
    let about = "redirect URI";
    findings.push(match (Here::of(uri), Redirect::listen(uri).await) {
        (_, Err(failure)) => Finding::bad(about, &failure),
        (Some(_), Ok(_)) => Finding::good(
            about,
            format!("{uri} can be listened on; it must be registered at {} as it stands", P::TITLE),
        ),
        (None, Ok(_)) => Finding::note(
            about,
            format!(
                "{uri} does not lead to this machine: `oauth connect` asks for the callback URL to be pasted"
            ),
        ),
    });
}

async fn reach<P: Offered>(registration: &Registration, site: &P::Site, findings: &mut Vec<Finding>) {
    let transport = match transport::<P>(registration) {
        Ok(transport) => transport,
        Err(failure) => return findings.push(Finding::bad("network", &failure)),
    };
    let mut clock = None;
    for (what, url) in P::endpoints(site) {
        let shown = url.origin().ascii_serialization();
        findings.push(match ask(&*transport, &url).await {
            Ok(response) => {
                clock = clock.or_else(|| difference(&response));
                Finding::good("network", format!("{what}: {shown} answers"))
            }
            Err(error) => {
                let failure = Failure::from(oauth_core::Error::from(error));
                let remedy = failure.hint.unwrap_or_default();
                Finding::wrong("network", format!("{what}: {shown}: {}", failure.message), remedy)
            }
        });
    }
    match clock {
        None => {}
        Some(seconds) if seconds.abs() <= SKEW => {
            findings.push(Finding::good("clock", "agrees with the provider's".to_owned()));
        }
        Some(seconds) => findings.push(Finding::wrong(
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
fn transport<P: Offered>(registration: &Registration) -> Result<Arc<dyn Transport>, Failure> {
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
async fn ask(transport: &dyn Transport, url: &Url) -> Result<Response<Vec<u8>>, TransportError> {
    let mut request = Request::new(Vec::new());
    *request.method_mut() = Method::HEAD;
    if let Ok(uri) = url.as_str().parse() {
        *request.uri_mut() = uri;
    }
    transport.call(Call::new(request, PATIENCE, LONGEST)).await
}

/// How many seconds our clock is ahead.
fn difference(response: &Response<Vec<u8>>) -> Option<i64> {
    let date = response.headers().get("date")?.to_str().ok()?;
    Some((now() - DateTime::parse_from_rfc2822(date).ok()?.to_utc()).num_seconds())
}

#[cfg(test)]
mod tests {
    use oauth_core::chrono::TimeDelta;

    use super::*;

    #[test]
    fn how_far_a_clock_is_off() {
        for ahead in [0, 90, -3600] {
            let date = (now() - TimeDelta::seconds(ahead)).to_rfc2822();
            let response = Response::builder().header("date", date).body(Vec::new()).unwrap();
            let found = difference(&response).unwrap();
            assert!((ahead..=ahead + 2).contains(&found), "{ahead}: {found}");
        }
        for date in ["", "yesterday"] {
            let response = Response::builder().header("date", date).body(Vec::new()).unwrap();
            assert_eq!(difference(&response), None);
        }
    }
}
