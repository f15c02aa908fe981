//! Events of webhooks, with the fields that documents name: the envelope of `api-evangelist/go1`'s AsyncAPI
//! description, `data` as Go1's plug-in for Moodle and its page on decommissioned content have it.

#![allow(clippy::unwrap_used)] // clippy exempts tests, but not their helpers

use go1::webhook::{Event, EventData, EventType, SignatureFault, Verifier};
use proptest::prelude::*;
use serde_json::{Value, json};

const COMPLETE: &str = include_str!("events/enrollment_complete.json");
const DECOMMISSION: &str = include_str!("events/content_decommission.json");

const TYPES: [&str; 12] = [
    "enrollment.complete",
    "enrollment.create",
    "enrollment.delete",
    "content.add",
    "content.remove",
    "content.decommission",
    "content.decommission.pending",
    "content.library.add",
    "content.library.remove",
    "content.library.update",
    "content.library.decommission",
    "content.library.sync.request",
];

#[test]
fn completion_has_enrollment() {
    let event = Event::parse(COMPLETE.as_bytes()).unwrap();
    assert_eq!(
        (event.event_type.clone(), event.id.as_deref()),
        (EventType::EnrollmentComplete, Some("evt-1"))
    );
    assert_eq!((event.webhook_version.as_deref(), event.attempt_number), (Some("3.0.0"), Some(1)));
    assert_eq!((event.webhook_id.as_deref(), event.unread()), (Some("xUjKifleke4u"), 0));
    let EventData::EnrollmentComplete(enrollment) = event.payload() else { panic!("{event:?}") };
    assert_eq!((enrollment.id.as_str(), enrollment.lo_id.as_deref()), ("9001", Some("29271")));
}

#[test]
fn decommission_has_time() {
    let event = Event::parse(DECOMMISSION.as_bytes()).unwrap();
    let EventData::ContentDecommission(content) = event.payload() else { panic!("{event:?}") };
    assert_eq!(content.remove_time.as_deref(), Some("2026-06-02T00:00:00.000Z"));
}

#[test]
fn unknown_event_keeps_its_data() {
    for event_type in TYPES.into_iter().chain(["award.create"]) {
        let mut body: Value = serde_json::from_str(COMPLETE).unwrap();
        body["event_type"] = event_type.into();
        body["data"] = json!({"name": "canary"});
        let event = Event::parse(body.to_string().as_bytes()).unwrap();
        assert_eq!(event.event_type.as_str(), event_type);
        assert_eq!(matches!(event.event_type, EventType::Other(_)), event_type == "award.create");
        let data = match event.payload() {
            EventData::Other(data) => data.other,
            EventData::ContentDecommission(content) => content.other,
            data => panic!("{data:?}"),
        };
        assert_eq!(data["name"], "canary", "a completion without enrollment is data of another event");
        assert!(!format!("{event:?} {:?}", event.payload()).contains("canary"));
    }
}

#[test]
fn body_without_event_type_is_no_event() {
    for body in
        ["", "[]", "\"canary\"", "{}", r#"{"event_type":null}"#, r#"{"event_type":"a","event_type":"b"}"#]
    {
        assert_eq!(Event::parse(body.as_bytes()), Err(SignatureFault::NoEvent), "{body}");
    }
}

#[test]
fn event_is_parsed_after_its_signature() {
    // `printf '1588141753.%s' '{"id":"1"}' | openssl dgst -sha256 -hmac my-secret-key`
    let header = "t=1588141753,v1=1aacf41b79ba1668dafaf9a81024211986418ff8d3fd4d78e5fbb36fbb4db5ba";
    let now = go1::chrono::DateTime::from_timestamp(1_588_141_760, 0).unwrap();
    let verifier = Verifier::new("my-secret-key");
    assert_eq!(verifier.event(header, br#"{"id":"1"}"#, now), Err(SignatureFault::NoEvent));
    assert_eq!(verifier.event(header, COMPLETE.as_bytes(), now), Err(SignatureFault::Wrong));
}

proptest! {
    #[test]
    fn damaged_member_costs_only_itself(name in "id|sent|data|url|attempt_number|webhook_id|new", bad in 0_usize..6) {
        let mut body: Value = serde_json::from_str(COMPLETE).unwrap();
        body[&name] = json!([null, [], {}, -1, 7.5, {"id": {}}])[bad].clone();
        let event = Event::parse(body.to_string().as_bytes()).unwrap();
        prop_assert_eq!(&event.event_type, &EventType::EnrollmentComplete);
        prop_assert_eq!(matches!(event.payload(), EventData::EnrollmentComplete(_)), name != "data");
        prop_assert_eq!(event.webhook_version.as_deref(), Some("3.0.0"));
    }

    #[test]
    fn arbitrary_body_never_panics(body: Vec<u8>) {
        let _ = Event::parse(&body);
    }
}
