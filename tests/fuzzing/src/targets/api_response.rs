//! API responses with status 200, parsed by each typed endpoint.

use std::fmt::Debug;

use chrono::NaiveDate;

use oauth_core::url::Url;
use oauth_core::{Endpoint, Error, ErrorKind, is_loopback, origin};

use crate::client::{AtProductionSite, HttpResponse, RecordingTransport, client, persisted_token, poll_now};
use crate::input::{Input, input};
use crate::recorded::recorded_responses;
use crate::secrets::{OF_API_CALLS, assert_hidden, check_error};

pub(crate) const DICTIONARY: &[&str] = &[
    "\"id\":",
    "\"name\":",
    "\"token\":",
    "\"scope\":",
    "\"canary-space-token\"",
    "null",
    "[]",
    "{}",
    "1e400",
    "-1",
    "18446744073709551616",
    "\"2026-01-02T03:04:05Z\"",
    "\"12.50\"",
    "\\u0000",
    "\\ud800",
];

type Read = fn(&HttpResponse) -> Result<(), Error>;

/// Each endpoint with a response body, and the recorded responses of its tests.
const ENDPOINTS: [(Read, &str, &str); 14] = [
    (|a| read(a, &cohortgo::api::AgentInvoices::new()), "cohortgo", "agent_invoices"),
    (|a| read(a, &cohortgo::api::ProviderInvoices::new()), "cohortgo", "provider_invoices"),
    (quotes, "cohortgo", "insurance_quotes"),
    (|a| read::<cobot::Cobot, _>(a, &cobot::api::User), "cobot", "user"),
    (|a| read::<cobot::Cobot, _>(a, &cobot::api::TokenInfo::own()), "cobot", "token_info"),
    (|a| read::<cobot::Cobot, _>(a, &cobot::api::Space::named("co-up".parse().unwrap())), "cobot", "space"),
    (|a| read::<cobot::Cobot, _>(a, &cobot::api::SpaceToken::of("space-1")), "cobot", "space_token"),
    (|a| read::<go1::Go1, _>(a, &go1::api::Me), "go1", "me"),
    (|a| read::<go1::Go1, _>(a, &go1::api::Account), "go1", "account"),
    (|a| read::<go1::Go1, _>(a, &go1::api::LearningObjects::new()), "go1", "learning_objects"),
    (
        |a| read::<go1::Go1, _>(a, &go1::api::LearningObjects::new().scroll()),
        "go1",
        "learning_objects_scrolled",
    ),
    (|a| read::<gocd::Gocd, _>(a, &gocd::api::CurrentUser), "gocd", "current_user"),
    (|a| read::<gocd::Gocd, _>(a, &gocd::api::Version), "gocd", "version"),
    (|a| read::<gocd::Gocd, _>(a, &gocd::api::Cctray), "gocd", "cctray"),
];

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (n, (_, provider, begin)) in (0..).zip(ENDPOINTS) {
        seeds.extend(recorded_responses(provider, begin).iter().map(|response| input(&[n], &[response])));
    }
    seeds
}

/// Parses the response or returns an error. Neither shows a secret, and the token is sent to its provider
/// only.
pub fn api_response(data: &[u8]) {
    let mut data = Input::new(data);
    let (read, ..) = data.one_of(&ENDPOINTS);
    let mut response = HttpResponse::default();
    *response.body_mut() = data.rest().to_vec();
    if let Err(error) = read(&response) {
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{error}");
        check_error(&error, OF_API_CALLS);
        // The error does not quote the response, which may hold personal data.
        if oauth_testing::leaks(response.body(), &["canary-"]).is_empty() {
            return;
        }
        assert_hidden(&oauth_testing::shown(&error), &["canary-"]);
    }
}

fn read<P: AtProductionSite, E: Endpoint<P>>(response: &HttpResponse, endpoint: &E) -> Result<(), Error>
where
    E::Response: Debug,
{
    let transport = RecordingTransport::with_responses([response.clone()]);
    let response = poll_now(client::<P>(&transport).send(&persisted_token(), endpoint));
    for request in transport.take_sent() {
        let url: Url = request.uri().to_string().parse().unwrap();
        assert!(url.scheme() == "https" && !is_loopback(&url), "{}", origin(&url));
    }
    response.map(|response| {
        // `Debug` never panics.
        let _ = format!("{response:?}");
    })
}

fn quotes(response: &HttpResponse) -> Result<(), Error> {
    let day = |day| NaiveDate::from_ymd_opt(2026, 1, day).unwrap();
    read(response, &cohortgo::api::InsuranceQuotes::for_course("AU", day(1), day(31)))
}
