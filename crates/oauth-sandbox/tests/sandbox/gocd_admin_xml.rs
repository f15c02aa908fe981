//! The XML API for OAuth clients (docs/provider-facts.md 1f).

use oauth_sandbox::Gocd;
use reqwest::{Client, Method, Response};

use crate::gocd_admin::log_in;
use crate::support::{authorize_url_of, browser, exchange, feed, http, location, parameter, token_header};

/// A call by the first user, an administrator, with a password.
async fn call(sandbox: &Gocd, method: Method, path: &str, form: &[(&str, &str)]) -> Response {
    let admin = &sandbox.users()[0];
    let request = http().request(method, format!("{}{path}", sandbox.admin_url()));
    request.basic_auth(&admin.login, Some(&admin.password)).form(form).send().await.unwrap()
}

async fn xml(response: Response) -> String {
    assert_eq!(response.headers()["content-type"], "application/xml; charset=utf-8");
    response.text().await.unwrap()
}

/// The text of the first element of this name.
fn element(xml: &str, name: &str) -> String {
    let pattern = format!("<{name}(?: [^>]*)?>([^<]*)</{name}>");
    regex::Regex::new(&pattern).unwrap().captures(xml).unwrap_or_else(|| panic!("{name} in {xml}"))[1]
        .to_owned()
}

#[tokio::test]
async fn client_can_be_created_edited_and_destroyed() {
    let sandbox = Gocd::start().await.unwrap();
    let redirect_uri = "http://127.0.0.1:9/callback?a=1&b=2";
    let form = [("client[name]", " Mingle & Co "), ("client[redirect_uri]", redirect_uri)];
    let response = call(&sandbox, Method::POST, ".xml", &form).await;
    assert_eq!(response.status(), 201);
    let created = location(&response);
    assert!(created.starts_with(&format!("{}/", sandbox.admin_url())) && !created.ends_with(".xml"));
    let body = xml(response).await;
    assert!(body.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"));
    assert_eq!(
        (element(&body, "name").as_str(), element(&body, "redirect-uri").as_str()),
        ("Mingle &amp; Co", "http://127.0.0.1:9/callback?a=1&amp;b=2")
    );
    let number = created.rsplit('/').next().unwrap();
    assert!(body.contains(&format!("<id type=\"integer\">{number}</id>")));

    // Shown, with the element names of GoCD's own test.
    let shown = xml(call(&sandbox, Method::GET, &format!("/{number}.xml"), &[]).await).await;
    assert!(shown.contains("<client>"));
    let (id, secret) = (element(&shown, "client_id"), element(&shown, "client_secret"));
    assert_eq!((&id, &secret), (&element(&body, "client-id"), &element(&body, "client-secret")));
    let list = xml(call(&sandbox, Method::GET, ".xml", &[]).await).await;
    assert!(list.contains("<oauth_clients type=\"array\">"));
    assert_eq!(list.matches("<oauth_client>").count(), 2);
    assert!(list.contains(&secret) && list.contains(sandbox.client_secret()));

    // An update changes the redirect URI; the older model name works too, and missing fields stay unchanged.
    let updated = format!("/{number}.xml");
    for method in [Method::PUT, Method::PATCH] {
        let form = [("oauth_client[redirect_uri]", "http://127.0.0.1:9/new")];
        let response = call(&sandbox, method, &updated, &form).await;
        assert_eq!((response.status().as_u16(), response.text().await.unwrap().as_str()), (200, ""));
    }
    let shown = xml(call(&sandbox, Method::GET, &updated, &[]).await).await;
    assert_eq!(element(&shown, "redirect_uri"), "http://127.0.0.1:9/new");
    assert_eq!(element(&shown, "name"), "Mingle &amp; Co");
    let url = authorize_url_of(&sandbox, &id, "http://127.0.0.1:9/new");
    let code = parameter(&sandbox.approve(url).await.unwrap(), "code").unwrap();
    let (access, _) =
        exchange(&sandbox, (&id, &secret), "http://127.0.0.1:9/new", ("code", &code)).await.unwrap();
    assert_eq!(feed(&sandbox, &token_header(&access)).await, 200);

    // Destroyed with its tokens.
    let response = call(&sandbox, Method::DELETE, &updated, &[]).await;
    assert_eq!((response.status().as_u16(), response.text().await.unwrap().as_str()), (200, ""));
    assert_eq!(feed(&sandbox, &token_header(&access)).await, 401);
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        assert_eq!(call(&sandbox, method, &updated, &[]).await.status(), 404);
    }
    assert_eq!(call(&sandbox, Method::GET, "/one.xml", &[]).await.status(), 404);
}

#[tokio::test]
async fn invalid_client_gets_422_with_messages() {
    let sandbox = Gocd::start().await.unwrap();
    let both = ["Name can't be empty", "Redirect uri can't be empty"];
    for (form, errors) in [
        (&[][..], &both[..]),
        (&[("client[name]", " "), ("client[redirect_uri]", "")], &both),
        (&[("client[name]", "a")], &both[1..]),
        (&[("client[redirect_uri]", "a.example"), ("client[name]", "a")], &["Redirect uri is invalid"]),
        (
            &[("client[redirect_uri]", "http://a"), ("client[name]", "Sandbox application")],
            &["Name is a duplicate."],
        ),
    ] {
        let response = call(&sandbox, Method::POST, ".xml", form).await;
        assert_eq!(response.status(), 422);
        let body = xml(response).await;
        assert!(body.contains("<errors>") && body.matches("<error>").count() == errors.len(), "{body}");
        for error in errors {
            assert!(body.contains(&format!("<error>{}</error>", error.replace('\'', "&apos;"))), "{body}");
        }
    }
    let wrong = [("client[name]", "New name"), ("client[redirect_uri]", "mailto:x")];
    assert_eq!(call(&sandbox, Method::PUT, "/1.xml", &wrong).await.status(), 422);
    let shown = xml(call(&sandbox, Method::GET, "/1.xml", &[]).await).await;
    assert_eq!(element(&shown, "name"), "Sandbox application", "all or nothing");
}

#[tokio::test]
async fn calls_require_administrator_password_or_session() {
    let sandbox = Gocd::start().await.unwrap();
    let url = format!("{}.xml", sandbox.admin_url());
    let anonymous = http().get(&url).send().await.unwrap();
    assert_eq!(anonymous.status(), 401);
    assert_eq!(anonymous.headers()["www-authenticate"], "Basic realm=\"GoCD\"");
    let victor = &sandbox.users()[1];
    let response = http().get(&url).basic_auth(&victor.login, Some(&victor.password)).send().await.unwrap();
    assert_eq!(response.status(), 403);
    let response = http().get(&url).basic_auth("ada", Some("wrong")).send().await.unwrap();
    assert_eq!(response.status(), 401);
    let (access, _) = crate::support::tokens(&sandbox).await;
    for header in [token_header(&access), format!("Bearer {}", sandbox.personal_access_token())] {
        let request = http().delete(url.replace(".xml", "/1.xml")).header("authorization", header);
        assert_eq!(request.send().await.unwrap().status(), 403);
    }
    assert_eq!(feed(&sandbox, &token_header(&access)).await, 200, "nothing was deleted");
}

#[tokio::test]
async fn session_changes_require_form_token() {
    let sandbox = Gocd::start().await.unwrap();
    let client: Client = browser(None);
    let form_token = log_in(&client, &sandbox, 0).await;
    let url = format!("{}.xml", sandbox.admin_url());
    assert_eq!(client.get(&url).send().await.unwrap().status(), 200);
    let form = [("client[name]", "By session"), ("client[redirect_uri]", "http://a")];
    assert_eq!(client.post(&url).form(&form).send().await.unwrap().status(), 422);
    let request = client.post(&url).form(&form).header("x-csrf-token", &form_token);
    assert_eq!(request.send().await.unwrap().status(), 201);
    let victor = browser(None);
    log_in(&victor, &sandbox, 1).await;
    assert_eq!(victor.get(&url).send().await.unwrap().status(), 403);
}
