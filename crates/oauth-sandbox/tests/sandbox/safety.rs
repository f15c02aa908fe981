//! Security of the computer: no web page can control the sandbox, no request reads a file, no flood fills the
//! memory.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;

use oauth_sandbox::{Cobot, CohortGo, Error, Go1, Gocd, Plain, Sandbox, SandboxProvider, ServerHandle};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use url::Url;

use crate::support::{browser, http, parameter, with_query};

/// Host and port of a URL.
fn authority(url: &str) -> String {
    let url = Url::parse(url).unwrap();
    format!("{}:{}", url.host_str().unwrap(), url.port().unwrap())
}

/// All servers of a whole sandbox, and of the plain provider.
struct Servers {
    sandbox: Sandbox,
    plain: Plain,
}

impl Servers {
    async fn start() -> Self {
        Self { sandbox: Sandbox::start().await.unwrap(), plain: Plain::start().await.unwrap() }
    }

    fn all(&self) -> [String; 7] {
        let Self { sandbox, plain } = self;
        let urls = [
            sandbox.cohortgo().url(),
            sandbox.cohortgo().api_url(),
            sandbox.cobot().url(),
            sandbox.go1().url(),
            sandbox.gocd().url(),
            plain.url(),
            sandbox.control_url(),
        ];
        urls.map(authority)
    }
}

/// Sends a request without normalizing its path, and returns the whole response.
async fn raw(server: &str, head: &str) -> String {
    let mut stream = TcpStream::connect(server).await.unwrap();
    stream.write_all(format!("{head}\r\nConnection: close\r\n\r\n").as_bytes()).await.unwrap();
    let mut response = Vec::new();
    // A connection reset counts as the end of the response.
    let _ = stream.read_to_end(&mut response).await;
    String::from_utf8_lossy(&response).into_owned()
}

async fn check_rejects_addresses<P: SandboxProvider>() {
    for address in [
        IpAddr::from(Ipv4Addr::UNSPECIFIED),
        Ipv6Addr::UNSPECIFIED.into(),
        Ipv4Addr::new(192, 168, 0, 1).into(),
        Ipv4Addr::BROADCAST.into(),
        Ipv4Addr::LOCALHOST.to_ipv6_mapped().into(),
    ] {
        let started = ServerHandle::<P>::builder().address(address).start().await;
        assert!(matches!(started, Err(Error::NotLoopback(rejected)) if rejected == address), "{address}");
    }
}

#[tokio::test]
async fn providers_listen_on_loopback_only() {
    check_rejects_addresses::<oauth_sandbox::cohortgo::Rules>().await;
    check_rejects_addresses::<oauth_sandbox::cobot::Rules>().await;
    check_rejects_addresses::<oauth_sandbox::go1::Rules>().await;
    check_rejects_addresses::<oauth_sandbox::gocd::Rules>().await;
    check_rejects_addresses::<oauth_sandbox::plain::Rules>().await;
    // The control server's address cannot be configured.
    let servers = Servers::start().await;
    for server in servers.all() {
        assert!(server.starts_with("127.0.0.1:"), "{server}");
    }
}

#[tokio::test]
async fn rebound_host_name_is_rejected() {
    let servers = Servers::start().await;
    let key = servers.sandbox.control_key();
    for server in servers.all() {
        let port = server.rsplit_once(':').unwrap().1;
        for path in ["/", "/login", "/oauth/authorize", "/go/auth/login", "/gocd/journal", "/api/user"] {
            for host in [format!("evil.example:{port}"), format!("127.0.0.1.evil.example:{port}")] {
                let response =
                    raw(&server, &format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nX-Sandbox-Key: {key}"))
                        .await;
                assert!(response.starts_with("HTTP/1.1 421 "), "{server} {path} {host}: {response}");
                assert!(response.contains("only accepts host names of this computer"), "{response}");
                assert!(
                    !response.contains("evil") && !response.to_lowercase().contains("set-cookie"),
                    "{response}"
                );
            }
            let absolute = format!("GET http://evil.example{path} HTTP/1.1\r\nHost: {server}");
            assert!(raw(&server, &absolute).await.starts_with("HTTP/1.1 421 "), "{server} {path}");
        }
    }
    // No request reached the journal, not even at Cobot, which routes by host.
    assert_eq!(servers.sandbox.cobot().journal().entries().len(), 0);

    let tls = Gocd::builder().tls(true).start().await.unwrap();
    for url in [tls.url(), tls.plain_url().unwrap()] {
        let request = browser(tls.ca_certificate_pem()).get(url).header("host", "evil.example");
        assert_eq!(request.send().await.unwrap().status(), 421, "{url}");
    }
}

#[tokio::test]
async fn servers_reject_other_origins() {
    let servers = Servers::start().await;
    for server in servers.all() {
        for path in ["/", "/login", "/oauth/token", "/oauth/access_token", "/go/oauth/token", "/gocd/reset"] {
            let asking = format!(
                "OPTIONS {path} HTTP/1.1\r\nHost: {server}\r\nOrigin: https://evil.example\r\n\
                 Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: x-sandbox-key"
            );
            let response = raw(&server, &asking).await.to_lowercase();
            assert!(!response.contains("access-control-allow"), "{server} {path}: {response}");
            assert!(!response.starts_with("http/1.1 2"), "{server} {path}: {response}");
        }
    }
    // A form of any page can send these requests without a preflight, but without the key they do nothing.
    let control = servers.sandbox.control_url();
    let before = servers.sandbox.gocd().now();
    let seen = servers.sandbox.gocd().journal().entries().len();
    assert!(seen > 0);
    for path in ["/gocd/advance", "/all/advance", "/gocd/reset", "/all/reset", "/gocd/faults"] {
        let request = http()
            .post(format!("{control}{path}"))
            .header("origin", "https://evil.example")
            .header("content-type", "text/plain")
            .body(r#"{"seconds":100000}"#);
        assert_eq!(request.send().await.unwrap().status(), 401, "{path}");
    }
    assert!((servers.sandbox.gocd().now() - before).num_seconds() < 1000);
    assert_eq!(servers.sandbox.gocd().journal().entries().len(), seen, "it was not reset");
}

/// Submits an approval from another page's form while the user is logged in.
async fn check_rejects_forged_consent<P: SandboxProvider>(
    sandbox: ServerHandle<P>,
    approval: (&str, &str),
    (user_field, password_field): (&str, &str),
) {
    let name = sandbox.name();
    let user = sandbox.users()[0].clone();
    let redirect_uri = sandbox.redirect_uris()[0].clone();
    let query = [
        ("client_id", sandbox.client_id()),
        ("redirect_uri", &redirect_uri),
        ("response_type", "code"),
        ("state", "x"),
    ];
    let client = http();
    let origin = format!("http://{}", authority(sandbox.url()));
    let response = client.get(with_query(sandbox.authorize_url(), &query)).send().await.unwrap();
    let path = crate::support::location(&response);
    let page = client.get(format!("{origin}{path}")).send().await.unwrap().text().await.unwrap();
    let hidden = regex::Regex::new(r#"type="hidden" name="([^"]+)" value="([^"]+)""#).unwrap();
    let token = hidden.captures(&page).unwrap();
    let action = regex::Regex::new(r#"action="([^"]+)""#).unwrap().captures(&page).unwrap()[1].to_owned();
    let form = [(&token[1], &token[2]), (user_field, user.email.as_str()), (password_field, &user.password)];
    let response = client.post(format!("{origin}{action}")).form(&form).send().await.unwrap();
    assert!(response.status().is_redirection(), "{name}: {}", response.status());
    let consent = client.get(with_query(sandbox.authorize_url(), &query)).send().await.unwrap();
    assert_eq!(consent.status(), 200, "{name}: logged in");

    for forged in ["", "made-up", &token[2]] {
        let form = query.iter().copied().chain([approval, (&token[1], forged)]).collect::<Vec<_>>();
        let response = client
            .post(sandbox.authorize_url())
            .header("origin", "https://evil.example")
            .form(&form)
            .send()
            .await
            .unwrap();
        // The form token from before the login is no longer valid.
        assert_eq!(response.status(), 422, "{name} {forged:?}");
        assert!(!response.headers().contains_key("location"), "{name}");
    }
}

#[tokio::test]
async fn consent_rejects_forged_forms() {
    let (approve, usual) = (("decision", "approve"), ("email", "password"));
    check_rejects_forged_consent(CohortGo::start().await.unwrap(), approve, usual).await;
    check_rejects_forged_consent(Cobot::start().await.unwrap(), ("authorize", "yes"), usual).await;
    check_rejects_forged_consent(Go1::start().await.unwrap(), approve, usual).await;
    check_rejects_forged_consent(Plain::start().await.unwrap(), approve, usual).await;
    let gocd = Gocd::start().await.unwrap();
    check_rejects_forged_consent(gocd, ("authorize", "Yes"), ("j_username", "j_password")).await;
}

/// Rust files below a folder, with their text.
fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else {
            found.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn sources_open_no_file_and_start_no_program() {
    let mut found = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert!(found.len() > 60, "{} files", found.len());
    for (path, text) in found {
        for way in [
            "std::fs",
            "tokio::fs",
            "fs::",
            "File::",
            "OpenOptions",
            "ServeDir",
            "process::Command",
            "std::env",
        ] {
            assert!(!text.contains(way), "{path} has {way}");
        }
    }
}

#[tokio::test]
async fn paths_never_leave_sandbox() {
    let servers = Servers::start().await;
    let key = servers.sandbox.control_key();
    let below = [
        "",
        "/api/spaces",
        "/api/access_tokens",
        "/api/memberships",
        "/go/oauth/admin/clients",
        "/go/oauth/user_tokens/revoke",
        "/go/api/current_user/access_tokens",
        "/oauth",
        "/gocd",
    ];
    let out = [
        "../../../../../../etc/passwd",
        "..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
        "%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "%252e%252e%252f%252e%252e%252fetc%252fpasswd",
        "..%5c..%5c..%5cetc%5cpasswd",
        "....//....//etc/passwd",
        "..;/..;/etc/passwd",
        "%c0%ae%c0%ae/etc/passwd",
        "/etc/passwd",
        "%00",
        "..%00/etc/passwd",
    ];
    for server in servers.all() {
        for (folder, rest) in below.iter().flat_map(|folder| out.map(|rest| (folder, rest))) {
            let head = format!("GET {folder}/{rest} HTTP/1.1\r\nHost: {server}\r\nX-Sandbox-Key: {key}");
            let response = raw(&server, &head).await;
            let status = response.split(' ').nth(1).unwrap_or_default();
            // GoCD redirects to its login, and an invalid token gets 401.
            assert!(["302", "400", "401", "404"].contains(&status), "{server} {folder}/{rest}: {response}");
            let location = response.lines().find_map(|line| line.strip_prefix("location: "));
            assert!(location.is_none_or(|to| to == "/go/auth/login"), "{server} {folder}/{rest}: {response}");
            assert!(!response.contains("root:"), "{server} {folder}/{rest}: {response}");
        }
        // A path that browsers read as another host is not stored as the page to return to after a login.
        for path in
            ["//evil.example/", "//evil.example/oauth/authorize", "/\\evil.example/", "/%5cevil.example"]
        {
            let response =
                raw(&server, &format!("GET {path} HTTP/1.1\r\nHost: {server}\r\nX-Sandbox-Key: {key}")).await;
            let status = response.split(' ').nth(1).unwrap_or_default();
            assert!(["400", "404"].contains(&status), "{server} {path}: {response}");
            assert!(!response.to_lowercase().contains("set-cookie"), "{server} {path}: {response}");
        }
    }
}

#[tokio::test]
async fn servers_reject_oversized_requests() {
    let servers = Servers::start().await;
    let key = servers.sandbox.control_key();
    for server in servers.all() {
        let ask = |lines: String| {
            let head = format!("GET / HTTP/1.1\r\nHost: {server}\r\nX-Sandbox-Key: {key}\r\n{lines}");
            let server = server.clone();
            async move { raw(&server, &head).await }
        };
        let long = ask(format!("X-Long: {}", "a".repeat(200_000))).await;
        assert!(long.is_empty() || long.starts_with("HTTP/1.1 431 "), "{server}: {long}");
        let many = ask("X-Many: a\r\n".repeat(150).trim_end().to_owned()).await;
        assert!(many.is_empty() || many.starts_with("HTTP/1.1 431 "), "{server}: {many}");

        let body = |size: usize| {
            let request = http().post(format!("http://{server}/gocd/faults")).header("X-Sandbox-Key", key);
            request.header("content-type", "application/x-www-form-urlencoded").body("a".repeat(size)).send()
        };
        assert_eq!(body(70_000).await.unwrap().status(), 413, "{server}");
        assert!([400, 404].contains(&body(60_000).await.unwrap().status().as_u16()), "{server}");
    }
}

#[tokio::test]
async fn stored_data_stays_bounded_under_load() {
    let sandbox = CohortGo::builder().auto_approve(true).start().await.unwrap();
    let redirect_uri = sandbox.redirect_uris()[0].clone();
    let query = [
        ("client_id", sandbox.client_id()),
        ("redirect_uri", &redirect_uri),
        ("response_type", "code"),
        ("scope", "act-as-user,auto-create-users"),
    ];
    let client = http();
    let response = client.get(with_query(sandbox.authorize_url(), &query)).send().await.unwrap();
    let callback = Url::parse(&crate::support::location(&response)).unwrap();
    let form = [
        ("client_id", sandbox.client_id()),
        ("client_secret", sandbox.client_secret()),
        ("grant_type", "authorization_code"),
        ("mode", "server"),
        ("code", &parameter(&callback, "code").unwrap()),
    ];
    let body: serde_json::Value =
        client.post(sandbox.token_url()).form(&form).send().await.unwrap().json().await.unwrap();
    let token = body["access_token"].as_str().unwrap();
    let first = sandbox.account_users();
    for number in 0..1_100 {
        let user =
            json!({ "user": { "name": format!("U {number}"), "email": format!("u{number}@e.example") } });
        let url = format!("{}/users.json", sandbox.api_url());
        let response = client.post(url).bearer_auth(token).json(&user).send().await.unwrap();
        assert_eq!(response.status(), 201, "{number}");
    }
    let users = sandbox.account_users();
    assert_eq!(users.len(), 1_000);
    assert_eq!(users[..3], first[..3], "the initial users stay");
    assert_eq!(users.last().unwrap().name, "U 1099");
    let numbers: BTreeSet<_> = users.iter().map(|user| user.id).collect();
    assert_eq!(numbers.len(), users.len(), "numbers are never reused");
    assert_eq!(sandbox.authorized_calls().len(), 1_000);
    let journal = sandbox.journal();
    assert_eq!((journal.entries().len(), journal.api_calls()), (1_000, 1_100));

    // The journal shortens user input.
    let url = format!("{}/{}?{}", sandbox.api_url(), "b".repeat(9_000), "mode=c&".repeat(5_000));
    client.get(url).bearer_auth("d".repeat(9_000)).send().await.unwrap();
    let entry = serde_json::to_string(sandbox.journal().entries().last().unwrap()).unwrap();
    assert!(entry.len() < 5_000, "{} bytes", entry.len());
}

/// Redirect URIs that differ from the registered one, each in a way known from real attacks.
fn similar_redirect_uris(registered: &str) -> Vec<String> {
    let rest = registered.strip_prefix("http://").unwrap();
    let (authority, path) = rest.split_once('/').unwrap();
    let host = authority.split(':').next().unwrap();
    vec![
        "https://evil.example/callback".to_owned(),
        "//evil.example/callback".to_owned(),
        "javascript:alert(1)".to_owned(),
        format!("https://{rest}"),
        format!("http://{authority}.evil.example/{path}"),
        format!("http://{authority}@evil.example/{path}"),
        format!("http://evil.example/{path}?http://{rest}"),
        format!("http://{host}:1/{path}"),
        format!("{registered}/"),
        format!("{registered}/../evil"),
        format!("{registered}%2f..%2fevil"),
        format!("{registered}?next=https://evil.example"),
        format!("{registered}#evil"),
        format!("{registered}\\@evil.example"),
        format!(" {registered}"),
        registered.to_uppercase(),
        String::new(),
    ]
}

async fn check_no_redirect_to_unregistered_uri<P: SandboxProvider>() {
    for auto_approve in [false, true] {
        let sandbox = ServerHandle::<P>::builder()
            .redirect_uri("http://127.0.0.1:8765/other")
            .auto_approve(auto_approve);
        let sandbox = sandbox.start().await.unwrap();
        for redirect_uri in similar_redirect_uris(&sandbox.redirect_uris()[0]) {
            for response_type in ["code", "token", ""] {
                let query = [
                    ("client_id", sandbox.client_id()),
                    ("redirect_uri", &redirect_uri),
                    ("response_type", response_type),
                    ("scope", "nonsense"),
                    ("state", "x"),
                ];
                let response = http().get(with_query(sandbox.authorize_url(), &query)).send().await.unwrap();
                let case = format!("{} {redirect_uri:?} {response_type:?}", sandbox.name());
                if sandbox.name() == "cobot" && redirect_uri.contains("?next=") {
                    // Cobot's own gem adds a query, so the path and host decide.
                    let registered = sandbox.redirect_uris()[0].clone();
                    let location = response.headers().get("location").map(|value| value.to_str().unwrap());
                    let is_registered = |url: &str| url.starts_with(&format!("{registered}?next="));
                    assert!(location.is_none_or(|url| url == "/login" || is_registered(url)), "{case}");
                    continue;
                }
                assert!([400, 401].contains(&response.status().as_u16()), "{case}: {response:?}");
                assert!(!response.headers().contains_key("location"), "{case}");
            }
        }
    }
}

#[tokio::test]
async fn providers_never_redirect_to_unregistered_uri() {
    check_no_redirect_to_unregistered_uri::<oauth_sandbox::cohortgo::Rules>().await;
    check_no_redirect_to_unregistered_uri::<oauth_sandbox::cobot::Rules>().await;
    check_no_redirect_to_unregistered_uri::<oauth_sandbox::go1::Rules>().await;
    check_no_redirect_to_unregistered_uri::<oauth_sandbox::plain::Rules>().await;
}

/// GoCD redirects errors to any supplied redirect URI (docs/provider-facts.md 1c), and so does the sandbox.
/// Codes only go to a registered URI.
#[tokio::test]
async fn gocd_redirects_errors_only_to_unregistered_uri() {
    let sandbox = Gocd::builder().auto_approve(true).start().await.unwrap();
    for redirect_uri in
        similar_redirect_uris(&sandbox.redirect_uris()[0]).into_iter().filter(|uri| !uri.trim().is_empty())
    {
        let query = [
            ("client_id", sandbox.client_id()),
            ("redirect_uri", &redirect_uri),
            ("response_type", "code"),
            ("state", "x"),
        ];
        let response = http().get(with_query(sandbox.authorize_url(), &query)).send().await.unwrap();
        let target = crate::support::location(&response);
        assert!(target.ends_with("?error=redirect-uri-mismatch"), "{target}");
        assert!(!target.contains("code=") && !target.contains("state="), "{target}");
        if redirect_uri.starts_with("https://evil.example") {
            assert!(target.starts_with("https://evil.example/"), "{target}");
        }
    }
}
