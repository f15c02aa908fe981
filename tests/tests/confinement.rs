//! Tokens are sent to the provider's own hosts only, never to similar host names.
#![allow(clippy::unwrap_used)] // a test may panic

use oauth_core::http::Request;
use oauth_core::url::Url;
use oauth_core::{
    App, Client, Endpoint, EndpointContext, Error, ErrorKind, Provider, RawRequest, Token, get,
};
use oauth_testing::{
    ACCESS_TOKEN, CANARY, CLIENT_SECRET, RecordingTransport, callback, json_response, leaks, shown,
};
use serde_json::json;

const REDIRECT_URI: &str = "https://app.example.com/callback";

fn app() -> App {
    App::new("my-client", CLIENT_SECRET, REDIRECT_URI)
}

/// A request for a URL parsed by the `url` crate, as in the provider crates.
struct ParsedUrl(Url);

impl<P: Provider> Endpoint<P> for ParsedUrl {
    type Response = ();
    const NAME: &'static str = "GET anything";

    fn request(&self, _: &EndpointContext<'_, P>) -> Result<Request<Vec<u8>>, Error> {
        get(&self.0)
    }

    fn parse(&self, _: &EndpointContext<'_, P>, _: oauth_core::http::Response<Vec<u8>>) -> Result<(), Error> {
        Ok(())
    }
}

/// A provider's client with a token, and the provider's host.
struct TestClient<P: Provider> {
    client: Client<P>,
    token: Token<P>,
    transport: RecordingTransport,
    /// The host, and its parent domain.
    host: &'static str,
    domain: &'static str,
    /// The port with its colon, or empty.
    port: &'static str,
}

impl<P: Provider> TestClient<P> {
    fn new(site: P::Site, extra: &serde_json::Value, [host, domain, port]: [&'static str; 3]) -> Self {
        let transport = RecordingTransport::with_responses(
            std::iter::repeat_with(|| json_response(200, "{}")).take(1000),
        );
        let client = Client::<P>::builder(site, app()).transport(transport.clone()).build().unwrap();
        let stored = json!({
            "provider": P::NAME, "issuer": oauth_core::origin(oauth_core::Site::token_url(client.site())),
            "client_id": "my-client", "access_token": ACCESS_TOKEN, "scopes_from": "reply",
            "received_at": "2026-01-02T03:04:05Z", "obtained": "authorization_code", "extra": extra,
        });
        let token = Token::from_persisted(serde_json::from_value(stored).unwrap()).unwrap();
        Self { client, token, transport, host, domain, port }
    }

    /// Requests a URL as a raw request and as a parsed URL. Returns the origins that received a request.
    async fn request_url(&self, url: &str) -> Vec<String> {
        let before = self.transport.count();
        let mut errors = Vec::new();
        if let Ok(request) = Request::get(url).body(Vec::new()) {
            errors.extend(self.client.send(&self.token, &RawRequest::new(request)).await.err());
        }
        if let Ok(url) = Url::parse(url) {
            errors.extend(self.client.send(&self.token, &ParsedUrl(url)).await.err());
        }
        for error in errors {
            assert!(
                matches!(error.kind(), ErrorKind::ForeignHost | ErrorKind::InvalidInput),
                "{url}: {error}"
            );
            assert!(!error.is_transient());
            assert_eq!(leaks(shown(&error), &[CANARY]), Vec::<String>::new());
        }
        let text = self.transport.text();
        let sent =
            text.split("\n----\n").skip(before).filter_map(|request| request.split_whitespace().nth(1));
        if self.transport.count() == before {
            return Vec::new();
        }
        sent.map(|url| oauth_core::origin(&url.parse().unwrap())).collect()
    }

    async fn check(&self) -> usize {
        let own = format!("https://{}{}", self.host, self.port);
        let fill = |url: &str| {
            url.replace("HOST", self.host).replace("DOMAIN", self.domain).replace("PORT", self.port)
        };
        for url in OWN_URLS {
            let url = fill(url);
            let sent = self.request_url(&url).await;
            assert!(!sent.is_empty(), "{}: {url} is the provider's own", P::NAME);
            assert!(sent.iter().all(|origin| *origin == own), "{}: {url} went to {sent:?}", P::NAME);
        }
        // Letters with a homograph in another alphabet.
        let letters =
            [('a', 'а'), ('c', 'с'), ('e', 'е'), ('o', 'о'), ('p', 'р'), ('x', 'х'), ('g', 'ɡ'), ('1', 'l')];
        let homographs =
            letters.iter().filter(|(letter, _)| self.domain.contains(*letter)).map(|(letter, double)| {
                format!("https://{}PORT/", self.domain.replace(*letter, &double.to_string()))
            });
        let foreign: Vec<String> =
            FOREIGN_URLS.iter().map(|url| (*url).to_owned()).chain(homographs).collect();
        for url in &foreign {
            let url = fill(url);
            let sent = self.request_url(&url).await;
            assert!(sent.is_empty(), "{}: a token was sent to {sent:?} for {url}", P::NAME);
        }
        OWN_URLS.len() + foreign.len()
    }
}

/// URLs of the provider's own host.
const OWN_URLS: &[&str] = &[
    "https://HOSTPORT/",
    "HTTPS://HOSTPORT/api?next=https://evil.example/",
    "https://HOSTPORT//evil.example/",
    "https://HOSTPORT/@evil.example/",
    "https://HOSTPORT/../../x",
    // A path, as in browsers.
    "https://HOSTPORT\\.evil.example/",
];

const FOREIGN_URLS: &[&str] = &[
    // other names
    "https://evil.example/",
    "https://HOST.evil.examplePORT/",
    "https://evilDOMAINPORT/",
    "https://evil-DOMAINPORT/",
    "https://DOMAINevil.examplePORT/",
    "https://DOMAIN.evil.examplePORT/",
    "https://DOMAIN-evil.examplePORT/",
    "https://evil.examplePORT/HOST",
    "https://evil.examplePORT?HOST",
    "https://evil.examplePORT#HOST",
    "https://evil.example#@HOSTPORT/",
    // user info
    "https://HOST@evil.examplePORT/",
    "https://HOST:443@evil.examplePORT/",
    "https://HOST%40evil.examplePORT/",
    "https://evil.example@HOSTPORT/",
    "https://user@HOSTPORT/",
    "https://user:password@HOSTPORT/",
    "https://:password@HOSTPORT/",
    "https://evil.example:443@HOSTPORT/",
    // dots
    "https://HOST.PORT/",
    "https://HOST..PORT/",
    "https://.HOSTPORT/",
    "https://a..DOMAINPORT/",
    // ports
    "https://HOST:8443/",
    "https://HOST:80/",
    "https://HOST:0/",
    "https://HOST:65536/",
    "https://HOST:-1/",
    "https://HOST:443443/",
    // schemes
    "http://HOSTPORT/",
    "http://HOST:443/",
    "ftp://HOSTPORT/",
    "ws://HOSTPORT/",
    "wss://HOSTPORT/",
    "file://HOST/etc/passwd",
    "javascript:HOST",
    "data:text/plain,HOST",
    "//HOSTPORT/",
    "HOSTPORT",
    "",
    // separators that URL parsers treat differently
    "https://evil.example\\.HOSTPORT/",
    "https://evil.example\\@HOSTPORT/",
    "https://evil.example%2f.HOSTPORT/",
    "https://evil.example%5c.HOSTPORT/",
    "https://evil.example%23.HOSTPORT/",
    "https://evil.example%00.HOSTPORT/",
    "https://HOST%00.evil.example/",
    "https://HOST%2eevil.example/",
    "https://HOST%0d%0aHost:evil.example/",
    "https://HOST evil.example/",
    "https://HOST\u{200b}.evil.example/",
    "https://[HOST]/",
    // numeric addresses and loopback
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://0.0.0.0/",
    "https://169.254.169.254/latest/meta-data/",
    "https://10.0.0.1/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fe80::1%eth0]/",
    "http://[fe80::1%25lo]/",
    "https://localhost/",
    "http://localhost/",
    "http://127.0.0.1/",
    "http://HOST.localhost/",
];

fn cohortgo_site() -> cohortgo::Site {
    cohortgo::Site::production()
}

#[tokio::test]
#[allow(clippy::print_stdout)] // Prints the number.
async fn token_goes_to_own_provider_only() {
    let account = json!({ "api_base_url": "https://acme.portal.cohortgo.com/api/v1" });
    let acme = ["acme.portal.cohortgo.com", "cohortgo.com", ""];
    let mut count = TestClient::<cohortgo::CohortGo>::new(cohortgo_site(), &account, acme).check().await;
    for host in ["www.cobot.me", "co-up.cobot.me"] {
        let hosts = [host, "cobot.me", ""];
        count += TestClient::<cobot::Cobot>::new(cobot::Site::production(), &json!({}), hosts).check().await;
    }
    for host in ["auth.go1.com", "api.go1.com", "gateway.go1.com"] {
        count += TestClient::<go1::Go1>::new(go1::Site::production(), &json!({}), [host, "go1.com", ""])
            .check()
            .await;
    }
    let site = || gocd::Site::at("https://go.example.com:8154").unwrap();
    let host = ["go.example.com", "go.example.com", ":8154"];
    count += TestClient::<gocd::Gocd>::new(site(), &json!({}), host).check().await;
    count += TestClient::<gocd::Personal>::new(site(), &json!({}), host).check().await;
    println!("{count} URLs");
}

/// Hosts of the other providers, and of other customers of the same provider.
#[tokio::test]
async fn token_goes_to_no_other_customer() {
    let account = json!({ "api_base_url": "https://acme.portal.cohortgo.com/api/v1" });
    let cohortgo = TestClient::<cohortgo::CohortGo>::new(cohortgo_site(), &account, ["", "", ""]);
    let cobot = TestClient::<cobot::Cobot>::new(cobot::Site::production(), &json!({}), ["", "", ""]);
    let go1 = TestClient::<go1::Go1>::new(go1::Site::production(), &json!({}), ["", "", ""]);
    let site = gocd::Site::at("https://go.example.com:8154").unwrap();
    let gocd = TestClient::<gocd::Gocd>::new(site, &json!({}), ["", "", ""]);
    for (host, of) in [
        ("https://acme.portal.cohortgo.com/", 0),
        ("https://other.portal.cohortgo.com/", 4),
        ("https://portal.cohortgo.com/", 4),
        ("https://www.cobot.me/", 1),
        ("https://a.b.cobot.me/", 4),
        ("https://api.go1.com/", 2),
        ("https://www.go1.com/", 4),
        ("https://public.qa.go1.cloud/", 4),
        ("https://go.example.com:8154/", 3),
        ("https://go.example.com/", 4),
    ] {
        let sent = [
            cohortgo.request_url(host).await,
            cobot.request_url(host).await,
            go1.request_url(host).await,
            gocd.request_url(host).await,
        ];
        for (n, sent) in sent.iter().enumerate() {
            assert_eq!(!sent.is_empty(), n == of, "{host}, provider {n}: {sent:?}");
        }
    }
}

/// Cohort Go's token response names the API's host. A foreign host gets no token.
#[tokio::test]
async fn foreign_api_base_url_gets_no_token() {
    for url in FOREIGN_URLS.iter().filter(|url| !url.contains("PORT/")).chain(&[
        "https://evil.example/api/v1",
        "https://portal.cohortgo.com.evil.example/api/v1",
        "https://portal.cohortgo.com@evil.example/api/v1",
        "https://evilcohortgo.com/api/v1",
        "https://portal.cohortgo.com:8443/api/v1",
        "http://portal.cohortgo.com/api/v1",
        "https://portal.cohortgo.com./api/v1",
        "https://[::1]/api/v1",
    ]) {
        let url =
            url.replace("HOST", "portal.cohortgo.com").replace("DOMAIN", "cohortgo.com").replace("PORT", "");
        let body = json!({ "access_token": ACCESS_TOKEN, "api_base_url": url }).to_string();
        let transport =
            RecordingTransport::with_responses([json_response(200, &body), json_response(200, "[]")]);
        let client =
            cohortgo::Client::builder(cohortgo_site(), app()).transport(transport.clone()).build().unwrap();
        let started = client.begin(&cohortgo::Connect::new()).unwrap();
        let error = match client.finish(&started.pending, &callback(REDIRECT_URI, &started)).await {
            Ok(token) => client.send(&token, &cohortgo::api::AgentInvoices::new()).await.err(),
            Err(error) => Some(error),
        };
        let error = error.unwrap_or_else(|| panic!("a token was sent to {url}"));
        assert!(
            matches!(error.kind(), ErrorKind::ForeignHost | ErrorKind::InvalidResponse),
            "{url}: {error}"
        );
        assert_eq!(transport.count(), 1, "{url}: the token call, and no more");
    }
}

/// Links in a response do not change the host of the next request.
#[tokio::test]
async fn links_in_responses_are_not_followed() {
    const EVIL: &str = "https://evil.example/x?y=1&use_scroll=false#";
    let links = json!({
        "next": EVIL, "links": { "next": { "href": EVIL } }, "_links": { "next": { "href": EVIL } }, "next_page_url": EVIL,
    });

    let mut page = links.as_object().unwrap().clone();
    page.extend([
        ("hits".to_owned(), json!([{ "id": "con_1" }])),
        ("total".to_owned(), json!(9)),
        ("next_scroll_id".to_owned(), json!(EVIL)),
    ]);
    let transport = RecordingTransport::with_responses([
        json_response(200, &json!(page).to_string()),
        json_response(200, r#"{"hits":[],"total":9}"#),
    ]);
    let go1 =
        go1::Client::builder(go1::Site::production(), app()).transport(transport.clone()).build().unwrap();
    let token = go1.import_token(ACCESS_TOKEN, oauth_core::Scopes::none()).unwrap();
    let request = go1::api::LearningObjects::new().scroll();
    let page = go1.send(&token, &request).await.unwrap();
    go1.send(&token, &request.after(&page).unwrap()).await.unwrap();
    // The scroll id is an encoded parameter of a request to Go1.
    let text = transport.text();
    assert_eq!((text.matches("GET https://gateway.go1.com/").count(), transport.count()), (2, 2), "{text}");
    assert!(!text.contains("evil.example/") && !text.contains("use_scroll=false"), "{text}");

    let mut page = links.as_object().unwrap().clone();
    page.insert("invoices".to_owned(), json!([{ "id": 1, "document_upload_url": EVIL }]));
    let transport = RecordingTransport::with_responses([
        json_response(200, &json!(page).to_string()),
        json_response(200, "[]"),
    ]);
    let cohortgo =
        cohortgo::Client::builder(cohortgo_site(), app()).transport(transport.clone()).build().unwrap();
    let account = cohortgo::Account::at("https://acme.portal.cohortgo.com/api/v1".parse().unwrap());
    let token = cohortgo.import_token_with(ACCESS_TOKEN, oauth_core::Scopes::none(), account).unwrap();
    cohortgo.send(&token, &cohortgo::api::AgentInvoices::new()).await.unwrap();
    cohortgo.send(&token, &cohortgo::api::AgentInvoices::new().page(2)).await.unwrap();
    let text = transport.text();
    assert_eq!(text.matches("GET https://acme.portal.cohortgo.com/api/v1/").count(), 2, "{text}");

    for subdomain in [
        "evil.example/",
        "evil.example",
        "a@evil.example",
        "co-up.evil",
        "",
        "-",
        "a/../b",
        "a:8443",
        "а",
        "xn--a",
    ] {
        let user = json!({ "id": "1", "admin_of": [{ "space_subdomain": subdomain, "space_link": EVIL }] })
            .to_string();
        let transport = RecordingTransport::with_responses([json_response(200, &user)]);
        let cobot =
            cobot::Client::builder(cobot::Site::production(), app()).transport(transport).build().unwrap();
        let token = cobot.import_token(ACCESS_TOKEN, oauth_core::Scopes::none()).unwrap();
        let user = cobot.send(&token, &cobot::api::User).await.unwrap();
        assert!(user.admin_of[0].subdomain().is_err(), "{subdomain}");
    }
}

/// A base URL is checked before a client can be built.
#[test]
fn site_is_https_or_loopback() {
    for base in [
        "",
        "go.example.com",
        "http://www.example.com",
        "http://www.example.com:443",
        "http://10.0.0.1",
        "http://169.254.169.254",
        "http://0.0.0.0",
        "http://[::ffff:10.0.0.1]",
        "http://[fe80::1%25eth0]",
        "https://[fe80::1%25eth0]",
        "http://localhost.example.com",
        "http://evillocalhost",
        "https://user@www.example.com",
        "https://user:password@www.example.com",
        "https://www.example.com/?x",
        "https://www.example.com/#x",
        "https://",
        "ftp://www.example.com",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://www.exa mple.com",
        "https://www.example.com%00",
    ] {
        let is_accepted = [
            cohortgo::Site::at(base).is_ok(),
            cobot::Site::at(base).is_ok(),
            go1::Site::at(base).is_ok(),
            gocd::Site::at(base).is_ok(),
        ];
        assert_eq!(is_accepted, [false; 4], "{base}");
    }
}
