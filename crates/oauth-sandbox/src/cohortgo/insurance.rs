//! `GET /services/insurance/quote.json`.

use axum::response::Response;
use chrono::{Days, Months, NaiveDate};
use http::StatusCode;
use serde_json::{Value, json};

use super::caller::{Caller, Refused, answer};
use crate::params::Params;

/// Insurers and their prices for a month and an adult, in cents. Made up.
const INSURERS: [(&str, i64); 2] = [("CBHS", 4110), ("AHM", 4255)];

pub(super) async fn quote(_: Caller, params: Params) -> Result<Response, Refused> {
    let quotes = quotes(&params).ok_or_else(|| {
        let text = "Needed: country (two letters), course_start_date and course_finish_date (like 2022-03-01), adults \
                    (at least 1) and children.";
        Refused::senseless("invalid_parameter", text)
    })?;
    Ok(answer(StatusCode::OK, &Value::Array(quotes)))
}

fn quotes(params: &Params) -> Option<Vec<Value>> {
    let country = params
        .present("country")
        .filter(|country| country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_alphabetic()))?;
    let date = |name: &str| params.present(name)?.parse::<NaiveDate>().ok();
    let (start, finish) = (date("course_start_date")?, date("course_finish_date")?);
    let people = |name: &str, usual: u8| match params.present(name) {
        None => Some(usual),
        Some(text) => text.parse::<u8>().ok(),
    };
    let (adults, children) = (people("adults", 1)?, people("children", 0)?);
    if start > finish || adults == 0 {
        return None;
    }
    // For Australia the cover is as long as the visa: the guide's example begins a month before the course and ends four months after.
    let (policy_type, start, finish) = if country.eq_ignore_ascii_case("AU") {
        ("OSHC", start.checked_sub_months(Months::new(1))?, finish.checked_add_months(Months::new(4))?)
    } else {
        ("Student", start, finish.checked_add_days(Days::new(1))?)
    };
    let months = (finish - start).num_days() / 30 + 1;
    let heads = i64::from(adults) * 2 + i64::from(children);
    let quote = |(provider, cents): (&str, i64)| {
        // Cents to a decimal: exact enough for any price here.
        let amount = (cents * months * heads / 2) as f64 / 100.0;
        json!({
            "policy_type": policy_type,
            "provider": provider,
            "policy_start": start,
            "policy_finish": finish,
            "currency": "AUD",
            "amount": amount,
            "provider_specific_fields": [],
            "purchase_url": format!("https://insurance.example/{}", provider.to_lowercase()),
        })
    };
    Some(INSURERS.into_iter().map(quote).collect())
}
