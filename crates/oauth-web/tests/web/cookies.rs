//! Cookies are `Secure` except on loopback, and small enough for browsers.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use oauth_core::store::MemoryStore;
use oauth_core::{Connections, Error};
use oauth_web::{Allowed, CookieKey, OAuthWeb, Visit};
use tower::ServiceExt as _;

fn web(redirect_uri: &str) -> Result<OAuthWeb, Error> {
    let app = go1::App::new("id", "secret", redirect_uri);
    let connections = Connections::new(go1::Client::new(go1::Site::production(), app)?, MemoryStore::new());
    OAuthWeb::builder(CookieKey::generate()?)
        .provider(connections, |_: Visit| async {
            Ok(Allowed::new("acme", go1::Connect::new([go1::scope::USER_READ])))
        })
        .build()
}

async fn set_cookie(router: Router, path: &str, headers: &[(&str, &str)]) -> String {
    let request = Request::get(path).header("sec-fetch-site", "same-origin");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let response = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    let cookies: Vec<_> = response.headers().get_all("set-cookie").iter().collect();
    assert_eq!(cookies.len(), 1);
    cookies[0].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn redirect_uri_decides_if_cookies_are_secure() {
    for (redirect_uri, is_secure) in [
        // Behind a proxy that terminates TLS, the application receives plain http.
        ("https://app.example.com/callback/go1", true),
        ("https://127.0.0.1:8443/callback/go1", true),
        ("http://127.0.0.1:3000/callback/go1", false),
        ("http://localhost:3000/callback/go1", false),
        ("http://app.localhost:3000/callback/go1", false),
    ] {
        for headers in [
            &[][..],
            &[("x-forwarded-proto", "http"), ("host", "localhost")],
            &[("x-forwarded-proto", "https"), ("forwarded", "proto=https;host=app.example.com")],
        ] {
            let cookie = set_cookie(web(redirect_uri).unwrap().router(), "/connect/go1", headers).await;
            assert_eq!(cookie.contains("; Secure"), is_secure, "{redirect_uri} {headers:?}: {cookie}");
            assert_eq!(cookie.starts_with("__Host-oauth-web-"), is_secure, "{cookie}");
            for part in ["; HttpOnly", "; SameSite=Lax", "; Path=/", "; Max-Age=3600"] {
                assert!(cookie.contains(part), "{cookie}");
            }
            assert!(!cookie.contains("Domain"), "{cookie}");
        }
    }
}

#[tokio::test]
async fn nested_routes_link_to_public_paths() {
    let web = web("https://app.example.com/team/integrations/callback/go1").unwrap();
    let router = Router::new().nest("/integrations", web.router());
    set_cookie(router.clone(), "/integrations/connect/go1?account=acme", &[]).await;
    let request = Request::get("/integrations/callback/go1?code=1&state=2").body(Body::empty()).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.headers()["location"], "/team/integrations/callback/go1/none");
    let request = Request::get("/integrations/callback/go1/none").body(Body::empty()).unwrap();
    let response = router.oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    let body = axum::body::to_bytes(response.into_body(), 100_000).await.unwrap();
    let page = String::from_utf8(body.to_vec()).unwrap();
    assert!(page.contains("href=\"/team/integrations/connect/go1\""), "with the prefix of the proxy: {page}");
}

#[tokio::test]
async fn many_scopes_fit_into_a_cookie() {
    for (account, scopes, status) in [
        // About as many as Cobot has.
        ("acme".to_owned(), 60, StatusCode::SEE_OTHER),
        ("a".repeat(1_024), 4, StatusCode::SEE_OTHER),
        ("a".repeat(3_000), 4, StatusCode::INTERNAL_SERVER_ERROR),
    ] {
        let app = cobot::App::new("id", "secret", "https://app.example.com/callback/cobot");
        let client = cobot::Client::new(cobot::Site::production(), app).unwrap();
        let web = OAuthWeb::builder(CookieKey::generate().unwrap())
            .provider(Connections::new(client, MemoryStore::new()), move |_: Visit| {
                let scopes = (0..scopes).map(|n| format!("write_some_things_{n:02}").parse().unwrap());
                let connect = cobot::Connect::new(scopes.collect::<oauth_core::Scopes>());
                let allowed = Allowed::new(account.clone(), connect);
                async { Ok(allowed) }
            })
            .build()
            .unwrap();
        let link = format!("/connect/cobot?return_to=/{}", "b".repeat(300));
        let request = Request::get(link).header("sec-fetch-site", "same-origin").body(Body::empty()).unwrap();
        let response = web.router::<()>().oneshot(request).await.unwrap();
        assert_eq!(response.status(), status);
        let cookies: Vec<_> = response.headers().get_all("set-cookie").iter().collect();
        assert_eq!(cookies.len(), usize::from(status == StatusCode::SEE_OTHER));
        assert!(cookies.iter().all(|cookie| cookie.len() < 4_096), "browsers drop larger cookies");
    }
}

#[test]
fn builder_rejects_unusable_settings() {
    for bad in ["http://app.example.com/callback/go1", "https://app.example.com/oauth/go1"] {
        assert!(web(bad).is_err(), "{bad}");
    }
    let build = |path: &str| {
        let client = |id: &str| {
            let app = go1::App::new(id, "secret", "https://app.example.com/callback/go1");
            Ok::<_, Error>(Connections::new(
                go1::Client::new(go1::Site::production(), app)?,
                MemoryStore::new(),
            ))
        };
        let authorize =
            |_: Visit| async { Ok(Allowed::new("acme", go1::Connect::new([go1::scope::USER_READ]))) };
        OAuthWeb::builder(CookieKey::generate()?)
            .home(path)
            .provider(client("a")?, authorize)
            .provider(client("b")?, authorize)
            .build()
    };
    assert!(build("/").unwrap_err().to_string().contains("twice"));
    assert!(build("//evil.example").unwrap_err().to_string().contains("not a path of this site"));
}
