//! What can go wrong between an application and a provider, at the press of a button.

use std::sync::Arc;
use std::time::Duration;

use oauth_core::Error;
use oauth_core::serde_json::json;
use oauth_sandbox::Fault;

use super::integration::{Integration, Secret};
use super::log::Tone;
use super::world::World;
use crate::cli::Provider;

/// Longer than an access token of Go1 lives.
pub(super) const THIRTEEN_HOURS: Duration = Duration::from_secs(13 * 3600);
/// Longer than a refresh token of Go1 lives, and an access token of GoCD.
pub(super) const NINETY_ONE_DAYS: Duration = Duration::from_secs(91 * 24 * 3600);
/// So many callers at once.
const CROWD: usize = 100;
/// How slow a slow answer is. The call's deadline is later.
const SLOW: Duration = Duration::from_millis(1_500);
/// A connection whose refresh failed is left alone for up to a second.
const REST: Duration = Duration::from_millis(1_100);

/// Something that goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mishap {
    LostAnswer,
    ServerError,
    SlowAnswer,
    WrongSecret,
    Revoked,
    Hiccup,
}

impl Mishap {
    pub(super) const ALL: [Self; 6] = [
        Self::LostAnswer,
        Self::ServerError,
        Self::SlowAnswer,
        Self::WrongSecret,
        Self::Revoked,
        Self::Hiccup,
    ];

    /// As the path has it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::LostAnswer => "lost-answer",
            Self::ServerError => "server-error",
            Self::SlowAnswer => "slow-answer",
            Self::WrongSecret => "wrong-secret",
            Self::Revoked => "revoked",
            Self::Hiccup => "hiccup",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mishap| mishap.name() == name)
    }

    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::LostAnswer => "The answer is lost",
            Self::ServerError => "The server fails",
            Self::SlowAnswer => "Slow, and a hundred callers",
            Self::WrongSecret => "The client secret is wrong",
            Self::Revoked => "The customer takes it back",
            Self::Hiccup => "The API hiccups",
        }
    }

    /// What happens then.
    pub(super) const fn about(self) -> &'static str {
        match self {
            Self::LostAnswer => {
                "The provider makes new tokens, and nobody gets them. The old refresh token is tried once more, then a person is asked."
            }
            Self::ServerError => {
                "The token endpoint answers 500. The valid token goes on serving; once it is safe, the refresh is tried again."
            }
            Self::SlowAnswer => {
                "13 hours later a hundred callers want an expired token. One refreshes; the others wait for it."
            }
            Self::WrongSecret => {
                "The provider blames the client, not the customer. Nothing more is sent until it is set right."
            }
            Self::Revoked => {
                "The provider refuses the token. A person has to connect again, and the reason is told."
            }
            Self::Hiccup => {
                "A call gets a 503. It can be repeated safely, so it is; the caller notices nothing."
            }
        }
    }

    /// Whether it can happen at this provider.
    pub(super) fn is_at(self, integration: &dyn Integration) -> bool {
        match self {
            // Nobody else's tokens expire within a day.
            Self::SlowAnswer => integration.provider() == Provider::Go1,
            Self::LostAnswer | Self::ServerError | Self::WrongSecret => integration.refreshes(),
            Self::Revoked | Self::Hiccup => true,
        }
    }

    /// Has it happen, at a provider where there is a connection.
    pub(super) fn happen(self, world: &Arc<World>, integration: &Arc<dyn Integration>) {
        let provider = integration.provider();
        match self {
            Self::LostAnswer => integration.next_token_call(Fault::DropResponse),
            Self::ServerError => integration.next_token_call(Fault::status(500, "out of order")),
            Self::SlowAnswer => integration.next_token_call(Fault::delay(SLOW)),
            Self::Revoked => {
                integration.next_api_call(Fault::status(401, "the token is not valid"));
                if integration.refreshes() {
                    integration.next_token_call(Fault::json(400, &json!({ "error": "invalid_grant" })));
                }
            }
            Self::Hiccup => integration.next_api_call(Fault::status(503, "try again")),
            Self::WrongSecret => {
                if let Err(error) = integration.use_secret(Secret::Wrong) {
                    world.note(Some(provider), error.to_string());
                    return;
                }
            }
        }
        let (note, calls) =
            (format!("You let this happen: {}.", lower(self.title())), integration.journal().token_calls());
        if self == Self::SlowAnswer {
            world.advance(THIRTEEN_HOURS, Some(provider), format!("{note} 13 hours pass."));
        } else {
            world.note(Some(provider), note);
        }
        let (world_, integration) = (Arc::clone(world), Arc::clone(integration));
        world.errand(async move {
            match self.play(&*integration, calls).await {
                Ok(Some(text)) => world_.told(provider, Tone::Good, text),
                Ok(None) => {}
                Err(error) => world_.told(provider, Tone::Bad, format!("What the caller is told: {error}")),
            }
        });
    }

    /// What the application does meanwhile, and what there is to say of it that is not told by the connection itself. `before` counts the
    /// token calls until then.
    async fn play(self, integration: &dyn Integration, before: u64) -> Result<Option<String>, Error> {
        match self {
            Self::LostAnswer | Self::ServerError => {
                if refresh(integration).await.is_err_and(|error| error.is_transient()) {
                    tokio::time::sleep(REST).await;
                    refresh(integration).await?;
                }
                Ok(None)
            }
            Self::WrongSecret => Ok(refresh(integration).await.err().map(|_| {
                "One call was enough to know. Until the secret is corrected, nobody's refresh token is risked.".to_owned()
            })),
            Self::SlowAnswer => {
                let waited = integration.crowd(CROWD).await?.as_secs_f64();
                let calls = integration.journal().token_calls() - before;
                let s = if calls == 1 { "" } else { "s" };
                Ok(Some(format!(
                    "{CROWD} callers waited {waited:.1} s for {calls} token call{s}, and all got the same headers."
                )))
            }
            Self::Revoked => integration.call().await.map(|()| None),
            Self::Hiccup => {
                integration.call().await?;
                Ok(Some("The caller got its answer, and knows of nothing.".to_owned()))
            }
        }
    }
}

async fn refresh(integration: &dyn Integration) -> Result<(), Error> {
    integration.connections().refresh(integration.account()).await
}

/// As it stands within a sentence.
fn lower(title: &str) -> String {
    let mut letters = title.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
