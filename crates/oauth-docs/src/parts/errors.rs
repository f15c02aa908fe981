//! The kinds of errors: the words of their documentation, and what the errors themselves say of trying again.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use oauth_core::store::ReconnectReason;
use oauth_core::{CallbackFault, Error, ErrorKind};

use super::table;

const FILE: &str = "crates/oauth-core/src/error.rs";

/// One of each.
const KINDS: &[ErrorKind] = &[
    ErrorKind::InvalidInput,
    ErrorKind::Setup,
    ErrorKind::Denied,
    ErrorKind::AuthorizationRefused,
    ErrorKind::Callback(CallbackFault::WrongState),
    ErrorKind::GrantRefused,
    ErrorKind::ClientRefused,
    ErrorKind::RequestRefused,
    ErrorKind::TokenRefused,
    ErrorKind::Expired,
    ErrorKind::ForeignToken,
    ErrorKind::ForeignHost,
    ErrorKind::MissingScope,
    ErrorKind::Forbidden,
    ErrorKind::ApiRefused,
    ErrorKind::RateLimited,
    ErrorKind::Unavailable,
    ErrorKind::NotSent,
    ErrorKind::Unanswered,
    ErrorKind::Redirected,
    ErrorKind::InvalidResponse,
    ErrorKind::NotConnected,
    ErrorKind::NeedsReconnect(ReconnectReason::Revoked),
    ErrorKind::Busy,
    ErrorKind::Store,
    ErrorKind::Closed,
];

pub(super) fn table(root: &Path) -> Result<String> {
    let source = std::fs::read_to_string(root.join(FILE)).with_context(|| format!("cannot read {FILE}"))?;
    let documented = variants(&source, "pub enum ErrorKind {");
    let names: Vec<String> = KINDS.iter().map(|kind| name(*kind)).collect();
    let there: Vec<&str> = documented.iter().map(|(name, _)| name.as_str()).collect();
    ensure!(
        names == there,
        "the kinds listed in crates/oauth-docs/src/parts/errors.rs are not those of {FILE}:\n{names:?}\n{there:?}"
    );
    let rows = KINDS.iter().zip(documented).map(|(&kind, (name, meaning))| {
        let error = Error::new(kind, "");
        let advice = error.to_string();
        let advice = advice.split_once("; ").map_or(advice.as_str(), |(_, advice)| advice).to_owned();
        let yes_no = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
        vec![
            format!("[`{name}`](api/oauth_core/enum.ErrorKind.html#variant.{name})"),
            meaning,
            match kind {
                // The source of the error knows.
                ErrorKind::Store => "if the store says so".to_owned(),
                ErrorKind::Unanswered => "if doing it twice is harmless".to_owned(),
                _ => yes_no(error.is_transient()),
            },
            yes_no(error.needs_reconnect()),
            advice,
        ]
    });
    Ok(table::table(&["Kind", "What happened", "Again later?", "Connect again?", "What to do"], rows))
}

/// Why a callback is refused, and what that points to.
const FAULTS: &[(CallbackFault, &str)] = &[
    (CallbackFault::Unreadable, "your route hands on something else than the URL that was asked for"),
    (CallbackFault::DuplicateParameter, "somebody added to the URL; look at proxies that rewrite it"),
    (
        CallbackFault::MissingState,
        "the link is forged or cut short, or the provider does not send `state` back",
    ),
    (
        CallbackFault::WrongState,
        "the link is forged, or belongs to another tab: look up `Pending` by attempt",
    ),
    (
        CallbackFault::Replayed,
        "the page was reloaded; the first time counts, so look whether it is connected",
    ),
    (CallbackFault::MissingCode, "somebody opened the address by hand"),
    (CallbackFault::CodeAndError, "the link is forged"),
    (CallbackFault::OtherProvider, "two callback routes share one place for `Pending`"),
    (CallbackFault::OtherSite, "the site was changed while the person was away"),
    (CallbackFault::OtherClient, "client id or redirect URI was changed while the person was away"),
    (CallbackFault::TooOld, "the person took longer than `Limits::attempt_age`; start again"),
];

pub(super) fn callback_faults(root: &Path) -> Result<String> {
    let source = std::fs::read_to_string(root.join(FILE)).with_context(|| format!("cannot read {FILE}"))?;
    let documented = variants(&source, "pub enum CallbackFault {");
    let names: Vec<String> = FAULTS.iter().map(|(fault, _)| format!("{fault:?}")).collect();
    let there: Vec<&str> = documented.iter().map(|(name, _)| name.as_str()).collect();
    ensure!(
        names == there,
        "the faults listed in crates/oauth-docs/src/parts/errors.rs are not those of {FILE}:\n{names:?}\n{there:?}"
    );
    let rows = FAULTS.iter().zip(documented).map(|((_, cause), (name, meaning))| {
        let link = format!("[`{name}`](api/oauth_core/enum.CallbackFault.html#variant.{name})");
        vec![link, meaning, (*cause).to_owned()]
    });
    Ok(table::table(&["Fault", "What is wrong with the callback", "Look for"], rows))
}

fn name(kind: ErrorKind) -> String {
    let text = format!("{kind:?}");
    text.split('(').next().unwrap_or_default().to_owned()
}

/// The variants of an enum with their documentation, as rustfmt lays them out.
fn variants(source: &str, start: &str) -> Vec<(String, String)> {
    let body = source.split_once(start).map_or("", |(_, rest)| rest);
    let body = body.split_once("\n}").map_or("", |(body, _)| body);
    let mut found = Vec::new();
    let mut words = String::new();
    for line in body.lines().map(str::trim) {
        if let Some(more) = line.strip_prefix("///") {
            words += more;
        } else if line.starts_with(|c: char| c.is_ascii_uppercase()) {
            let name: String = line.chars().take_while(char::is_ascii_alphanumeric).collect();
            found.push((name, without_links(words.trim())));
            words.clear();
        }
    }
    found
}

/// ``[`Error::status`](x)`` and ``[`Error::status`]`` become `Error::status` in backticks.
fn without_links(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        let Some((inner, behind)) = after.split_once(']') else { break };
        out += before;
        out += inner;
        rest = match behind.strip_prefix('(').and_then(|target| target.split_once(')')) {
            Some((_, behind)) => behind,
            None => behind,
        };
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_with_their_words() {
        let source =
            "pub enum E {\n    /// One,\n    /// two [`x`](crate::x).\n    A,\n    /// B.\n    B(u8),\n}\n";
        assert_eq!(
            variants(source, "pub enum E {"),
            [("A".to_owned(), "One, two `x`.".to_owned()), ("B".to_owned(), "B.".to_owned())]
        );
    }
}
