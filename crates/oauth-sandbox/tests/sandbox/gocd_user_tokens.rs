//! Revocation by users and administrators (docs/provider-facts.md 1b).

use oauth_sandbox::{Browser, Gocd};
use reqwest::{Client, Method};

use crate::gocd_admin::{attributes, log_in, texts};
use crate::support::{
    authorize_url, browser, feed, http, location, pair, parameter, token, token_header, tokens,
};

async fn tokens_of(sandbox: &Gocd, browser: &Browser) -> (String, String) {
    let callback = browser.approve(authorize_url(sandbox)).await.unwrap();
    let code = parameter(&callback, "code").unwrap();
    pair(&token(sandbox, &[("code", &code)]).await.1)
}

fn list_url(sandbox: &Gocd) -> String {
    format!("{}/oauth/user_tokens", sandbox.url())
}

#[tokio::test]
async fn users_revoke_only_own_tokens() {
    let sandbox = Gocd::start().await.unwrap();
    let victor = sandbox.browser().user("victor");
    let (of_ada, _) = tokens(&sandbox).await;
    let (of_victor, refresh) = tokens_of(&sandbox, &victor).await;
    let ada = sandbox.browser();
    let html = ada.open(list_url(&sandbox)).await.unwrap();
    assert_eq!(texts(&html, "td:first-child"), ["Sandbox application"]);
    let adas = attributes(&html, "form", "action").remove(0);
    assert!(!html.contains(&of_ada), "the token itself is not shown");

    // Another user's number and an unknown one get the same response.
    let client = browser(None);
    let form_token = log_in(&client, &sandbox, 1).await;
    let server = sandbox.url().replace("/go", "");
    for path in [adas.as_str(), "/go/oauth/user_tokens/revoke/999", "/go/oauth/user_tokens/revoke/x"] {
        let request = client.delete(format!("{server}{path}")).header("x-csrf-token", &form_token);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 400);
        assert_eq!(response.text().await.unwrap(), "You are not authorized to perform this action!");
    }
    assert_eq!(feed(&sandbox, &token_header(&of_ada)).await, 200);

    // The user's own token, by the button, with its refresh token.
    let html = victor.fill_in(list_url(&sandbox), &[("_method", "delete")]).await.unwrap();
    assert_eq!(texts(&html, "[role=status]"), ["OAuth access token was successfully deleted."]);
    assert!(html.contains("There are no tokens."));
    assert_eq!(feed(&sandbox, &token_header(&of_victor)).await, 401);
    let call = [("grant_type", "refresh-token"), ("refresh_token", refresh.as_str())];
    assert_eq!(token(&sandbox, &call).await.0, 400);
    assert_eq!(feed(&sandbox, &token_header(&of_ada)).await, 200);
}

#[tokio::test]
async fn revocation_requires_login_and_form_token() {
    let sandbox = Gocd::start().await.unwrap();
    let (access, _) = tokens(&sandbox).await;
    let html = sandbox.browser().open(list_url(&sandbox)).await.unwrap();
    let revoke = sandbox.url().replace("/go", "") + &attributes(&html, "form", "action")[0];
    for url in [&list_url(&sandbox), &revoke] {
        let method = if url == &revoke { Method::DELETE } else { Method::GET };
        let response = http().request(method, url).send().await.unwrap();
        assert_eq!((response.status().as_u16(), location(&response).as_str()), (302, "/go/auth/login"));
    }
    let client = browser(None);
    log_in(&client, &sandbox, 0).await;
    assert_eq!(client.delete(&revoke).send().await.unwrap().status(), 422);
    assert_eq!(client.get(&revoke).send().await.unwrap().status(), 404);
    assert_eq!(client.post(&revoke).send().await.unwrap().status(), 404, "a post without _method");
    assert_eq!(feed(&sandbox, &token_header(&access)).await, 200);
}

async fn by_admin(client: &Client, sandbox: &Gocd, form_token: &str, query: &str) -> u16 {
    let url = format!("{}/oauth/admin/user_tokens/revoke_by_admin?{query}", sandbox.url());
    let response = client.delete(url).header("x-csrf-token", form_token).send().await.unwrap();
    if response.status() == 302 {
        assert_eq!(location(&response), "/go/oauth/user_tokens");
    }
    response.status().as_u16()
}

#[tokio::test]
async fn administrator_revokes_one_or_all_tokens() {
    let sandbox = Gocd::start().await.unwrap();
    let victor = sandbox.browser().user("victor");
    let (of_victor, _) = tokens_of(&sandbox, &victor).await;
    let (of_ada, _) = tokens(&sandbox).await;
    let alive = async |token: &str| feed(&sandbox, &token_header(token)).await == 200;

    let client = browser(None);
    let form_token = log_in(&client, &sandbox, 1).await;
    assert_eq!(by_admin(&client, &sandbox, &form_token, "user_id=ada").await, 403, "Victor is none");

    let client = browser(None);
    let form_token = log_in(&client, &sandbox, 0).await;
    for query in ["", "token_id=&user_id=", "token_id=999&user_id=victor", "token_id=x"] {
        assert_eq!(by_admin(&client, &sandbox, &form_token, query).await, 400, "{query}");
    }
    assert!(alive(&of_victor).await && alive(&of_ada).await);
    assert_eq!(by_admin(&client, &sandbox, &form_token, "user_id=victor").await, 302);
    assert!(!alive(&of_victor).await && alive(&of_ada).await);
    assert_eq!(by_admin(&client, &sandbox, &form_token, "user_id=nobody").await, 302);
    let page = client.get(list_url(&sandbox)).send().await.unwrap().text().await.unwrap();
    assert_eq!(texts(&page, "[role=status]"), ["OAuth access token was successfully deleted."]);

    // One token, by the button on the administrator's page.
    let (of_victor, _) = tokens_of(&sandbox, &victor).await;
    let html = sandbox.browser().open(sandbox.admin_url()).await.unwrap();
    assert_eq!(texts(&html, "#tokens td:first-child"), ["ada", "victor"]);
    let numbers = attributes(&html, "[name=token_id]", "value");
    let number = &numbers[1];
    assert_eq!(
        by_admin(&client, &sandbox, &form_token, &format!("token_id={number}&user_id=ada")).await,
        302
    );
    assert!(!alive(&of_victor).await && alive(&of_ada).await);
    // The first form is now for Ada's token.
    sandbox.browser().fill_in(sandbox.admin_url(), &[("token_id", &numbers[0])]).await.unwrap();
    assert!(!alive(&of_ada).await);
}
