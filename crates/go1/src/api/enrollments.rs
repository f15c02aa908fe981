//! Enrollments: who learns what, and how far.

use oauth_core::chrono::{DateTime, Utc};
use oauth_core::{CommaSeparated, endpoint, open_enum, request_body, response};

use super::base::{FILE_BYTES, FILE_SECONDS, SortOrder, gateway, gateway_file};
use crate::provider::Go1;

endpoint! {
    [] Go1;
    /// `GET /enrollments`: enrollments in courses and standalone learning objects, page by page. Scope
    /// `enrollment.read`.
    ///
    /// Only a portal administrator may list other users' enrollments; for anyone else, a call without their own
    /// [`user_account_id`](Self::user_account_id) is refused with 403. Offset and limit together reach 10,000
    /// results. Source: REST reference 2025-01-01, Enrollments.
    pub struct Enrollments() {
        optional {
            /// Page size, 1 to 50; 20 by default.
            limit: u32,
            /// Results to skip.
            offset: u64,
            /// Only those of this user account.
            user_account_id: String,
            /// Only those that this user account assigned.
            assigner_account_id: String,
            /// Only those in these learning objects.
            lo_ids: CommaSeparated<String>,
            /// Only those with one of these statuses.
            status: CommaSeparated<EnrollmentStatus>,
            /// Changed at this time or earlier.
            update_time_lte: DateTime<Utc>,
            /// Changed at this time or later.
            update_time_gte: DateTime<Utc>,
            /// With a due date (`true`) or without (`false`).
            due_date_exists: bool,
            /// Due at this time or later.
            due_date_gte: DateTime<Utc>,
            /// Due at this time or earlier.
            due_date_lte: DateTime<Utc>,
            /// Completed at this time or later.
            end_date_gte: DateTime<Utc>,
            /// Completed at this time or earlier.
            end_date_lte: DateTime<Utc>,
            /// Assigned at this time or later.
            assign_date_gte: DateTime<Utc>,
            /// Assigned at this time or earlier.
            assign_date_lte: DateTime<Utc>,
            /// Only this kind.
            enrollment_type: EnrollmentType,
            /// Sorts by this field; by creation unless set.
            sort: EnrollmentSort,
            /// Direction of sorting.
            order: SortOrder,
        }
    }
    GET gateway "/enrollments" scopes ["enrollment.read"] => json(EnrollmentPage)
}

endpoint! {
    [] Go1;
    /// `GET /enrollments/{id}`: one enrollment, such as that of an `enrollment.complete` event. Scope
    /// `enrollment.read`. Source: REST reference 2025-01-01, Enrollments.
    pub struct Enrollment(id: String);
    GET gateway "/enrollments/:id" scopes ["enrollment.read"] => json(EnrollmentDetails)
}

endpoint! {
    [] Go1;
    /// `POST /enrollments`: enrolls a user. Scope `enrollment.write`.
    ///
    /// If the user is enrolled already, Go1 responds with 409 and the code `enrollment_exists`. Source: REST
    /// reference 2025-01-01, Enrollments.
    pub struct CreateEnrollment() {
        optional {
            /// Archives an enrollment that exists, and creates another.
            re_enroll = "re-enroll": bool,
        }
    }
    POST gateway "/enrollments" scopes ["enrollment.write"] body(enrollment: NewEnrollment)
        => json(EnrollmentDetails)
}

endpoint! {
    [] Go1;
    /// `PATCH /enrollments/{id}`: changes an enrollment, for example with progress made elsewhere. Scope
    /// `enrollment.write`. Source: REST reference 2025-01-01, Enrollments.
    pub struct UpdateEnrollment(id: String);
    PATCH gateway "/enrollments/:id" scopes ["enrollment.write"] body(changes: EnrollmentChanges)
        => json(EnrollmentDetails)
}

endpoint! {
    [] Go1;
    /// `DELETE /enrollments/{id}`: deletes an enrollment. Scope `enrollment.write`. Source: REST reference
    /// 2025-01-01, Enrollments.
    pub struct DeleteEnrollment(id: String) {
        optional {
            /// Takes back the assignment only, of an enrollment that was self-directed before it was assigned.
            /// One that was assigned from the start is deleted all the same.
            retain_original: bool,
        }
    }
    DELETE gateway "/enrollments/:id" scopes ["enrollment.write"] => nothing
}

endpoint! {
    [] Go1;
    /// `GET /enrollments/{id}/certificate`: the certificate of completion, a PDF. Scope `enrollment.read`.
    ///
    /// An enrollment that is not completed has none: 400. Source: REST reference 2025-01-01, Enrollments.
    pub struct EnrollmentCertificate(id: String);
    GET gateway_file("application/pdf") "/enrollments/:id/certificate" scopes ["enrollment.read"]
        limits(FILE_BYTES, FILE_SECONDS) => bytes
}

response! {
    /// A page of enrollments.
    pub struct EnrollmentPage {
        required {
            /// Number of results on all pages.
            total: u64,
        }
        required_lists {
            /// Enrollments of this page.
            hits: EnrollmentDetails,
        }
    }
}

response! {
    /// A user's enrollment in a learning object.
    pub struct EnrollmentDetails {
        required {
            /// Identifier.
            id: String,
        }
        optional {
            /// Kind. Empty for an enrollment within another.
            enrollment_type: EnrollmentType,
            /// User account.
            user_account_id: String,
            /// Learning object.
            lo_id: String,
            /// Enrollment that this one is part of.
            parent_enrollment_id: String,
            /// The same, as pages of enrollments spell it.
            parent_enrolment_id: String,
            /// User account that assigned it.
            assigner_account_id: String,
            /// Time of assignment.
            assign_date: DateTime<Utc>,
            /// Time of creation.
            created_time: DateTime<Utc>,
            /// Time of the last change.
            updated_time: DateTime<Utc>,
            /// Status.
            status: EnrollmentStatus,
            /// Result in percent.
            result: u8,
            /// True if the user passed.
            pass: bool,
            /// Time of the start.
            start_date: DateTime<Utc>,
            /// Time of completion.
            end_date: DateTime<Utc>,
            /// Time at which it is due.
            due_date: DateTime<Utc>,
        }
    }
}

request_body! {
    /// A new enrollment.
    pub struct NewEnrollment {
        required {
            /// Kind: assigned by somebody, or begun by the user.
            enrollment_type: EnrollmentType,
            /// User account to enroll.
            user_account_id: String,
            /// Learning object.
            lo_id: String,
            /// Status. Without result, pass and times if not started.
            status: EnrollmentStatus,
        }
        optional {
            /// Enrollment that this one is part of, for a learning object within another.
            parent_enrolment_id: String,
            /// User account that assigns it; only if assigned. The token's unless set.
            assigner_account_id: String,
            /// Time of assignment; only if assigned. Now unless set.
            assign_date: DateTime<Utc>,
            /// Result in percent, 0 to 100; only if completed.
            result: u8,
            /// True if the user passed; only if completed.
            pass: bool,
            /// Time of the start; not if not started.
            start_date: DateTime<Utc>,
            /// Time of completion; only if completed.
            end_date: DateTime<Utc>,
            /// Time at which it is due.
            due_date: DateTime<Utc>,
        }
    }
}

request_body! {
    /// Changes of an enrollment. The conditions of [`NewEnrollment`] hold.
    pub struct EnrollmentChanges {
        optional {
            /// Kind.
            enrollment_type: EnrollmentType,
            /// User account that assigns it.
            assigner_account_id: String,
            /// Time of assignment.
            assign_date: DateTime<Utc>,
            /// Status.
            status: EnrollmentStatus,
            /// Result in percent.
            result: u8,
            /// True if the user passed.
            pass: bool,
            /// Time of the start.
            start_date: DateTime<Utc>,
            /// Time of completion.
            end_date: DateTime<Utc>,
            /// Time at which it is due; only if assigned.
            due_date: DateTime<Utc>,
        }
    }
}

open_enum! {
    /// The origin of an enrollment.
    pub enum EnrollmentType {
        /// Assigned, by another user or by an assignment to oneself.
        Assigned = "assigned",
        /// Begun by the user.
        SelfDirected = "self-directed",
    }
}

open_enum! {
    /// The status of an enrollment.
    pub enum EnrollmentStatus {
        /// Not begun.
        NotStarted = "not-started",
        /// Begun.
        InProgress = "in-progress",
        /// Completed.
        Completed = "completed",
        /// Assigned: in [`Enrollments::status`] only.
        Assigned = "assigned",
    }
}

open_enum! {
    /// A field that enrollments are sorted by.
    pub enum EnrollmentSort {
        /// Creation, the default.
        CreatedTime = "created_time",
        /// Last change.
        UpdatedTime = "updated_time",
        /// Due date.
        DueDate = "due_date",
        /// Assignment.
        AssignDate = "assign_date",
    }
}
