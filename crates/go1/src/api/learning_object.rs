//! A piece of content.

use oauth_core::chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::read::{debug_without_other, id, maybe_id};

/// A learning object: a course, a video, a document.
///
/// Source: Go1's REST reference, version 2025-01-01 (<https://developers.go1.com/api/rest/2025-01-01/overview/>). Parts
/// that are asked for with [`include`](super::LearningObjects::include) come in `other` under their names.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LearningObject {
    /// The identifier, such as `con_01HBYXF3HYPTG5Q1RJ7BPFAF23`.
    #[serde(deserialize_with = "id")]
    pub id: String,
    /// The older, numeric identifier.
    #[serde(default, deserialize_with = "maybe_id")]
    pub lo_id: Option<String>,
    /// When it was made.
    pub created_time: Option<DateTime<Utc>>,
    /// When it was last changed.
    pub updated_time: Option<DateTime<Utc>>,
    /// When its media were last changed.
    pub updated_media_time: Option<DateTime<Utc>>,
    /// When its description was last changed.
    pub updated_metadata_time: Option<DateTime<Utc>>,
    /// What it is. Comes unless other parts were asked for and this one was not.
    pub core: Option<Core>,
    /// Whatever else came back.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

debug_without_other!(LearningObject {
    id,
    lo_id,
    created_time,
    updated_time,
    updated_media_time,
    updated_metadata_time,
    core,
});

/// What a learning object is.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Core {
    /// `course`, `video`, `document` and so on.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The title.
    pub title: Option<String>,
    /// The description.
    pub description: Option<String>,
    /// A small picture.
    pub image: Option<Image>,
    /// The identifier of the portal that made it.
    #[serde(default, deserialize_with = "maybe_id")]
    pub provider_id: Option<String>,
    /// Its identifier where it comes from.
    #[serde(default, deserialize_with = "maybe_id")]
    pub external_id: Option<String>,
    /// Whatever else came back.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

debug_without_other!(Core { kind, title, description, image, provider_id, external_id });

/// A picture.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Image {
    /// The picture's key.
    pub key: Option<String>,
    /// Where it is, or the picture itself, or another reference: that depends.
    pub value: Option<String>,
    /// Its media type.
    pub mimetype: Option<String>,
    /// Whatever else came back.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

debug_without_other!(Image { key, value, mimetype });
