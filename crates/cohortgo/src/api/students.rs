//! Students.

use oauth_core::chrono::NaiveDate;
use oauth_core::http::{Method, Request, Response};
use oauth_core::serde_json::{Map, Value};
use oauth_core::url::Url;
use oauth_core::{Endpoint, EndpointContext, Error, json, json_request};
use serde::Serialize;

use super::fields::{received, sent};
use super::{Id, Upload};
use crate::CohortGo;

sent! {
    /// Creates a student: `POST /students.json` with `{"student": {…}}`.
    ///
    /// Which fields must be there is not documented; the guide's example has all of these. Source:
    /// cohortgo.dev/guides/agent-payment-requests-api.
    ///
    /// ```
    /// use cohortgo::api::CreateStudent;
    /// use cohortgo::chrono::NaiveDate;
    ///
    /// let john = CreateStudent::default()
    ///     .given_name("John")
    ///     .family_name("Smith")
    ///     .email("john.smith@example.org")
    ///     .home_country("CN")
    ///     .dob(NaiveDate::from_ymd_opt(1990, 5, 20).expect("a date"));
    /// ```
    CreateStudent {
        /// The form of address, such as `Mr`.
        title: String,
        /// The given name.
        given_name: String,
        /// The family name.
        family_name: String,
        /// The gender; the guide's example is `male`.
        gender: String,
        /// The e-mail address.
        email: String,
        /// The home country as two letters, such as `CN`.
        home_country: String,
        /// The country the student goes to as two letters, such as `AU`.
        destination_country: String,
        /// The date of birth.
        dob: NaiveDate,
        /// The number of the mobile telephone; the guide's example is `61 412 123 123`.
        mobile: String,
        /// The number of the passport.
        passport_number: String,
        /// Where a copy of the passport can be fetched.
        passport: Upload,
        /// The account's custom data, by the names configured in the portal.
        additional_information: Map<String, Value>,
    }
}

received! {
    /// A student that was created. Source: cohortgo.dev/guides/agent-payment-requests-api.
    Student {
        /// The student's identifier.
        id: Id,
    } {
        /// The student's page in the customer's portal.
        portal_url: Url,
    }
}

impl Endpoint<CohortGo> for CreateStudent {
    type Response = Student;
    const NAME: &'static str = "POST /students.json";

    fn request(&self, at: &EndpointContext<'_, CohortGo>) -> Result<Request<Vec<u8>>, Error> {
        #[derive(Serialize)]
        struct Body<'a> {
            student: &'a CreateStudent,
        }
        self.check()?;
        json_request(Method::POST, &super::url(at, &["students.json"])?, &Body { student: self })
    }

    fn parse(
        &self,
        _: &EndpointContext<'_, CohortGo>,
        response: Response<Vec<u8>>,
    ) -> Result<Student, Error> {
        json(&response)
    }
}
