//! Enrollments of users in learning objects.

use oauth_core::chrono::{DateTime, Utc};
use oauth_core::{CommaSeparated, endpoint, open_enum, request_body, response};

use super::base::{
    FILE_BYTES, FILE_SECONDS, SortOrder, gateway, gateway_file, gateway_page, paged_by_offset,
};
use crate::provider::Go1;

endpoint! {
    [] Go1;
    /// `GET /enrollments`: enrollments in courses and standalone learning objects, page by page. Scope
    /// `enrollment.read`.
    ///
    /// Only a portal administrator may list other users' enrollments; for anyone else, a call without their
    /// own [`user_account_id`](Self::user_account_id) is refused with 403. Offset and limit together reach
    /// 10,000 results. Source: REST reference, Enrollments.
    pub struct Enrollments() {
        optional {
            /// Page size, 1 to 50; 20 by default.
            limit: u32,
            offset: u64,
            user_account_id: String,
            assigner_account_id: String,
            lo_ids: CommaSeparated<String>,
            status: CommaSeparated<EnrollmentStatus>,
            update_time_lte: DateTime<Utc>,
            update_time_gte: DateTime<Utc>,
            due_date_exists: bool,
            due_date_gte: DateTime<Utc>,
            due_date_lte: DateTime<Utc>,
            end_date_gte: DateTime<Utc>,
            end_date_lte: DateTime<Utc>,
            assign_date_gte: DateTime<Utc>,
            assign_date_lte: DateTime<Utc>,
            enrollment_type: EnrollmentType,
            /// Sorts by this field; by creation unless set.
            sort: EnrollmentSort,
            order: SortOrder,
        }
    }
    GET gateway_page[limit, offset] "/enrollments" scopes ["enrollment.read"] => json(EnrollmentPage)
}

endpoint! {
    [] Go1;
    /// `GET /enrollments/{id}`: one enrollment, such as that of an `enrollment.complete` event. Scope
    /// `enrollment.read`. Source: REST reference, Enrollments.
    pub struct Enrollment(id: String);
    GET gateway "/enrollments/:id" scopes ["enrollment.read"] => json(EnrollmentDetails)
}

endpoint! {
    [] Go1;
    /// `POST /enrollments`: enrolls a user. Scope `enrollment.write`.
    ///
    /// If the user is enrolled already, Go1 responds with 409 and the code `enrollment_exists`. Source: REST
    /// reference, Enrollments.
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
    /// `enrollment.write`. Source: REST reference, Enrollments.
    pub struct UpdateEnrollment(id: String);
    PATCH gateway "/enrollments/:id" scopes ["enrollment.write"] body(changes: EnrollmentChanges)
        => json(EnrollmentDetails)
}

endpoint! {
    [] Go1;
    /// `DELETE /enrollments/{id}`: deletes an enrollment. Scope `enrollment.write`. Source: REST reference,
    /// Enrollments.
    pub struct DeleteEnrollment(id: String) {
        optional {
            /// Takes back the assignment only, of an enrollment that was self-directed before it was
            /// assigned. One that was assigned from the start is deleted all the same.
            retain_original: bool,
        }
    }
    DELETE gateway "/enrollments/:id" scopes ["enrollment.write"] => nothing
}

endpoint! {
    [] Go1;
    /// `GET /enrollments/{id}/certificate`: the certificate of completion, a PDF. Scope `enrollment.read`.
    ///
    /// An enrollment that is not completed has none: 400. Source: REST reference, Enrollments.
    pub struct EnrollmentCertificate(id: String);
    GET gateway_file("application/pdf") "/enrollments/:id/certificate" scopes ["enrollment.read"]
        limits(FILE_BYTES, FILE_SECONDS) => bytes
}

paged_by_offset!(Enrollments: EnrollmentPage of EnrollmentDetails);

response! {
    /// A page of enrollments.
    pub struct EnrollmentPage {
        required {
            /// Number of results on all pages.
            total: u64,
        }
        required_lists {
            hits: EnrollmentDetails,
        }
    }
}

response! {
    /// A user's enrollment in a learning object.
    pub struct EnrollmentDetails {
        required {
            id: String,
        }
        optional {
            /// Kind. Empty for an enrollment within another.
            enrollment_type: EnrollmentType,
            user_account_id: String,
            /// Learning object.
            lo_id: String,
            parent_enrollment_id: String,
            /// The same, as pages of enrollments spell it.
            parent_enrolment_id: String,
            assigner_account_id: String,
            assign_date: DateTime<Utc>,
            created_time: DateTime<Utc>,
            updated_time: DateTime<Utc>,
            status: EnrollmentStatus,
            /// Result in percent.
            result: u8,
            pass: bool,
            start_date: DateTime<Utc>,
            end_date: DateTime<Utc>,
            due_date: DateTime<Utc>,
        }
    }
}

request_body! {
    /// A new enrollment.
    pub struct NewEnrollment {
        required {
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
            due_date: DateTime<Utc>,
        }
    }
}

request_body! {
    /// Changes of an enrollment. The conditions of [`NewEnrollment`] hold.
    pub struct EnrollmentChanges {
        optional {
            enrollment_type: EnrollmentType,
            assigner_account_id: String,
            assign_date: DateTime<Utc>,
            status: EnrollmentStatus,
            /// Result in percent.
            result: u8,
            pass: bool,
            start_date: DateTime<Utc>,
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
        NotStarted = "not-started",
        InProgress = "in-progress",
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
        UpdatedTime = "updated_time",
        DueDate = "due_date",
        AssignDate = "assign_date",
    }
}
