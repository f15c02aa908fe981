//! Typed calls, by area. Send them with [`Client::send`](crate::Client::send) or a connection.
//!
//! | area | calls |
//! |---|---|
//! | enrollments | [`Enrollments`], [`Enrollment`], [`CreateEnrollment`], [`UpdateEnrollment`], [`DeleteEnrollment`], [`EnrollmentCertificate`] |
//! | webhooks | [`Webhooks`], [`CreateWebhook`], [`UpdateWebhook`]; their events are in [`webhook`](crate::webhook) |
//! | learning objects | [`LearningObjects`], [`LearningObject`], [`CreateLearningObject`], [`UpdateLearningObject`], [`DeleteLearningObject`], [`LearningObjectScorm`], [`LearningObjectAlternatives`] |
//! | user accounts | [`UserAccounts`], [`UserAccount`], [`CreateUserAccount`], [`UpdateUserAccount`], [`UserAccountLogin`] |
//! | portals | [`Portals`], [`Portal`], [`CreatePortal`], [`UpdatePortal`] |
//! | version 2 | [`Me`], [`Account`] |
//! | authorization host | [`Validate`] |
//!
//! All but the last two areas are on the gateway. "REST reference" in their sources is
//! <https://developers.go1.com/api/rest/2025-01-01/overview/>, read on 2026-11-30 in a copy
//! (`api-evangelist/go1`). User accounts are known from a third party only.
//!
//! A call takes its path parameters, then its body, in `new`; further query parameters are methods. What a
//! response names is typed; the rest is in `other`, whose values `Debug` does not show. A type that ends in
//! `Details` is what a call returns, one that begins with `New` or ends in `Changes` what it sends.
//!
//! ```
//! use go1::api::{EnrollmentStatus, Enrollments};
//! use go1::chrono::{DateTime, Utc};
//!
//! # async fn example(client: go1::Client, token: go1::Token, since: DateTime<Utc>)
//! # -> Result<(), go1::Error> {
//! let completed = Enrollments::new()
//!     .status([EnrollmentStatus::Completed])
//!     .update_time_gte(since)
//!     .limit(50u32);
//! for enrollment in client.send(&token, &completed).await?.hits {
//!     println!("{:?} {:?} {:?} %", enrollment.user_account_id, enrollment.lo_id, enrollment.result);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A token that lacks a scope is [`ErrorKind::Forbidden`](crate::ErrorKind::Forbidden): Go1 responds with 401
//! `{"message":"Missing scopes"}`. For any other call there is [`RawRequest`](crate::RawRequest), or a custom
//! [`Endpoint`](crate::Endpoint).

mod account;
mod base;
mod enrollments;
mod learning_object;
mod learning_object_changes;
mod learning_object_parts;
mod learning_objects;
mod me;
mod portals;
mod user_accounts;
mod validate;
mod webhooks;

pub use account::{Account, AccountDetails, Plan};
pub use base::SortOrder;
pub use enrollments::{
    CreateEnrollment, DeleteEnrollment, Enrollment, EnrollmentCertificate, EnrollmentChanges,
    EnrollmentDetails, EnrollmentPage, EnrollmentSort, EnrollmentStatus, EnrollmentType, Enrollments,
    NewEnrollment, UpdateEnrollment,
};
pub use learning_object::{
    AlternativePage, CreateLearningObject, DeleteLearningObject, LearningObject, LearningObjectAlternatives,
    LearningObjectDetails, LearningObjectIdentifier, LearningObjectPart, LearningObjectScorm, Presentation,
    UpdateLearningObject,
};
pub use learning_object_changes::{
    AccessibilityChanges, AccessibilityFeatureChanges, CoreChanges, LearningObjectChanges, LifecycleChanges,
    NewAuthor, NewContent, NewCore, NewLearningObject, NewMedia, NewMediaFeatures, NewMediaSet, NewTags,
    NewTopic, NewTopics, OfferingChanges, PlaybackChanges, PresentationChanges, RelevanceChanges,
    RevisionChanges,
};
pub use learning_object_parts::{
    Accessibility, AccessibilityFeatures, Alternatives, Author, ContentProvider, Core, EntryLevel,
    ImportStatus, LaunchMode, LearningObjectType, Lifecycle, LifecycleState, Media, MediaFeatures, MediaSet,
    Offering, Offerings, PendingState, PlaybackBehavior, Pricing, ProtectedContent, Quality, Relevance,
    ReviewStatus, Revision, Skill, Skills, Tags, Topic, Topics, UserRating,
};
pub use learning_objects::{
    AppliedFilters, AppliedParameters, FacetValue, LearningObjectPage, LearningObjects,
};
pub use me::{Me, Profile};
pub use portals::{
    CreatePortal, CreatedPortal, NewPortal, NewPortalUserAccount, Portal, PortalChanges, PortalDetails,
    PortalPage, PortalSettings, PortalSort, PortalUserAccount, Portals, UpdatePortal,
};
pub use user_accounts::{
    AdditionalFields, CreateUserAccount, NewUserAccount, Role, StandardFields, UpdateUserAccount,
    UserAccount, UserAccountChanges, UserAccountDetails, UserAccountLogin, UserAccountPage, UserAccountPart,
    UserAccountUser, UserAccounts,
};
pub use validate::Validate;
pub use webhooks::{
    CreateWebhook, NewWebhook, ReceiverClient, ReceiverClientDetails, UpdateWebhook, WebhookChanges,
    WebhookDetails, WebhookList, WebhookStatus, Webhooks,
};
