//! Students, account users and insurance quotes.

use axum::response::Response;
use chrono::{Days, Months, NaiveDate};
use http::StatusCode;
use serde_json::{Value, json};

use super::caller::{ApiError, Caller, json_response, named_user, unwrap_root};
use super::model::AccountUser;
use crate::params::Params;

/// Fictitious insurers and their prices per adult and month, in cents.
const INSURERS: [(&str, i64); 2] = [("CBHS", 4110), ("AHM", 4255)];

/// `POST /students.json`. The required fields are not documented, so any field is enough.
pub(super) async fn create_student(Caller { request, account }: Caller) -> Result<Response, ApiError> {
    unwrap_root(&request, "student")?;
    let id = {
        let mut state = request.core.state();
        state.students += 1;
        12_344 + state.students
    };
    let portal_url = format!("{}/students/{id}", super::base_url(&request.core, account));
    Ok(json_response(StatusCode::CREATED, &json!({ "id": id, "portal_url": portal_url })))
}

/// `GET /users.json`. Path and fields are guesses.
pub(super) async fn list_users(Caller { request, account }: Caller) -> Response {
    let state = request.core.state();
    let users = state.users.iter().filter(|user| user.account == account.name);
    json_response(StatusCode::OK, &Value::Array(users.map(user_json).collect()))
}

/// `POST /users.json`. Path and fields are guesses.
pub(super) async fn create_user(Caller { request, account }: Caller) -> Result<Response, ApiError> {
    let fields = unwrap_root(&request, "user")?;
    let named = named_user(&fields).ok_or_else(|| {
        ApiError::unprocessable("invalid_user", "A user needs a name and an e-mail address.")
    })?;
    let mut state = request.core.state();
    if state.find(account, &named.email).is_some() {
        return Err(ApiError::unprocessable("user_exists", "There is a user with this e-mail address."));
    }
    Ok(json_response(StatusCode::CREATED, &user_json(&state.create(account, &named))))
}

fn user_json(user: &AccountUser) -> Value {
    json!({
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "role": user.role,
        "branch": user.branch,
        "can_log_in": user.can_log_in(),
        "system": user.system,
    })
}

/// `GET /services/insurance/quote.json`
pub(super) async fn quote(Caller { request, .. }: Caller) -> Result<Response, ApiError> {
    let quotes = quotes(&request.params).ok_or_else(|| {
        let text = "Needed: country (two letters), course_start_date and course_finish_date (like 2022-03-01), adults \
                    (at least 1) and children.";
        ApiError::unprocessable("invalid_parameter", text)
    })?;
    Ok(json_response(StatusCode::OK, &Value::Array(quotes)))
}

fn quotes(params: &Params) -> Option<Vec<Value>> {
    let country = params
        .present("country")
        .filter(|country| country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_alphabetic()))?;
    let date = |name: &str| params.present(name)?.parse::<NaiveDate>().ok();
    let (start, finish) = (date("course_start_date")?, date("course_finish_date")?);
    let count = |name: &str, default: u8| match params.present(name) {
        None => Some(default),
        Some(text) => text.parse::<u8>().ok(),
    };
    let (adults, children) = (count("adults", 1)?, count("children", 0)?);
    if start > finish || adults == 0 {
        return None;
    }
    // In Australia the policy covers the visa: from one month before the course to four months after it,
    // as in the guide's example.
    let (policy_type, start, finish) = if country.eq_ignore_ascii_case("AU") {
        ("OSHC", start.checked_sub_months(Months::new(1))?, finish.checked_add_months(Months::new(4))?)
    } else {
        ("Student", start, finish.checked_add_days(Days::new(1))?)
    };
    let months = (finish - start).num_days() / 30 + 1;
    // A child costs half as much as an adult.
    let half_prices = i64::from(adults) * 2 + i64::from(children);
    let quote = |(provider, cents): (&str, i64)| {
        // f64 is exact enough for these prices.
        let amount = (cents * months * half_prices / 2) as f64 / 100.0;
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
