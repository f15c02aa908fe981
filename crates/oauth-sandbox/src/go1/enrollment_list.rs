//! `GET /enrollments` on the gateway, with its filters. Source: REST reference 2025-01-01, Enrollments.

use axum::Json;
use axum::response::IntoResponse as _;
use chrono::{DateTime, Utc};
use http::StatusCode;
use serde_json::{Value, json};

use super::api::{authenticate_on_gateway, boolean, invalid, rejection};
use super::enrollments::Enrollment;
use super::{Request, paging};
use crate::params::Params;
use crate::request::{Handled, Rejection};

/// Fields that are null in a list, and missing elsewhere, if they have no value.
const NULL_IN_LISTS: [&str; 5] = ["assigner_account_id", "assign_date", "start_date", "end_date", "due_date"];

pub(super) async fn list(request: Request) -> Handled {
    let caller = authenticate_on_gateway(&request, "enrollment.read")?;
    let params = &request.params;
    let (from, limit) = paging::span(params)?;
    let filter = Filter::parse(params)?;
    let (key, is_ascending) = order(params)?;
    if !caller.may_access(params.text("user_account_id")) {
        let text = "Only portal administrators can query another user's enrollments. To retrieve enrollments \
                    that belong to you, include your user_account_id as a query parameter.";
        return Err(rejection(StatusCode::FORBIDDEN, "forbidden", text));
    }
    let state = request.core.state();
    let enrollments = state.enrollments.iter().filter(|enrollment| enrollment.portal == caller.portal);
    let mut found: Vec<_> = enrollments.filter(|enrollment| filter.matches(enrollment)).collect();
    found.sort_by_key(|enrollment| key(enrollment));
    if !is_ascending {
        found.reverse();
    }
    let hits: Vec<_> =
        found.iter().skip(from).take(limit).map(|enrollment| enrollment.json(&NULL_IN_LISTS)).collect();
    Ok(Json(json!({ "total": found.len(), "hits": hits })).into_response())
}

type TimeOf = fn(&Enrollment) -> Option<DateTime<Utc>>;

/// Times that a list can be filtered by, with `_gte` or `_lte` after the name.
const TIMES: [(&str, TimeOf); 4] = [
    ("update_time", |enrollment| Some(enrollment.updated_time)),
    ("due_date", |enrollment| enrollment.due_date),
    ("end_date", |enrollment| enrollment.end_date),
    ("assign_date", |enrollment| enrollment.assign_date),
];

struct Filter {
    user_account_id: Option<String>,
    assigner_account_id: Option<String>,
    lo_ids: Option<Vec<String>>,
    statuses: Option<Vec<Value>>,
    enrollment_type: Option<Value>,
    due_date_exists: Option<bool>,
    after: Vec<(TimeOf, DateTime<Utc>)>,
    before: Vec<(TimeOf, DateTime<Utc>)>,
}

impl Filter {
    fn parse(params: &Params) -> Result<Self, Rejection> {
        let text = |name: &str| params.present(name).map(str::to_owned);
        let list = |name: &str| {
            params.present(name).map(|list| list.split(',').map(str::to_owned).collect::<Vec<_>>())
        };
        let is_status =
            |word: &String| ["completed", "in-progress", "not-started", "assigned"].contains(&word.as_str());
        let statuses = list("status");
        if !statuses.iter().flatten().all(is_status) {
            return Err(invalid("status has a value that does not exist."));
        }
        let enrollment_type = text("enrollment_type");
        if enrollment_type.as_ref().is_some_and(|word| word != "assigned" && word != "self-directed") {
            return Err(invalid("enrollment_type has to be assigned or self-directed."));
        }
        let (mut after, mut before) = (Vec::new(), Vec::new());
        for (name, time_of) in TIMES {
            for (suffix, bounds) in [("gte", &mut after), ("lte", &mut before)] {
                let name = format!("{name}_{suffix}");
                let Some(text) = params.present(&name) else { continue };
                let time =
                    text.parse().map_err(|_| invalid(&format!("{name} has to be an ISO 8601 time.")))?;
                bounds.push((time_of, time));
            }
        }
        Ok(Self {
            user_account_id: text("user_account_id"),
            assigner_account_id: text("assigner_account_id"),
            lo_ids: list("lo_ids"),
            statuses: statuses.map(|words| words.into_iter().map(Value::from).collect()),
            enrollment_type: enrollment_type.map(Value::from),
            due_date_exists: boolean(params, "due_date_exists")?,
            after,
            before,
        })
    }

    fn matches(&self, enrollment: &Enrollment) -> bool {
        let enrollment_type = json!(enrollment.enrollment_type);
        let status = json!(enrollment.status);
        let has_status = |statuses: &Vec<Value>| {
            statuses.contains(&status)
                || (statuses.contains(&enrollment_type) && enrollment_type == "assigned")
        };
        self.user_account_id.as_ref().is_none_or(|id| *id == enrollment.user_account_id)
            && (self.assigner_account_id.is_none()
                || self.assigner_account_id == enrollment.assigner_account_id)
            && self.lo_ids.as_ref().is_none_or(|ids| ids.contains(&enrollment.lo_id))
            && self.statuses.as_ref().is_none_or(has_status)
            && self.enrollment_type.as_ref().is_none_or(|word| *word == enrollment_type)
            && self.due_date_exists.is_none_or(|exists| exists == enrollment.due_date.is_some())
            && self.after.iter().all(|(time, bound)| time(enrollment).is_some_and(|time| time >= *bound))
            && self.before.iter().all(|(time, bound)| time(enrollment).is_some_and(|time| time <= *bound))
    }
}

/// The time that a list is sorted by, and whether the oldest is first.
fn order(params: &Params) -> Result<(TimeOf, bool), Rejection> {
    let key: TimeOf = match params.present("sort") {
        None | Some("created_time") => |enrollment| Some(enrollment.created_time),
        Some("updated_time") => |enrollment| Some(enrollment.updated_time),
        Some("due_date") => |enrollment| enrollment.due_date,
        Some("assign_date") => |enrollment| enrollment.assign_date,
        Some(_) => return Err(invalid("sort has to be a time of an enrollment.")),
    };
    match params.present("order") {
        None | Some("desc") => Ok((key, false)),
        Some("asc") => Ok((key, true)),
        Some(_) => Err(invalid("order has to be asc or desc.")),
    }
}
