//! The administrator's pages for OAuth clients (docs/provider-facts.md 1b and 1f).

use oauth_sandbox::gocd::RegisteredClient;
use oauth_sandbox::{Browser, Error, Gocd};
use reqwest::Client;
use scraper::{Html, Selector};

use crate::support::{authorize_url_of, browser, exchange, feed, http, location, parameter, token_header};

const NEW: &str = "/clients/new";

/// The texts of all elements that match `selector`.
pub(crate) fn texts(html: &str, selector: &str) -> Vec<String> {
    let (page, selector) = (Html::parse_document(html), Selector::parse(selector).unwrap());
    let found = page.select(&selector);
    found.map(|element| element.text().collect::<String>().trim().to_owned()).collect()
}

/// The attribute `name` of all elements that match `selector`.
pub(crate) fn attributes(html: &str, selector: &str, name: &str) -> Vec<String> {
    let (page, selector) = (Html::parse_document(html), Selector::parse(selector).unwrap());
    let found = page.select(&selector);
    found.map(|element| element.attr(name).unwrap_or_default().to_owned()).collect()
}

fn one(mut texts: Vec<String>) -> String {
    assert_eq!(texts.len(), 1, "{texts:?}");
    texts.remove(0)
}

/// The client on the summary page.
fn summary(html: &str) -> ClientSummary {
    ClientSummary {
        name: one(texts(html, "h1")),
        client_id: one(texts(html, ".client-id")),
        client_secret: one(texts(html, ".client-secret")),
        redirect_uri: one(texts(html, ".redirect-uri")),
    }
}

#[derive(Debug, PartialEq)]
struct ClientSummary {
    name: String,
    client_id: String,
    client_secret: String,
    redirect_uri: String,
}

impl From<RegisteredClient> for ClientSummary {
    fn from(client: RegisteredClient) -> Self {
        let RegisteredClient { name, client_id, client_secret, redirect_uri, .. } = client;
        Self { name, client_id, client_secret, redirect_uri }
    }
}

fn admin_path(sandbox: &Gocd, path: &str) -> String {
    sandbox.admin_url().replace("/clients", "") + path
}

async fn create(admin: &Browser, sandbox: &Gocd, name: &str, redirect_uri: &str) -> String {
    let fields = [("client[name]", name), ("client[redirect_uri]", redirect_uri)];
    admin.fill_in(admin_path(sandbox, NEW), &fields).await.unwrap()
}

#[tokio::test]
async fn client_can_be_created_edited_and_destroyed() {
    let sandbox = Gocd::start().await.unwrap();
    let admin = sandbox.browser();
    let (first, second) = ("http://127.0.0.1:9/first", "https://app.example/second");

    // Created, with surrounding white space; the summary shows the client's credentials.
    let html = create(&admin, &sandbox, "  Deploy board\t", &format!(" {first} ")).await;
    assert_eq!(texts(&html, "[role=status]"), ["OAuth client was successfully created."]);
    let client = summary(&html);
    assert_eq!((client.name.as_str(), client.redirect_uri.as_str()), ("Deploy board", first));
    for hex in [&client.client_id, &client.client_secret] {
        assert!(hex.len() == 64 && hex.bytes().all(|byte| b"0123456789abcdef".contains(&byte)), "{hex}");
    }
    let edit = one(attributes(&html, "a[href$='/edit']", "href"));
    let (edit, destroy) = (url(&sandbox, &edit), url(&sandbox, &edit.replace("/edit", "/destroy")));

    // The list shows it after the sandbox's own client, with both secrets and without the notice.
    let html = admin.open(sandbox.admin_url()).await.unwrap();
    assert_eq!(texts(&html, "main h2")[..2], ["Deploy board", "Sandbox application"]);
    let secrets = [client.client_secret.as_str(), sandbox.client_secret()];
    assert_eq!(texts(&html, ".client-secret"), secrets);
    assert!(texts(&html, "[role=status]").is_empty());

    // The client works in the whole flow.
    let authorize = |uri: &str| authorize_url_of(&sandbox, &client.client_id, uri);
    let credentials = (client.client_id.as_str(), client.client_secret.as_str());
    let callback = sandbox.approve(authorize(first)).await.unwrap();
    let code = parameter(&callback, "code").unwrap();
    let (access, refresh) = exchange(&sandbox, credentials, first, ("code", &code)).await.unwrap();
    assert_eq!(feed(&sandbox, &token_header(&access)).await, 200);

    // The form shows the current values. An edited redirect URI also applies to earlier grants.
    let html = admin.open(&edit).await.unwrap();
    assert_eq!(attributes(&html, "input[type=text]", "value"), ["Deploy board", first]);
    let code = parameter(&sandbox.approve(authorize(first)).await.unwrap(), "code").unwrap();
    let html = admin.fill_in(&edit, &[("client[redirect_uri]", second)]).await.unwrap();
    assert_eq!(texts(&html, "[role=status]"), ["OAuth client was successfully updated."]);
    assert_eq!(texts(&html, "h1"), ["OAuth Clients"]);
    assert!(texts(&html, ".redirect-uri").contains(&second.to_owned()));
    let callback = sandbox.approve(authorize(first)).await.unwrap();
    assert_eq!(callback.as_str(), format!("{first}?error=redirect-uri-mismatch"));
    assert!(exchange(&sandbox, credentials, first, ("refresh_token", "none")).await.is_err());
    let (access, _) = exchange(&sandbox, credentials, second, ("code", &code)).await.unwrap();
    let gone = exchange(&sandbox, credentials, second, ("refresh_token", &refresh)).await.unwrap_err();
    assert_eq!(gone, "Refresh token is invalid!", "a user and a client share one pair");
    let code = parameter(&sandbox.approve(authorize(second)).await.unwrap(), "code").unwrap();

    // Destroyed after a confirmation, with its own tokens and codes only.
    let (other, _) = crate::support::tokens(&sandbox).await;
    let html = admin.open(&destroy).await.unwrap();
    assert!(texts(&html, "h1")[0].contains("Destroy Deploy board?"));
    assert_eq!(feed(&sandbox, &token_header(&access)).await, 200, "a question changes nothing");
    let html = admin.fill_in(&destroy, &[]).await.unwrap();
    assert_eq!(texts(&html, "[role=status]"), ["OAuth client was successfully deleted."]);
    assert_eq!(texts(&html, ".client-id"), [sandbox.client_id()]);
    assert_eq!(feed(&sandbox, &token_header(&access)).await, 401);
    assert_eq!(feed(&sandbox, &token_header(&other)).await, 200);
    let error = exchange(&sandbox, credentials, second, ("code", &code)).await.unwrap_err();
    assert_eq!(error, "Invalid client credentials!");
    let callback = sandbox.approve(authorize(second)).await.unwrap();
    assert!(callback.as_str().ends_with("?error=invalid-client-id"), "{callback}");
    assert!(matches!(admin.open(&edit).await, Err(Error::Page { status: 404, .. })));
}

fn url(sandbox: &Gocd, path: &str) -> String {
    sandbox.url().replace("/go", "") + path
}

#[tokio::test]
async fn form_shows_every_validation_message() {
    let sandbox = Gocd::start().await.unwrap();
    let admin = sandbox.browser();
    let edit = admin_path(&sandbox, "/clients/1/edit");
    let empty_uri = "Redirect uri can't be empty";
    let invalid_uri = "Redirect uri is invalid";
    sandbox.register_client("Taken", "http://taken.example").unwrap();
    for (name, redirect_uri, messages) in [
        ("", "", &["Name can't be empty", empty_uri][..]),
        (" \t", "  ", &["Name can't be empty", empty_uri]),
        ("a", "", &[empty_uri]),
        ("", "http://a", &["Name can't be empty"]),
        ("a", "http://", &[invalid_uri]),
        ("a", "https://  ", &[invalid_uri]),
        ("a", "www.my_redirect_uri.com", &[invalid_uri]),
        ("a", "ftp://a", &[invalid_uri]),
        ("a", "HTTP://a", &[invalid_uri]),
        ("a", "javascript:http://a", &[invalid_uri]),
        ("Taken", "http://a", &["Name is a duplicate."]),
        (" Taken ", "a", &["Name is a duplicate.", invalid_uri]),
    ] {
        let fields = [("client[name]", name), ("client[redirect_uri]", redirect_uri)];
        for page in [admin_path(&sandbox, NEW), edit.clone()] {
            let html = admin.fill_in(&page, &fields).await.unwrap();
            assert_eq!(texts(&html, "[role=alert] p"), messages, "{name:?} {redirect_uri:?}");
            // The form keeps the input, and marks the invalid fields for screen readers.
            assert_eq!(attributes(&html, "input[type=text]", "value"), [name, redirect_uri]);
            let marked = attributes(&html, "input[aria-invalid=true]", "aria-describedby");
            assert_eq!(marked.len(), messages.len());
            assert!(marked.iter().all(|ids| ids.ends_with(" wrong")));
        }
        let error = sandbox.register_client(name, redirect_uri).unwrap_err();
        assert_eq!(error.messages(), messages);
    }
    let html = admin.open(sandbox.admin_url()).await.unwrap();
    assert_eq!(texts(&html, ".client-id").len(), 2, "nothing was created");
    assert_eq!(sandbox.redirect_uris(), ["http://127.0.0.1:8765/callback"]);

    // One character after the scheme is enough, a client may keep its name, and clients may share redirect
    // URIs.
    for uri in ["http://a", "https://[", "http://a b"] {
        sandbox.register_client(uri, uri).unwrap();
    }
    sandbox.register_client("The same URI", "http://taken.example").unwrap();
    sandbox.register_client("taken", "http://case.example").unwrap();
    let html = admin.fill_in(&edit, &[("client[name]", "Sandbox application")]).await.unwrap();
    assert_eq!(texts(&html, "[role=status]"), ["OAuth client was successfully updated."]);

    let sandbox = Gocd::builder().duplicate_client_names(true).start().await.unwrap();
    let twins = ["http://a", "http://b"].map(|uri| sandbox.register_client("Twin", uri).unwrap());
    assert_ne!(twins[0].client_id, twins[1].client_id);
}

#[tokio::test]
async fn pages_require_system_administrator() {
    let sandbox = Gocd::start().await.unwrap();
    let victor = sandbox.browser().user("victor");
    for path in ["/clients", NEW, "/clients/1", "/clients/1/edit", "/clients/1/destroy"] {
        let error = victor.open(admin_path(&sandbox, path)).await.unwrap_err();
        assert!(matches!(error, Error::Page { status: 403, .. }), "{path}: {error}");
        let anonymous = http().get(admin_path(&sandbox, path)).send().await.unwrap();
        assert_eq!(
            (anonymous.status().as_u16(), location(&anonymous).as_str()),
            (302, "/go/auth/login"),
            "{path}"
        );
    }
    // No token and no password opens a page.
    let (access, _) = crate::support::tokens(&sandbox).await;
    for header in [token_header(&access), format!("Bearer {}", sandbox.personal_access_token())] {
        let response = http().get(sandbox.admin_url()).header("authorization", header).send().await.unwrap();
        assert_eq!(response.status(), 302);
    }
    // Changes without a login, or by Victor, are rejected.
    let client = browser(None);
    let form_token = log_in(&client, &sandbox, 1).await;
    let form = [("_method", "delete"), ("authenticity_token", form_token.as_str())];
    for client in [client, http()] {
        let response = client.post(admin_path(&sandbox, "/clients/1")).form(&form).send().await.unwrap();
        assert!([302, 403].contains(&response.status().as_u16()), "{}", response.status());
        assert_eq!(feed(&sandbox, &token_header(&access)).await, 200);
    }
    let home = sandbox.browser().open(format!("{}/pipelines", sandbox.url())).await.unwrap();
    assert!(home.contains("/go/oauth/admin/clients"));
    let home = victor.open(format!("{}/pipelines", sandbox.url())).await.unwrap();
    assert!(!home.contains("/go/oauth/admin/clients"));
}

/// Logs a user in and returns the session's form token.
pub(crate) async fn log_in(client: &Client, sandbox: &Gocd, user: usize) -> String {
    let form_token = |html: &str| attributes(html, "[name=authenticity_token]", "value").remove(0);
    let login = format!("{}/auth/login", sandbox.url());
    let html = client.get(&login).send().await.unwrap().text().await.unwrap();
    let user = &sandbox.users()[user];
    let form = [
        ("j_username", user.login.clone()),
        ("j_password", user.password.clone()),
        ("authenticity_token", form_token(&html)),
    ];
    let check = login.replace("login", "security_check");
    assert!(client.post(check).form(&form).send().await.unwrap().status().is_redirection());
    form_token(&client.get(login).send().await.unwrap().text().await.unwrap())
}

#[tokio::test]
async fn forms_require_form_token() {
    let sandbox = Gocd::start().await.unwrap();
    let client = browser(None);
    let form_token = log_in(&client, &sandbox, 0).await;
    let create = [("client[name]", "Mallory"), ("client[redirect_uri]", "http://mallory.example")];
    let others = log_in(&browser(None), &sandbox, 0).await;
    for wrong in ["", "guess", others.as_str()] {
        let form = [create[0], create[1], ("authenticity_token", wrong)];
        let response = client.post(sandbox.admin_url()).form(&form).send().await.unwrap();
        assert_eq!(response.status(), 422);
        let delete = [("_method", "delete"), ("authenticity_token", wrong)];
        let response = client.post(admin_path(&sandbox, "/clients/1")).form(&delete).send().await.unwrap();
        assert_eq!(response.status(), 422);
    }
    assert_eq!(sandbox.redirect_uris().len(), 1);
    // Like Rails, it also accepts the token in a header, and real methods instead of `_method`.
    let scripted = client
        .put(admin_path(&sandbox, "/clients/1"))
        .header("x-csrf-token", &form_token)
        .form(&[("client[redirect_uri]", "http://new.example")])
        .send()
        .await
        .unwrap();
    assert_eq!((scripted.status().as_u16(), location(&scripted).as_str()), (302, "/go/oauth/admin/clients"));
    assert_eq!(sandbox.redirect_uris(), ["http://new.example"]);
    let page = client.get(sandbox.admin_url()).send().await.unwrap();
    assert_eq!(page.headers()["cache-control"], "no-store");
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("frame-ancestors 'none'"));
    let html = page.text().await.unwrap();
    assert!(!html.contains("Mallory"));
}

#[tokio::test]
async fn other_path_prefixes_serve_same_pages() {
    let sandbox = Gocd::start().await.unwrap();
    let admin = sandbox.browser();
    for (number, layout) in ["/oauth/admin", "/go/admin/oauth"].into_iter().enumerate() {
        let name = format!("Client {number}");
        let fields = [("client[name]", name.as_str()), ("client[redirect_uri]", "http://a")];
        let html = admin.fill_in(url(&sandbox, &format!("{layout}{NEW}")), &fields).await.unwrap();
        let links = attributes(&html, "main a", "href");
        assert!(links.iter().all(|link| link.starts_with(&format!("{layout}/clients"))), "{links:?}");
        let destroy = links.iter().find(|link| link.ends_with("/destroy")).unwrap();
        let html = admin.fill_in(url(&sandbox, destroy), &[]).await.unwrap();
        assert!(!html.contains(&name));
    }
}

#[tokio::test]
async fn names_are_escaped_and_secrets_redacted() {
    let sandbox = Gocd::start().await.unwrap();
    let name = "<script>alert(1)</script> & \"Co\"";
    let html = create(&sandbox.browser(), &sandbox, name, "http://a/\"><b>").await;
    let client = summary(&html);
    assert_eq!((client.name.as_str(), client.redirect_uri.as_str()), (name, "http://a/\"><b>"));
    assert!(!html.contains("<script>") && !html.contains("<b>"));
    let journal = format!("{:?}", sandbox.journal());
    assert!(journal.contains("client registered") && !journal.contains(&client.client_secret));
    assert!(journal.contains("http://a/"), "names and redirect URIs are no secrets: {journal}");

    let card = sandbox.register_client("Plain", "http://plain.example").unwrap();
    assert!(!format!("{card:?}").contains(&card.client_secret));
    let number = attributes(
        &sandbox.browser().open(sandbox.admin_url()).await.unwrap(),
        "a[aria-label='Edit Plain']",
        "href",
    );
    let html = sandbox.browser().open(url(&sandbox, &one(number).replace("/edit", ""))).await.unwrap();
    assert_eq!(summary(&html), card.into());
    sandbox.reset();
    let html = sandbox.browser().open(sandbox.admin_url()).await.unwrap();
    assert_eq!(texts(&html, ".client-secret"), [sandbox.client_secret()]);
}

#[tokio::test]
async fn edit_replaces_several_redirect_uris() {
    let more = "http://127.0.0.1:4000/callback";
    let sandbox = Gocd::builder().redirect_uri(more).start().await.unwrap();
    let (admin, edit) = (sandbox.browser(), admin_path(&sandbox, "/clients/1/edit"));
    admin.fill_in(&edit, &[("client[name]", "Renamed")]).await.unwrap();
    assert_eq!(sandbox.redirect_uris(), ["http://127.0.0.1:8765/callback", more]);
    admin.fill_in(&edit, &[("client[redirect_uri]", "http://only.example")]).await.unwrap();
    assert_eq!(sandbox.redirect_uris(), ["http://only.example"]);
}
