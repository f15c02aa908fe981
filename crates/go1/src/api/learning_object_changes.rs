//! Bodies that create and change learning objects. Source: REST reference, Learning objects.

use std::collections::BTreeMap;

use oauth_core::request_body;

use super::learning_object_parts::{
    EntryLevel, LaunchMode, LearningObjectType, LifecycleState, ReviewStatus,
};

request_body! {
    /// A new learning object. Its other parts are added by
    /// [`UpdateLearningObject`](super::UpdateLearningObject).
    pub struct NewLearningObject {
        required {
            /// Main data.
            core: NewCore,
        }
        optional {
            relevance: RelevanceChanges,
            lifecycle: LifecycleChanges,
        }
    }
}

request_body! {
    /// The main data of a new learning object.
    pub struct NewCore {
        required {
            kind = "type": LearningObjectType,
            title: String,
            description: String,
            image: NewMedia,
        }
        optional {
            /// Identifier in the content provider's own system.
            external_id: String,
            /// True if it stands alone. The default depends on the kind.
            standalone: bool,
        }
    }
}

request_body! {
    /// An image, a video or another file.
    pub struct NewMedia {
        required {
            /// URL, the data itself, or another reference.
            value: String,
        }
        optional {
            /// Key; needed in a preview and in images.
            key: String,
            /// Media type; needed in a preview and in images.
            mimetype: String,
            features: NewMediaFeatures,
        }
    }
}

request_body! {
    /// Features of a file.
    pub struct NewMediaFeatures { optional { downloadable: bool, } }
}

request_body! {
    /// A change of one part of a learning object: Go1 accepts one part a call.
    ///
    /// ```
    /// use go1::api::{LearningObjectChanges, LifecycleChanges, LifecycleState};
    ///
    /// let retired = LifecycleChanges::new().state(LifecycleState::Retired);
    /// let change = LearningObjectChanges::new().lifecycle(retired);
    /// assert_eq!(go1::serde_json::to_string(&change).unwrap(), r#"{"lifecycle":{"state":"retired"}}"#);
    /// ```
    pub struct LearningObjectChanges {
        optional {
            /// Main data.
            core: CoreChanges,
            lifecycle: LifecycleChanges,
            relevance: RelevanceChanges,
            playback_behavior: PlaybackChanges,
            protected: NewContent,
            topics: NewTopics,
            preview: NewMediaSet,
            images: NewMediaSet,
            tags: NewTags,
            /// Languages.
            revisions: RevisionChanges,
            /// Learning objects within a course or module.
            presentation: PresentationChanges,
            offerings: OfferingChanges,
            accessibility: AccessibilityChanges,
        }
    }
}

request_body! {
    /// Changes of the main data.
    pub struct CoreChanges {
        optional {
            /// Users who created it.
            creators: Vec<String>,
            kind = "type": LearningObjectType,
            title: String,
            description: String,
            /// Identifier in the content provider's own system.
            external_id: String,
            image: NewMedia,
        }
    }
}

request_body! {
    /// Changes of the state.
    pub struct LifecycleChanges { optional { state: LifecycleState, } }
}

request_body! {
    /// Changes of the description.
    pub struct RelevanceChanges {
        optional {
            /// Duration in minutes.
            duration: f64,
            /// Language, such as `en` or `en-US`.
            language: String,
            year_created: u16,
            /// Summary, at most 120 characters.
            summary: String,
            entry_level: EntryLevel,
            learning_outcomes: Vec<String>,
            /// Regions, such as `GLOBAL` or `AU`.
            region: Vec<String>,
            /// Accents of the audio, such as `en-AU`.
            locale: Vec<String>,
            author: NewAuthor,
            who_should_consume: String,
            is_compliance: bool,
        }
    }
}

request_body! {
    /// The author of a learning object.
    pub struct NewAuthor { required { name: String, about: String, } }
}

request_body! {
    /// Changes of the playback.
    pub struct PlaybackChanges {
        optional {
            launch_mode: LaunchMode,
            auto_complete: bool,
            mobile_friendly: bool,
            /// Has parts with a score or feedback.
            assessable: bool,
            /// Meets WCAG 2.0 AA.
            wcag: bool,
        }
    }
}

request_body! {
    /// The content of a learning object. The fields depend on its kind.
    pub struct NewContent {
        optional {
            url: String,
            /// URLs of captions, by language: video.
            captions: BTreeMap<String, String>,
            /// URLs of transcripts, by language: video and audio.
            transcripts: BTreeMap<String, String>,
            /// Allows downloads; off unless set: document.
            downloadable: bool,
            /// True if it is integrated content: link.
            integration: bool,
            /// Frame or window: link.
            open_mode: LaunchMode,
            /// Lets users mark it as complete: link.
            can_mark_as_complete: bool,
            /// URL that is polled while it is used: link.
            check_url: String,
            /// Authentication of the polling, `saml` or `none`: link.
            authentication_type: String,
        }
    }
}

request_body! {
    /// Topics of a learning object.
    pub struct NewTopics { optional { items: Vec<NewTopic>, } }
}

request_body! {
    /// A topic.
    pub struct NewTopic { required { id: u64, name: String, } }
}

request_body! {
    /// Files.
    pub struct NewMediaSet { optional { media: Vec<NewMedia>, } }
}

request_body! {
    /// Tags of a learning object.
    pub struct NewTags { optional { items: Vec<String>, } }
}

request_body! {
    /// Languages of a learning object, or of another that becomes a version of it.
    pub struct RevisionChanges {
        required {
            /// Languages, such as `en` or `vi-VN`.
            languages: Vec<String>,
        }
        optional {
            /// Learning object that has these languages, if not the one of the call.
            id: String,
        }
    }
}

request_body! {
    /// Learning objects within a course or module, neither of which may hold courses; a module also no
    /// modules.
    pub struct PresentationChanges {
        optional {
            /// Identifiers, of either kind.
            items: Vec<String>,
            /// Makes users watch videos to the end: course.
            force_to_watch: bool,
        }
    }
}

request_body! {
    /// Changes of the offerings.
    pub struct OfferingChanges {
        optional {
            /// [`Pending`](ReviewStatus::Pending) submits the learning object for a new offering.
            status: ReviewStatus,
        }
    }
}

request_body! {
    /// Changes of the accessibility.
    pub struct AccessibilityChanges {
        optional {
            /// WCAG level that it meets, such as `2.1 AA`.
            wcag_level: String,
            features: AccessibilityFeatureChanges,
        }
    }
}

request_body! {
    /// Changes of the accessibility features.
    pub struct AccessibilityFeatureChanges {
        optional {
            closed_captions: bool,
            transcript: bool,
            screenreader_compatible: bool,
        }
    }
}
