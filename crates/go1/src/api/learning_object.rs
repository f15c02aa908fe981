//! Learning objects: courses, videos, documents and others.

use std::collections::BTreeMap;

use oauth_core::chrono::{DateTime, Utc};
use oauth_core::{List, endpoint, open_enum, response};

use super::base::{FILE_BYTES, FILE_SECONDS, gateway, gateway_file, gateway_page, paged_by_offset};
use super::learning_object_changes::{LearningObjectChanges, NewLearningObject};
use super::learning_object_parts::{
    Accessibility, Alternatives, ContentProvider, Core, Lifecycle, MediaSet, Offerings, PlaybackBehavior,
    Pricing, ProtectedContent, Quality, Relevance, Revision, Skills, Tags, Topics,
};
use crate::provider::Go1;

endpoint! {
    [] Go1;
    /// `GET /learning-objects/{id}`: one learning object. Scope `lo.read`.
    ///
    /// The identifier may also be the older, numeric one. Source: REST reference, Learning objects.
    pub struct LearningObject(id: String) {
        optional {
            /// Takes `id` as another kind of identifier.
            identifier: LearningObjectIdentifier,
            /// Parts to return; only `core` unless set.
            include = "include[]": Vec<LearningObjectPart>,
            /// Language, such as `en-US`.
            preferred_language: String,
        }
    }
    GET gateway "/learning-objects/:id" scopes ["lo.read"] => json(LearningObjectDetails)
}

endpoint! {
    [] Go1;
    /// `POST /learning-objects`: creates a learning object. Scope `lo.write`. Source: REST reference,
    /// Learning objects.
    pub struct CreateLearningObject();
    POST gateway "/learning-objects" scopes ["lo.write"] body(learning_object: NewLearningObject)
        => json(LearningObjectDetails)
}

endpoint! {
    [] Go1;
    /// `POST /learning-objects/{id}/set`: changes one part of a learning object; only its owner may. Scope
    /// `lo.write`. Source: REST reference, Learning objects.
    pub struct UpdateLearningObject(id: String) {
        optional {
            /// Takes `id` as another kind of identifier.
            identifier: LearningObjectIdentifier,
        }
    }
    POST gateway "/learning-objects/:id/set" scopes ["lo.write"] body(changes: LearningObjectChanges) => nothing
}

endpoint! {
    [] Go1;
    /// `DELETE /learning-objects/{id}`: deletes a learning object; only its owner may. Scope `lo.write`.
    ///
    /// One that cannot be deleted is refused with 400. Source: REST reference, Learning objects.
    pub struct DeleteLearningObject(id: String) {
        optional {
            /// Takes `id` as another kind of identifier.
            identifier: LearningObjectIdentifier,
        }
    }
    DELETE gateway "/learning-objects/:id" scopes ["lo.write"] => nothing
}

endpoint! {
    [] Go1;
    /// `GET /learning-objects/{id}/scorm`: the learning object as a SCORM package, a ZIP archive. Scope
    /// `lo.write`, although it only reads.
    ///
    /// The archive may have tens of megabytes, up to 256 MiB within 10 minutes.
    /// [`download`](oauth_core::Client::download) writes it to a file as it arrives.
    /// Source: REST reference, Learning objects.
    pub struct LearningObjectScorm(id: String);
    GET gateway_file("application/zip") "/learning-objects/:id/scorm" scopes ["lo.write"]
        limits(FILE_BYTES, FILE_SECONDS) => bytes
}

endpoint! {
    [] Go1;
    /// `GET /learning-objects/{id}/alternatives`: learning objects that could replace this one, most relevant
    /// first. Scopes `portal.read` and `lo.read`. Source: REST reference, Learning objects.
    pub struct LearningObjectAlternatives(id: String) {
        optional {
            /// Reason; `retirement` unless set, the only documented one.
            reason = "type": String,
            /// Page size, 1 to 100; 10 by default.
            limit: u32,
            offset: u64,
        }
    }
    GET gateway_page[limit, offset] "/learning-objects/:id/alternatives" scopes ["portal.read", "lo.read"]
        => json(AlternativePage)
}

paged_by_offset!(LearningObjectAlternatives: AlternativePage of String);

response! {
    /// A page of alternatives.
    pub struct AlternativePage {
        required {
            /// Number of results on all pages.
            total: u64,
        }
        required_lists {
            /// Older, numeric identifiers of the learning objects.
            hits: String,
        }
    }
}

response! {
    /// A learning object.
    ///
    /// Only the parts that [`include`](LearningObject::include) requested are there: `core` by default.
    /// Source: REST reference, Learning objects.
    pub struct LearningObjectDetails {
        required {
            /// Identifier, such as `con_01HBYXF3HYPTG5Q1RJ7BPFAF23`.
            id: String,
        }
        optional {
            /// Older, numeric identifier.
            lo_id: String,
            created_time: DateTime<Utc>,
            updated_time: DateTime<Utc>,
            updated_media_time: DateTime<Utc>,
            /// Time of the last change of its description.
            updated_metadata_time: DateTime<Utc>,
            /// Main data.
            core: Core,
            lifecycle: Lifecycle,
            /// Description: language, duration, audience.
            relevance: Relevance,
            tags: Tags,
            topics: Topics,
            /// Content itself, for those who may read it.
            protected: ProtectedContent,
            pricing: Pricing,
            skills: Skills,
            provider: ContentProvider,
            playback_behavior: PlaybackBehavior,
            /// Offerings, such as premium.
            offerings: Offerings,
            /// Ratings.
            quality: Quality,
            alternatives: Alternatives,
            preview: MediaSet,
            images: MediaSet,
            /// Versions, by language.
            revisions: BTreeMap<String, List<Revision>>,
            /// Learning objects within a course or module.
            presentation: Presentation,
            accessibility: Accessibility,
        }
    }
}

response! {
    /// The learning objects within a course or module.
    pub struct Presentation { lists { items: LearningObjectDetails, } }
}

open_enum! {
    /// A kind of identifier of learning objects.
    pub enum LearningObjectIdentifier {
        /// Identifier in the content provider's own system.
        ExternalId = "external_id",
    }
}

open_enum! {
    /// A part of a learning object. The reference describes no fields of those after `Accessibility`; they
    /// stay in [`LearningObjectDetails::other`].
    pub enum LearningObjectPart {
        Core = "core",
        Lifecycle = "lifecycle",
        Relevance = "relevance",
        Tags = "tags",
        Topics = "topics",
        Protected = "protected",
        Pricing = "pricing",
        Skills = "skills",
        Provider = "provider",
        PlaybackBehavior = "playback_behavior",
        Offerings = "offerings",
        Quality = "quality",
        Alternatives = "alternatives",
        Preview = "preview",
        Images = "images",
        Revisions = "revisions",
        Presentation = "presentation",
        Accessibility = "accessibility",
        GeneratedMetadata = "generated_metadata",
        Timestamps = "timestamps",
        Regulations = "regulations",
        Restrictions = "restrictions",
        Categories = "categories",
    }
}
