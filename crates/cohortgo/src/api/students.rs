//! Students.

use oauth_core::chrono::NaiveDate;
use oauth_core::http::{Method, Request, Response};
use oauth_core::serde_json::{Map, Value};
use oauth_core::url::Url;
use oauth_core::{Endpoint, EndpointContext, Error, RequestBuilder, json, request_body, response};

use super::id::Id;
use super::upload::Upload;
use super::url::url;
use crate::provider::CohortGo;

request_body! {
    /// `POST /students.json`: creates a student.
    ///
    /// The required fields are not documented; the guide's example has all of these. Source:
    /// cohortgo.dev/guides/agent-payment-requests-api.
    ///
    /// ```
    /// use cohortgo::api::CreateStudent;
    /// use cohortgo::chrono::NaiveDate;
    ///
    /// let john = CreateStudent::new()
    ///     .given_name("John")
    ///     .family_name("Smith")
    ///     .email("john.smith@example.org")
    ///     .home_country("CN")
    ///     .dob(NaiveDate::from_ymd_opt(1990, 5, 20).expect("a date"));
    /// ```
    pub struct CreateStudent {
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

impl Endpoint<CohortGo> for CreateStudent {
    type Response = Student;
    const NAME: &'static str = "POST /students.json";

    fn request(&self, at: &EndpointContext<'_, CohortGo>) -> Result<Request<Vec<u8>>, Error> {
        RequestBuilder::from_result(url(at, &["students.json"]))
            .json_body(Some("student"), self)
            .build(Method::POST)
    }

    fn parse(
        &self,
        _: &EndpointContext<'_, CohortGo>,
        response: Response<Vec<u8>>,
    ) -> Result<Student, Error> {
        json(&response)
    }
}
