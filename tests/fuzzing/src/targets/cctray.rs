//! GoCD's `cctray.xml`.

use gocd::api::{Activity, BuildTime, Cctray, LastBuildStatus, Project};
use oauth_core::ErrorKind;

use crate::recorded::recorded_responses;
use crate::secrets::{assert_hidden, check_error};

pub(crate) const DICTIONARY: &[&str] = &[
    "<Projects>",
    "</Projects>",
    "<Projects/>",
    "<Project ",
    "/>",
    "<messages>",
    "<message ",
    "name=\"",
    "activity=\"Sleeping\"",
    "lastBuildStatus=\"Success\"",
    "lastBuildTime=\"2018-01-02T03:04:05Z\"",
    "&lt;",
    "&#x41;",
    "&#10;",
    "&amp;amp;",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<?xml version=\"1.0\"?>",
    "<!DOCTYPE ",
    "<!ENTITY ",
    "xmlns:a=\"b\"",
    "canary-",
];

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = recorded_responses("gocd", "cctray");
    seeds.extend([
        b"<Projects/>".to_vec(),
        b"<!DOCTYPE a [<!ENTITY b \"bb\">]><Projects><Project name=\"&b;\"/></Projects>".to_vec(),
        b"<html><body>Login</body></html>".to_vec(),
    ]);
    seeds
}

/// The parsed feed is no larger than the input and survives writing and parsing. An error does not quote it.
pub fn cctray(data: &[u8]) {
    match Cctray::parse(data) {
        Ok(feed) => {
            let projects = &feed.projects;
            let text = std::str::from_utf8(data).unwrap();
            assert!(!text.to_ascii_lowercase().contains("<!doctype"), "accepted a document type definition");
            let unread = feed.unread.iter().map(String::len);
            let size: usize = projects.iter().map(size).chain(unread).sum();
            assert!(size <= data.len(), "{size} bytes parsed from {}", data.len());
            let xml: String = projects.iter().map(written).collect();
            // Skips characters that XML cannot contain.
            if xml.chars().all(is_xml) {
                let again = Cctray::parse(format!("<Projects>{xml}</Projects>").as_bytes()).unwrap();
                // Without `other`, which is not written.
                let mut expected = projects.clone();
                expected.iter_mut().for_each(|project| project.other.clear());
                assert_eq!(again.projects, expected, "{xml}");
            }
            for project in projects {
                assert_eq!(project.path().collect::<Vec<_>>().join(" :: "), project.name);
            }
        }
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::InvalidResponse);
            check_error(&error, &[]);
            assert_hidden(&oauth_testing::shown(&error), &["canary-"]);
        }
    }
}

fn size(project: &Project) -> usize {
    let messages: usize =
        project.messages.iter().map(|message| message.kind.len() + message.text.len()).sum();
    let other: usize = project.other.iter().map(|(name, value)| name.len() + value.len()).sum();
    attributes(project).iter().map(|(_, value)| value.len()).sum::<usize>() + other + messages
}

fn word(activity: &Activity) -> &str {
    match activity {
        Activity::Sleeping => "Sleeping",
        Activity::Building => "Building",
        Activity::Other(word) => word,
        _ => unreachable!(),
    }
}

fn status(status: &LastBuildStatus) -> &str {
    match status {
        LastBuildStatus::Success => "Success",
        LastBuildStatus::Failure => "Failure",
        LastBuildStatus::Other(word) => word,
        _ => unreachable!(),
    }
}

fn time(time: &BuildTime) -> String {
    match time {
        BuildTime::Zoned(time) => time.to_rfc3339(),
        BuildTime::ServerLocal(time) => time.format("%Y-%m-%dT%H:%M:%S%.f").to_string(),
        BuildTime::Other(text) => text.clone(),
        _ => unreachable!(),
    }
}

/// The declared attributes, without the time.
fn attributes(project: &Project) -> Vec<(&str, &str)> {
    let optional = [
        ("activity", project.activity.as_ref().map(word)),
        ("lastBuildStatus", project.last_build_status.as_ref().map(status)),
        ("lastBuildLabel", project.last_build_label.as_deref()),
        ("webUrl", project.web_url.as_deref()),
    ];
    let present = optional.into_iter().filter_map(|(name, value)| Some((name, value?)));
    std::iter::once(("name", project.name.as_str())).chain(present).collect()
}

fn written(project: &Project) -> String {
    let time = project.last_build_time.as_ref().map(time);
    let mut attributes = attributes(project);
    attributes.extend(time.as_deref().map(|time| ("lastBuildTime", time)));
    let messages: String = project
        .messages
        .iter()
        .map(|message| element("message", &[("kind", &message.kind), ("text", &message.text)], ""))
        .collect();
    element("Project", &attributes, &format!("<messages>{messages}</messages>"))
}

fn element(name: &str, attributes: &[(&str, &str)], within: &str) -> String {
    let attributes: String =
        attributes.iter().map(|(name, value)| format!(" {name}=\"{}\"", escaped(value))).collect();
    format!("<{name}{attributes}>{within}</{name}>")
}

fn escaped(text: &str) -> String {
    text.chars()
        .map(
            |c| {
                if c.is_alphanumeric() || !is_xml(c) { c.to_string() } else { format!("&#{};", u32::from(c)) }
            },
        )
        .collect()
}

/// XML 1.0, production 2.
fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}
