//! `oauth sandbox`, used by a program that knows only its first line and the providers' documentation.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::{Value, json};
use url::Url;

use crate::test_home::{RunningProgram, TestHome, run};

/// Every provider, by name.
const PROVIDERS: &[&str] = &["cohortgo", "cobot", "go1", "gocd"];
const REDIRECT_URI: &str = "https://app.example.com/callback";

fn start(arguments: &[&str]) -> (RunningProgram, Value) {
    let mut sandbox = TestHome::new().start(&[&["sandbox", "--port-base", "0"], arguments].concat());
    let line = sandbox.line();
    let manifest = serde_json::from_str(&line).expect(&line);
    (sandbox, manifest)
}

/// An HTTP client without redirects, cookies or trusted certificates.
fn http() -> reqwest::Client {
    http_trusting(&[])
}

/// An HTTP client that trusts only these certificate authorities.
fn http_trusting(authorities: &[&str]) -> reqwest::Client {
    let mut roots = rustls::RootCertStore::empty();
    for pem in authorities {
        roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap();
    }
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .tls_backend_preconfigured(config)
        .build()
        .unwrap()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

fn form(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// Returns the documented parameters of a code exchange.
fn token_parameters<'a>(provider: &str, manifest: &'a Value, code: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("client_id", text(manifest, "client_id")),
        ("client_secret", text(manifest, "client_secret")),
        ("code", code),
    ];
    match provider {
        "cohortgo" => fields.extend([("grant_type", "authorization_code"), ("mode", "server")]),
        "cobot" => fields.push(("grant_type", "authorization_code")),
        "go1" => fields.extend([("grant_type", "authorization_code"), ("redirect_uri", REDIRECT_URI)]),
        "gocd" => fields.extend([("grant_type", "authorization-code"), ("redirect_uri", REDIRECT_URI)]),
        other => panic!("{other}"),
    }
    fields
}

/// Returns the documented authorize URL.
fn authorize_url(manifest: &Value, redirect_uri: &str) -> Url {
    let mut url: Url = text(manifest, "authorize_url").parse().unwrap();
    url.query_pairs_mut().extend_pairs([
        ("client_id", text(manifest, "client_id")),
        ("response_type", "code"),
        ("redirect_uri", redirect_uri),
        ("state", "a test state"),
    ]);
    url
}

/// Returns the URL of a documented API call, and its Authorization header.
fn api_call(provider: &str, manifest: &Value, tokens: &Value) -> (String, String) {
    let token = text(tokens, "access_token");
    match provider {
        "cohortgo" => (
            format!("{}/services/payments/provider_invoices.json", text(tokens, "api_base_url")),
            format!("Bearer {token}"),
        ),
        "cobot" => (format!("{}/user", text(manifest, "api_url")), format!("Bearer {token}")),
        "go1" => (format!("{}/me", text(manifest, "api_url")), format!("Bearer {token}")),
        "gocd" => (format!("{}/cctray.xml", text(manifest, "url")), format!("Token token=\"{token}\"")),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn first_line_is_enough_to_connect() {
    let (_sandbox, manifest) = start(&["--auto-approve", "--redirect-uri", REDIRECT_URI]);
    let http = http();
    assert_eq!(manifest["providers"].as_object().unwrap().len(), PROVIDERS.len());

    for provider in PROVIDERS {
        let manifest = &manifest["providers"][provider];
        let registered = manifest["redirect_uris"].as_array().unwrap();
        assert!(registered.contains(&REDIRECT_URI.into()), "{provider}");
        // The default redirect URI of `oauth connect`.
        let usual = format!("http://127.0.0.1:8765/callback/{provider}");
        assert!(registered.contains(&usual.into()), "{provider}");
        assert!(text(&manifest["users"][0], "email").contains('@'));
        assert!(!text(&manifest["users"][0], "password").is_empty());

        let mut authorize = authorize_url(manifest, REDIRECT_URI);
        let scope = match *provider {
            "cohortgo" => Some("act-as-user"),
            "cobot" => Some("read_user"),
            "go1" => Some("user.read"),
            _ => None,
        };
        authorize.query_pairs_mut().extend_pairs(scope.map(|scope| ("scope", scope)));
        let response = http.get(authorize).send().await.unwrap();
        assert!(response.status().is_redirection(), "{provider}: {}", response.status());
        let callback = response.headers()["location"].to_str().unwrap();
        assert!(callback.starts_with(REDIRECT_URI), "{provider}: {callback}");
        let callback: Url = callback.parse().unwrap();
        let parameter = |name: &str| {
            callback
                .query_pairs()
                .find(|(known, _)| known == name)
                .map(|(_, value)| value.into_owned())
                .unwrap()
        };
        assert_eq!(parameter("state"), "a test state", "{provider}");

        let response = http
            .post(text(manifest, "token_url"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form(&token_parameters(provider, manifest, &parameter("code"))))
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 200, "{provider}");
        let tokens: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();

        let (url, authorization) = api_call(provider, manifest, &tokens);
        let response = http
            .get(url)
            .header("authorization", authorization)
            // Required by Cohort Go, ignored elsewhere.
            .header("x-act-as-user", format!("\"Test User\" <{}>", text(&manifest["users"][0], "email")))
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 200, "{provider}");
    }
}

#[tokio::test]
async fn login_is_required_without_auto_approve() {
    let (_sandbox, manifest) = start(&[]);
    for provider in PROVIDERS {
        let manifest = &manifest["providers"][provider];
        let redirect_uri = manifest["redirect_uris"][0].as_str().unwrap();
        let authorize = authorize_url(manifest, redirect_uri);
        let response = http().get(authorize.clone()).send().await.unwrap();
        let login_url = match response.headers().get("location") {
            Some(location) => authorize.join(location.to_str().unwrap()).unwrap(),
            None => authorize,
        };
        assert!(!login_url.as_str().starts_with(redirect_uri), "{provider}: {login_url}");
        let page = http().get(login_url).send().await.unwrap().text().await.unwrap();
        assert!(page.contains("type=\"password\""), "{provider}: {page}");
    }
}

#[tokio::test]
async fn control_api_requires_key() {
    let (_sandbox, manifest) = start(&[]);
    let http = http();
    let control = |path: &str| format!("{}{path}", text(&manifest["control"], "url"));
    let refused = http.get(control("/gocd/now")).send().await.unwrap();
    assert_eq!(refused.status(), 401);
    let key = text(&manifest["control"], "key");
    let now = async |request: reqwest::RequestBuilder| -> String {
        let response = request.header("x-sandbox-key", key).send().await.unwrap();
        assert_eq!(response.status(), 200);
        let body: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        text(&body, "now").to_owned()
    };
    let before = now(http.get(control("/gocd/now"))).await;
    let after = now(http.post(control("/all/advance")).body(json!({ "seconds": 864_000 }).to_string())).await;
    assert!(before[..10] < after[..10], "{before} {after}");
}

#[tokio::test]
async fn options_have_flags_and_controls() {
    let (_sandbox, manifest) =
        start(&["--callback-slash", "--no-state-echo", "--late-acl", "--auto-approve"]);
    let http = http();
    let callback = async |provider: &str| -> String {
        let manifest = &manifest["providers"][provider];
        let mut authorize: Url = text(manifest, "authorize_url").parse().unwrap();
        authorize.query_pairs_mut().extend_pairs([
            ("client_id", text(manifest, "client_id")),
            ("response_type", "code"),
            ("redirect_uri", manifest["redirect_uris"][0].as_str().unwrap()),
            ("state", "a-test-state"),
        ]);
        let response = http.get(authorize).send().await.unwrap();
        response.headers()["location"].to_str().unwrap().to_owned()
    };
    let options = async |method: &str, provider: &str, body: &str| -> (u16, Value) {
        let url = format!("{}/{provider}/options", text(&manifest["control"], "url"));
        let request = http.request(method.parse().unwrap(), url);
        let request =
            request.header("x-sandbox-key", text(&manifest["control"], "key")).body(body.to_owned());
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (status, serde_json::from_str(&response.text().await.unwrap()).unwrap_or_default())
    };
    assert!(callback("go1").await.contains("/callback/?code="));
    assert!(!callback("cohortgo").await.contains("state="));
    assert_eq!(options("GET", "gocd", "").await.1["late_acl"], true);
    for (provider, body) in [
        ("go1", r#"{"callback_slash":false}"#),
        ("cohortgo", r#"{"echo_state":true}"#),
        ("gocd", r#"{"late_acl":false}"#),
    ] {
        assert_eq!(options("POST", provider, body).await.0, 204, "{provider}");
    }
    assert!(callback("go1").await.contains("/callback?code="));
    assert!(callback("cohortgo").await.contains("state=a-test-state"));
    assert_eq!(options("GET", "gocd", "").await.1["late_acl"], false);

    // The first line has a token for GoCD's API.
    let gocd = &manifest["providers"]["gocd"];
    let request = http
        .get(format!("{}/current_user", text(gocd, "api_url")))
        .header("accept", "application/vnd.go.cd+json")
        .header("authorization", format!("Bearer {}", text(gocd, "personal_access_token")));
    assert_eq!(request.send().await.unwrap().status(), 200);
}

#[cfg(unix)]
#[test]
fn exits_on_interrupt_and_terminate() {
    use rustix::process::Signal;

    for signal in [Signal::INT, Signal::TERM] {
        let (sandbox, _) = start(&[]);
        sandbox.signal(signal);
        let ran = sandbox.end();
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""), "{ran:?}");
        assert!(ran.stderr.contains("The sandbox is ready."), "{ran:?}");
        assert!(ran.stderr.ends_with("The sandbox has stopped.\n"), "{ran:?}");
    }
}

#[test]
fn port_in_use_error_suggests_alternatives() {
    let (_sandbox, manifest) = start(&[]);
    // Start another sandbox whose first port is this sandbox's GoCD port.
    let url: Url = text(&manifest["providers"]["gocd"], "url").parse().unwrap();
    let base = url.port().unwrap() - 3;
    let ran = run(&["sandbox", "--port-base", &base.to_string()]);
    assert_eq!(ran.code, Some(1));
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.contains(" is in use"), "{}", ran.stderr);
    assert!(ran.stderr.contains("--port-base 0"), "{}", ran.stderr);
}

#[test]
fn rejects_port_base_too_high() {
    let ran = run(&["sandbox", "--port-base", "65530"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("--port-base 65530 leaves no room"), "{}", ran.stderr);
}

#[tokio::test]
async fn serves_tls() {
    let (_sandbox, manifest) = start(&["--tls"]);
    for provider in PROVIDERS {
        let manifest = &manifest["providers"][provider];
        assert!(text(manifest, "url").starts_with("https://"));
        assert!(text(manifest, "ca_certificate_pem").starts_with("-----BEGIN CERTIFICATE-----"));
        let plain = text(manifest, "plain_url");
        assert!(plain.starts_with("http://"), "{plain}");
        // Something listens there, whatever it responds.
        http().get(plain).send().await.unwrap();
    }
}

#[tokio::test]
async fn tls_connects_with_manifest_certificate() {
    let (_sandbox, manifest) = start(&["--tls", "--auto-approve", "--redirect-uri", REDIRECT_URI]);
    let gocd = &manifest["providers"]["gocd"];
    let authorize = authorize_url(gocd, REDIRECT_URI);
    assert_eq!(authorize.scheme(), "https");
    // Each provider has its own certificate authority.
    for client in [http(), http_trusting(&[text(&manifest["providers"]["cobot"], "ca_certificate_pem")])] {
        assert!(client.get(authorize.clone()).send().await.unwrap_err().is_connect());
    }

    let http = http_trusting(&[text(gocd, "ca_certificate_pem")]);
    let response = http.get(authorize).send().await.unwrap();
    assert_eq!(response.status(), 302);
    let callback: Url = response.headers()["location"].to_str().unwrap().parse().unwrap();
    assert!(callback.as_str().starts_with(REDIRECT_URI));
    let (_, code) = callback.query_pairs().find(|(name, _)| name == "code").unwrap();
    let response = http
        .post(text(gocd, "token_url"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form(&token_parameters("gocd", gocd, &code)))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn listens_on_loopback_only() {
    for flag in ["--address", "--host", "--bind", "--listen"] {
        assert_eq!(run(&["sandbox", flag, "0.0.0.0"]).code, Some(2), "{flag}");
    }
    let (_sandbox, manifest) = start(&[]);
    let providers = PROVIDERS.iter().map(|name| text(&manifest["providers"][name], "url"));
    for url in providers.chain([text(&manifest["control"], "url")]) {
        let port = Url::parse(url).unwrap().port().unwrap();
        // Another loopback address of the same machine.
        assert!(tokio::net::TcpStream::connect(("127.0.0.2", port)).await.is_err(), "{url}");
        let key = text(&manifest["control"], "key");
        for host in ["evil.example", "sandbox.corp.example:4400", "192.168.0.1"] {
            let request = http().get(url).header("host", host).header("x-sandbox-key", key);
            assert_eq!(request.send().await.unwrap().status(), 421, "{url} as {host}");
        }
    }
}

#[test]
fn exports_are_shell_assignments() {
    let mut sandbox = TestHome::new().start(&["sandbox", "--port-base", "0", "--env"]);
    let lines: Vec<String> = (0..15).map(|_| sandbox.line()).collect();
    let has = |start: &str| lines.iter().any(|line| line.starts_with(start));
    assert!(lines.iter().all(|line| line.starts_with("export OAUTH_")), "{lines:?}");
    assert!(
        has("export OAUTH_GO1_URL=http://127.0.0.1:") && has("export OAUTH_GO1_CLIENT_SECRET="),
        "{lines:?}"
    );
    assert!(
        has("export OAUTH_GOCD_PERSONAL_TOKEN=") && has("export OAUTH_SANDBOX_CONTROL_KEY="),
        "{lines:?}"
    );
    // A connection with these variables is one at the sandbox.
    let home = TestHome::new();
    let exports = lines.iter().map(|line| line.trim_start_matches("export ").split_once('=').unwrap());
    let home = exports.fold(home, |home, (name, value)| home.with(name, value.trim_matches('\'')));
    let ran = home.run(&["connect", "go1", "--redirect-uri", REDIRECT_URI, "--no-browser"]);
    assert!(ran.stderr.contains("http://127.0.0.1:") && !ran.stderr.contains("auth.go1.com"), "{ran:?}");
}

/// Neither client id nor secret is given.
#[tokio::test(flavor = "multi_thread")]
async fn connect_reads_client_of_running_sandbox() {
    let home = TestHome::new();
    let mut sandbox =
        home.start(&["sandbox", "--port-base", "0", "--auto-approve", "--redirect-uri", REDIRECT_URI]);
    let manifest: Value = serde_json::from_str(&sandbox.line()).unwrap();
    let go1 = &manifest["providers"]["go1"];
    let connect = |more: &[&str]| {
        let fixed = ["connect", "go1", "--redirect-uri", REDIRECT_URI, "--no-browser", "--json"];
        home.start(&[&fixed[..], more].concat())
    };
    let mut connecting = connect(&["--server", text(go1, "url"), "--scope", "user.read"]);
    let response = http().get(connecting.url()).send().await.unwrap();
    connecting.paste(response.headers()["location"].to_str().unwrap());
    connecting.end().ok();
    home.run(&["request", "go1", "/me"]).ok();
    // Without --server and without a terminal, production stays the default.
    let ran = home.run(&["connect", "cobot", "--redirect-uri", REDIRECT_URI]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    let cobot = ran;
    let mistyped =
        ["connect", "go1", "new", "--scope", "user.raed", "--client-id", "x", "--client-secret-file", "-"];
    let ran =
        home.run_with(&[&mistyped[..], &["--redirect-uri", REDIRECT_URI, "--no-browser"]].concat(), "canary");
    assert!(ran.stderr.contains("did you mean `user.read`?"), "{ran:?}");
    let offer = format!("pass --server {}", text(&manifest["providers"]["cobot"], "url"));
    assert!(cobot.stderr.contains(&offer), "{cobot:?}");
    // A configured client is not replaced.
    let mut configured = home.command(&["connect", "cobot", "--redirect-uri", REDIRECT_URI]);
    let output = configured.env("OAUTH_COBOT_CLIENT_ID", "x").output().unwrap();
    assert!(!String::from_utf8(output.stderr).unwrap().contains("sandbox"));
    drop(sandbox);
    let ran = home.run(&["connect", "cobot", "--redirect-uri", REDIRECT_URI]);
    assert!(!ran.stderr.contains("sandbox"), "the sandbox was killed: {ran:?}");
}
