//! Learning objects.

use oauth_core::chrono::{DateTime, Utc};
use oauth_core::response;

response! {
    /// A learning object: a course, a video, a document.
    ///
    /// Parts requested with [`include`](super::LearningObjects::include) are in `other` under their names.
    /// Source: Go1's REST reference, version 2025-01-01
    /// (<https://developers.go1.com/api/rest/2025-01-01/overview/>).
    pub struct LearningObject {
        required {
            /// Identifier, such as `con_01HBYXF3HYPTG5Q1RJ7BPFAF23`.
            id: String,
        }
        optional {
            /// Older, numeric identifier.
            lo_id: String,
            /// Time of creation.
            created_time: DateTime<Utc>,
            /// Time of the last change.
            updated_time: DateTime<Utc>,
            /// Time of the last change of its media.
            updated_media_time: DateTime<Utc>,
            /// Time of the last change of its description.
            updated_metadata_time: DateTime<Utc>,
            /// Main data. Missing if `include` requested other parts only.
            core: Core,
        }
    }
}

response! {
    /// The main data of a learning object.
    pub struct Core {
        optional {
            /// Kind: `course`, `video`, `document` and others.
            kind = "type": String,
            /// Title.
            title: String,
            /// Description.
            description: String,
            /// Thumbnail.
            image: Image,
            /// Id of the content provider's portal.
            provider_id: String,
            /// Id in the content provider's own system.
            external_id: String,
        }
    }
}

response! {
    /// An image.
    pub struct Image {
        optional {
            /// Key.
            key: String,
            /// URL, the image itself, or another reference.
            value: String,
            /// Media type.
            mimetype: String,
        }
    }
}
