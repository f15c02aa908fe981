//! The kinds of errors: the words of their documentation, and what the errors themselves say of trying again.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use oauth_core::store::Why;
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
    ErrorKind::BadReply,
    ErrorKind::NotConnected,
    ErrorKind::NeedsReconnect(Why::Revoked),
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
