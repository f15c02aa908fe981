//! Agent invoices and provider invoices.

use axum::response::Response;
use axum::routing::{MethodRouter, get};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::Rules;
use super::caller::{ApiError, Caller, json_response, unwrap_root};
use super::model::{ACCOUNTS, Account};
use crate::bounded::BoundedList;
use crate::provider::SharedCore;
use crate::random;

/// Invoices per page (a guess).
const PAGE_SIZE: usize = 25;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum InvoiceKind {
    Agent,
    Provider,
}

pub(super) struct Invoice {
    kind: InvoiceKind,
    account: &'static Account,
    updated_at: DateTime<Utc>,
    json: Value,
}

/// The initial invoices. One account has more provider invoices than fit on a page.
pub(super) fn initial(now: DateTime<Utc>) -> BoundedList<Invoice> {
    let [brightwater, lakeside] = &ACCOUNTS;
    let mut invoices = Vec::new();
    for (account, kind, count) in [
        (brightwater, InvoiceKind::Provider, 27),
        (brightwater, InvoiceKind::Agent, 3),
        (lakeside, InvoiceKind::Agent, 4),
        (lakeside, InvoiceKind::Provider, 1),
    ] {
        for age in (1..=count).rev() {
            let fields = json!({
                "institution_name": "University of Melbourne",
                "currency": "AUD",
                "amount": 500.05 + f64::from(age),
            });
            let updated_at = now - TimeDelta::hours(age.into());
            let mut json = kind.to_json(invoices.len(), fields.as_object().unwrap_or(&Map::new()));
            if kind == InvoiceKind::Provider {
                json["payment_remitted"] = updated_at.date_naive().to_string().into();
            }
            invoices.push(Invoice { kind, account, updated_at, json });
        }
    }
    BoundedList::pinned(invoices)
}

impl InvoiceKind {
    /// Returns the JSON of a new invoice, with the fields shown in the guides.
    fn to_json(self, number: usize, sent: &Map<String, Value>) -> Value {
        // Arrays and objects are dropped, because parsed they can take far more memory than on the wire.
        let is_scalar = |value: &&Value| !(value.is_array() || value.is_object());
        let sent = |name: &str| sent.get(name).filter(is_scalar).cloned().unwrap_or_default();
        match self {
            Self::Agent => json!({
                "institution_name": sent("institution_name"),
                "currency": sent("currency"),
                "amount": sent("amount"),
                "payment_reference": format!("invoice:{}", 1234 + number),
                "id": format!("S{}", 123_456_789 + number),
            }),
            Self::Provider => json!({
                "id": format!("SI{}", 1234 + number),
                "state": "uploaded",
                "payment_remitted": null,
                "document_link": format!("https://documents.example/SI{}.pdf", 1234 + number),
                "payment_url": format!("https://payments.example/r/{}", random::hex::<4>()),
            }),
        }
    }
}

pub(super) fn routes(kind: InvoiceKind) -> MethodRouter<SharedCore<Rules>> {
    get(move |caller: Caller| async move { list(&caller, kind) })
        .post(move |caller: Caller| async move { create(&caller, kind) })
}

/// Lists invoices oldest first, so that new invoices do not change earlier pages.
fn list(&Caller { ref request, account }: &Caller, kind: InvoiceKind) -> Result<Response, ApiError> {
    let invalid = |text| Err(ApiError::unprocessable("invalid_parameter", text));
    let page = match request.params.present("page").map(str::parse::<usize>) {
        None => 1,
        Some(Ok(page)) if page > 0 => page,
        Some(_) => return invalid("page has to be a number from 1."),
    };
    let since = match request.params.present("updated_since").map(parse_time) {
        None => DateTime::<Utc>::MIN_UTC,
        Some(Some(since)) => since,
        Some(None) => return invalid("updated_since has to be a time."),
    };
    let state = request.core.state();
    let matches = |invoice: &&Invoice| {
        invoice.kind == kind && invoice.account == account && invoice.updated_at >= since
    };
    let found =
        state.invoices.iter().filter(matches).skip((page - 1).saturating_mul(PAGE_SIZE)).take(PAGE_SIZE);
    Ok(json_response(StatusCode::OK, &Value::Array(found.map(|invoice| invoice.json.clone()).collect())))
}

fn create(&Caller { ref request, account }: &Caller, kind: InvoiceKind) -> Result<Response, ApiError> {
    let fields = unwrap_root(request, "invoice")?;
    if !fields.get("amount").is_some_and(Value::is_number) {
        let text = "An invoice needs an amount, which is a number.";
        return Err(ApiError::unprocessable("invalid_invoice", text));
    }
    let updated_at = request.core.now();
    let mut state = request.core.state();
    let json = kind.to_json(state.invoices.total_pushed(), &fields);
    state.invoices.push(Invoice { kind, account, updated_at, json: json.clone() });
    Ok(json_response(StatusCode::CREATED, &json))
}

/// Parses an RFC 3339 time, a date, or seconds since 1970.
fn parse_time(text: &str) -> Option<DateTime<Utc>> {
    let rfc3339 = DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc());
    let day = || text.parse::<NaiveDate>().ok().map(|day| day.and_time(NaiveTime::MIN).and_utc());
    let seconds = || DateTime::from_timestamp(text.parse().ok()?, 0);
    rfc3339.or_else(day).or_else(seconds)
}
