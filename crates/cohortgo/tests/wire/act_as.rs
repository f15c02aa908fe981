//! Calls on behalf of a user.

use cohortgo::api::{self, CreateStudent, NewStudent, ProviderInvoices};
use cohortgo::http::{Request, Response};
use cohortgo::{ActAs, ActingAs, CohortGo, Endpoint, EndpointContext, Error, ErrorKind, RawRequest, Site};
use oauth_testing::{RecordingTransport, json_response};

use crate::{acme, assert_documented_snapshot, client, recorded, token_at};

fn bob() -> ActAs {
    ActAs::new("Bob Smith", "bob.smith@example.org").unwrap()
}

#[tokio::test]
async fn list_acts_as_user() {
    let transport = RecordingTransport::with_responses([recorded(200, "provider_invoices.json")]);
    acme(&transport, true).send(&ProviderInvoices::new().acting_as(&bob())).await.unwrap();
    assert_documented_snapshot!(
        "The guide: X-Act-as-User: \"Bob Smith\" <[email protected]> (its address is blotted out in our copy), \
         alongside Authorization: Bearer <access_token>.",
        transport.text()
    );
}

#[tokio::test]
async fn create_acts_as_users_with_special_characters() {
    let mut text = String::new();
    for user in [
        ActAs::new(r#"Ann "Annie" O'Neill \ Lee"#, "ann@example.org").unwrap(),
        ActAs::with_encoded_name("Jürgen Müller", "jm@example.org").unwrap(),
    ] {
        let transport = RecordingTransport::with_responses([recorded(200, "student_created.json")]);
        let create = CreateStudent::new(NewStudent::new().given_name("John")).acting_as(&user);
        assert_eq!(acme(&transport, true).send(&create).await.unwrap().id.as_str(), "12345");
        text += &transport.text();
    }
    assert_documented_snapshot!(
        "RFC 5322 section 3.2.4 (quoted strings) and RFC 2047 (encoded words); the guide shows neither.",
        text
    );
}

#[tokio::test]
async fn acting_as_needs_scope() {
    let transport = RecordingTransport::default();
    let acme = acme(&transport, false);
    let error = acme.send(&ProviderInvoices::new().acting_as(&bob())).await.unwrap_err();
    assert_eq!((error.kind(), transport.count()), (ErrorKind::MissingScope, 0));
    assert_eq!(bob().header_for(acme.token()).unwrap_err().kind(), ErrorKind::MissingScope);
    insta::assert_snapshot!(error);
}

#[tokio::test]
async fn auto_create_scope_alone_is_not_enough() {
    let transport = RecordingTransport::default();
    let client = client(Site::production(), &transport);
    let account = token_at(&client, "https://portal.cohortgo.com/api/v1", false).extra().clone();
    let token = client.import_token_with("t", [cohortgo::scope::AUTO_CREATE_USERS], account).unwrap();
    let error = client.send(&token, &ProviderInvoices::new().acting_as(&bob())).await.unwrap_err();
    assert_eq!((error.kind(), transport.count()), (ErrorKind::MissingScope, 0));
}

/// A custom endpoint, as in the documentation.
struct Ping;

impl Endpoint<CohortGo> for Ping {
    type Response = u16;
    const NAME: &'static str = "GET /ping.json";

    fn request(&self, at: &EndpointContext<'_, CohortGo>) -> Result<Request<Vec<u8>>, Error> {
        cohortgo::oauth_core::get(&api::url(at, &["ping.json"])?)
    }

    fn accepts_status(&self, status: cohortgo::http::StatusCode) -> bool {
        status.as_u16() == 418
    }

    fn parse(&self, _: &EndpointContext<'_, CohortGo>, response: Response<Vec<u8>>) -> Result<u16, Error> {
        Ok(response.status().as_u16())
    }
}

#[tokio::test]
async fn custom_endpoints_and_raw_requests_act_as_user() {
    const { assert!(<cohortgo::AsUser<Ping> as Endpoint<CohortGo>>::IDEMPOTENT) };
    let transport = RecordingTransport::with_responses([json_response(418, ""), json_response(200, "{}")]);
    let acme = acme(&transport, true);
    assert_eq!(
        acme.send(&Ping.acting_as(&bob())).await.unwrap(),
        418,
        "the wrapped endpoint's `accepts_status` decides"
    );
    let raw =
        Request::delete("https://demo.s.portal.cohortgo.com/api/v1/things/7.json").body(Vec::new()).unwrap();
    acme.send(&RawRequest::new(raw).acting_as(&bob())).await.unwrap();
    assert_eq!(transport.text().matches(r#"x-act-as-user: "Bob Smith" <bob.smith@example.org>"#).count(), 2);
}

#[tokio::test]
async fn header_is_available_for_other_http_clients() {
    let transport = RecordingTransport::default();
    let acme = acme(&transport, true);
    let (name, value) = bob().header_for(acme.token()).unwrap();
    assert_eq!(name, "X-Act-as-User");
    assert_eq!(value.to_str().unwrap(), r#""Bob Smith" <bob.smith@example.org>"#);
    assert!(value.is_sensitive());
    assert_eq!(acme.headers().unwrap().len(), 1);
}
