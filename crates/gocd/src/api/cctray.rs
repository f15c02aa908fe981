//! `cctray.xml`: the state of each pipeline, stage and job that the user may view.

use std::collections::BTreeMap;
use std::fmt;

use oauth_core::chrono::{DateTime, FixedOffset, NaiveDateTime};
use oauth_core::http::header::ACCEPT;
use oauth_core::http::{HeaderValue, Request, Response};
use oauth_core::{Endpoint, EndpointContext, Error, ErrorKind, Provider, get};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use crate::site::Site;

/// `GET /cctray.xml`: the state of pipelines, stages and jobs.
///
/// Sources: GoCD's OAuth page; the fields are those of `ProjectStatus.java`. GoCD 25.4.0 deprecates its other
/// XML feeds, to be removed in 26.1.0, but not this one (release notes, read on 2026-11-29).
///
/// ```
/// # async fn example(gocd: gocd::Client, token: gocd::Token) -> Result<(), gocd::Error> {
/// use gocd::api::{Cctray, LastBuildStatus};
///
/// for project in gocd.send(&token, &Cctray).await?.projects {
///     if project.last_build_status == Some(LastBuildStatus::Failure) {
///         println!("{} is broken", project.name);
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Cctray;

/// The content of `cctray.xml`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CctrayFeed {
    /// Stages and jobs.
    pub projects: Vec<Project>,
    /// Start tags of elements that cannot be read, such as a project without a name.
    pub unread: Vec<String>,
}

/// A stage or job. An attribute that is missing or empty is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Project {
    /// `pipeline :: stage` or `pipeline :: stage :: job`.
    pub name: String,
    /// Current activity.
    pub activity: Option<Activity>,
    /// Result of the last run.
    pub last_build_status: Option<LastBuildStatus>,
    /// The pipeline's label; `2 :: 2` after a stage was run again.
    pub last_build_label: Option<String>,
    /// End of the last run.
    pub last_build_time: Option<BuildTime>,
    /// Its page on the server.
    pub web_url: Option<String>,
    /// Messages, such as the users whose changes broke it.
    pub messages: Vec<Message>,
    /// Further attributes, and declared ones that cannot be read: those are escaped as in the feed.
    pub other: BTreeMap<String, String>,
}

impl Project {
    /// The parts of [`name`](Self::name): pipeline, stage and perhaps job.
    ///
    /// ```
    /// let xml = r#"<Projects><Project name="up42 :: test :: unit" activity="Sleeping"
    ///     lastBuildStatus="Success" lastBuildTime="2018-01-02T03:04:05Z"/></Projects>"#;
    /// let feed = gocd::api::Cctray::parse(xml.as_bytes()).unwrap();
    /// assert_eq!(feed.projects[0].path().collect::<Vec<_>>(), ["up42", "test", "unit"]);
    /// ```
    pub fn path(&self) -> impl Iterator<Item = &str> {
        self.name.split(" :: ")
    }

    /// Returns the number of declared attributes that cannot be read. They are in [`other`](Self::other).
    #[must_use]
    pub fn unread(&self) -> usize {
        let declared = ["activity", "lastBuildStatus", "lastBuildLabel", "lastBuildTime", "webUrl"];
        declared.iter().filter(|name| self.other.contains_key(**name)).count()
    }

    /// Returns `None` for an element without a name, or with attributes that are not XML.
    fn read(tag: &BytesStart<'_>) -> Option<Self> {
        let mut attributes = Attributes::read(tag)?;
        Some(Self {
            name: attributes.take("name")?,
            activity: attributes.take("activity").map(Activity::from),
            last_build_status: attributes.take("lastBuildStatus").map(LastBuildStatus::from),
            last_build_label: attributes.take("lastBuildLabel"),
            last_build_time: attributes.take("lastBuildTime").map(BuildTime::from),
            web_url: attributes.take("webUrl"),
            messages: Vec::new(),
            other: attributes.into_other(),
        })
    }
}

/// A message about a project.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Message {
    /// Kind. The text of a `Breakers` message names the users whose changes broke the project.
    pub kind: String,
    /// Text.
    pub text: String,
}

impl Message {
    fn read(tag: &BytesStart<'_>) -> Option<Self> {
        let mut attributes = Attributes::read(tag)?;
        let [kind, text] = ["kind", "text"].map(|name| attributes.take(name).unwrap_or_default());
        attributes.unreadable.is_empty().then_some(Self { kind, text })
    }
}

/// The attributes of an element.
struct Attributes {
    readable: BTreeMap<String, String>,
    /// Values that cannot be unescaped, as they are in the feed.
    unreadable: BTreeMap<String, String>,
}

impl Attributes {
    fn read(tag: &BytesStart<'_>) -> Option<Self> {
        let (mut readable, mut unreadable) = (BTreeMap::new(), BTreeMap::new());
        // The parser's check for duplicates takes quadratic time.
        for attribute in tag.attributes().with_checks(false) {
            let attribute = attribute.ok()?;
            let name = attribute.key.as_ref().to_owned();
            if readable.contains_key(&name) || unreadable.contains_key(&name) {
                return None;
            }
            match attribute.normalized_value(XmlVersion::Implicit1_0) {
                Ok(value) => readable.insert(name, value.into_owned()),
                Err(_) => unreadable.insert(name, attribute.value.into_owned()),
            };
        }
        Some(Self { readable, unreadable })
    }

    fn take(&mut self, name: &str) -> Option<String> {
        self.readable.remove(name).filter(|value| !value.trim().is_empty())
    }

    fn into_other(self) -> BTreeMap<String, String> {
        let mut other = self.unreadable;
        other.extend(self.readable);
        other
    }
}

/// The current activity of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Activity {
    /// Not running.
    Sleeping,
    /// Running.
    Building,
    /// Another value of the feed.
    Other(String),
}

/// The result of a project's last run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LastBuildStatus {
    /// Passed.
    Success,
    /// Failed.
    Failure,
    /// Another value of the feed.
    Other(String),
}

/// The end of a run. Old servers leave out the time zone.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildTime {
    /// A time with its zone.
    Zoned(DateTime<FixedOffset>),
    /// A time in the server's own zone, which the feed does not name.
    ServerLocal(NaiveDateTime),
    /// Another value of the feed.
    Other(String),
}

impl From<String> for Activity {
    fn from(word: String) -> Self {
        match word.as_str() {
            "Sleeping" => Self::Sleeping,
            "Building" => Self::Building,
            _ => Self::Other(word),
        }
    }
}

impl From<String> for LastBuildStatus {
    fn from(word: String) -> Self {
        match word.as_str() {
            "Success" => Self::Success,
            "Failure" => Self::Failure,
            _ => Self::Other(word),
        }
    }
}

impl From<String> for BuildTime {
    fn from(time: String) -> Self {
        if let Ok(zoned) = DateTime::parse_from_rfc3339(&time) {
            return Self::Zoned(zoned);
        }
        NaiveDateTime::parse_from_str(&time, "%Y-%m-%dT%H:%M:%S%.f")
            .map_or(Self::Other(time), Self::ServerLocal)
    }
}

impl fmt::Display for Project {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if let Some(activity) = &self.activity {
            write!(f, ": {activity:?}")?;
        }
        match &self.last_build_status {
            Some(status) => write!(f, ", last {status:?}"),
            None => Ok(()),
        }
    }
}

/// An open element of the feed.
enum Element {
    Projects,
    Project,
    Messages,
    Ignored,
}

impl Cctray {
    /// Parses a feed that was fetched elsewhere. An element that cannot be read is in
    /// [`CctrayFeed::unread`], an attribute in [`Project::other`].
    ///
    /// # Errors
    /// [`ErrorKind::InvalidResponse`] if the text is not a cctray feed, is cut off, or has a document type
    /// definition.
    pub fn parse(xml: &[u8]) -> Result<CctrayFeed, Error> {
        let invalid = |what: &'static str| Error::new(ErrorKind::InvalidResponse, what);
        let text = std::str::from_utf8(xml.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(xml))
            .map_err(|_| invalid("the cctray feed is not UTF-8"))?;
        // XML requires capitals, but the parser accepts any case.
        let is_doctype = |at: &[u8]| at.eq_ignore_ascii_case(b"<!DOCTYPE");
        if text.as_bytes().windows(9).any(is_doctype) {
            return Err(invalid("the cctray feed has a document type definition"));
        }
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        let (mut feed, mut open) = (CctrayFeed::default(), Vec::new());
        loop {
            match reader.read_event() {
                Ok(Event::Start(tag)) => match feed.open(open.last(), &tag) {
                    Some(element) => open.push(element),
                    None => break,
                },
                Ok(Event::End(_)) => {
                    open.pop();
                    if open.is_empty() {
                        return Ok(feed);
                    }
                }
                // The parser's own error is dropped: it quotes the response.
                Ok(Event::Eof) | Err(_) => break,
                Ok(_) => {}
            }
        }
        if !open.is_empty() {
            return Err(invalid("the cctray feed cannot be parsed"));
        }
        Err(invalid("the response is not a cctray feed")
            .with_help("check the context path, and whether the token may read the feed"))
    }
}

impl CctrayFeed {
    /// Reads a start tag within `parent`. Returns `None` for another root element than `Projects`, such as
    /// that of a login page.
    fn open(&mut self, parent: Option<&Element>, tag: &BytesStart<'_>) -> Option<Element> {
        let is_read = match (parent, tag.name().as_ref()) {
            (None, name) => return (name == "Projects").then_some(Element::Projects),
            (Some(Element::Project), "messages") => return Some(Element::Messages),
            (Some(Element::Projects), "Project") => match Project::read(tag) {
                Some(project) => {
                    self.projects.push(project);
                    return Some(Element::Project);
                }
                None => false,
            },
            (Some(Element::Messages), "message") => match (Message::read(tag), self.projects.last_mut()) {
                (Some(message), Some(project)) => {
                    project.messages.push(message);
                    true
                }
                _ => false,
            },
            // Out of place, or of another namespace.
            (_, name) => name.rsplit(':').next() != Some("Project"),
        };
        if !is_read {
            self.unread.push(format!("<{}>", &**tag));
        }
        Some(Element::Ignored)
    }
}

impl<P: Provider<Site = Site>> Endpoint<P> for Cctray {
    type Response = CctrayFeed;
    const NAME: &'static str = "GET /cctray.xml";

    fn request(&self, at: &EndpointContext<'_, P>) -> Result<Request<Vec<u8>>, Error> {
        let mut request = get(&at.site().join(&["cctray.xml"])?)?;
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/xml"));
        Ok(request)
    }

    fn parse(&self, _: &EndpointContext<'_, P>, response: Response<Vec<u8>>) -> Result<CctrayFeed, Error> {
        Self::parse(response.body())
    }
}
