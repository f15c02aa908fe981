//! Learning objects.

use oauth_core::chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::fields::{debug_without_other, id, maybe_id};

/// A learning object: a course, a video, a document.
///
/// Parts requested with [`include`](super::LearningObjects::include) are in `other` under their names.
/// Source: Go1's REST reference, version 2025-01-01
/// (<https://developers.go1.com/api/rest/2025-01-01/overview/>).
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LearningObject {
    /// Identifier, such as `con_01HBYXF3HYPTG5Q1RJ7BPFAF23`.
    #[serde(deserialize_with = "id")]
    pub id: String,
    /// Older, numeric identifier.
    #[serde(default, deserialize_with = "maybe_id")]
    pub lo_id: Option<String>,
    /// Time of creation.
    pub created_time: Option<DateTime<Utc>>,
    /// Time of the last change.
    pub updated_time: Option<DateTime<Utc>>,
    /// Time of the last change of its media.
    pub updated_media_time: Option<DateTime<Utc>>,
    /// Time of the last change of its description.
    pub updated_metadata_time: Option<DateTime<Utc>>,
    /// Main data. Missing if `include` requested other parts only.
    pub core: Option<Core>,
    /// Further fields of the response.
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

/// The main data of a learning object.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Core {
    /// Kind: `course`, `video`, `document` and others.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Title.
    pub title: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// Thumbnail.
    pub image: Option<Image>,
    /// Id of the content provider's portal.
    #[serde(default, deserialize_with = "maybe_id")]
    pub provider_id: Option<String>,
    /// Id in the content provider's own system.
    #[serde(default, deserialize_with = "maybe_id")]
    pub external_id: Option<String>,
    /// Further fields of the response.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

debug_without_other!(Core { kind, title, description, image, provider_id, external_id });

/// An image.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Image {
    /// Key.
    pub key: Option<String>,
    /// URL, the image itself, or another reference.
    pub value: Option<String>,
    /// Media type.
    pub mimetype: Option<String>,
    /// Further fields of the response.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

debug_without_other!(Image { key, value, mimetype });
