//! Notification filters: the events that a user gets mail about.

use oauth_core::{List, endpoint, open_enum, request_body, response};

use super::confirmation::Confirmation;
use super::versioned::version;
use crate::Personal;

endpoint! {
    [] Personal;
    /// `GET /api/notification_filters`: all notification filters of the user. Since 17.5.0; version 2 since
    /// 20.1.0. Source: api.gocd.org, "Show all notification filters".
    pub struct NotificationFilters;
    GET version(2) "/api/notification_filters" => json(List<NotificationFilter>, "/_embedded/filters")
}

endpoint! {
    [] Personal;
    /// `POST /api/notification_filters`: creates a notification filter. Since 17.5.0; version 2 since 20.1.0.
    /// Source: api.gocd.org, "Create a notification filter".
    pub struct CreateNotificationFilter();
    POST version(2) "/api/notification_filters"
        body(filter: NewNotificationFilter) => json(NotificationFilter)
}

endpoint! {
    [] Personal;
    /// `GET /api/notification_filters/:id`: a notification filter. Since 17.5.0; version 2 since 20.1.0.
    /// Source: api.gocd.org, "Get a notification filter".
    pub struct GetNotificationFilter(id: u64);
    GET version(2) "/api/notification_filters/:id" => json(NotificationFilter)
}

endpoint! {
    [] Personal;
    /// `PATCH /api/notification_filters/:id`: changes a notification filter. Since 17.5.0; version 2 since
    /// 20.1.0. Source: api.gocd.org, "Update a notification filter".
    pub struct UpdateNotificationFilter(id: u64);
    PATCH version(2) "/api/notification_filters/:id"
        body(filter: NewNotificationFilter) => json(NotificationFilter)
}

endpoint! {
    [] Personal;
    /// `DELETE /api/notification_filters/:id`: deletes a notification filter. Since 17.5.0; version 2 since
    /// 20.1.0. Source: api.gocd.org, "Delete a notification filter".
    pub struct DeleteNotificationFilter(id: u64);
    DELETE version(2) "/api/notification_filters/:id" => json(Confirmation)
}

response! {
    /// A notification filter.
    pub struct NotificationFilter {
        required {
            /// Identifier.
            id: u64,
        }
        optional {
            /// Pipeline, or `[Any Pipeline]`.
            pipeline: String,
            /// Stage, or `[Any Stage]`.
            stage: String,
            /// Event.
            event: NotificationEvent,
            /// `true` for the user's own commits, `false` for all.
            match_commits: bool,
        }
    }
}

request_body! {
    /// A notification filter, to create or change.
    pub struct NewNotificationFilter {
        required {
            /// Pipeline, or `[Any Pipeline]`.
            pipeline: String,
            /// Stage, or `[Any Stage]`.
            stage: String,
            /// Event.
            event: NotificationEvent,
        }
        optional {
            /// `true` for the user's own commits, `false` (default) for all.
            match_commits: bool,
        }
    }
}

open_enum! {
    /// An event of a stage.
    pub enum NotificationEvent {
        /// Any.
        All = "All",
        /// It passes.
        Passes = "Passes",
        /// It fails.
        Fails = "Fails",
        /// It fails after it passed.
        Breaks = "Breaks",
        /// It passes after it failed.
        Fixed = "Fixed",
        /// It is cancelled.
        Cancelled = "Cancelled",
    }
}
