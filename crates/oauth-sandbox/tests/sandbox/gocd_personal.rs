//! Personal access tokens over the API (docs/provider-facts.md 1g).

use std::time::Duration;

use oauth_sandbox::Gocd;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

use crate::gocd_admin::log_in;
use crate::support::{browser, feed, http, token_header, tokens};

fn request(sandbox: &Gocd, method: Method, path: &str) -> RequestBuilder {
    let url = format!("{}/current_user/access_tokens{path}", sandbox.api_url());
    http().request(method, url).header("accept", "application/vnd.go.cd.v1+json")
}

fn by(sandbox: &Gocd, user: usize, method: Method, path: &str) -> RequestBuilder {
    let user = &sandbox.users()[user];
    request(sandbox, method, path).basic_auth(&user.login, Some(&user.password))
}

async fn body(response: Response) -> Value {
    assert_eq!(response.headers()["content-type"], "application/vnd.go.cd.v1+json; charset=utf-8");
    response.json().await.unwrap()
}

async fn error_of(request: RequestBuilder) -> (u16, String) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let body: Value = response.json().await.unwrap();
    (status, body["message"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn token_is_created_used_and_revoked() {
    let sandbox = Gocd::start().await.unwrap();
    let response = by(&sandbox, 1, Method::POST, "")
        .json(&json!({ "description": "my first token" }))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    let mut made = body(response).await;
    let token = made.as_object_mut().unwrap().remove("token").unwrap().as_str().unwrap().to_owned();
    assert!(token.len() == 40 && token.bytes().all(|byte| b"0123456789abcdef".contains(&byte)));
    let id = made["id"].as_u64().unwrap();
    let list = format!("{}/current_user/access_tokens", sandbox.api_url());
    let created_at = made["created_at"].as_str().unwrap();
    assert!(created_at.ends_with('Z') && created_at.len() == 20, "{created_at}");
    assert_eq!(
        made,
        json!({
            "_links": {
                "self": { "href": format!("{list}/{id}") },
                "doc": { "href": "https://api.gocd.org/19.2.0/#access-token" },
                "find": { "href": format!("{list}/:id") },
            },
            "id": id, "description": "my first token", "username": "victor", "revoked": false,
            "revoke_cause": null, "revoked_by": null, "revoked_at": null,
            "created_at": created_at, "last_used_at": null,
        })
    );

    // Used: it belongs to Victor.
    sandbox.advance(Duration::from_secs(3600));
    assert_eq!(feed(&sandbox, &format!("Bearer {token}")).await, 200);
    let path = format!("/{id}");
    let shown = body(by(&sandbox, 1, Method::GET, &path).send().await.unwrap()).await;
    assert_ne!(shown["last_used_at"], Value::Null);
    assert_eq!((&shown["token"], &shown["created_at"]), (&Value::Null, &made["created_at"]));
    let listed = body(by(&sandbox, 1, Method::GET, "").send().await.unwrap()).await;
    assert_eq!(listed["_embedded"]["access_tokens"], json!([shown]));
    assert_eq!(listed["_links"]["self"]["href"], list);

    // Revoked permanently.
    let end = || by(&sandbox, 1, Method::POST, &format!("{path}/revoke"));
    let ended = body(end().json(&json!({ "revoke_cause": "lost" })).send().await.unwrap()).await;
    assert_eq!(
        (&ended["revoked"], &ended["revoke_cause"], &ended["revoked_by"]),
        (&json!(true), &json!("lost"), &json!("victor"))
    );
    assert_eq!(feed(&sandbox, &format!("Bearer {token}")).await, 401);
    assert_eq!(error_of(end().json(&json!({}))).await.0, 422);
    let count = async |filter: &str| {
        let listed = body(by(&sandbox, 1, Method::GET, filter).send().await.unwrap()).await;
        listed["_embedded"]["access_tokens"].as_array().unwrap().len()
    };
    assert_eq!((count("").await, count("?filter=revoked").await, count("?filter=all").await), (0, 1, 1));
    let bad = error_of(by(&sandbox, 1, Method::GET, "?filter=some")).await;
    assert!(bad.0 == 400 && bad.1.contains("Valid values are active, all, revoked."), "{bad:?}");
    assert!(!format!("{:?}", sandbox.journal()).contains(&token));
}

#[tokio::test]
async fn users_manage_only_own_tokens() {
    let sandbox = Gocd::start().await.unwrap();
    let listed = body(by(&sandbox, 0, Method::GET, "").send().await.unwrap()).await;
    let id = listed["_embedded"]["access_tokens"][0]["id"].as_u64().unwrap();
    assert_eq!(listed["_embedded"]["access_tokens"][0]["username"], "ada");
    for request in [
        by(&sandbox, 1, Method::GET, &format!("/{id}")),
        by(&sandbox, 1, Method::POST, &format!("/{id}/revoke")).header("x-gocd-confirm", "true"),
        by(&sandbox, 0, Method::GET, "/x"),
    ] {
        assert_eq!(error_of(request).await.0, 404);
    }
    let personal = format!("Bearer {}", sandbox.personal_access_token());
    assert_eq!(feed(&sandbox, &personal).await, 200);
    let end = by(&sandbox, 0, Method::POST, &format!("/{id}/revoke")).header("x-gocd-confirm", "true");
    assert_eq!(end.send().await.unwrap().status(), 200);
    assert_eq!(feed(&sandbox, &personal).await, 401);
    sandbox.reset();
    assert_eq!(feed(&sandbox, &personal).await, 200);
}

#[tokio::test]
async fn tokens_cannot_manage_tokens() {
    let sandbox = Gocd::start().await.unwrap();
    let (access, _) = tokens(&sandbox).await;
    for header in [format!("Bearer {}", sandbox.personal_access_token()), token_header(&access)] {
        for (method, path) in
            [(Method::GET, ""), (Method::POST, ""), (Method::GET, "/2"), (Method::POST, "/2/revoke")]
        {
            let (status, message) =
                error_of(request(&sandbox, method, path).header("authorization", &header)).await;
            assert_eq!(status, 403);
            assert!(message.ends_with("Accessing this API using access token is forbidden."), "{message}");
        }
    }
    assert_eq!(error_of(request(&sandbox, Method::GET, "")).await.0, 401);
    // A session works like a password; a personal token opens no page.
    let client = browser(None);
    log_in(&client, &sandbox, 0).await;
    let list = format!("{}/current_user/access_tokens", sandbox.api_url());
    let response = client.get(list).header("accept", "application/vnd.go.cd+json").send().await.unwrap();
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn changes_require_json_or_confirmation() {
    let sandbox = Gocd::start().await.unwrap();
    let make = || by(&sandbox, 0, Method::POST, "");
    let missing = (400, "Missing required header 'X-GoCD-Confirm' with value 'true'".to_owned());
    assert_eq!(error_of(make()).await, missing);
    let form = make().form(&[("description", "a")]);
    assert_eq!(
        error_of(form).await,
        (415, "You must specify a 'Content-Type' of 'application/json'".to_owned())
    );
    let made = body(make().header("X-GoCD-Confirm", "any value").send().await.unwrap()).await;
    assert_eq!(made["description"], Value::Null);
    assert_eq!(error_of(by(&sandbox, 0, Method::POST, "/2/revoke")).await, missing);
    assert_eq!(feed(&sandbox, &format!("Bearer {}", sandbox.personal_access_token())).await, 200);
    // The `Accept` header is required here too.
    let ada = &sandbox.users()[0];
    let list = format!("{}/current_user/access_tokens", sandbox.api_url());
    let unversioned = http().post(list).basic_auth(&ada.login, Some(&ada.password)).json(&json!({}));
    assert_eq!(error_of(unversioned).await.0, 404);
}

#[tokio::test]
async fn page_makes_and_revokes_tokens() {
    let sandbox = Gocd::start().await.unwrap();
    let manifest = sandbox.manifest();
    assert_eq!(manifest.personal_access_token.as_deref(), Some(sandbox.personal_access_token()));
    assert!(!format!("{manifest:?}").contains(sandbox.personal_access_token()));
    let client = browser(None);
    let form_token = log_in(&client, &sandbox, 1).await;
    let home = client.get(format!("{}/pipelines", sandbox.url())).send().await.unwrap().text().await.unwrap();
    assert!(home.contains("href=\"/go/access_tokens\""), "{home}");
    let page = format!("{}/access_tokens", sandbox.url());
    let create = async |form_token: &str| {
        let form = [("authenticity_token", form_token), ("description", "<my> token")];
        client.post(&page).form(&form).send().await.unwrap()
    };
    assert_eq!(create("made-up").await.status(), 422);
    let html = create(&form_token).await.text().await.unwrap();
    let token = html.split("id=\"token\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert_eq!(token.len(), 40, "{html}");
    assert_eq!(feed(&sandbox, &format!("Bearer {token}")).await, 200);
    let html = client.get(&page).send().await.unwrap().text().await.unwrap();
    assert!(html.contains("&lt;my&gt; token") && !html.contains(&token), "shown once: {html}");

    // Another user has neither the token nor its number.
    let other = browser(None);
    let others = log_in(&other, &sandbox, 0).await;
    let action = html.split("action=\"").find(|part| part.contains("/revoke\"")).unwrap();
    let revoke = format!("{}{}", sandbox.url().replace("/go", ""), action.split('"').next().unwrap());
    let send = async |client: &reqwest::Client, form_token: &str| {
        let form = [("authenticity_token", form_token)];
        client.post(&revoke).form(&form).send().await.unwrap().status().as_u16()
    };
    assert_eq!(send(&other, &others).await, 400);
    assert_eq!(send(&client, "made-up").await, 422);
    assert_eq!(feed(&sandbox, &format!("Bearer {token}")).await, 200);
    assert_eq!(send(&client, &form_token).await, 302);
    assert_eq!(feed(&sandbox, &format!("Bearer {token}")).await, 401);
    let journal = serde_json::to_string(&sandbox.journal()).unwrap();
    assert!(!journal.contains(&token), "{journal}");
}

#[tokio::test]
async fn page_requires_login() {
    let sandbox = Gocd::start().await.unwrap();
    for method in [Method::GET, Method::POST] {
        let request = http().request(method, format!("{}/access_tokens", sandbox.url()));
        let response = request.send().await.unwrap();
        assert_eq!(response.headers()["location"], "/go/auth/login");
    }
}
