//! All faults that the tables try.

use std::collections::BTreeSet;
use std::time::Duration;

use oauth_sandbox::{Fault, RedirectStatus};
use serde_json::{Value, json};

/// Short, because the tests wait in real time.
pub(crate) const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Each fault, before and after the provider has handled the request.
pub(crate) fn all() -> Vec<(String, Fault)> {
    let respond = |status, body: Value| Fault::json(status, &body);
    let faults = [
        ("400 invalid_request", respond(400, json!({"error": "invalid_request"}))),
        ("400 invalid_grant", respond(400, json!({"error": "invalid_grant"}))),
        ("401 invalid_client", respond(401, json!({"error": "invalid_client"}))),
        ("403", respond(403, json!({"message": "not for you"}))),
        ("503", Fault::status(503, "down")),
        ("delay", Fault::Delay { millis: 50 }),
        ("hang", Fault::Hang),
        ("request dropped", Fault::DropRequest),
        ("response dropped", Fault::DropResponse),
        ("body truncated", Fault::TruncateBody),
        ("HTML 502", Fault::HtmlBadGateway),
        ("429", Fault::too_many_requests(RETRY_AFTER)),
        ("error in a 200", Fault::error_in_ok("server_error")),
        ("redirect", Fault::redirect(RedirectStatus::Temporary, "https://elsewhere.example/")),
    ];
    let is_after_work = |fault: &Fault| matches!(fault, Fault::DropResponse | Fault::TruncateBody);
    let after: Vec<_> = faults
        .iter()
        .filter(|(_, fault)| !is_after_work(fault))
        .map(|(name, fault)| (format!("{name} after work"), fault.clone().after_work()))
        .collect();
    faults.into_iter().map(|(name, fault)| (name.to_owned(), fault)).chain(after).collect()
}

/// All kinds of faults of the sandbox, which its error for an unknown kind lists.
fn known() -> BTreeSet<String> {
    let error = serde_json::from_value::<Fault>(json!({"kind": "unknown"})).unwrap_err().to_string();
    let (_, kinds) = error.split_once("expected one of ").expect("a list of kinds");
    kinds.split(", ").map(|kind| kind.trim_matches('`').to_owned()).collect()
}

#[test]
fn lists_every_kind_of_fault() {
    let listed: BTreeSet<String> = all()
        .iter()
        .map(|(_, fault)| serde_json::to_value(fault).unwrap()["kind"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(listed, known());
}
