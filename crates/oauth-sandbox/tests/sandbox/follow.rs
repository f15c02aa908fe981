//! The person's browser goes back to the application.

use oauth_sandbox::{Error, Gocd};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::support::{authorize_url_of, parameter};

/// An application of one's own: its root, with a port of 127.0.0.1. It tells the browser who it is by a cookie.
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
            let answer = format!(
                "HTTP/1.1 {status}\r\n{head}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            );
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    root
}

#[tokio::test]
async fn it_arrives_and_keeps_its_cookies() {
    let callback = format!("{}/callback", application().await);
    let sandbox = Gocd::builder().redirect_uri(&callback).start().await.unwrap();
    let person = sandbox.browser();
    let landed = person.approve(authorize_url_of(&sandbox, sandbox.client_id(), &callback)).await.unwrap();
    assert!(landed.as_str().starts_with(&callback) && parameter(&landed, "code").is_some());
    let page = person.follow(&landed).await.unwrap();
    assert_eq!((page.status().as_u16(), page.body().as_str()), (200, "Welcome"));
}

#[tokio::test]
async fn whatever_is_answered_is_told() {
    let root = application().await;
    let person = Gocd::start().await.unwrap().browser();
    let page = person.follow(format!("{root}/done")).await.unwrap();
    assert_eq!((page.status().as_u16(), page.body().as_str()), (400, "what?"));
    assert_eq!(page.headers()["x-why"], "wrong");
    let page = person.follow(format!("{root}/nowhere")).await.unwrap();
    assert_eq!((page.status().as_u16(), page.body().as_str()), (302, "no location"));
}

#[tokio::test]
async fn it_stays_on_this_computer_and_tells_no_code() {
    let root = application().await;
    let person = Gocd::start().await.unwrap().browser();
    for (url, named) in [
        (format!("{root}/away"), "https://elsewhere.example"),
        ("http://192.0.2.1/?code=secret".to_owned(), "http://192.0.2.1"),
        ("http://localhost.example/?code=secret".to_owned(), "http://localhost.example"),
        ("myapp://localhost/?code=secret".to_owned(), "myapp://localhost"),
        ("myapp:back?code=secret".to_owned(), "myapp:"),
    ] {
        let error = person.follow(&url).await.unwrap_err();
        assert!(matches!(&error, Error::NotLocalUrl(host) if host == named), "{url}: {error:?}");
    }
    let around = person.follow(format!("{root}/around")).await.unwrap_err();
    assert!(matches!(around, Error::TooManyPages), "{around}");

    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let nobody = format!("http://{}/callback?code=secret", listener.local_addr().unwrap());
    drop(listener);
    let error = person.follow(&nobody).await.unwrap_err();
    assert!(
        matches!(error, Error::Browser(_)) && !format!("{error} {error:?}").contains("secret"),
        "{error:?}"
    );
}
