//! The flow itself, the same at every provider: authorize URL, consent, callback, code for token.

use anyhow::{Context as _, anyhow};
use oauth_core::{Client, CodeGrant, Token, TokenOrigin};
use oauth_sandbox::{JournalEntry, RequestKind, SandboxProvider};

use super::stage::{Failed, Stage};
use crate::show::Event;
use crate::trace::{Link, Purpose, Request, Response};

/// Connects the sandbox's first user.
pub(super) async fn connect<P: CodeGrant, S: SandboxProvider>(
    stage: &Stage<'_, S>,
    client: &Client<P>,
    connect: &P::Connect,
) -> Result<Token<P>, Failed> {
    let redirect_uri = stage.redirect_uri();
    let person = stage.sandbox().browser();

    let started = stage
        .step(
            "begin",
            "Make the authorize URL",
            "Client::begin() makes the link for the customer's browser, and what to remember until it comes back.",
            async || {
                let started = client.begin(connect)?;
                stage.voice().tell(&Event::Link(Link::read(started.url.as_str(), stage.secrets())));
                let sent = |name: &str| {
                    let found = started.url.query_pairs().find(|(known, _)| known == name);
                    found.map(|(_, value)| value.into_owned()).unwrap_or_default()
                };
                stage.check(
                    sent("response_type") == "code"
                        && sent("client_id") == stage.card().client_id
                        && sent("redirect_uri") == redirect_uri,
                    "it asks for a code, for our client, to be brought to our listener",
                )?;
                stage.check(
                    sent("state") == started.pending.state().expose() && sent("state").len() >= 16,
                    "its state is the one we remember, and long enough not to be guessed",
                )?;
                Ok(started)
            },
        )
        .await?;

    let callback = stage
        .step(
            "consent",
            "The customer logs in and says yes",
            "Their browser opens the link. What it asks the provider for, as the sandbox saw it:",
            async || {
                let before = stage.sandbox().journal().entries().last().map_or(0, |entry| entry.number);
                let decided = person.approve(&started.url).await;
                for entry in stage.entries_after(before) {
                    let JournalEntry { method, host, path, status, .. } = entry;
                    stage.voice().tell(&Event::Browser { method, host, path, status });
                }
                let callback = decided?;
                stage.check(
                    stage
                        .entries_after(before)
                        .iter()
                        .any(|entry| entry.kind == RequestKind::Authorize && entry.method == "POST"),
                    "the customer was asked by the provider, not by us: we never see the password",
                )?;
                stage.check(
                    callback.as_str().starts_with(&redirect_uri),
                    "the provider sends the browser back to our redirect URI",
                )?;
                Ok(callback)
            },
        )
        .await?;

    let target = stage
        .step(
            "callback",
            "The browser comes back to our listener",
            "A listener on 127.0.0.1 waits for it. The code in the URL is worthless without our client secret.",
            async || {
                let request = http::Request::get(callback.as_str()).body(Vec::new())?;
                stage.voice().tell(&Event::Request(Request::read(&request, stage.secrets())));
                let page = person.follow(&callback).await?.map(String::into_bytes);
                stage.voice().tell(&Event::Response(Response::read(&page, Purpose::Page, stage.secrets())));
                let arrived = stage.listener().next().await.context("the listener has ended")?;
                stage.check(
                    page.status() == 200 && page.body().windows(9).any(|words| words == b"can close"),
                    "the customer is told that the window can be closed",
                )?;
                stage.check(
                    arrived.name == stage.name() && callback.as_str().ends_with(&arrived.target),
                    "the listener got what the provider sent",
                )?;
                Ok(arrived.target)
            },
        )
        .await?;

    stage
        .step(
            "exchange",
            "Exchange the code for a token",
            "Client::finish() checks the state, then asks the token endpoint, from our server to theirs.",
            async || {
                let token = client.finish(&started.pending, &target).await?;
                stage.granted(&token);
                stage.check(token.origin() == TokenOrigin::AuthorizationCode, "a token came back")?;
                let again = client.finish(&started.pending, &target).await;
                let error = again.err().ok_or_else(|| anyhow!("a callback was taken twice"))?;
                stage.check(
                    error.kind() == oauth_core::ErrorKind::Callback(oauth_core::CallbackFault::Replayed),
                    "the same callback a second time is refused, and nothing is sent",
                )?;
                Ok(token)
            },
        )
        .await
}
