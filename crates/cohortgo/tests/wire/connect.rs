//! The authorize URL, beside the guide's links.

use cohortgo::{Connect, ErrorKind, Site, StateRule, scope};
use oauth_testing::Wire;

use crate::{beside, client};

fn url(connect: &Connect) -> String {
    let started = client(Site::production(), &Wire::default()).begin(connect).unwrap();
    oauth_testing::authorize_url(&started.url)
}

#[test]
fn as_the_person_who_is_logged_in() {
    beside!(
        "The guide: https://portal.cohortgo.com/oauth2/authorize?client_id=some-test-app\
         &redirect_uri=https://example.org/oauth2/code&response_type=code; `state` is ours.",
        url(&Connect::new())
    );
}

#[test]
fn as_any_user() {
    beside!(
        "The guide: https://portal.cohortgo.com/oauth2/authorize?client_id=some-test-app\
         &redirect_uri=https://example.org/oauth2/code&response_type=code&scope=act-as-user; `state` is ours.",
        url(&Connect::acting_as_users())
    );
}

#[test]
fn as_any_user_creating_them() {
    beside!(
        "The guide: &scope=act-as-user,auto-create-users (a comma in a query may be written %2C); `state` is ours.",
        url(&Connect::acting_as_users().creating_them())
    );
}

#[test]
fn at_a_customers_own_portal() {
    let site = Site::at("https://partner123.portal.cohortgo.com").unwrap();
    let started = client(site, &Wire::default()).begin(&Connect::new()).unwrap();
    let text = oauth_testing::authorize_url(&started.url);
    assert!(text.starts_with("https://partner123.portal.cohortgo.com/oauth2/authorize\n"), "{text}");
}

#[test]
fn creating_twice_asks_once_and_the_order_is_the_guides() {
    let connect = Connect::acting_as_users().creating_them().creating_them();
    let started = client(Site::production(), &Wire::default()).begin(&connect).unwrap();
    let scopes: Vec<_> = started.pending.scopes().iter().cloned().collect();
    assert_eq!(scopes, [scope::ACT_AS_USER, scope::AUTO_CREATE_USERS]);
}

#[tokio::test]
async fn state_is_wanted_unless_named_otherwise() {
    let wire = Wire::default();
    let client = client(Site::production(), &wire);
    let silent = format!("{}?code={}", crate::REDIRECT_URI, oauth_testing::CODE);

    let started = client.begin(&Connect::new()).unwrap();
    let error = client.finish(&started.pending, &silent).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Callback(cohortgo::CallbackFault::MissingState));
    assert_eq!(wire.count(), 0);

    for connect in [
        Connect::new().without_state_echo(),
        (*Connect::acting_as_users().without_state_echo()).clone(),
        (*Connect::acting_as_users().creating_them().without_state_echo()).clone(),
    ] {
        let started = client.begin(&connect).unwrap();
        assert!(started.url.query_pairs().any(|(name, _)| name == "state"), "it is sent all the same");
        assert!(format!("{:?}", started.pending).contains(&format!("{:?}", StateRule::MayBeMissing)));
        let wrong = format!("{silent}&state=wrong");
        let error = client.finish(&started.pending, &wrong).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Callback(cohortgo::CallbackFault::WrongState));
        // Accepted: it gets as far as the transport, which has no answer.
        let error = client.finish(&started.pending, &silent).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotSent);
    }
}
