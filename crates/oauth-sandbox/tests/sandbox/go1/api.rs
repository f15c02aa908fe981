//! API calls (docs/provider-facts.md 3c).

use std::collections::BTreeSet;
use std::time::Duration;

use oauth_sandbox::{Fault, Go1};
use serde_json::{Value, json};

use super::{authorize_url, get, status, token, tokens};
use crate::support::{http, pair, parameter, send};

#[tokio::test]
async fn invalid_token_gets_documented_error() {
    let sandbox = Go1::start().await.unwrap();
    let (access, _) = tokens(&sandbox).await;
    for path in
        ["/oauth/validate", "/v2/me", "/v2/account", "/v2/learning-objects", "/gateway/learning-objects"]
    {
        assert_eq!(get(&sandbox, path, &access).await.0, 200, "{path}");
        for (header, value) in [
            ("authorization", "Bearer unknown".to_owned()),
            ("authorization", format!("Token token=\"{access}\"")),
            ("authorization", access.clone()),
            ("x-nothing", String::new()),
        ] {
            let call = http().get(format!("{}{path}", sandbox.url())).header(header, value);
            let error = send(call.header("Api-Version", "2025-01-01")).await;
            assert_eq!(error, (401, json!({ "message": "Invalid token" })), "{path} with {header}");
        }
    }
    sandbox.next_api_call(Fault::status(503, ""));
    let faulty = http().get(format!("{}/oauth/validate", sandbox.url())).bearer_auth(&access).send();
    assert_eq!(faulty.await.unwrap().status(), 503);
}

#[tokio::test]
async fn token_has_user_portal_and_scopes() {
    let sandbox = Go1::start().await.unwrap();
    let noah = sandbox.browser().user("noah@northwind.example");
    let callback = noah.approve(authorize_url(&sandbox, &[("scope", "user.read lo.read")])).await.unwrap();
    let (_, body) = token(&sandbox, &[("code", &parameter(&callback, "code").unwrap())]).await;
    let (access, _) = pair(&body);
    let (_, me) = get(&sandbox, "/v2/me", &access).await;
    assert_eq!((&me["first_name"], &me["last_name"]), (&json!("Noah"), &json!("Berg")));
    assert_eq!(me["email"], "noah@northwind.example");
    assert_eq!(me["portal"]["url"], "northwind.mygo1.com");
    let lacks_scope = (401, json!({ "message": "Missing scopes" }));
    assert_eq!(get(&sandbox, "/v2/account", &access).await, lacks_scope);
}

#[tokio::test]
async fn gateway_requires_api_version() {
    let sandbox = Go1::start().await.unwrap();
    let (access, _) = tokens(&sandbox).await;
    let url = format!("{}/gateway/learning-objects", sandbox.url());
    for (version, expected) in
        [("2025-01-01", 200), ("alpha", 200), ("", 400), ("1", 400), ("2025-13-01", 400), ("2025-1-1", 400)]
    {
        let call = http().get(&url).bearer_auth(&access).header("Api-Version", version);
        assert_eq!(call.send().await.unwrap().status(), expected, "{version:?}");
    }
    assert_eq!(http().get(&url).bearer_auth(&access).send().await.unwrap().status(), 400);
}

async fn list(sandbox: &Go1, access: &str, query: &str) -> (u16, Value) {
    get(sandbox, &format!("/gateway/learning-objects?{query}"), access).await
}

fn ids(page: &Value) -> Vec<String> {
    page["hits"].as_array().unwrap().iter().map(|hit| hit["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn learning_objects_are_paged() {
    let sandbox = Go1::start().await.unwrap();
    let (access, _) = tokens(&sandbox).await;
    let (_, first) = list(&sandbox, &access, "").await;
    let total = first["total"].as_u64().unwrap();
    assert!(ids(&first).len() == 20 && total > 20, "{total}");
    let (_, second) = list(&sandbox, &access, "offset=20&limit=50").await;
    let seen: BTreeSet<_> = ids(&first).into_iter().chain(ids(&second)).collect();
    assert_eq!(seen.len() as u64, total);
    assert_eq!(ids(&list(&sandbox, &access, "offset=9000").await.1).len(), 0);
    assert!(first["hits"][0]["core"]["title"].is_string());
    for bad in
        ["limit=0", "limit=51", "limit=x", "offset=-1", "offset=9951&limit=50", "use_scroll=true&offset=0"]
    {
        let (status, body) = list(&sandbox, &access, bad).await;
        assert_eq!((status, &body["error_code"]), (400, &json!("invalid_paging")), "{bad}");
    }
    let (_, some) = list(&sandbox, &access, "type[]=video&type[]=audio&language[]=en&limit=1").await;
    assert!(some["total"].as_u64().unwrap() > 1 && some["hits"][0]["core"]["type"] == "video", "{some}");
    assert_eq!(list(&sandbox, &access, "keyword=fire+SAFETY").await.1["total"], 1);
    let (_, old) = get(&sandbox, "/v2/learning-objects?limit=1", &access).await;
    assert!(old["hits"][0]["id"].is_u64() && old["hits"][0]["title"].is_string(), "{old}");
}

#[tokio::test]
async fn scroll_reaches_end_and_expires() {
    let sandbox = Go1::start().await.unwrap();
    let (access, _) = tokens(&sandbox).await;
    let (mut seen, mut query) = (BTreeSet::new(), "use_scroll=true&limit=7".to_owned());
    let mut last = String::new();
    loop {
        let (status, page) = list(&sandbox, &access, &query).await;
        assert_eq!(status, 200);
        seen.extend(ids(&page));
        let Some(next) = page["next_scroll_id"].as_str() else { break };
        last = format!("use_scroll=true&limit=7&scroll_id={next}");
        query.clone_from(&last);
    }
    assert_eq!(seen.len(), 24);
    assert_eq!(list(&sandbox, &access, &last).await.0, 200);
    sandbox.advance(Duration::from_secs(301));
    assert_eq!(list(&sandbox, &access, &last).await.0, 404);
    assert_eq!(status(&sandbox, &access).await, 200);
}
