//! Students.

use oauth_core::chrono::NaiveDate;
use oauth_core::serde_json::{Map, Value};
use oauth_core::url::Url;
use oauth_core::{endpoint, request_body, response};

use super::base::api;
use super::id::Id;
use super::upload::Upload;
use crate::provider::CohortGo;

endpoint! {
    [] CohortGo;
    /// `POST /students.json`: creates a student.
    ///
    /// Source: cohortgo.dev/guides/agent-payment-requests-api.
    pub struct CreateStudent();
    POST api "/students.json" body(student: NewStudent as "student") => json(Student)
}

request_body! {
    /// A student to create.
    ///
    /// The required fields are not documented; the guide's example has all of these. Source:
    /// cohortgo.dev/guides/agent-payment-requests-api.
    ///
    /// ```
    /// use cohortgo::api::{CreateStudent, NewStudent};
    /// use cohortgo::chrono::NaiveDate;
    ///
    /// let john = NewStudent::new()
    ///     .given_name("John")
    ///     .family_name("Smith")
    ///     .email("john.smith@example.org")
    ///     .home_country("CN")
    ///     .dob(NaiveDate::from_ymd_opt(1990, 5, 20).expect("a date"));
    /// ```
    pub struct NewStudent {
        optional {
            /// Form of address, such as `Mr`.
            title: String,
            /// Given name.
            given_name: String,
            /// Family name.
            family_name: String,
            /// Gender; `male` in the guide's example.
            gender: String,
            /// E-mail address.
            email: String,
            /// Home country as two letters, such as `CN`.
            home_country: String,
            /// Country of study as two letters, such as `AU`.
            destination_country: String,
            /// Date of birth.
            dob: NaiveDate,
            /// Mobile phone number; `61 412 123 123` in the guide's example.
            mobile: String,
            /// Passport number.
            passport_number: String,
            /// Copy of the passport.
            passport: Upload,
            /// The account's custom data, under the names configured in the portal.
            additional_information: Map<String, Value>,
        }
    }
}

response! {
    /// A created student. Source: cohortgo.dev/guides/agent-payment-requests-api.
    pub struct Student {
        required {
            /// Identifier.
            id: Id,
        }
        optional {
            /// The student's page in the customer's portal.
            portal_url: Url,
        }
    }
}
