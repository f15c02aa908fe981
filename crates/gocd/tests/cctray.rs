//! The cctray parser with valid and invalid feeds.
#![allow(clippy::unwrap_used)] // a test may panic

use gocd::ErrorKind;
use gocd::api::{Activity, BuildTime, Cctray, LastBuildStatus};
use proptest::prelude::*;

fn project(attributes: &str) -> String {
    format!("<Projects><Project {attributes}/></Projects>")
}

#[test]
fn rejects_other_documents() {
    for bad in [
        "",
        "<",
        "{}",
        "<html><body/></html>",
        "<Projects><Project name='a'/></Projects>",
        "<Projects><Project",
        "<!DOCTYPE x [<!ENTITY a 'b'>]><Projects/>",
        "<!doctype x><Projects/>",
        "<Projects>&undefined;</Projects>",
    ] {
        let result = Cctray::parse(bad.as_bytes());
        if let Ok(projects) = &result {
            assert!(projects.is_empty(), "{bad}: {projects:?}");
            assert!(bad.contains("undefined"), "{bad} was read");
            continue;
        }
        assert_eq!(result.unwrap_err().kind(), ErrorKind::InvalidResponse, "{bad}");
    }
    assert!(Cctray::parse(b"<Projects>\xFF</Projects>").is_err());
}

#[test]
fn empty_feed_has_no_projects() {
    for empty in ["<Projects/>", "\u{FEFF}<?xml version=\"1.0\"?>\n<!-- x --><Projects></Projects>"] {
        assert_eq!(Cctray::parse(empty.as_bytes()).unwrap(), []);
    }
}

#[test]
fn keeps_unknown_values_and_times_without_zone() {
    let xml = project(
        "name='a' activity='Paused' lastBuildStatus='Exception' lastBuildTime='2009-07-27T15:03:33' new='x'",
    );
    let projects = Cctray::parse(xml.as_bytes()).unwrap();
    assert_eq!(projects[0].activity, Activity::Other("Paused".into()));
    assert_eq!(projects[0].last_build_status, LastBuildStatus::Other("Exception".into()));
    assert!(matches!(projects[0].last_build_time, BuildTime::ServerLocal(_)));
    let xml = project("name='a' activity='Building' lastBuildStatus='Success' lastBuildTime='never'");
    assert_eq!(Cctray::parse(xml.as_bytes()).unwrap()[0].last_build_time, BuildTime::Other("never".into()));
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Cctray::parse(&bytes);
    }

    #[test]
    fn escaped_name_round_trips(name in "[^\\x00-\\x1F\\uFFFE\\uFFFF]{1,30}") {
        let escaped = name.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
        let xml = project(&format!(
            "name=\"{escaped}\" activity=\"Sleeping\" lastBuildStatus=\"Success\" lastBuildTime=\"2018-01-02T03:04:05Z\""
        ));
        let projects = Cctray::parse(xml.as_bytes()).unwrap();
        prop_assert_eq!(&projects[0].name, &name);
    }
}
