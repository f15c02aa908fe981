//! `Browser::follow`: the browser returns to the application.

use oauth_sandbox::{Error, Gocd};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::support::{authorize_url_of, parameter};

/// Starts an application on a port of 127.0.0.1 that recognises the browser by a cookie. Returns its root
/// URL.
async fn application() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let root = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = String::new();
            while !request.ends_with("\r\n\r\n") {
                request.push(char::from(stream.read_u8().await.unwrap()));
            }
            let path = request.split([' ', '?']).nth(1).unwrap().to_owned();
            let (status, head, body) = match path.as_str() {
                "/callback" => ("303 See Other", "Location: /done\r\nSet-Cookie: who=you\r\n", ""),
                "/done" if request.contains("who=you") => ("200 OK", "", "Welcome"),
                "/away" => ("302 Found", "Location: https://elsewhere.example/a?code=secret\r\n", ""),
                "/around" => ("302 Found", "Location: /around\r\n", ""),
                "/nowhere" => ("302 Found", "", "no location"),
                _ => ("400 Bad Request", "X-Why: wrong\r\n", "what?"),
            };
            let length = body.len();
            let response = format!(
                "HTTP/1.1 {status}\r\n{head}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            );
            stream.write_all(response.as_bytes()).await.unwrap();
        }
    });
    root
}

#[tokio::test]
async fn follow_reaches_application_and_keeps_cookies() {
    let callback = format!("{}/callback", application().await);
    let sandbox = Gocd::builder().redirect_uri(&callback).start().await.unwrap();
    let browser = sandbox.browser();
    let redirect = browser.approve(authorize_url_of(&sandbox, sandbox.client_id(), &callback)).await.unwrap();
    assert!(redirect.as_str().starts_with(&callback) && parameter(&redirect, "code").is_some());
    let page = browser.follow(&redirect).await.unwrap();
    assert_eq!((page.status().as_u16(), page.body().as_str()), (200, "Welcome"));
}

#[tokio::test]
async fn follow_returns_any_last_response() {
    let root = application().await;
    let browser = Gocd::start().await.unwrap().browser();
    let page = browser.follow(format!("{root}/done")).await.unwrap();
    assert_eq!((page.status().as_u16(), page.body().as_str()), (400, "what?"));
    assert_eq!(page.headers()["x-why"], "wrong");
    let page = browser.follow(format!("{root}/nowhere")).await.unwrap();
    assert_eq!((page.status().as_u16(), page.body().as_str()), (302, "no location"));
}

#[tokio::test]
async fn follow_stays_local_and_hides_code() {
    let root = application().await;
    let browser = Gocd::start().await.unwrap().browser();
    for (url, named) in [
        (format!("{root}/away"), "https://elsewhere.example"),
        ("http://192.0.2.1/?code=secret".to_owned(), "http://192.0.2.1"),
        ("http://localhost.example/?code=secret".to_owned(), "http://localhost.example"),
        ("myapp://localhost/?code=secret".to_owned(), "myapp://localhost"),
        ("myapp:back?code=secret".to_owned(), "myapp:"),
    ] {
        let error = browser.follow(&url).await.unwrap_err();
        assert!(matches!(&error, Error::NotLocalUrl(host) if host == named), "{url}: {error:?}");
    }
    let around = browser.follow(format!("{root}/around")).await.unwrap_err();
    assert!(matches!(around, Error::TooManyPages), "{around}");

    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let closed_port = format!("http://{}/callback?code=secret", listener.local_addr().unwrap());
    drop(listener);
    let error = browser.follow(&closed_port).await.unwrap_err();
    assert!(
        matches!(error, Error::Browser(_)) && !format!("{error} {error:?}").contains("secret"),
        "{error:?}"
    );
}
