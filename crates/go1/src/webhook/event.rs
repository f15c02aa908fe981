//! `Event`: the body of a webhook's request.

use oauth_core::http::Response;
use oauth_core::serde_json::{self, Map, Value};
use oauth_core::{json, open_enum, response};

use super::SignatureFault;

open_enum! {
    /// The type of an event. Source: REST reference, Webhooks; its page of events.
    pub enum EventType {
        /// A learner completed an enrollment.
        EnrollmentComplete = "enrollment.complete",
        /// A user was enrolled.
        EnrollmentCreate = "enrollment.create",
        /// An enrollment was deleted.
        EnrollmentDelete = "enrollment.delete",
        /// Content was added.
        ContentAdd = "content.add",
        /// Content was removed.
        ContentRemove = "content.remove",
        /// Content will be removed.
        ContentDecommission = "content.decommission",
        /// Pending decommission of content.
        ContentDecommissionPending = "content.decommission.pending",
        /// Addition to the portal's library.
        ContentLibraryAdd = "content.library.add",
        /// Removal from the portal's library.
        ContentLibraryRemove = "content.library.remove",
        /// Change of the portal's library.
        ContentLibraryUpdate = "content.library.update",
        /// Decommission in the portal's library.
        ContentLibraryDecommission = "content.library.decommission",
        /// Request to synchronize the library. Its webhook needs an `integration_system_id`.
        ContentLibrarySyncRequest = "content.library.sync.request",
    }
}

response! {
    /// An event. Source: AsyncAPI description of the webhooks in `api-evangelist/go1`, version 3.0.0.
    ///
    /// ```
    /// use go1::webhook::{Event, EventData};
    ///
    /// let body = br#"{"id":"1","event_type":"enrollment.complete","data":{"id":9001,"lo_id":29271}}"#;
    /// match Event::parse(body).unwrap().payload() {
    ///     EventData::EnrollmentComplete(enrollment) => assert_eq!(enrollment.id, "9001"),
    ///     other => println!("{other:?}"),
    /// }
    /// ```
    pub struct Event {
        required {
            /// Type.
            event_type: EventType,
        }
        optional {
            id: String,
            /// Version of the format, such as `3.0.0`.
            webhook_version: String,
            /// Time at which it was sent. No document names its format.
            sent: String,
            /// Number of the attempt to deliver it.
            attempt_number: u32,
            /// URL that it was sent to.
            url: String,
            /// Webhook that sent it.
            webhook_id: String,
            /// Data, not yet by type; see [`payload`](Self::payload).
            data: RawEventData,
        }
    }
}

response! {
    /// The data of an event as it came: all in `other`.
    pub struct RawEventData {}
}

/// The data of an event. No document describes that of the other event types.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum EventData {
    /// `enrollment.complete`.
    EnrollmentComplete(CompletedEnrollment),
    /// `content.decommission`.
    ContentDecommission(DecommissionedContent),
    /// Any other event, or data that cannot be read.
    Other(RawEventData),
}

response! {
    /// The enrollment of an `enrollment.complete` event. [`Enrollment`](crate::api::Enrollment) returns the
    /// rest.
    ///
    /// Source: Go1's plug-in for Moodle (`go1com/moodle-mod_goone`, 2025-01) reads both.
    pub struct CompletedEnrollment {
        required {
            /// Identifier of the enrollment.
            id: String,
        }
        optional {
            /// Learning object, by its older, numeric identifier.
            lo_id: String,
        }
    }
}

response! {
    /// The content of a `content.decommission` event.
    ///
    /// Source: <https://www.go1.com/developers/partners/concepts/content-decommission1> names this field; its
    /// place in the data is inferred.
    pub struct DecommissionedContent {
        optional {
            /// Time of the removal, until which learners may use the content. No document names its format.
            remove_time: String,
        }
    }
}

impl Event {
    /// Parses the body of a request whose signature was verified, or of a webhook without secret key.
    ///
    /// # Errors
    /// [`SignatureFault::NoEvent`] if it is not JSON, has duplicate keys, or has no event type.
    pub fn parse(body: &[u8]) -> Result<Self, SignatureFault> {
        json(&Response::new(body.to_vec())).map_err(|_| SignatureFault::NoEvent)
    }

    /// Returns the data by the type of the event.
    #[must_use]
    pub fn payload(&self) -> EventData {
        let fields = self.data.as_ref().map_or_else(Map::new, |data| data.other.clone());
        let value = Value::Object(fields.clone());
        let typed = match self.event_type {
            EventType::EnrollmentComplete => {
                serde_json::from_value(value).ok().map(EventData::EnrollmentComplete)
            }
            EventType::ContentDecommission => {
                serde_json::from_value(value).ok().map(EventData::ContentDecommission)
            }
            _ => None,
        };
        typed.unwrap_or(EventData::Other(RawEventData { other: fields }))
    }
}
