//! Tables that are written by hand, compared with the code.
#![allow(clippy::unwrap_used)] // a test may panic

use std::collections::BTreeSet;

use cargo_metadata::{DependencyKind, MetadataCommand};
use oauth_core::http::header::{CONTENT_TYPE, LOCATION};
use oauth_core::http::{Response, StatusCode};
use oauth_core::store::ReconnectReason;
use oauth_core::{App, CallbackFault, Client, Error, ErrorKind, ScopeSource, Scopes, Token};
use oauth_testing::{ManualClock, RecordingTransport, TestProvider, site};

/// The cells of the table with this first column.
fn rows<'a>(page: &'a str, first: &str) -> Vec<Vec<&'a str>> {
    let table = page.lines().skip_while(|line| !line.starts_with(&format!("| {first} |"))).skip(2);
    let rows = table.take_while(|line| line.starts_with("| "));
    rows.map(|line| line.trim_matches(['|', ' ']).split(" | ").collect()).collect()
}

/// The texts in backticks.
fn codes(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

#[test]
fn page_lists_every_feature() {
    let metadata = MetadataCommand::new().no_deps().other_options(["--offline".to_owned()]).exec().unwrap();
    let packages = metadata.workspace_packages();
    let expected: BTreeSet<String> = packages
        .iter()
        .filter(|package| package.publish.is_none())
        .flat_map(|package| {
            let default = package.features.get("default").cloned().unwrap_or_default();
            // Features that begin with `__` are not part of the API.
            let public = package.features.keys().filter(|name| *name != "default" && !name.starts_with("__"));
            public.map(move |name| {
                format!("{} {name}{}", package.name, if default.contains(name) { ", default" } else { "" })
            })
        })
        .collect();
    let shown: BTreeSet<String> = rows(include_str!("../../../docs/book/src/features.md"), "Feature")
        .iter()
        .flat_map(|row| codes(row[2]).map(|package| format!("{package} {}", row[0].replace('`', ""))))
        .collect();
    assert_eq!(shown, expected);
}

#[test]
fn every_dependency_has_a_reason() {
    let metadata = MetadataCommand::new().no_deps().other_options(["--offline".to_owned()]).exec().unwrap();
    let packages = metadata.workspace_packages();
    let published = packages.iter().filter(|package| package.publish.is_none());
    let used: BTreeSet<&String> = published
        .flat_map(|package| &package.dependencies)
        .filter(|dependency| dependency.kind != DependencyKind::Development && dependency.path.is_none())
        .map(|dependency| &dependency.name)
        .collect();
    let why = metadata.workspace_metadata["why"].as_object().unwrap();
    let explained: BTreeSet<&String> = why.keys().collect();
    assert_eq!(explained, used, "correct [workspace.metadata.why] in Cargo.toml");
}

/// The names of the variants of an enum in `error.rs` of `oauth-core`, each with its documentation.
fn variants(name: &str) -> Vec<(String, String)> {
    let source = include_str!("../../oauth-core/src/error.rs");
    let body = source.split_once(&format!("pub enum {name} {{")).unwrap().1.split_once("\n}").unwrap().0;
    let (mut found, mut doc) = (Vec::new(), String::new());
    for line in body.lines().map(str::trim) {
        if let Some(more) = line.strip_prefix("///") {
            doc += more;
        } else if line.starts_with(char::is_alphabetic) {
            found.push((line.split(['(', ',']).next().unwrap().to_owned(), std::mem::take(&mut doc)));
        }
    }
    found
}

#[test]
fn page_lists_every_callback_fault() {
    let page = include_str!("../../../docs/book/src/errors.md");
    let shown = rows(page, "Fault");
    let shown: Vec<_> = shown.iter().map(|row| (codes(row[0]).next().unwrap(), row[1])).collect();
    let variants = variants("CallbackFault");
    let expected: Vec<_> = variants.iter().map(|(name, doc)| (name.as_str(), doc.trim())).collect();
    assert_eq!(shown, expected);
}

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
    ErrorKind::PreconditionFailed,
    ErrorKind::ApiRefused,
    ErrorKind::RateLimited,
    ErrorKind::Unavailable,
    ErrorKind::NotSent,
    ErrorKind::Unanswered,
    ErrorKind::Redirected,
    ErrorKind::InvalidResponse,
    ErrorKind::DownloadFailed,
    ErrorKind::WebhookRefused,
    ErrorKind::NotConnected,
    ErrorKind::NeedsReconnect(ReconnectReason::Revoked),
    ErrorKind::Busy,
    ErrorKind::Store,
    ErrorKind::Closed,
];

#[test]
fn page_lists_every_error_kind() {
    let rows = rows(include_str!("../../../docs/book/src/errors.md"), "Kind");
    let yes_no = |yes: bool| if yes { "yes" } else { "no" };
    for (row, kind) in rows.iter().zip(KINDS) {
        let error = Error::new(*kind, "");
        let text = error.to_string();
        let help = text.split_once("; ").map_or(text.as_str(), |(_, help)| help);
        assert_eq!(row[3..], [yes_no(error.needs_reconnect()), help], "{kind:?}");
        // Where it depends on the error, the page says on what.
        assert!(row[2] == yes_no(error.is_transient()) || row[2].starts_with("if "), "{kind:?}");
        assert_eq!(codes(row[0]).next(), format!("{kind:?}").split('(').next());
    }
    let without_links =
        |doc: &str| doc.trim().replace(['[', ']'], "").replace("(crate::store::StoreError::kind)", "");
    let documented: Vec<_> =
        variants("ErrorKind").into_iter().map(|(name, doc)| (name, without_links(&doc))).collect();
    let shown: Vec<_> =
        rows.iter().map(|row| (codes(row[0]).next().unwrap().to_owned(), row[1].to_owned())).collect();
    assert_eq!((shown.len(), shown), (KINDS.len(), documented));
}

/// The response of a row: deviation, status, content type, body.
fn response(row: &[&str]) -> Response<Vec<u8>> {
    let body = codes(row[3]).next().unwrap_or_default().replace("\\u{feff}", "\u{feff}");
    let mut response = Response::new(body.into_bytes());
    *response.status_mut() = StatusCode::from_bytes(row[1].as_bytes()).unwrap();
    if let Some(content_type) = codes(row[2]).next() {
        response.headers_mut().insert(CONTENT_TYPE, content_type.parse().unwrap());
    }
    if response.status().is_redirection() {
        response.headers_mut().insert(LOCATION, "https://elsewhere.example/".parse().unwrap());
    }
    response
}

fn description(token: &Token<TestProvider>) -> String {
    let lifetime = token.expires_at().map(|at| (at - token.received_at()).num_seconds());
    let lifetime = lifetime.map_or_else(String::new, |seconds| format!(" for {seconds} s"));
    match token.scope_source() {
        ScopeSource::Response if token.scopes().is_empty() => format!("a token{lifetime} without scopes"),
        ScopeSource::Response => format!("a token{lifetime} with the scopes `{}`", token.scopes()),
        _ => format!("a token{lifetime}, with the requested scopes"),
    }
}

#[tokio::test]
async fn tolerated_responses_have_the_stated_result() {
    let rows = rows(include_str!("../../../docs/book/src/tolerances.md"), "Deviation");
    assert!(rows.len() > 20, "{rows:?}");
    for row in rows {
        let site = site("https://provider.example");
        let client = Client::<TestProvider>::builder(site, App::without_redirect("id", "secret"));
        let transport = RecordingTransport::with_responses([response(&row)]);
        let client = client.transport(transport).clock(ManualClock::default()).build().unwrap();
        let result = match client.client_credentials("a b".parse::<Scopes>().unwrap()).await {
            Ok(token) => description(&token),
            Err(error) => format!("`ErrorKind::{:?}`", error.kind()),
        };
        assert_eq!(result, row[4], "{row:?}");
    }
}
