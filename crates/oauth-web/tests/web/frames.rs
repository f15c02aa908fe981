//! In a frame nothing is begun; there is a way out of it.

use axum::http::StatusCode;

use crate::support::{Browser, start};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frame_gets_a_link_out_and_no_cookie() {
    let (world, machine) = start().await;
    let query = "?account=acme&return_to=/courses&ticket=a%26b";
    for (destination, query) in [
        ("iframe", query.to_owned()),
        ("frame", query.to_owned()),
        ("document", format!("{query}&mode=iframe")),
    ] {
        let framed = Browser::at(&machine).with("sec-fetch-dest", destination);
        // Where a session cookie may be missing, nobody is asked who this is.
        let framed = framed.with("x-customer", "nobody");
        let page = framed.get(&format!("/connect/cobot{query}")).await;
        assert_eq!((page.status, page.heading().as_str()), (StatusCode::OK, "Connect Cobot"));
        assert!(page.cookies().is_empty());
        assert!(page.body.contains("target=\"_top\""), "{}", page.body);
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("frame-ancestors *"), "{policy}");
        assert!(!page.headers.contains_key("x-frame-options"));

        let link = page.link("Go on to Cobot");
        let top = Browser::at(&machine).with("sec-fetch-dest", "document");
        let begun = top.get(&link).await;
        assert_eq!(begun.status, StatusCode::SEE_OTHER, "{link}");
        assert_eq!(begun.cookies().len(), 1);
        let callback = world.approve("cobot", begun.location()).await;
        assert_eq!(top.get(callback.as_str()).await.location(), "/courses", "with all that the link said");
    }
    // An open redirect stays none in a frame.
    let framed = Browser::at(&machine).with("sec-fetch-dest", "iframe");
    assert_eq!(framed.get("/connect/cobot?return_to=//evil.example").await.status, StatusCode::BAD_REQUEST);
}
