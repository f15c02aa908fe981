//! Insurance.

use oauth_core::chrono::NaiveDate;
use oauth_core::http::{Request, Response};
use oauth_core::serde_json::Value;
use oauth_core::url::Url;
use oauth_core::{Endpoint, EndpointContext, Error, get};

use super::Amount;
use super::fields::{none_of, received};
use super::page::array;
use crate::CohortGo;

/// Asks for insurance quotes: `GET /services/insurance/quote.json`.
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
    /// For a course in this country (two letters, such as `AU`) from the first day to the last, for one adult.
    ///
    /// For Australia the policies offered are longer than the course, as a visa needs it; the guide mentions a second
    /// way to ask, by the dates of the visa, whose parameters are not in what we could read: add them by
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

    /// Sets how many adults. 1 unless set.
    #[must_use]
    pub fn adults(mut self, adults: u32) -> Self {
        self.adults = adults;
        self
    }

    /// Sets how many children. 0 unless set.
    #[must_use]
    pub fn children(mut self, children: u32) -> Self {
        self.children = children;
        self
    }

    /// Adds a parameter that has no method here. The call is refused if it has one.
    #[must_use]
    pub fn param(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.other.push((name.into(), value.into()));
        self
    }
}

received! {
    /// One insurer's offer. Source: cohortgo.dev/guides/agent-insurance-api.
    InsuranceQuote {} {
        /// The kind of policy, such as `OSHC`.
        policy_type: String,
        /// The insurer, such as `CBHS`.
        provider: String,
        /// The first day of the policy.
        policy_start: NaiveDate,
        /// The last day of the policy.
        policy_finish: NaiveDate,
        /// The currency as three letters.
        currency: String,
        /// The price of the whole policy.
        amount: Amount,
        /// What this insurer wants to know besides. The guide does not show what an entry looks like.
        provider_specific_fields: Vec<Value>,
        /// Where the policy can be bought.
        purchase_url: Url,
    }
}

impl Endpoint<CohortGo> for InsuranceQuotes {
    type Response = Vec<InsuranceQuote>;
    const NAME: &'static str = "GET /services/insurance/quote.json";

    fn request(&self, at: &EndpointContext<'_, CohortGo>) -> Result<Request<Vec<u8>>, Error> {
        let typed = [
            ("country", self.country.clone()),
            ("course_start_date", self.course_start_date.to_string()),
            ("course_finish_date", self.course_finish_date.to_string()),
            ("adults", self.adults.to_string()),
            ("children", self.children.to_string()),
        ];
        none_of(&typed.each_ref().map(|(name, _)| *name), self.other.iter().map(|(name, _)| name))?;
        let mut url = super::url(at, &["services", "insurance", "quote.json"])?;
        url.query_pairs_mut().extend_pairs(&typed).extend_pairs(&self.other);
        get(&url)
    }

    fn parse(
        &self,
        _: &EndpointContext<'_, CohortGo>,
        response: Response<Vec<u8>>,
    ) -> Result<Self::Response, Error> {
        array(&response)
    }
}
