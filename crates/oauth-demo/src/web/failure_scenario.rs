//! Simulated failures between the application and a provider.

use std::sync::Arc;
use std::time::Duration;

use go1::Go1;
use oauth_core::serde_json::json;
use oauth_core::{Error, Provider as _};
use oauth_sandbox::Fault;

use super::app_state::AppState;
use super::integration::{Integration, Secret};
use super::log::Tone;

/// Longer than an access token of Go1 lives.
pub(super) const THIRTEEN_HOURS: Duration = Duration::from_secs(13 * 3600);
/// Longer than a refresh token of Go1 lives, and an access token of GoCD.
pub(super) const NINETY_ONE_DAYS: Duration = Duration::from_secs(91 * 24 * 3600);
/// Number of concurrent callers.
const CONCURRENT_CALLERS: usize = 100;
/// Delay of a slow response. Shorter than the call's deadline.
const SLOW_RESPONSE: Duration = Duration::from_millis(1_500);
/// Longer than the backoff after a failed refresh, which is at most a second.
const BACKOFF: Duration = Duration::from_millis(1_100);

/// A simulated failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FailureScenario {
    LostResponse,
    ServerError,
    SlowResponse,
    WrongSecret,
    AccessRevoked,
    ApiDown,
}

impl FailureScenario {
    pub(super) const ALL: [Self; 6] = [
        Self::LostResponse,
        Self::ServerError,
        Self::SlowResponse,
        Self::WrongSecret,
        Self::AccessRevoked,
        Self::ApiDown,
    ];

    /// The name in the URL path.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::LostResponse => "lost-response",
            Self::ServerError => "server-error",
            Self::SlowResponse => "slow-response",
            Self::WrongSecret => "wrong-secret",
            Self::AccessRevoked => "access-revoked",
            Self::ApiDown => "api-down",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scenario| scenario.name() == name)
    }

    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::LostResponse => "Response lost",
            Self::ServerError => "Token endpoint fails",
            Self::SlowResponse => "Slow response, 100 callers",
            Self::WrongSecret => "Wrong client secret",
            Self::AccessRevoked => "Access revoked",
            Self::ApiDown => "API briefly down",
        }
    }

    /// A description of the failure and its handling.
    pub(super) const fn about(self) -> &'static str {
        match self {
            Self::LostResponse => {
                "The provider issues new tokens, but the response is lost. The old refresh token is tried once more, then the customer must reconnect."
            }
            Self::ServerError => {
                "The token endpoint returns 500. The valid token stays in use, and the refresh is retried when it is safe."
            }
            Self::SlowResponse => {
                "13 hours later, a hundred callers need an expired token. One refreshes it, and the others wait."
            }
            Self::WrongSecret => {
                "The provider rejects the client, not the customer. Nothing more is sent until the secret is corrected."
            }
            Self::AccessRevoked => {
                "The provider rejects the token. The customer must reconnect, and the reason is shown."
            }
            Self::ApiDown => {
                "A call gets a 503. The call is idempotent, so it is retried, and the caller sees no error."
            }
        }
    }

    /// Returns `true` if the failure can occur at this provider.
    pub(super) fn applies_to(self, integration: &dyn Integration) -> bool {
        match self {
            // Only Go1's tokens expire within a day.
            Self::SlowResponse => integration.name() == Go1::NAME,
            Self::LostResponse | Self::ServerError | Self::WrongSecret => integration.supports_refresh(),
            Self::AccessRevoked | Self::ApiDown => true,
        }
    }

    /// Starts the failure at a connected provider.
    pub(super) fn start(self, state: &Arc<AppState>, integration: &Arc<dyn Integration>) {
        let provider = integration.name();
        match self {
            Self::LostResponse => integration.next_token_call(Fault::DropResponse),
            Self::ServerError => integration.next_token_call(Fault::status(500, "out of order")),
            Self::SlowResponse => integration.next_token_call(Fault::delay(SLOW_RESPONSE)),
            Self::AccessRevoked => {
                integration.next_api_call(Fault::json(401, &json!({ "error": "invalid_token" })));
                if integration.supports_refresh() {
                    integration.next_token_call(Fault::json(400, &json!({ "error": "invalid_grant" })));
                }
            }
            Self::ApiDown => integration.next_api_call(Fault::status(503, "try again")),
            Self::WrongSecret => {
                if let Err(error) = integration.use_secret(Secret::Wrong) {
                    state.log_action(Some(provider), error.to_string());
                    return;
                }
            }
        }
        let (action, calls) = (
            format!("You simulated a failure: {}.", lower_first(self.title())),
            integration.journal().token_calls(),
        );
        if self == Self::SlowResponse {
            state.advance(THIRTEEN_HOURS, Some(provider), format!("{action} 13 hours pass."));
        } else {
            state.log_action(Some(provider), action);
        }
        let (app_state, integration) = (Arc::clone(state), Arc::clone(integration));
        state.spawn_work(async move {
            match self.run_application(&*integration, calls).await {
                Ok(Some(text)) => app_state.log_notice(provider, Tone::Good, text),
                Ok(None) => {}
                Err(error) => {
                    app_state.log_notice(provider, Tone::Bad, format!("The caller gets an error: {error}"));
                }
            }
        });
    }

    /// Runs the application's part. Returns a notice if the connection's events do not explain the result.
    /// `calls_before` is the number of token calls so far.
    async fn run_application(
        self,
        integration: &dyn Integration,
        calls_before: u64,
    ) -> Result<Option<String>, Error> {
        match self {
            Self::LostResponse | Self::ServerError => {
                if refresh(integration).await.is_err_and(|error| error.is_transient()) {
                    tokio::time::sleep(BACKOFF).await;
                    refresh(integration).await?;
                }
                Ok(None)
            }
            Self::WrongSecret => Ok(refresh(integration).await.err().map(|_| {
                "One call revealed it. Until the secret is corrected, no refresh token is at risk.".to_owned()
            })),
            Self::SlowResponse => {
                let waited = integration.concurrent_headers(CONCURRENT_CALLERS).await?.as_secs_f64();
                let calls = integration.journal().token_calls() - calls_before;
                let s = if calls == 1 { "" } else { "s" };
                Ok(Some(format!(
                    "{CONCURRENT_CALLERS} callers waited {waited:.1} s for {calls} token call{s}, and all received the same headers."
                )))
            }
            Self::AccessRevoked => integration.call_api().await.map(|()| None),
            Self::ApiDown => {
                integration.call_api().await?;
                Ok(Some("The caller received a response and saw no error.".to_owned()))
            }
        }
    }
}

async fn refresh(integration: &dyn Integration) -> Result<(), Error> {
    integration.connections().refresh(integration.account()).await
}

/// Lowers the first letter of a title, for use within a sentence.
fn lower_first(title: &str) -> String {
    if title.starts_with("API") {
        return title.to_owned();
    }
    let mut letters = title.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
