//! Insurance quotes.

use oauth_core::chrono::NaiveDate;
use oauth_core::http::{Method, Request, Response};
use oauth_core::serde_json::Value;
use oauth_core::url::Url;
use oauth_core::{Amount, Endpoint, EndpointContext, Error, response};

use super::base::api;
use super::fields::reject_duplicates;
use super::page::Page;
use crate::provider::CohortGo;

/// `GET /services/insurance/quote.json`: insurance quotes for a course.
///
/// Source: cohortgo.dev/guides/agent-insurance-api.
///
/// ```
/// use cohortgo::api::InsuranceQuotes;
/// use cohortgo::chrono::NaiveDate;
///
/// let start = NaiveDate::from_ymd_opt(2022, 3, 1).expect("a date");
/// let finish = NaiveDate::from_ymd_opt(2024, 11, 15).expect("a date");
/// let family = InsuranceQuotes::for_course("AU", start, finish).adults(2).children(1);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InsuranceQuotes {
    country: String,
    course_start_date: NaiveDate,
    course_finish_date: NaiveDate,
    adults: u32,
    children: u32,
    other: Vec<(String, String)>,
}

impl InsuranceQuotes {
    /// Quotes for one adult and a course in this country (two letters, such as `AU`) from the first day to
    /// the last.
    ///
    /// For Australia the policies are longer than the course, as a visa requires. The guide mentions a second
    /// way to ask, by the dates of the visa, without showing its parameters; add them with
    /// [`param`](Self::param).
    pub fn for_course(country: impl Into<String>, start: NaiveDate, finish: NaiveDate) -> Self {
        Self {
            country: country.into(),
            course_start_date: start,
            course_finish_date: finish,
            adults: 1,
            children: 0,
            other: Vec::new(),
        }
    }

    /// Sets the number of adults; 1 unless set.
    #[must_use]
    pub fn adults(mut self, adults: u32) -> Self {
        self.adults = adults;
        self
    }

    /// Sets the number of children; 0 unless set.
    #[must_use]
    pub fn children(mut self, children: u32) -> Self {
        self.children = children;
        self
    }

    /// Adds a parameter that has no method here. A call that sets a parameter both ways is rejected.
    #[must_use]
    pub fn param(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.other.push((name.into(), value.into()));
        self
    }
}

response! {
    /// An insurer's offer. Source: cohortgo.dev/guides/agent-insurance-api.
    pub struct InsuranceQuote {
        required {
            /// Insurer, such as `CBHS`.
            provider: String,
        }
        optional {
            /// Kind of policy, such as `OSHC`.
            policy_type: String,
            /// First day of the policy.
            policy_start: NaiveDate,
            /// Last day of the policy.
            policy_finish: NaiveDate,
            /// Currency as three letters.
            currency: String,
            /// Price of the whole policy.
            amount: Amount,
            /// Further fields that this insurer requires. The guide does not show an entry.
            provider_specific_fields: Vec<Value>,
            /// Page where the policy can be bought.
            purchase_url: Url,
        }
    }
}

impl Endpoint<CohortGo> for InsuranceQuotes {
    type Response = Page<InsuranceQuote>;
    const NAME: &'static str = "GET /services/insurance/quote.json";

    fn request(&self, at: &EndpointContext<'_, CohortGo>) -> Result<Request<Vec<u8>>, Error> {
        let typed = [
            ("country", self.country.clone()),
            ("course_start_date", self.course_start_date.to_string()),
            ("course_finish_date", self.course_finish_date.to_string()),
            ("adults", self.adults.to_string()),
            ("children", self.children.to_string()),
        ];
        reject_duplicates(&typed.each_ref().map(|(name, _)| *name), self.other.iter().map(|(name, _)| name))?;
        let other = self.other.iter().map(|(name, value)| (name.as_str(), value.clone()));
        typed
            .into_iter()
            .chain(other)
            .fold(api(at).path("/services/insurance/quote.json", &[]), |request, (name, value)| {
                request.query(name, Some(&value))
            })
            .build(Method::GET)
    }

    fn parse(
        &self,
        _: &EndpointContext<'_, CohortGo>,
        response: Response<Vec<u8>>,
    ) -> Result<Self::Response, Error> {
        Page::parse_array(&response)
    }
}
