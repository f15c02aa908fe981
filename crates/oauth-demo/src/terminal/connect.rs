//! The authorization code flow, the same at every provider: authorize URL, consent, callback, token.

use anyhow::{Context as _, anyhow};
use oauth_core::{Client, Error, Token, TokenOrigin};
use oauth_sandbox::{JournalEntry, RequestKind};

use super::scenario::{Scenario, StepFailed};
use crate::output::Event;
use crate::provider::DemoProvider;
use crate::trace::{Link, Purpose, Request, Response};

/// Connects the sandbox's first user.
pub(super) async fn connect<P: DemoProvider>(
    scenario: &Scenario<'_, P>,
    client: &Client<P>,
    options: Result<P::Connect, Error>,
) -> Result<Token<P>, StepFailed> {
    let redirect_uri = scenario.redirect_uri();
    let person = scenario.server().browser();

    let started = scenario
        .step(
            "begin",
            "Build the authorize URL",
            "Client::begin() returns the link for the customer's browser, and the data to keep until the callback.",
            async || {
                let started = client.begin(&options?)?;
                scenario.output().emit(&Event::Link(Link::parse(started.url.as_str(), scenario.secrets())));
                let parameter = |name: &str| {
                    let found = started.url.query_pairs().find(|(known, _)| known == name);
                    found.map(|(_, value)| value.into_owned()).unwrap_or_default()
                };
                scenario.check(
                    parameter("response_type") == "code"
                        && parameter("client_id") == scenario.server().client_id()
                        && parameter("redirect_uri") == redirect_uri,
                    "it requests a code for our client and our redirect URI",
                )?;
                scenario.check(
                    parameter("state") == started.pending.state().expose() && parameter("state").len() >= 16,
                    "its state matches the pending login and is too long to guess",
                )?;
                Ok(started)
            },
        )
        .await?;

    let callback = scenario
        .step(
            "consent",
            "The customer logs in and gives consent",
            "The customer's browser opens the link. The sandbox received these requests:",
            async || {
                let before = scenario.server().journal().entries().last().map_or(0, |entry| entry.number);
                let approved = person.approve(&started.url).await;
                for entry in scenario.entries_after(before) {
                    let JournalEntry { method, host, path, status, .. } = entry;
                    scenario.output().emit(&Event::Browser { method, host, path, status });
                }
                let callback = approved?;
                scenario.check(
                    scenario
                        .entries_after(before)
                        .iter()
                        .any(|entry| entry.kind == RequestKind::Authorize && entry.method == "POST"),
                    "the provider asked for consent, so we never see the password",
                )?;
                scenario.check(
                    callback.as_str().starts_with(&redirect_uri),
                    "the provider redirects the browser to our redirect URI",
                )?;
                Ok(callback)
            },
        )
        .await?;

    let target = scenario
        .step(
            "callback",
            "The browser returns to our listener",
            "A listener on 127.0.0.1 receives the callback. The code in the URL is useless without our client secret.",
            async || {
                let request = http::Request::get(callback.as_str()).body(Vec::new())?;
                scenario.output().emit(&Event::Request(Request::parse(&request, scenario.secrets())));
                let page = person.follow(&callback).await?.map(String::into_bytes);
                scenario.output().emit(&Event::Response(Response::parse(&page, Purpose::Page, scenario.secrets())));
                let arrived = scenario.listener().next().await.context("the listener has stopped")?;
                scenario.check(
                    page.status() == 200 && page.body().windows(9).any(|words| words == b"can close"),
                    "the page says that the window can be closed",
                )?;
                scenario.check(
                    arrived.provider == P::NAME && callback.as_str().ends_with(&arrived.target),
                    "the listener received the provider's callback",
                )?;
                Ok(arrived.target)
            },
        )
        .await?;

    scenario
        .step(
            "exchange",
            "Exchange the code for a token",
            "Client::finish() checks the state, then calls the token endpoint, from server to server.",
            async || {
                let token = client.finish(&started.pending, &target).await?;
                scenario.show_token(&token);
                scenario.check(
                    token.origin() == TokenOrigin::AuthorizationCode,
                    "the response contains a token",
                )?;
                let again = client.finish(&started.pending, &target).await;
                let error = again.err().ok_or_else(|| anyhow!("a callback was accepted twice"))?;
                scenario.check(
                    error.kind() == oauth_core::ErrorKind::Callback(oauth_core::CallbackFault::Replayed),
                    "the same callback is rejected a second time, without a request",
                )?;
                Ok(token)
            },
        )
        .await
}
