//! Pages in the language and look of the application.

use std::borrow::Cow;

use axum::Router;
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::{Html, IntoResponse as _, Response};
use base64::Engine as _;
use oauth_core::Connections;
use oauth_core::store::MemoryStore;
use oauth_web::{Allowed, CookieKey, LinkKind, OAuthWeb, Page, PageKind, Pages, Visit};
use sha2::Digest as _;
use tower::ServiceExt as _;

/// From a file with the line ends of Windows. A browser hashes it with line feeds.
const STYLE: &str = "body {\r\n color: teal }";

/// German for visitors who prefer it.
struct GermanPages;

impl Pages for GermanPages {
    fn translate(&self, page: &mut Page, request: &Parts) {
        // The code of a callback is nowhere in the request.
        assert!(!format!("{request:?} {}", request.uri).contains("a-code"));
        if request.headers.get("accept-language").is_none_or(|languages| languages != "de") {
            return;
        }
        page.language = Cow::Borrowed("de");
        let provider = page.provider.unwrap_or_default();
        match &page.kind {
            PageKind::ConfirmConnect => page.heading = format!("{provider} verbinden?"),
            PageKind::NotBegun(within) => {
                page.heading = format!("Binnen {} Minuten <b>neu</b> beginnen", within.as_secs() / 60);
            }
            kind => panic!("no text for {kind:?}"),
        }
        page.paragraphs.clear();
        for link in page.links.iter_mut().filter(|link| link.kind == LinkKind::Back) {
            link.label = "Zurück".to_owned();
        }
        if let Some(button) = &mut page.button {
            button.label = "Weiter".to_owned();
        }
    }

    fn style(&self) -> Cow<'_, str> {
        STYLE.into()
    }
}

/// A layout of the application, with its own policy.
struct AppLayout;

impl Pages for AppLayout {
    fn render(&self, page: &Page, _: &Parts) -> Response {
        let html =
            format!("<!DOCTYPE html><link rel=stylesheet href=/app.css><nav>App</nav>{}", page.content());
        let policy = "default-src 'self'; frame-ancestors 'none'";
        ([("content-security-policy", policy)], Html(html)).into_response()
    }
}

async fn get(pages: impl Pages, path: &str, language: &str) -> (StatusCode, HeaderMap, String) {
    let app = go1::App::new("id", "secret", "https://app.example.com/callback/go1");
    let client = go1::Client::new(go1::Site::production(), app).unwrap();
    let web = OAuthWeb::builder(CookieKey::generate().unwrap())
        .provider(Connections::new(client, MemoryStore::new()), |_: Visit| async {
            Ok(Allowed::new("acme", go1::Connect::new([go1::scope::USER_READ])))
        })
        .pages(pages)
        .build()
        .unwrap();
    let request = Request::get(path).header("accept-language", language).body(Body::empty()).unwrap();
    let router: Router = web.router().layer(web.hide_query());
    let response = router.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, 100_000).await.unwrap();
    (parts.status, parts.headers, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn texts_and_style_are_replaced() {
    let (status, headers, body) = get(GermanPages, "/connect/go1?account=acme", "de").await;
    assert_eq!(status, StatusCode::OK);
    for part in [
        "<html lang=\"de\">",
        "<h1>Go1 verbinden?</h1>",
        "<style>body {\n color: teal }</style>",
        "<form method=\"post\" action=\"/connect/go1?account=acme\"><button>Weiter</button></form>",
        "<a href=\"/\">Zurück</a>",
    ] {
        assert!(body.contains(part), "{part}: {body}");
    }
    let hash = base64::prelude::BASE64_STANDARD.encode(sha2::Sha256::digest(STYLE.replace('\r', "")));
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains(&format!("style-src 'sha256-{hash}'")), "{policy}");

    // The language follows the visitor.
    let (_, _, body) = get(GermanPages, "/connect/go1", "en").await;
    assert!(body.contains("<html lang=\"en\">") && body.contains("<h1>Connect Go1?</h1>"), "{body}");
    // Texts are escaped, and contain the page's values.
    let (status, headers, _) = get(GermanPages, "/callback/go1?code=a-code&state=b", "de").await;
    assert_eq!(
        (status, &headers["location"]),
        (StatusCode::SEE_OTHER, &"/callback/go1/none".parse().unwrap())
    );
    let (status, _, body) = get(GermanPages, "/callback/go1/none", "de").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(body.contains("<h1>Binnen 15 Minuten &lt;b&gt;neu&lt;/b&gt; beginnen</h1>"), "{body}");
}

#[tokio::test]
async fn layout_is_replaced() {
    let (status, headers, body) = get(AppLayout, "/connect/unknown", "en").await;
    assert_eq!(status, StatusCode::NOT_FOUND, "the page's status");
    assert!(body.contains("<nav>App</nav><main><h1>There is nothing to connect here</h1>"), "{body}");
    assert_eq!(headers["content-security-policy"], "default-src 'self'; frame-ancestors 'none'");
    for (name, value) in
        [("x-frame-options", "DENY"), ("cache-control", "no-store"), ("referrer-policy", "no-referrer")]
    {
        assert_eq!(headers[name], value);
    }
}
