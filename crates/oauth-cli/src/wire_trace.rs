//! `--verbose`: shows the calls to a provider on stderr, secrets masked.

use std::sync::Arc;

use oauth_core::http::{Method, Request, Response, Uri};
use oauth_core::{ClientBuilder, Provider, Site as _};
use oauth_demo::{CallObserver, Purpose, Secrets, TracedTransport};

use crate::output;
use crate::registration::Registration;

/// The choice of `--verbose`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Trace {
    #[default]
    Off,
    /// `--verbose`
    Calls,
}

impl Trace {
    /// Lets the client show its calls.
    pub(crate) fn apply<P: Provider>(
        self,
        builder: ClientBuilder<P>,
        site: &P::Site,
        registration: &Registration,
    ) -> ClientBuilder<P> {
        if self == Self::Off {
            return builder;
        }
        let secrets = Secrets::default().for_owner(P::NAME);
        if let Some(secret) = &registration.client_secret {
            secrets.register("client secret", secret.expose());
        }
        let observer = CallPrinter { token_url: site.token_url().to_string(), secrets };
        builder.wrap_transport(|inner| Arc::new(TracedTransport::new(inner, Arc::new(observer))))
    }
}

/// Prints calls. Omits bodies of API calls: the response is the command's result, and they may contain
/// secrets that this program does not recognize.
#[derive(Debug)]
struct CallPrinter {
    token_url: String,
    secrets: Secrets,
}

impl CallObserver for CallPrinter {
    fn request(&self, request: &Request<Vec<u8>>) {
        let shown = oauth_demo::Request::parse(request, &self.secrets);
        output::trace(match Purpose::of(request.uri(), &self.token_url) {
            Purpose::Token => shown,
            _ => shown.without_content(),
        });
    }

    fn response(&self, _: &Method, uri: &Uri, response: Result<&Response<Vec<u8>>, String>) {
        let purpose = Purpose::of(uri, &self.token_url);
        match response {
            Ok(response) => {
                let shown = oauth_demo::Response::parse(response, purpose, &self.secrets);
                output::trace(match purpose {
                    Purpose::Token => shown,
                    _ => shown.without_content(),
                });
            }
            Err(error) => output::trace(format_args!("    × {}", self.secrets.redact(&error))),
        }
    }
}
