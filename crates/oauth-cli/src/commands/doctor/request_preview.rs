//! Previews the requests that would connect an account, by a dry run of the real flow.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use oauth_core::connections::Connections;
use oauth_core::http::{Request, Response};
use oauth_core::store::MemoryStore;
use oauth_core::{Call, Transport, TransportError, async_trait};
use oauth_demo::{Link, Request as Shown, Secrets};
use serde::Serialize;

use crate::connect_flow::{BrowserOptions, ConnectFlow};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::Output;
use crate::providers::{CliProvider, ProviderName};
use crate::redirect::{DEFAULT_PORT, Redirect};
use crate::registration::Registration;

/// The requests, secrets masked.
#[derive(Debug, Default, Serialize)]
pub(super) struct RequestPreview {
    #[serde(skip_serializing_if = "Option::is_none")]
    authorize: Option<Link>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_call: Option<Shown>,
}

impl RequestPreview {
    pub(super) fn print(&self, output: Output) {
        if let Some(link) = &self.authorize {
            output.result(&(), link);
        }
        if let Some(request) = &self.token_call {
            output.result(&(), request);
        }
    }
}

/// Records a request instead of sending it.
#[derive(Debug, Default)]
struct Recorder(Mutex<Option<Request<Vec<u8>>>>);

#[async_trait]
impl Transport for Recorder {
    async fn call(&self, call: Call) -> Result<Response<Vec<u8>>, TransportError> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(call.request);
        Err(TransportError::NotSent("this is a preview".into()))
    }
}

pub(super) async fn preview<P: CliProvider>(
    context: &Context,
    provider: ProviderName,
    registration: &Registration,
) -> Result<RequestPreview, Failure> {
    let secrets = Secrets::default().for_owner(provider.as_str());
    let mut registration = registration.clone();
    if registration.client_id.is_empty() {
        "CLIENT-ID".clone_into(&mut registration.client_id);
    }
    let secret = registration.client_secret.get_or_insert_with(|| "CLIENT-SECRET".into());
    secrets.register("client secret", secret.expose());
    registration.redirect_uri.get_or_insert_with(|| Redirect::default_uri(provider, DEFAULT_PORT));
    let recorder = Arc::new(Recorder::default());
    let client = registration.builder::<P>()?.shared_transport(Arc::clone(&recorder) as _).build()?;
    let connections = Connections::new(client, MemoryStore::new());
    let dry_run = Mutex::new(None);
    let flow = ConnectFlow {
        context,
        connections: &connections,
        account: "preview",
        settings: &registration.settings,
        browser: BrowserOptions { no_browser: true, timeout: Duration::ZERO, listener: None },
        dry_run: Some(&dry_run),
    };
    P::connect(&flow).await?;
    let url = dry_run.into_inner().unwrap_or_else(PoisonError::into_inner);
    let request = recorder.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    Ok(RequestPreview {
        authorize: url.map(|url: String| Link::parse(&url, &secrets)),
        token_call: request.map(|request| Shown::parse(&request, &secrets)),
    })
}
