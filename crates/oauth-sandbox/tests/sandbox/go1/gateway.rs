//! Calls of the gateway that all calls there have in common, and those about learning objects, user accounts
//! and portals.

use oauth_sandbox::Go1;
use serde_json::{Value, json};

use super::{call, token_of};
use crate::support::{http, send};

const MIA: &str = "mia@acme-training.example";
const LEA: &str = "lea@acme-training.example";

/// Each call with the scope that it needs.
const CALLS: [(&str, &str, &str); 13] = [
    ("GET", "/enrollments", "enrollment.read"),
    ("POST", "/enrollments", "enrollment.write"),
    ("GET", "/enrollments/8100001", "enrollment.read"),
    ("PATCH", "/enrollments/8100001", "enrollment.write"),
    ("DELETE", "/enrollments/8100001", "enrollment.write"),
    ("GET", "/enrollments/8100001/certificate", "enrollment.read"),
    ("GET", "/learning-objects/2170001", "lo.read"),
    ("GET", "/webhooks", "webhook.read"),
    ("POST", "/webhooks", "webhook.write"),
    ("PATCH", "/webhooks/1", "webhook.write"),
    ("GET", "/user-accounts", "user.read"),
    ("GET", "/user-accounts/9300001", "user.read"),
    ("GET", "/portals/1204311", "portal.read"),
];

#[tokio::test]
async fn calls_need_token_scope_and_version() {
    let sandbox = Go1::start().await.unwrap();
    let without_scope = token_of(&sandbox, MIA, "account.read").await;
    for (method, path, scope) in CALLS {
        let (status, error) = call(&sandbox, "unknown", method, path, Value::Null).await;
        let message = if path.starts_with("/portals") { "Invalid credentials." } else { "Invalid token" };
        assert_eq!((status, &error["message"]), (401, &json!(message)), "{method} {path}");
        let missing = call(&sandbox, &without_scope, method, path, Value::Null).await;
        assert_eq!(missing, (401, json!({ "message": "Missing scopes" })), "{method} {path}");
        let access = token_of(&sandbox, MIA, scope).await;
        assert_ne!(call(&sandbox, &access, method, path, Value::Null).await.0, 401, "{method} {path}");
        let url = format!("{}/gateway{path}", sandbox.url());
        let request = http().request(method.parse().unwrap(), url).bearer_auth(&access);
        let (status, error) = send(request).await;
        assert_eq!((status, &error["error_code"]), (400, &json!("api_version")), "{method} {path}");
    }
}

#[tokio::test]
async fn learning_object_has_requested_parts() {
    let sandbox = Go1::start().await.unwrap();
    let access = token_of(&sandbox, MIA, "lo.read").await;
    let show = async |path: &str| {
        call(&sandbox, &access, "GET", &format!("/learning-objects/{path}"), Value::Null).await
    };
    let (status, object) = show("2170003").await;
    assert_eq!((status, &object["core"]["title"]), (200, &json!("Spotting Phishing")));
    assert_eq!((&object["lo_id"], &object["lifecycle"]), (&json!("2170003"), &Value::Null));
    assert_eq!(show(object["id"].as_str().unwrap()).await.1, object);
    let (_, parts) = show("2170003?include[]=lifecycle&include[]=relevance&include[]=provider").await;
    assert_eq!((&parts["core"], &parts["lifecycle"]["state"]), (&Value::Null, &json!("published")));
    assert_eq!(parts["relevance"], json!({ "duration": 6, "language": "en" }));
    assert_eq!(parts["provider"]["name"], "Sandbox Publishing");
    for (path, status) in
        [("1", 404), ("x", 404), ("2170003?identifier=external_id", 404), ("2170003?identifier=x", 400)]
    {
        assert_eq!(show(path).await.0, status, "{path}");
    }
}

#[tokio::test]
async fn user_accounts_are_found_by_email() {
    let sandbox = Go1::start().await.unwrap();
    let access = token_of(&sandbox, MIA, "user.read").await;
    let get = async |path: &str| call(&sandbox, &access, "GET", path, Value::Null).await;
    let (_, all) = get("/user-accounts").await;
    assert_eq!(all["total"], 2, "{all}");
    let (_, found) = get(&format!("/user-accounts?email={LEA}&include[]=standard_fields")).await;
    let hit = json!({
        "id": 9_300_003,
        "status": "active",
        "standard_fields": { "external_user_id": "staff-3" },
    });
    assert_eq!(found, json!({ "total": 1, "hits": [hit] }));
    let (status, account) = get("/user-accounts/9300003").await;
    assert_eq!((status, &account["roles"][0]["name"]), (200, &json!("Learner")));
    assert_eq!((&account["user"]["given_name"], &account["user"]["email"]), (&json!("Lea"), &json!(LEA)));
    assert!(account["user"]["id"].as_str().unwrap().starts_with("usr_"), "{account}");
    assert_eq!(account["standard_fields"], Value::Null);
    // Noah's portal is another one.
    for id in ["9300002", "1", "x"] {
        assert_eq!(get(&format!("/user-accounts/{id}")).await.0, 404, "{id}");
    }
    let learner = token_of(&sandbox, LEA, "user.read").await;
    for (path, status) in
        [("/user-accounts", 403), ("/user-accounts/9300001", 403), ("/user-accounts/9300003", 200)]
    {
        assert_eq!(call(&sandbox, &learner, "GET", path, Value::Null).await.0, status, "{path}");
    }
}

#[tokio::test]
async fn portal_is_the_one_of_the_token() {
    let sandbox = Go1::start().await.unwrap();
    let access = token_of(&sandbox, MIA, "portal.read").await;
    let get = async |id: &str| call(&sandbox, &access, "GET", &format!("/portals/{id}"), Value::Null).await;
    let (status, portal) = get("1204311").await;
    assert_eq!((status, &portal["id"], &portal["name"]), (200, &json!("1204311"), &json!("Acme Training")));
    assert_eq!(portal["domain"], "acme-training.mygo1.com");
    for (id, status, code) in [
        ("2480975", 403, "PORTAL_ACCESS_UNAUTHORIZED"),
        ("1", 404, "PORTAL_NOT_FOUND"),
        ("x", 404, "PORTAL_NOT_FOUND"),
    ] {
        let (got, error) = get(id).await;
        assert_eq!((got, &error["error_code"]), (status, &json!(code)), "{id}");
    }
}
