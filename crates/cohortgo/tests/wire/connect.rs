//! The authorize URL, next to the guide's links.

use cohortgo::{Connect, ErrorKind, Site, StateRule, scope};
use oauth_testing::RecordingTransport;

use crate::{assert_documented_snapshot, client};

fn url(connect: &Connect) -> String {
    let started = client(Site::production(), &RecordingTransport::default()).begin(connect).unwrap();
    oauth_testing::authorize_url(&started.url)
}

#[test]
fn authorize_url_for_logged_in_user() {
    assert_documented_snapshot!(
        "The guide: https://portal.cohortgo.com/oauth2/authorize?client_id=some-test-app\
         &redirect_uri=https://example.org/oauth2/code&response_type=code; `state` is ours.",
        url(&Connect::new())
    );
}

#[test]
fn authorize_url_for_any_user() {
    assert_documented_snapshot!(
        "The guide: https://portal.cohortgo.com/oauth2/authorize?client_id=some-test-app\
         &redirect_uri=https://example.org/oauth2/code&response_type=code&scope=act-as-user; `state` is ours.",
        url(&Connect::acting_as_users())
    );
}

#[test]
fn authorize_url_for_any_user_with_creation() {
    assert_documented_snapshot!(
        "The guide: &scope=act-as-user,auto-create-users (a comma in a query may be written %2C); `state` is ours.",
        url(&Connect::acting_as_users().creating_users())
    );
}

#[test]
fn authorize_url_at_customer_portal() {
    let site = Site::at("https://partner123.portal.cohortgo.com").unwrap();
    let started = client(site, &RecordingTransport::default()).begin(&Connect::new()).unwrap();
    let text = oauth_testing::authorize_url(&started.url);
    assert!(text.starts_with("https://partner123.portal.cohortgo.com/oauth2/authorize\n"), "{text}");
}

#[test]
fn creating_users_twice_requests_scope_once() {
    let connect = Connect::acting_as_users().creating_users().creating_users();
    let started = client(Site::production(), &RecordingTransport::default()).begin(&connect).unwrap();
    let scopes: Vec<_> = started.pending.scopes().iter().cloned().collect();
    assert_eq!(scopes, [scope::ACT_AS_USER, scope::AUTO_CREATE_USERS]);
}

#[tokio::test]
async fn callback_needs_state_unless_opted_out() {
    let transport = RecordingTransport::default();
    let client = client(Site::production(), &transport);
    let without_state = format!("{}?code={}", crate::REDIRECT_URI, oauth_testing::CODE);

    let started = client.begin(&Connect::new()).unwrap();
    let error = client.finish(&started.pending, &without_state).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Callback(cohortgo::CallbackFault::MissingState));
    assert_eq!(transport.count(), 0);

    for connect in [
        Connect::new().without_state_echo(),
        (*Connect::acting_as_users().without_state_echo()).clone(),
        (*Connect::acting_as_users().creating_users().without_state_echo()).clone(),
    ] {
        let started = client.begin(&connect).unwrap();
        assert!(started.url.query_pairs().any(|(name, _)| name == "state"), "`state` is still sent");
        assert!(format!("{:?}", started.pending).contains(&format!("{:?}", StateRule::MayBeMissing)));
        let wrong = format!("{without_state}&state=wrong");
        let error = client.finish(&started.pending, &wrong).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Callback(cohortgo::CallbackFault::WrongState));
        // Accepted: the call reaches the transport, which has no response recorded.
        let error = client.finish(&started.pending, &without_state).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotSent);
    }
}
