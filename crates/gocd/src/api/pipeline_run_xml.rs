//! A run of a pipeline as XML, which the OAuth provider of old servers gives access to.

use oauth_core::chrono::{DateTime, FixedOffset};
use oauth_core::http::Response;
use oauth_core::{Error, ErrorKind, Provider, endpoint};

use super::versioned::any_type;
use super::xml_element::XmlElement;
use crate::site::Site;

endpoint! {
    [P: Provider<Site = Site>] P;
    /// `GET /api/pipelines/:pipeline_name/:pipeline_id.xml`: a run of a pipeline. For servers up to 18.7,
    /// whose OAuth tokens may read it: the last part of the path is the identifier of the run there, and its
    /// number since 20.1. Deprecated in 25.4.0; with a personal access token see
    /// [`GetPipelineRun`](super::pipelines::GetPipelineRun). Since 14.3.0. Source: api.gocd.org 18.7.0, "Get
    /// pipeline".
    ///
    /// ```
    /// # async fn example(gocd: gocd::Client, token: gocd::Token) -> Result<(), gocd::Error> {
    /// let run = gocd.send(&token, &gocd::api::PipelineRunXml::new("up42", 7)).await?;
    /// println!("{} {:?}", run.name, run.label);
    /// # Ok(())
    /// # }
    /// ```
    pub struct PipelineRunXml(pipeline_name: String, pipeline_id: u64);
    GET any_type "/api/pipelines/:pipeline_name/:pipeline_id.xml" => parsed(XmlPipelineRun, XmlPipelineRun::parse)
}

/// A run of a pipeline, from XML. What is missing or cannot be read is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct XmlPipelineRun {
    /// Name of the pipeline.
    pub name: String,
    /// Number of the run.
    pub counter: Option<u32>,
    /// Label. Not since 20.1.
    pub label: Option<String>,
    /// Identifier, a URN.
    pub id: Option<String>,
    /// Time of scheduling.
    pub schedule_time: Option<DateTime<FixedOffset>>,
    /// User who triggered the run, or `changes`.
    pub approved_by: Option<String>,
    /// Materials.
    pub materials: Vec<XmlMaterial>,
    /// URLs of the stages' documents.
    pub stages: Vec<String>,
}

/// A material of a run, from XML.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct XmlMaterial {
    /// Type, such as `GitMaterial`.
    pub kind: Option<String>,
    /// URL of the repository.
    pub url: Option<String>,
    /// Branch.
    pub branch: Option<String>,
    /// URL of the material's document.
    pub material_uri: Option<String>,
    /// Changes.
    pub changesets: Vec<XmlChangeset>,
}

/// A change of a material, from XML.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct XmlChangeset {
    /// Revision.
    pub revision: Option<String>,
    /// Author.
    pub user: Option<String>,
    /// Time.
    pub checkin_time: Option<DateTime<FixedOffset>>,
    /// Message.
    pub message: Option<String>,
    /// URL of the change's document.
    pub changeset_uri: Option<String>,
    /// Changed files, by name and action, such as `modified`.
    pub files: Vec<(String, String)>,
}

impl XmlPipelineRun {
    /// Parses a document that was fetched elsewhere.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidResponse`] if it is not XML, or not that of a run.
    pub fn from_xml(xml: &[u8]) -> Result<Self, Error> {
        let run = XmlElement::parse(xml)?;
        let name = run.attribute("name").filter(|_| run.name == "pipeline");
        Ok(Self {
            name: name
                .ok_or_else(|| Error::new(ErrorKind::InvalidResponse, "the document is not that of a run"))?,
            counter: run.attribute("counter").and_then(|counter| counter.parse().ok()),
            label: run.attribute("label"),
            id: run.text_of("id"),
            schedule_time: time(run.text_of("scheduleTime")),
            approved_by: run.text_of("approvedBy"),
            // Since 20.1, a material is in another element of the same name.
            materials: (run.all("materials"))
                .flat_map(|materials| materials.all("material"))
                .map(|material| material.all("material").next().unwrap_or(material))
                .map(XmlMaterial::read)
                .collect(),
            stages: (run.all("stages"))
                .flat_map(|stages| stages.all("stage"))
                .filter_map(|stage| stage.attribute("href"))
                .collect(),
        })
    }

    fn parse(response: &Response<Vec<u8>>) -> Result<Self, Error> {
        Self::from_xml(response.body())
    }
}

impl XmlMaterial {
    fn read(element: &XmlElement) -> Self {
        let changesets =
            element.all("modifications").flat_map(|modifications| modifications.all("changeset"));
        Self {
            kind: element.attribute("type"),
            url: element.attribute("url"),
            branch: element.attribute("branch"),
            material_uri: element.attribute("materialUri"),
            changesets: changesets.map(XmlChangeset::read).collect(),
        }
    }
}

impl XmlChangeset {
    fn read(element: &XmlElement) -> Self {
        let file =
            |file: &XmlElement| Some((file.attribute("name")?, file.attribute("action").unwrap_or_default()));
        Self {
            revision: element.text_of("revision"),
            user: element.text_of("user"),
            checkin_time: time(element.text_of("checkinTime")),
            message: element.text_of("message"),
            changeset_uri: element.attribute("changesetUri"),
            files: element.all("file").filter_map(file).collect(),
        }
    }
}

fn time(text: Option<String>) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(&text?).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn both_forms_are_parsed() {
        let material = "<material type='GitMaterial'><modifications><changeset><user>J &amp; D &#33;</user>\
            <file name='a'/></changeset></modifications></material>";
        for materials in [material.to_owned(), format!("<material>{material}</material>")] {
            let xml =
                format!("<pipeline name='up42' counter='x'><materials>{materials}</materials></pipeline>");
            let run = XmlPipelineRun::from_xml(xml.as_bytes()).unwrap();
            assert_eq!((run.name.as_str(), run.counter, run.materials.len()), ("up42", None, 1));
            let changeset = &run.materials[0].changesets[0];
            assert_eq!(changeset.user.as_deref(), Some("J & D !"));
            assert_eq!(changeset.files, [("a".to_owned(), String::new())]);
        }
    }

    #[test]
    fn rejects_other_documents() {
        let deep = "<a>".repeat(100_000);
        for bad in [
            "",
            "{}",
            "<html><body/></html>",
            "<pipeline/>",
            "<pipeline name='a'>",
            "<!DOCTYPE x><pipeline name='a'/>",
            "<pipeline name='a'>&undefined;</pipeline>",
            &deep,
        ] {
            let error = XmlPipelineRun::from_xml(bad.as_bytes()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn parsing_never_panics(xml in "[<>/a-c!&;\"'= \\[\\]-]{0,40}") {
            drop(XmlPipelineRun::from_xml(format!("<pipeline name='a'>{xml}</pipeline>").as_bytes()));
        }
    }
}
