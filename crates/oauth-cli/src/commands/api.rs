//! `oauth api`: lists the calls of a provider's API.

use clap::Args;
use oauth_core::http::Method;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::output::Output;
use crate::providers::ProviderName;
use crate::table::table;

/// Arguments of `api`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Lists the documented calls that the provider's Rust crate has as types, and the OAuth scopes that they need. \
Needs no connection and sends nothing. `oauth request` sends any call, with a type or without.

Example: oauth api cobot | grep bookings")]
pub(crate) struct ApiArgs {
    /// cohortgo, cobot, go1, gocd or gocd-personal
    #[arg(value_enum, value_name = "PROVIDER", hide_possible_values = true)]
    provider: ProviderName,

    /// Include calls that have no type in the Rust crate, with the reason
    #[arg(long)]
    all: bool,

    /// Print JSON instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

/// The part that this command reads of `docs/api/PROVIDER.toml`.
#[derive(Deserialize)]
struct ApiCalls {
    calls: Vec<ApiCall>,
}

/// A documented call.
#[derive(Deserialize, Serialize)]
struct ApiCall {
    /// Method and path, or the words of its document.
    call: String,
    #[serde(default)]
    scopes: Vec<String>,
    /// The reason why it is not typed.
    #[serde(skip_serializing_if = "Option::is_none")]
    untyped: Option<String>,
    source: String,
    /// True if only third parties document it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    by_others: bool,
    /// True if no document states it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    inferred: bool,
}

/// Runs the command.
pub(crate) fn run(arguments: &ApiArgs) -> Result<(), Failure> {
    let output = Output::new(arguments.json);
    let mut calls = documented(arguments.provider)?;
    let number = calls.len();
    if !arguments.all {
        calls.retain(|call| call.untyped.is_none());
    }
    output.result(&calls, text(&calls, arguments.all));
    if arguments.provider == ProviderName::Gocd {
        output.note(format_args!(
            "these calls need a personal access token (gocd-personal); a token of GoCD's OAuth provider, up to 18.7, \
             reads cctray.xml, the version, the current user and a run as XML only"
        ));
    }
    let left_out = number - calls.len();
    if left_out > 0 {
        output.note(format_args!(
            "{left_out} of {number} documented calls have no type in the Rust crate; list them with --all"
        ));
    }
    Ok(())
}

/// Returns all documented calls.
fn documented(provider: ProviderName) -> Result<Vec<ApiCall>, Failure> {
    // `api` is a link to docs/api, which cargo replaces by its files in the package.
    let list = match provider {
        ProviderName::Cohortgo => include_str!("../../api/cohortgo.toml"),
        ProviderName::Cobot => include_str!("../../api/cobot.toml"),
        ProviderName::Go1 => include_str!("../../api/go1.toml"),
        ProviderName::Gocd | ProviderName::GocdPersonal => include_str!("../../api/gocd.toml"),
    };
    let list: ApiCalls = toml::from_str(list)
        .map_err(|error| Failure::setup(format!("the list of {provider}'s calls is invalid: {error}")))?;
    Ok(list.calls)
}

/// Returns whether the path, with values in place of its parameters, is that of a documented call. The first
/// slash may be left out.
pub(crate) fn is_documented(provider: ProviderName, method: &Method, path: &str) -> bool {
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_start_matches('/');
    // A call that can be read can be asked for its headers.
    let method = if *method == Method::HEAD { &Method::GET } else { method };
    documented(provider).is_ok_and(|calls| calls.iter().any(|call| matches(&call.call, method, path)))
}

/// Compares a call such as `GET /files/:pipeline/*path` with a path.
fn matches(call: &str, method: &Method, path: &str) -> bool {
    let Some((call_method, pattern)) = call.split_once(" /") else { return false };
    let mut given = path.split('/');
    let all_match = pattern.split('/').all(|segment| match segment.as_bytes().first() {
        // The rest of the path.
        Some(b'*') => given.by_ref().count() > 0,
        Some(b':') => given.next().is_some_and(|value| !value.is_empty()),
        _ => given.next() == Some(segment),
    });
    call_method == method.as_str() && all_match && given.next().is_none()
}

/// Returns the documented scope that a mistyped one resembles. `None` for documented scopes.
pub(crate) fn similar_scope(provider: ProviderName, scope: &str) -> Option<String> {
    let known: Vec<String> = documented(provider).ok()?.into_iter().flat_map(|call| call.scopes).collect();
    if known.iter().any(|one| one == scope) {
        return None;
    }
    known
        .into_iter()
        .map(|one| (strsim::levenshtein(&one, scope), one))
        .min()
        .filter(|(n, _)| *n <= 2)
        .map(|(_, one)| one)
}

fn text(calls: &[ApiCall], with_reasons: bool) -> String {
    let or_dash = |text: String| if text.is_empty() { "-".to_owned() } else { text };
    let columns = if with_reasons { 3 } else { 2 };
    let rows = calls.iter().map(|call| {
        let reason = call.untyped.clone().unwrap_or_default();
        [call.call.clone(), call.scopes.join(" "), reason].map(or_dash).into_iter().take(columns)
    });
    table(["CALL", "SCOPES", "NOT TYPED"].into_iter().take(columns), rows)
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::*;

    #[test]
    fn mistyped_scope_has_a_suggestion() {
        for (scope, similar) in [
            ("user.raed", Some("user.read")),
            ("user.read", None),
            ("userread", Some("user.read")),
            ("x", None),
        ] {
            assert_eq!(similar_scope(ProviderName::Go1, scope).as_deref(), similar, "{scope}");
        }
    }

    #[test]
    fn documented_paths_are_found() {
        for (provider, method, path, is_found) in [
            (ProviderName::Cobot, Method::POST, "/bookings", true),
            (ProviderName::Cobot, Method::GET, "/bookings", false),
            (ProviderName::Cobot, Method::GET, "/bookings/5?x=/y", true),
            (ProviderName::Cobot, Method::GET, "/bookings/", false),
            (ProviderName::Cobot, Method::GET, "/bookings/5/6", false),
            (ProviderName::Gocd, Method::GET, "/files/p/1/s/1/j/a/b.txt", true),
            (ProviderName::Gocd, Method::GET, "/files/p/1/s/1", false),
            (ProviderName::Gocd, Method::GET, "cctray.xml", true),
            (ProviderName::Gocd, Method::HEAD, "/cctray.xml", true),
            (ProviderName::Cohortgo, Method::GET, "a student", false),
        ] {
            assert_eq!(is_documented(provider, &method, path), is_found, "{method} {path}");
        }
    }

    #[test]
    fn every_provider_has_calls() {
        for provider in ProviderName::value_variants() {
            assert!(documented(*provider).unwrap().iter().any(|call| call.untyped.is_none()), "{provider}");
        }
    }
}
