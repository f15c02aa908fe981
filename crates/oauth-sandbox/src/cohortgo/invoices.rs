//! The two kinds of invoices: agents' and providers'.

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};

use super::Rules;
use super::caller::{Caller, Refused, answer, unwrap};
use super::model::{ACCOUNTS, Account};
use crate::bounded_list::{BoundedList, MAX_OBJECTS};
use crate::params::Params;
use crate::provider::{ProviderCore, SharedCore};
use crate::random;

/// How many come on one page (guess).
const PAGE: usize = 25;

/// Whose invoices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Agent,
    Provider,
}

/// An invoice.
pub(super) struct Invoice {
    kind: Kind,
    account: &'static Account,
    updated_at: DateTime<Utc>,
    /// As the API shows it.
    shown: Value,
}

/// What is there at the start: more providers' invoices than fit on a page.
pub(super) fn at_start(now: DateTime<Utc>) -> BoundedList<Invoice> {
    let [brightwater, lakeside] = &ACCOUNTS;
    let mut invoices = BoundedList::new(MAX_OBJECTS);
    for (account, kind, many) in [
        (brightwater, Kind::Provider, 27),
        (brightwater, Kind::Agent, 3),
        (lakeside, Kind::Agent, 4),
        (lakeside, Kind::Provider, 1),
    ] {
        for back in (1..=many).rev() {
            let fields = json!({
                "institution_name": "University of Melbourne",
                "currency": "AUD",
                "amount": 500.05 + f64::from(back),
            });
            let updated_at = now - TimeDelta::hours(back.into());
            let mut shown = kind.shown(invoices.total_pushed(), fields.as_object().unwrap_or(&Map::new()));
            if kind == Kind::Provider {
                shown["payment_remitted"] = updated_at.date_naive().to_string().into();
            }
            invoices.push(Invoice { kind, account, updated_at, shown });
        }
    }
    invoices.pin_current();
    invoices
}

impl Kind {
    /// The answer to creating one, with the fields that the guides show.
    fn shown(self, number: usize, sent: &Map<String, Value>) -> Value {
        // What has parts is kept as nothing: in memory it can be many times as large as it was on the wire.
        let flat = |value: &&Value| !(value.is_array() || value.is_object());
        let sent = |name: &str| sent.get(name).filter(flat).cloned().unwrap_or_default();
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

pub(super) async fn agent_list(
    State(core): State<SharedCore<Rules>>,
    caller: Caller,
    params: Params,
) -> Result<Response, Refused> {
    list(&core, &caller, Kind::Agent, &params)
}

pub(super) async fn provider_list(
    State(core): State<SharedCore<Rules>>,
    caller: Caller,
    params: Params,
) -> Result<Response, Refused> {
    list(&core, &caller, Kind::Provider, &params)
}

pub(super) async fn agent_create(
    State(core): State<SharedCore<Rules>>,
    caller: Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refused> {
    create(&core, &caller, Kind::Agent, &headers, &body)
}

pub(super) async fn provider_create(
    State(core): State<SharedCore<Rules>>,
    caller: Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refused> {
    create(&core, &caller, Kind::Provider, &headers, &body)
}

/// Oldest first, so that a page once read does not change.
fn list(
    core: &ProviderCore<Rules>,
    caller: &Caller,
    kind: Kind,
    params: &Params,
) -> Result<Response, Refused> {
    let wrong = |text| Err(Refused::senseless("invalid_parameter", text));
    let page = match params.present("page").map(str::parse::<usize>) {
        None => 1,
        Some(Ok(page)) if page > 0 => page,
        Some(_) => return wrong("page has to be a number from 1."),
    };
    let since = match params.present("updated_since").map(time) {
        None => DateTime::<Utc>::MIN_UTC,
        Some(Some(since)) => since,
        Some(None) => return wrong("updated_since has to be a time."),
    };
    let state = core.state();
    let of_caller = |invoice: &&Invoice| {
        invoice.kind == kind && invoice.account == caller.account && invoice.updated_at >= since
    };
    let found = state.invoices.iter().filter(of_caller).skip((page - 1).saturating_mul(PAGE)).take(PAGE);
    Ok(answer(StatusCode::OK, &Value::Array(found.map(|invoice| invoice.shown.clone()).collect())))
}

fn create(
    core: &ProviderCore<Rules>,
    caller: &Caller,
    kind: Kind,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<Response, Refused> {
    let fields = unwrap(headers, body, "invoice")?;
    if !fields.get("amount").is_some_and(Value::is_number) {
        return Err(Refused::senseless("invalid_invoice", "An invoice needs an amount, which is a number."));
    }
    let updated_at = core.now();
    let mut state = core.state();
    let shown = kind.shown(state.invoices.total_pushed(), &fields);
    state.invoices.push(Invoice { kind, account: caller.account, updated_at, shown: shown.clone() });
    Ok(answer(StatusCode::CREATED, &shown))
}

/// A time of RFC 3339, a day, or seconds since 1970.
fn time(text: &str) -> Option<DateTime<Utc>> {
    let rfc3339 = DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc());
    let day = || text.parse::<NaiveDate>().ok().map(|day| day.and_time(NaiveTime::MIN).and_utc());
    let seconds = || DateTime::from_timestamp(text.parse().ok()?, 0);
    rfc3339.or_else(day).or_else(seconds)
}
