//! The error kinds, from their documentation and from the errors themselves.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use oauth_core::store::ReconnectReason;
use oauth_core::{CallbackFault, Error, ErrorKind};

use super::table;

const FILE: &str = "crates/oauth-core/src/error.rs";

/// One value of each kind.
const KINDS: &[ErrorKind] = &[
    ErrorKind::InvalidInput,
    ErrorKind::Setup,
    ErrorKind::Denied,
    ErrorKind::AuthorizationRefused,
    ErrorKind::Callback(CallbackFault::WrongState),
    ErrorKind::GrantRefused,
    ErrorKind::RefusalUnconfirmed,
    ErrorKind::ClientRefused,
    ErrorKind::RequestRefused,
    ErrorKind::TokenRefused,
    ErrorKind::Unauthorized,
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
    let documented_names: Vec<&str> = documented.iter().map(|(name, _)| name.as_str()).collect();
    ensure!(
        names == documented_names,
        "the kinds in crates/oauth-docs/src/parts/errors.rs differ from those in {FILE}:\n{names:?}\n{documented_names:?}"
    );
    let rows = KINDS.iter().zip(documented).map(|(&kind, (name, meaning))| {
        let error = Error::new(kind, "");
        let text = error.to_string();
        let help = text.split_once("; ").map_or(text.as_str(), |(_, help)| help).to_owned();
        let yes_no = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
        vec![
            format!("[`{name}`](api/oauth_core/enum.ErrorKind.html#variant.{name})"),
            meaning,
            match kind {
                // Depends on the source of the error.
                ErrorKind::Store => "if the store error is transient".to_owned(),
                ErrorKind::Unanswered => "if the request is idempotent".to_owned(),
                _ => yes_no(error.is_transient()),
            },
            yes_no(error.needs_reconnect()),
            help,
        ]
    });
    Ok(table::table(&["Kind", "Meaning", "Transient?", "Reconnect?", "Help"], rows))
}

/// The likely cause of each callback fault.
const FAULTS: &[(CallbackFault, &str)] = &[
    (CallbackFault::Unreadable, "your route passes something other than the request URL"),
    (CallbackFault::DuplicateParameter, "something added to the URL; check proxies that rewrite it"),
    (CallbackFault::MissingState, "the link is forged or truncated, or the provider does not return `state`"),
    (
        CallbackFault::WrongState,
        "the link is forged, or belongs to another tab: look up the `PendingAuthorization` by `state`",
    ),
    (
        CallbackFault::Replayed,
        "the page was reloaded; the first request counts, so check if the account is connected",
    ),
    (CallbackFault::MissingCode, "the URL was opened by hand"),
    (CallbackFault::CodeAndError, "the link is forged"),
    (CallbackFault::OtherProvider, "two callback routes store a `PendingAuthorization` under the same name"),
    (CallbackFault::OtherSite, "the site changed while the user was at the provider"),
    (CallbackFault::OtherClient, "the client id or redirect URI changed while the user was at the provider"),
    (CallbackFault::TooOld, "the user took longer than `Limits::attempt_age`; start again"),
];

pub(super) fn callback_faults(root: &Path) -> Result<String> {
    let source = std::fs::read_to_string(root.join(FILE)).with_context(|| format!("cannot read {FILE}"))?;
    let documented = variants(&source, "pub enum CallbackFault {");
    let names: Vec<String> = FAULTS.iter().map(|(fault, _)| format!("{fault:?}")).collect();
    let documented_names: Vec<&str> = documented.iter().map(|(name, _)| name.as_str()).collect();
    ensure!(
        names == documented_names,
        "the faults in crates/oauth-docs/src/parts/errors.rs differ from those in {FILE}:\n{names:?}\n{documented_names:?}"
    );
    let rows = FAULTS.iter().zip(documented).map(|((_, cause), (name, meaning))| {
        let link = format!("[`{name}`](api/oauth_core/enum.CallbackFault.html#variant.{name})");
        vec![link, meaning, (*cause).to_owned()]
    });
    Ok(table::table(&["Fault", "Error", "Likely cause"], rows))
}

fn name(kind: ErrorKind) -> String {
    let text = format!("{kind:?}");
    text.split('(').next().unwrap_or_default().to_owned()
}

/// The variants of a formatted enum, with their documentation.
fn variants(source: &str, start: &str) -> Vec<(String, String)> {
    let body = source.split_once(start).map_or("", |(_, rest)| rest);
    let body = body.split_once("\n}").map_or("", |(body, _)| body);
    let mut found = Vec::new();
    let mut doc = String::new();
    for line in body.lines().map(str::trim) {
        if let Some(more) = line.strip_prefix("///") {
            doc += more;
        } else if line.starts_with(|c: char| c.is_ascii_uppercase()) {
            let name: String = line.chars().take_while(char::is_ascii_alphanumeric).collect();
            found.push((name, without_links(doc.trim())));
            doc.clear();
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
    fn variants_have_documentation() {
        let source =
            "pub enum E {\n    /// One,\n    /// two [`x`](crate::x).\n    A,\n    /// B.\n    B(u8),\n}\n";
        assert_eq!(
            variants(source, "pub enum E {"),
            [("A".to_owned(), "One, two `x`.".to_owned()), ("B".to_owned(), "B.".to_owned())]
        );
    }
}
