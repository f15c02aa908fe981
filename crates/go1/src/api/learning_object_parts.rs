//! Parts of learning objects. Source: REST reference 2025-01-01, Learning objects.

use oauth_core::chrono::{DateTime, Utc};
use oauth_core::{Amount, open_enum, response};

response! {
    /// The main data of a learning object.
    pub struct Core {
        optional {
            /// Kind.
            kind = "type": LearningObjectType,
            /// Title.
            title: String,
            /// Description.
            description: String,
            /// Thumbnail.
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
        /// A course.
        Course = "course",
        /// A group.
        Group = "group",
        /// A playlist.
        Playlist = "playlist",
        /// A module.
        Module = "module",
        /// An assignment.
        Assignment = "assignment",
        /// Audio.
        Audio = "audio",
        /// A document.
        Document = "document",
        /// An event.
        Event = "event",
        /// Interactive content, such as SCORM.
        Interactive = "interactive",
        /// Manual content.
        Manual = "manual",
        /// A link.
        Link = "link",
        /// LTI.
        Lti = "lti",
        /// A question.
        Question = "question",
        /// A quiz.
        Quiz = "quiz",
        /// Text.
        Text = "text",
        /// A video.
        Video = "video",
        /// An award. Only a filter of lists is documented.
        Award = "award",
    }
}

response! {
    /// An image, a video or another file.
    pub struct Media {
        optional {
            /// Key.
            key: String,
            /// URL, the data itself, or another reference.
            value: String,
            /// Media type.
            mimetype: String,
            /// Features.
            features: MediaFeatures,
        }
    }
}

response! {
    /// Features of a file.
    pub struct MediaFeatures {
        optional {
            /// True if it may be downloaded.
            downloadable: bool,
        }
    }
}

response! {
    /// Files.
    pub struct MediaSet {
        lists {
            /// Files.
            media: Media,
        }
    }
}

response! {
    /// The state of a learning object.
    pub struct Lifecycle {
        optional {
            /// State.
            state: LifecycleState,
            /// State to come.
            pending_state: PendingState,
        }
    }
}

open_enum! {
    /// A state of a learning object.
    pub enum LifecycleState {
        /// Not published yet.
        Draft = "draft",
        /// Published.
        Published = "published",
        /// Retired, before its removal.
        Retired = "retired",
        /// Removed.
        Removed = "removed",
    }
}

response! {
    /// When a learning object changes its state.
    pub struct PendingState {
        optional {
            /// Time of its removal, also past.
            removed_time: DateTime<Utc>,
            /// Time of its retirement.
            retired_time: DateTime<Utc>,
        }
    }
}

response! {
    /// The description of a learning object, for those who choose one.
    pub struct Relevance {
        optional {
            /// Duration in minutes.
            duration: f64,
            /// Language, such as `en` or `en-US`.
            language: String,
            /// Year in which it was created.
            year_created: u16,
            /// Summary.
            summary: String,
            /// Experience that it is meant for.
            entry_level: EntryLevel,
            /// Author.
            author: Author,
            /// Target audience.
            who_should_consume: String,
            /// True if it is compliance training.
            is_compliance: bool,
        }
        lists {
            /// What learners should achieve.
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
        /// Beginners.
        Beginner = "Beginner",
        /// Intermediate learners.
        Intermediate = "Intermediate",
        /// Advanced learners.
        Advanced = "Advanced",
        /// Everyone.
        Everyone = "Suitable for everyone",
    }
}

response! {
    /// The author of a learning object.
    pub struct Author {
        optional {
            /// Name.
            name: String,
            /// About the author.
            about: String,
        }
    }
}

response! {
    /// Tags of a learning object.
    pub struct Tags {
        lists {
            /// Tags.
            items: String,
        }
    }
}

response! {
    /// Topics of a learning object.
    pub struct Topics {
        lists {
            /// Topics.
            items: Topic,
        }
    }
}

response! {
    /// A topic.
    pub struct Topic {
        required {
            /// Identifier.
            id: String,
        }
        optional {
            /// Name.
            name: String,
        }
    }
}

response! {
    /// The content of a learning object. The fields depend on its kind.
    pub struct ProtectedContent {
        optional {
            /// True if users may mark it as complete.
            can_mark_as_complete: bool,
            /// Identifier: interactive, LTI, question, quiz.
            id: String,
            /// State of the import: interactive.
            status: ImportStatus,
            /// Error of the import: interactive.
            error_message: String,
            /// How it opens: link.
            open_mode: LaunchMode,
            /// True if it is integrated content: link.
            integration: bool,
            /// URL that is polled while it is used: link.
            check_url: String,
            /// How the state of the content is read, `saml` or `none`: link.
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
        /// In progress.
        Processing = "processing",
        /// Done.
        Ready = "ready",
        /// Failed.
        Error = "error",
    }
}

response! {
    /// A price. Source of the tax: Totara's Go1 plug-in, a third party.
    pub struct Pricing {
        optional {
            /// Price.
            price: Amount,
            /// Currency, such as `USD`.
            currency: String,
            /// Tax.
            tax: Amount,
            /// True if the price includes the tax.
            tax_included: bool,
        }
    }
}

response! {
    /// Skills of a learning object.
    pub struct Skills {
        lists {
            /// Skills.
            items: Skill,
        }
    }
}

response! {
    /// A skill.
    pub struct Skill {
        required {
            /// Name.
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
            /// URL of the logo.
            logo: String,
            /// Name.
            name: String,
        }
        lists {
            /// Links to social media.
            social_links: String,
        }
    }
}

response! {
    /// How a learning object is played.
    pub struct PlaybackBehavior {
        optional {
            /// How it opens.
            launch_mode: LaunchMode,
            /// True if it completes by itself.
            auto_complete: bool,
            /// True if it plays on mobile devices.
            mobile_friendly: bool,
            /// True if it has parts with a score or feedback.
            assessable: bool,
            /// True if it meets WCAG 2.0 AA.
            wcag: bool,
        }
    }
}

open_enum! {
    /// How a learning object opens.
    pub enum LaunchMode {
        /// In a frame.
        Iframe = "iframe",
        /// In a window.
        Window = "window",
        /// In either.
        Dynamic = "dynamic",
    }
}

response! {
    /// Offerings of a learning object.
    pub struct Offerings {
        lists {
            /// Offerings.
            items: Offering,
        }
    }
}

response! {
    /// An offering, and the review that decides it.
    pub struct Offering {
        optional {
            /// State of the review.
            status: ReviewStatus,
            /// Kind, such as `premium`.
            kind = "type": String,
            /// Time of submission.
            submitted_time: DateTime<Utc>,
            /// User who submitted it.
            submitted_by: String,
            /// Time of the review.
            reviewed_time: DateTime<Utc>,
        }
        lists {
            /// Reasons of the decision.
            reasons: String,
            /// Comments.
            comments: String,
        }
    }
}

open_enum! {
    /// The state of a review.
    pub enum ReviewStatus {
        /// Not decided.
        Pending = "pending",
        /// Approved.
        Approved = "approved",
        /// Rejected.
        Rejected = "rejected",
    }
}

response! {
    /// Quality of a learning object.
    pub struct Quality {
        optional {
            /// Ratings by users.
            user_rating: UserRating,
        }
    }
}

response! {
    /// Ratings by users.
    pub struct UserRating {
        optional {
            /// Number of ratings.
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
            /// Identifier of the learning object.
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
            /// Closed captions.
            closed_captions: bool,
            /// A transcript.
            transcript: bool,
            /// Works with screen readers.
            screenreader_compatible: bool,
        }
    }
}
