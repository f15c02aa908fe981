//! The sign-up (Go1's "OAuth Connect Flow": "or can signup for a new account").

use oauth_sandbox::Go1;
use reqwest::Client;

use super::{authorize_url, get, token};
use crate::support::{browser, form_token, location, pair, parameter};

/// Fills in the sign-up form.
async fn sign_up(sandbox: &Go1, browser: &Client, organisation: &str, email: &str) -> reqwest::Response {
    let url = format!("{}/signup", sandbox.url());
    let page = browser.get(&url).send().await.unwrap().text().await.unwrap();
    let form = [
        ("form_token", form_token(&page)),
        ("organisation", organisation),
        ("name", "Ines Costa"),
        ("email", email),
        ("password", "brand-new"),
    ];
    browser.post(&url).form(&form).send().await.unwrap()
}

#[tokio::test]
async fn sign_up_links_portal_to_partner() {
    let sandbox = Go1::start().await.unwrap();
    let url = authorize_url(&sandbox, &[("partner_portal_id", "1234567")]);
    let browser_client = browser(None);
    assert_eq!(location(&browser_client.get(&url).send().await.unwrap()), "/login");
    let response = sign_up(&sandbox, &browser_client, "Costa & Filhos", "ines@costa.example").await;
    assert_eq!(format!("{}{}", sandbox.url(), location(&response)), url, "back to the authorize URL");
    let page = browser_client.get(&url).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Ines Costa") && page.contains("costa-filhos.mygo1.com"), "{page}");

    let portals = sandbox.portals();
    let portal = portals.iter().find(|portal| portal.name == "Costa & Filhos").unwrap();
    assert_eq!(portal.partner_portal_id, Some(1_234_567));
    assert!(
        portals.iter().filter(|other| other.id != portal.id).all(|other| other.partner_portal_id.is_none())
    );

    let ines = sandbox.browser().user("ines@costa.example");
    let callback = ines.approve(&url).await.unwrap();
    let (_, body) = token(&sandbox, &[("code", &parameter(&callback, "code").unwrap())]).await;
    let (_, account) = get(&sandbox, "/v2/account", &pair(&body).0).await;
    assert_eq!(account["id"], portal.id);
    assert_eq!(account["url"], "costa-filhos.mygo1.com");
    assert_eq!(account["partner_portal_id"], 1_234_567);
}

#[tokio::test]
async fn sign_up_rejects_taken_address() {
    let sandbox = Go1::start().await.unwrap();
    let fresh = async |organisation: &str, email: &str| {
        sign_up(&sandbox, &browser(None), organisation, email).await.status().as_u16()
    };
    assert_eq!(fresh("Acme Training", "MIA@acme-training.example").await, 422);
    assert_eq!(fresh(" ", "a@new.example").await, 422);
    assert_eq!(fresh("Acme  Training", "a@new.example").await, 303);
    assert_eq!(fresh("???", "b@new.example").await, 303);
    let urls: Vec<_> = sandbox.portals().into_iter().map(|portal| portal.url).collect();
    assert!(urls.contains(&"acme-training-2.mygo1.com".to_owned()), "{urls:?}");
    assert!(urls.contains(&"portal.mygo1.com".to_owned()), "{urls:?}");
    assert!(
        sandbox.portals().iter().all(|portal| portal.partner_portal_id.is_none()),
        "they were not created through a partner"
    );
    sandbox.reset();
    assert_eq!(sandbox.users().len(), 3);
}
