//! The public types of `go1`.

pub use crate::go1::{AuthorizedClient, Client, ClientBuilder, Connect, Go1, PortalPassword, Site, Token};

super::common!(go1);

/// `go1::api`.
pub mod api {
    pub use crate::go1::api::{
        Accessibility, AccessibilityChanges, AccessibilityFeatureChanges, AccessibilityFeatures, Account,
        AccountDetails, AdditionalFields, AlternativePage, Alternatives, AppliedFilters, AppliedParameters,
        Author, ContentProvider, Core, CoreChanges, CreateEnrollment, CreateLearningObject, CreatePortal,
        CreateUserAccount, CreateWebhook, CreatedPortal, DeleteEnrollment, DeleteLearningObject, Enrollment,
        EnrollmentCertificate, EnrollmentChanges, EnrollmentDetails, EnrollmentPage, EnrollmentSort,
        EnrollmentStatus, EnrollmentType, Enrollments, EntryLevel, FacetValue, ImportStatus, LaunchMode,
        LearningObject, LearningObjectAlternatives, LearningObjectChanges, LearningObjectDetails,
        LearningObjectIdentifier, LearningObjectPage, LearningObjectPart, LearningObjectScorm,
        LearningObjectType, LearningObjects, Lifecycle, LifecycleChanges, LifecycleState, Me, Media,
        MediaFeatures, MediaSet, NewAuthor, NewContent, NewCore, NewEnrollment, NewLearningObject, NewMedia,
        NewMediaFeatures, NewMediaSet, NewPortal, NewPortalUserAccount, NewTags, NewTopic, NewTopics,
        NewUserAccount, NewWebhook, Offering, OfferingChanges, Offerings, PendingState, Plan,
        PlaybackBehavior, PlaybackChanges, Portal, PortalChanges, PortalDetails, PortalPage, PortalSettings,
        PortalSort, PortalUserAccount, Portals, Presentation, PresentationChanges, Pricing, Profile,
        ProtectedContent, Quality, ReceiverClient, ReceiverClientDetails, Relevance, RelevanceChanges,
        ReviewStatus, Revision, RevisionChanges, Role, Skill, Skills, SortOrder, StandardFields, Tags, Topic,
        Topics, UpdateEnrollment, UpdateLearningObject, UpdatePortal, UpdateUserAccount, UpdateWebhook,
        UserAccount, UserAccountChanges, UserAccountDetails, UserAccountLogin, UserAccountPage,
        UserAccountPart, UserAccountUser, UserAccounts, UserRating, Validate, WebhookChanges, WebhookDetails,
        WebhookList, WebhookStatus, Webhooks,
    };
}

/// `go1::webhook`.
pub mod webhook {
    pub use crate::go1::webhook::{
        CompletedEnrollment, DecommissionedContent, Event, EventData, EventType, RawEventData,
        SignatureFault, Verifier,
    };
}
