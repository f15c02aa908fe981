//! The cctray parser with valid and invalid feeds.
#![allow(clippy::unwrap_used)] // a test may panic

use gocd::ErrorKind;
use gocd::api::{Activity, BuildTime, Cctray, CctrayFeed, LastBuildStatus, Project};
use proptest::prelude::*;

fn project(attributes: &str) -> String {
    format!("<Projects><Project {attributes}/></Projects>")
}

fn parsed(xml: &str) -> CctrayFeed {
    Cctray::parse(xml.as_bytes()).unwrap()
}

/// The only project of a feed.
fn parsed_project(attributes: &str) -> Project {
    let feed = parsed(&project(attributes));
    assert_eq!((feed.projects.len(), feed.unread.len()), (1, 0), "{attributes}");
    feed.projects.into_iter().next().unwrap()
}

#[test]
fn rejects_other_documents() {
    for bad in [
        "",
        "<",
        "{}",
        "<html><body/></html>",
        "<html><Projects/></html>",
        "<Projects><Project",
        "<Projects><Project name='a'/>",
        "<Projects><Project name='a'></Projects>",
        "<Projects>&undefined</Projects>",
        "<!DOCTYPE x [<!ENTITY a 'b'>]><Projects/>",
        "<!doctype x><Projects/>",
    ] {
        assert_eq!(Cctray::parse(bad.as_bytes()).unwrap_err().kind(), ErrorKind::InvalidResponse, "{bad}");
    }
    assert!(Cctray::parse(b"<Projects>\xFF</Projects>").is_err());
}

#[test]
fn empty_feed_has_no_projects() {
    for empty in [
        "<Projects/>",
        "<Projects>&undefined;</Projects>",
        "\u{FEFF}<?xml version=\"1.0\"?>\n<!-- x --><Projects></Projects>",
    ] {
        assert_eq!(parsed(empty), CctrayFeed::default(), "{empty}");
    }
}

#[test]
fn keeps_unknown_values_and_times_without_zone() {
    let project = parsed_project(
        "name='a' activity='Paused' lastBuildStatus='Exception' lastBuildTime='2009-07-27T15:03:33' new='x'",
    );
    assert_eq!(project.activity, Some(Activity::Other("Paused".into())));
    assert_eq!(project.last_build_status, Some(LastBuildStatus::Other("Exception".into())));
    assert!(matches!(project.last_build_time, Some(BuildTime::ServerLocal(_))));
    assert_eq!((project.other["new"].as_str(), project.unread()), ("x", 0));
    for time in ["never", "0000-00-00 00:00:00", "1719792000", "2018-02-30T00:00:00Z"] {
        let project = parsed_project(&format!("name='a' lastBuildTime='{time}'"));
        assert_eq!(project.last_build_time, Some(BuildTime::Other(time.into())));
    }
}

#[test]
fn missing_or_empty_attribute_is_none() {
    let missing = parsed_project("name='a'");
    let empty = "name='a' activity='' lastBuildStatus='' lastBuildLabel=' ' lastBuildTime='' webUrl=''";
    assert_eq!(parsed_project(empty), missing);
    assert_eq!((missing.activity, missing.last_build_time, missing.web_url), (None, None, None));
    assert_eq!((missing.last_build_status, missing.last_build_label), (None, None));
}

#[test]
fn unreadable_attribute_costs_only_itself() {
    let project = parsed_project("name='a' activity='Sleeping' webUrl='https://go.example.com/?a=1&b=2'");
    assert_eq!((project.activity, project.web_url), (Some(Activity::Sleeping), None));
    assert_eq!(project.other["webUrl"], "https://go.example.com/?a=1&b=2");
    let unreadable = "name='a' activity='&x;' lastBuildStatus='&x;' lastBuildLabel='&x;' lastBuildTime='&x;' webUrl='&#0;'";
    assert_eq!(parsed_project(unreadable).unread(), 5);
}

#[test]
fn unreadable_element_is_kept_and_counted() {
    let feed = parsed(
        "<Projects><Project activity='Sleeping'><messages><message text='x'/></messages></Project>\
         <Project name=''/><Project name='&x;'/><Project name='a' name='b'/><Project name=a/>\
         <Notice/><Project name='c'><messages><message text='&x;'/><message kind='Breakers' text='Bob'/>\
         </messages><messages>-<message/></messages></Project></Projects>",
    );
    assert_eq!(feed.projects.len(), 1);
    let messages: Vec<_> = feed.projects[0].messages.iter().map(|message| message.text.as_str()).collect();
    assert_eq!((feed.projects[0].name.as_str(), messages), ("c", vec!["Bob", ""]));
    assert_eq!(
        feed.unread,
        [
            "<Project activity='Sleeping'>",
            "<Project name=''>",
            "<Project name='&x;'>",
            "<Project name='a' name='b'>",
            "<Project name=a>",
            "<message text='&x;'>",
        ]
    );
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
        let feed = Cctray::parse(xml.as_bytes()).unwrap();
        match feed.projects.first() {
            Some(project) => prop_assert_eq!(&project.name, &name),
            None => prop_assert!(name.trim().is_empty() && feed.unread.len() == 1),
        }
    }
}
