//! An API's answer with a 200, read by each typed endpoint.

use std::fmt::Debug;

use chrono::NaiveDate;

use oauth_core::url::Url;
use oauth_core::{Endpoint, Error, ErrorKind, is_loopback, origin};

use crate::client::{Answer, Line, Lives, client, held, now};
use crate::input::{Input, input};
use crate::recorded::replies;
use crate::secrets::{OF_API_CALLS, hides, tells_nothing};

pub(crate) const WORDS: &[&str] = &[
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

type Read = fn(&Answer) -> Result<(), Error>;

/// Each endpoint that reads something, with the replies that its tests keep.
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
        seeds.extend(replies(provider, begin).iter().map(|reply| input(&[n], &[reply])));
    }
    seeds
}

/// An API's answer is read, or cannot be; neither shows a secret, and the token went to its provider alone.
pub fn api_reply(data: &[u8]) {
    let mut data = Input::new(data);
    let (read, ..) = data.one_of(&ENDPOINTS);
    let mut answer = Answer::default();
    *answer.body_mut() = data.rest().to_vec();
    if let Err(error) = read(&answer) {
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{error}");
        tells_nothing(&error, OF_API_CALLS);
        // Not what was found there either: it may be anybody's data.
        if oauth_testing::leaks(answer.body(), &["canary-"]).is_empty() {
            return;
        }
        hides(&oauth_testing::shown(&error), &["canary-"]);
    }
}

fn read<P: Lives, E: Endpoint<P>>(answer: &Answer, endpoint: &E) -> Result<(), Error>
where
    E::Response: Debug,
{
    let line = Line::answering([answer.clone()]);
    let reply = now(client::<P>(&line).send(&held(), endpoint));
    for request in line.sent() {
        let url: Url = request.uri().to_string().parse().unwrap();
        assert!(url.scheme() == "https" && !is_loopback(&url), "{}", origin(&url));
    }
    reply.map(|reply| {
        // Whatever a reply holds, it can be shown.
        let _ = format!("{reply:?}");
    })
}

fn quotes(answer: &Answer) -> Result<(), Error> {
    let day = |day| NaiveDate::from_ymd_opt(2026, 1, day).unwrap();
    read(answer, &cohortgo::api::InsuranceQuotes::for_course("AU", day(1), day(31)))
}
