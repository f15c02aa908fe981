//! Parts of learning objects. Source: REST reference, Learning objects.

use oauth_core::chrono::{DateTime, Utc};
use oauth_core::{Amount, open_enum, response};

response! {
    /// The main data of a learning object.
    pub struct Core {
        optional {
            kind = "type": LearningObjectType,
            title: String,
            description: String,
            image: Media,
            /// Portal of the content provider.
            provider_id: String,
            /// Identifier in the content provider's own system.
            external_id: String,
            /// True if it stands alone; false if it is part of another.
            standalone: bool,
        }
        lists {
            /// Users who created it.
            creators: String,
        }
    }
}

open_enum! {
    /// The kind of a learning object.
    pub enum LearningObjectType {
        Course = "course",
        Group = "group",
        Playlist = "playlist",
        Module = "module",
        Assignment = "assignment",
        Audio = "audio",
        Document = "document",
        Event = "event",
        /// Interactive content, such as SCORM.
        Interactive = "interactive",
        Manual = "manual",
        Link = "link",
        Lti = "lti",
        Question = "question",
        Quiz = "quiz",
        Text = "text",
        Video = "video",
        /// An award. Only a filter of lists is documented.
        Award = "award",
    }
}

response! {
    /// An image, a video or another file.
    pub struct Media {
        optional {
            key: String,
            /// URL, the data itself, or another reference.
            value: String,
            mimetype: String,
            features: MediaFeatures,
        }
    }
}

response! {
    /// Features of a file.
    pub struct MediaFeatures { optional { downloadable: bool, } }
}

response! {
    /// Files.
    pub struct MediaSet { lists { media: Media, } }
}

response! {
    /// The state of a learning object.
    pub struct Lifecycle {
        optional {
            state: LifecycleState,
            /// State to come.
            pending_state: PendingState,
        }
    }
}

open_enum! {
    /// A state of a learning object.
    pub enum LifecycleState {
        Draft = "draft",
        Published = "published",
        /// Retired, before its removal.
        Retired = "retired",
        Removed = "removed",
    }
}

response! {
    /// The times at which a learning object changes its state.
    pub struct PendingState { optional { removed_time: DateTime<Utc>, retired_time: DateTime<Utc>, } }
}

response! {
    /// The description of a learning object, for those who choose one.
    pub struct Relevance {
        optional {
            /// Duration in minutes.
            duration: f64,
            /// Language, such as `en` or `en-US`.
            language: String,
            year_created: u16,
            summary: String,
            entry_level: EntryLevel,
            author: Author,
            who_should_consume: String,
            is_compliance: bool,
        }
        lists {
            learning_outcomes: String,
            /// Regions, such as `GLOBAL` or `AU`.
            region: String,
            /// Accents of the audio, such as `en-AU`.
            locale: String,
        }
    }
}

open_enum! {
    /// The experience that a learning object is meant for.
    pub enum EntryLevel {
        Beginner = "Beginner",
        Intermediate = "Intermediate",
        Advanced = "Advanced",
        Everyone = "Suitable for everyone",
    }
}

response! {
    /// The author of a learning object.
    pub struct Author { optional { name: String, about: String, } }
}

response! {
    /// Tags of a learning object.
    pub struct Tags { lists { items: String, } }
}

response! {
    /// Topics of a learning object.
    pub struct Topics { lists { items: Topic, } }
}

response! {
    /// A topic.
    pub struct Topic {
        required {
            id: String,
        }
        optional {
            name: String,
        }
    }
}

response! {
    /// The content of a learning object. The fields depend on its kind.
    pub struct ProtectedContent {
        optional {
            can_mark_as_complete: bool,
            /// Identifier: interactive, LTI, question, quiz.
            id: String,
            /// State of the import: interactive.
            status: ImportStatus,
            /// Error of the import: interactive.
            error_message: String,
            /// Frame or window: link.
            open_mode: LaunchMode,
            /// True if it is integrated content: link.
            integration: bool,
            /// URL that is polled while it is used: link.
            check_url: String,
            /// Authentication of the polling, `saml` or `none`: link.
            authentication_type: String,
            /// Host, such as `youtube` or `vimeo`: video.
            provider: String,
        }
        lists {
            /// Files: audio, document, link, video.
            media: Media,
        }
    }
}

open_enum! {
    /// The state of an import.
    pub enum ImportStatus {
        Processing = "processing",
        Ready = "ready",
        Error = "error",
    }
}

response! {
    /// A price. Source of the tax: Totara's Go1 plug-in, a third party.
    pub struct Pricing {
        optional {
            price: Amount,
            /// Currency, such as `USD`.
            currency: String,
            tax: Amount,
            tax_included: bool,
        }
    }
}

response! {
    /// Skills of a learning object.
    pub struct Skills { lists { items: Skill, } }
}

response! {
    /// A skill.
    pub struct Skill {
        required {
            name: String,
        }
        optional {
            /// Confidence that the learning object is about it, up to 1.
            confidence: f64,
        }
    }
}

response! {
    /// The provider of a learning object.
    pub struct ContentProvider {
        optional {
            logo: String,
            name: String,
        }
        lists {
            social_links: String,
        }
    }
}

response! {
    /// The playback of a learning object.
    pub struct PlaybackBehavior {
        optional {
            launch_mode: LaunchMode,
            auto_complete: bool,
            mobile_friendly: bool,
            /// True if it has parts with a score or feedback.
            assessable: bool,
            /// True if it meets WCAG 2.0 AA.
            wcag: bool,
        }
    }
}

open_enum! {
    /// Frame or window, in which a learning object opens.
    pub enum LaunchMode {
        Iframe = "iframe",
        Window = "window",
        Dynamic = "dynamic",
    }
}

response! {
    /// Offerings of a learning object.
    pub struct Offerings { lists { items: Offering, } }
}

response! {
    /// An offering, and the review that decides it.
    pub struct Offering {
        optional {
            status: ReviewStatus,
            /// Kind, such as `premium`.
            kind = "type": String,
            submitted_time: DateTime<Utc>,
            submitted_by: String,
            reviewed_time: DateTime<Utc>,
        }
        lists {
            reasons: String,
            comments: String,
        }
    }
}

open_enum! {
    /// The state of a review.
    pub enum ReviewStatus {
        Pending = "pending",
        Approved = "approved",
        Rejected = "rejected",
    }
}

response! {
    /// Quality of a learning object.
    pub struct Quality { optional { user_rating: UserRating, } }
}

response! {
    /// Ratings by users.
    pub struct UserRating {
        optional {
            ratings_count: u64,
            /// Mean, up to 5.
            five_star_rating: f64,
        }
    }
}

response! {
    /// Alternatives to a learning object.
    pub struct Alternatives {
        lists {
            /// Identifiers, most relevant first. The reference also calls this a text; one stays in `other`.
            content: String,
        }
    }
}

response! {
    /// A version of a learning object in one language.
    pub struct Revision {
        required {
            id: String,
        }
        optional {
            /// Older, numeric identifier.
            lo_id: String,
            /// Version, such as `1.0`.
            version: String,
        }
    }
}

response! {
    /// Accessibility of a learning object.
    pub struct Accessibility {
        optional {
            /// WCAG level that it meets, such as `2.1 AA`.
            wcag_level: String,
            /// Features; those that do not apply are missing.
            features: AccessibilityFeatures,
        }
    }
}

response! {
    /// Accessibility features.
    pub struct AccessibilityFeatures {
        optional {
            closed_captions: bool,
            transcript: bool,
            screenreader_compatible: bool,
        }
    }
}
