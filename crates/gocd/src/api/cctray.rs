//! `cctray.xml`: the state of each pipeline, stage and job that the user may view.

use std::fmt;

use oauth_core::chrono::{DateTime, FixedOffset, NaiveDateTime};
use oauth_core::http::header::ACCEPT;
use oauth_core::http::{HeaderValue, Request, Response};
use oauth_core::{Endpoint, EndpointContext, Error, ErrorKind, Provider, get};
use serde::{Deserialize, Deserializer};

use crate::site::Site;

/// `GET /cctray.xml`: the state of pipelines, stages and jobs.
///
/// Sources: GoCD's OAuth page; the fields are those of `ProjectStatus.java`.
///
/// ```
/// # async fn example(gocd: gocd::Client, token: gocd::Token) -> Result<(), gocd::Error> {
/// use gocd::api::{Cctray, LastBuildStatus};
///
/// for project in gocd.send(&token, &Cctray).await? {
///     if project.last_build_status == LastBuildStatus::Failure {
///         println!("{} is broken: {}", project.name, project.web_url);
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Cctray;

/// A stage or job.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Project {
    /// `pipeline :: stage` or `pipeline :: stage :: job`.
    #[serde(rename = "@name")]
    pub name: String,
    /// Current activity.
    #[serde(rename = "@activity")]
    pub activity: Activity,
    /// Result of the last run.
    #[serde(rename = "@lastBuildStatus")]
    pub last_build_status: LastBuildStatus,
    /// The pipeline's label; `2 :: 2` after a stage was run again.
    #[serde(rename = "@lastBuildLabel", default)]
    pub last_build_label: String,
    /// End of the last run.
    #[serde(rename = "@lastBuildTime")]
    pub last_build_time: BuildTime,
    /// Its page on the server.
    #[serde(rename = "@webUrl", default)]
    pub web_url: String,
    /// Messages, such as the users whose changes broke it.
    #[serde(default, deserialize_with = "messages")]
    pub messages: Vec<Message>,
}

impl Project {
    /// The parts of [`name`](Self::name): pipeline, stage and perhaps job.
    ///
    /// ```
    /// let xml = r#"<Projects><Project name="up42 :: test :: unit" activity="Sleeping"
    ///     lastBuildStatus="Success" lastBuildTime="2018-01-02T03:04:05Z"/></Projects>"#;
    /// let projects = gocd::api::Cctray::parse(xml.as_bytes()).unwrap();
    /// assert_eq!(projects[0].path().collect::<Vec<_>>(), ["up42", "test", "unit"]);
    /// ```
    pub fn path(&self) -> impl Iterator<Item = &str> {
        self.name.split(" :: ")
    }
}

/// A message about a project.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Message {
    /// Kind. The text of a `Breakers` message names the users whose changes broke the project.
    #[serde(rename = "@kind", default)]
    pub kind: String,
    /// Text.
    #[serde(rename = "@text", default)]
    pub text: String,
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

macro_rules! from_string {
    ($($name:ident)*) => {$(
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer).map(Self::from)
            }
        }
    )*};
}
from_string!(Activity LastBuildStatus BuildTime);

impl fmt::Display for Project {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?}, {:?}", self.name, self.activity, self.last_build_status)
    }
}

fn messages<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Message>, D::Error> {
    #[derive(Deserialize)]
    struct Messages {
        #[serde(default)]
        message: Vec<Message>,
    }
    Messages::deserialize(deserializer).map(|messages| messages.message)
}

impl Cctray {
    /// Parses a feed that was fetched elsewhere.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidResponse`] if the text is not a cctray feed or has a document type definition.
    pub fn parse(xml: &[u8]) -> Result<Vec<Project>, Error> {
        #[derive(Deserialize)]
        struct Projects {
            #[serde(rename = "Project", default)]
            projects: Vec<Project>,
        }
        let invalid = |what: &'static str| Error::new(ErrorKind::InvalidResponse, what);
        let text = std::str::from_utf8(xml.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(xml))
            .map_err(|_| invalid("the cctray feed is not UTF-8"))?;
        // XML requires capitals, but the parser accepts any case.
        let is_doctype = |at: &[u8]| at.eq_ignore_ascii_case(b"<!DOCTYPE");
        if text.as_bytes().windows(9).any(is_doctype) {
            return Err(invalid("the cctray feed has a document type definition"));
        }
        // serde accepts any root element, so a login page would parse as a feed without projects.
        if !root_is_projects(text) {
            return Err(invalid("the response is not a cctray feed")
                .with_help("check the context path, and whether the token may read the feed"));
        }
        quick_xml::de::from_str::<Projects>(text)
            .map(|feed| feed.projects)
            // The parser's own error is dropped: it quotes the response.
            .map_err(|_| invalid("the cctray feed cannot be parsed"))
    }
}

fn root_is_projects(text: &str) -> bool {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(text);
    loop {
        match reader.read_event() {
            Ok(Event::Start(root) | Event::Empty(root)) => return root.name().as_ref() == "Projects",
            Ok(Event::Eof) | Err(_) => return false,
            Ok(_) => {}
        }
    }
}

impl<P: Provider<Site = Site>> Endpoint<P> for Cctray {
    type Response = Vec<Project>;
    const NAME: &'static str = "GET /cctray.xml";

    fn request(&self, at: &EndpointContext<'_, P>) -> Result<Request<Vec<u8>>, Error> {
        let mut request = get(&at.site().join(&["cctray.xml"])?)?;
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/xml"));
        Ok(request)
    }

    fn parse(&self, _: &EndpointContext<'_, P>, response: Response<Vec<u8>>) -> Result<Vec<Project>, Error> {
        Self::parse(response.body())
    }
}
