//! API calls (docs/provider-facts.md 1e and 1g).

use std::time::Duration;

use oauth_sandbox::Gocd;
use quick_xml::events::Event;
use serde_json::Value;

use crate::support::{feed, http, location, token_header, tokens};

#[tokio::test]
async fn oauth_token_header_has_one_form() {
    let sandbox = Gocd::start().await.unwrap();
    let (access, _) = tokens(&sandbox).await;
    for (header, status) in [
        (format!("Token token=\"{access}\""), 200),
        (format!("token token=\"{access}\""), 401),
        (format!("Token  token=\"{access}\""), 401),
        (format!("Token token={access}"), 401),
        (format!("Token token='{access}'"), 401),
        (format!("Token token=\"{access}\", x=\"y\""), 401),
        (format!("Bearer {access}"), 401),
        ("Token token=\"unknown\"".to_owned(), 401),
        ("Token token=\"\"".to_owned(), 401),
        ("Token token=\"".to_owned(), 401),
    ] {
        assert_eq!(feed(&sandbox, &header).await, status, "{}", header.replace(&access, "…"));
    }
}

#[tokio::test]
async fn anonymous_is_challenged_or_redirected_to_login() {
    let sandbox = Gocd::start().await.unwrap();
    for path in ["cctray.xml", "api/current_user", "api/version"] {
        let response = http().get(format!("{}/{path}", sandbox.url())).send().await.unwrap();
        assert_eq!(response.status(), 401, "{path}");
        assert_eq!(response.headers()["www-authenticate"], "Basic realm=\"GoCD\"");
    }
    let response = http().get(format!("{}/pipelines", sandbox.url())).send().await.unwrap();
    assert_eq!((response.status().as_u16(), location(&response).as_str()), (302, "/go/auth/login"));
    assert_eq!(http().get(format!("{}/nothing/here", sandbox.url())).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn expiry_is_checked_by_option_only() {
    for (check, status) in [(false, 200), (true, 401)] {
        let sandbox = Gocd::builder().check_expiry(check).start().await.unwrap();
        let (access, _) = tokens(&sandbox).await;
        sandbox.advance(Duration::from_secs(7_775_990));
        assert_eq!(feed(&sandbox, &token_header(&access)).await, 200);
        sandbox.advance(Duration::from_secs(10));
        assert_eq!(feed(&sandbox, &token_header(&access)).await, status, "check_expiry({check})");
    }
}

#[tokio::test]
async fn late_acl_rejects_oauth_tokens_only() {
    let sandbox = Gocd::builder().late_acl(true).start().await.unwrap();
    let (access, _) = tokens(&sandbox).await;
    assert_eq!(feed(&sandbox, &token_header(&access)).await, 403);
    assert_eq!(feed(&sandbox, &format!("Bearer {}", sandbox.personal_access_token())).await, 200);
}

#[tokio::test]
async fn api_accepts_personal_token_and_password() {
    let sandbox = Gocd::start().await.unwrap();
    let personal = sandbox.personal_access_token();
    assert!(personal.len() == 40 && personal.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert_eq!(feed(&sandbox, &format!("Bearer {personal}")).await, 200);
    assert_eq!(feed(&sandbox, &format!("bearer {personal}")).await, 200);
    assert_eq!(feed(&sandbox, &format!("Bearer {}", &personal[1..])).await, 401);
    assert_eq!(feed(&sandbox, &token_header(personal)).await, 401);
    let victor = &sandbox.users()[1];
    let request = http().get(format!("{}/cctray.xml", sandbox.url()));
    let response = request.basic_auth(&victor.login, Some(&victor.password)).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(!response.text().await.unwrap().contains("payroll"), "victor may not view that pipeline");
}

#[tokio::test]
async fn feed_is_cctray_xml() {
    let sandbox = Gocd::start().await.unwrap();
    let (access, _) = tokens(&sandbox).await;
    let request =
        http().get(format!("{}/cctray.xml", sandbox.url())).header("authorization", token_header(&access));
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/xml; charset=utf-8");
    let xml = response.text().await.unwrap();

    let mut reader = quick_xml::Reader::from_str(&xml);
    let (mut names, mut breakers, mut root) = (Vec::new(), Vec::new(), String::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => break,
            Event::Start(element) | Event::Empty(element) => {
                let attribute = |name: &str| {
                    element.try_get_attribute(name).unwrap().map(|value| {
                        value.normalized_value(quick_xml::XmlVersion::Implicit1_0).unwrap().into_owned()
                    })
                };
                match element.name().as_ref() {
                    "Project" => {
                        assert!(["Sleeping", "Building"].contains(&&*attribute("activity").unwrap()));
                        assert!(["Success", "Failure"].contains(&&*attribute("lastBuildStatus").unwrap()));
                        assert!(
                            attribute("lastBuildTime")
                                .unwrap()
                                .parse::<chrono::DateTime<chrono::Utc>>()
                                .is_ok()
                        );
                        assert!(attribute("webUrl").unwrap().starts_with(sandbox.url()));
                        names.push((attribute("name").unwrap(), attribute("lastBuildLabel").unwrap()));
                    }
                    "message" => breakers.push((attribute("kind").unwrap(), attribute("text").unwrap())),
                    "messages" => {}
                    other => root.push_str(other),
                }
            }
            _ => {}
        }
    }
    assert_eq!(root, "Projects");
    let has = |name: &str, label: &str| names.contains(&(name.to_owned(), label.to_owned()));
    assert!(has("checkout :: build", "128") && has("checkout :: build :: compile", "128"), "{names:?}");
    assert!(has("checkout :: acceptance", "128 :: 2") && has("payroll :: deploy", "9"), "{names:?}");
    let breaker = ("Breakers".to_owned(), "Mira Ström <mira@example.com> & Tom O\"Dell".to_owned());
    assert!(breakers.contains(&breaker), "{breakers:?}");
}

#[tokio::test]
async fn accept_header_selects_api_version() {
    let sandbox = Gocd::start().await.unwrap();
    let (access, _) = tokens(&sandbox).await;
    for (accept, status) in [
        (Some("application/vnd.go.cd.v1+json"), 200),
        (Some("application/vnd.go.cd+json"), 200),
        (Some("text/html, Application/vnd.go.cd.v1+json;q=0.5"), 200),
        (Some("application/vnd.go.cd.v2+json"), 404),
        (Some("application/json"), 404),
        (Some("*/*"), 404),
        (None, 404),
    ] {
        for path in ["current_user", "version"] {
            let mut request = http()
                .get(format!("{}/{path}", sandbox.api_url()))
                .header("authorization", token_header(&access));
            if let Some(accept) = accept {
                request = request.header("accept", accept);
            }
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), status, "{path} for {accept:?}");
            let content_type = response.headers()["content-type"].to_str().unwrap().to_owned();
            let body: Value = response.json().await.unwrap();
            if status == 404 {
                let message = body["message"].as_str().unwrap();
                assert!(message.starts_with("The url you are trying to reach appears to be incorrect"));
            } else {
                assert_eq!(content_type, "application/vnd.go.cd.v1+json; charset=utf-8");
                assert!(body["login_name"] == "ada" || body["version"] == "18.7.0", "{body}");
            }
        }
    }
}
