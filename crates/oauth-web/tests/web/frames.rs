//! In a frame no attempt begins; the page links to the whole window.

use axum::http::StatusCode;

use crate::support::{Browser, start};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frame_gets_link_and_no_cookie() {
    let (scenario, machine) = start().await;
    let query = "?account=acme&return_to=/courses&ticket=a%26b";
    for (destination, query) in [
        ("iframe", query.to_owned()),
        ("frame", query.to_owned()),
        ("document", format!("{query}&mode=iframe")),
    ] {
        let framed = Browser::at(&machine).with("sec-fetch-dest", destination);
        // The session cookie may be missing in a frame, so the authorizer is not called.
        let framed = framed.with("x-customer", "signed-out");
        let page = framed.get(&format!("/connect/cobot{query}")).await;
        assert_eq!((page.status, page.heading().as_str()), (StatusCode::OK, "Connect Cobot"));
        assert!(page.cookies().is_empty());
        assert!(page.body.contains("target=\"_top\""), "{}", page.body);
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("frame-ancestors *"), "{policy}");
        assert!(!page.headers.contains_key("x-frame-options"));

        // Any site may show the page in a frame and cover it, so a click on its link proves nothing.
        let link = page.link("Continue to Cobot");
        let top = Browser::at(&machine).with("sec-fetch-dest", "document");
        let asked = top.get(&link).await;
        assert_eq!((asked.heading().as_str(), asked.cookies().len()), ("Connect Cobot?", 0));
        assert_eq!(asked.headers["x-frame-options"], "DENY");
        let begun = top.request("POST", &asked.form_action()).await;
        assert_eq!(begun.status, StatusCode::SEE_OTHER, "{link}");
        assert_eq!(begun.cookies().len(), 1);
        let callback = scenario.approve("cobot", begun.location()).await;
        assert_eq!(top.get(callback.as_str()).await.location(), "/courses", "the link keeps its parameters");
    }
    // Foreign return paths are rejected in a frame too.
    let framed = Browser::at(&machine).with("sec-fetch-dest", "iframe");
    assert_eq!(framed.get("/connect/cobot?return_to=//evil.example").await.status, StatusCode::BAD_REQUEST);
}
