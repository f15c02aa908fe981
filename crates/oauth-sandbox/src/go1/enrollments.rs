//! Enrollments on the gateway. Source: REST reference 2025-01-01, Enrollments.

use axum::Json;
use axum::response::IntoResponse as _;
use chrono::{DateTime, SecondsFormat, SubsecRound as _, TimeDelta, Utc};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::api::{authenticate_on_gateway, boolean, invalid, json_body, rejection};
use super::events::Delivery;
use super::model::State;
use super::{PathText, Request, learning_objects};
use crate::request::{Handled, Rejection};

#[derive(Clone, Copy, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum EnrollmentType {
    Assigned,
    SelfDirected,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Status {
    NotStarted,
    InProgress,
    Completed,
}

#[derive(Clone)]
pub(super) struct Enrollment {
    pub(super) id: String,
    pub(super) portal: u64,
    pub(super) user_account_id: String,
    /// The learning object's older identifier.
    pub(super) lo_id: String,
    original_type: EnrollmentType,
    pub(super) enrollment_type: EnrollmentType,
    pub(super) assigner_account_id: Option<String>,
    pub(super) assign_date: Option<DateTime<Utc>>,
    pub(super) created_time: DateTime<Utc>,
    pub(super) updated_time: DateTime<Utc>,
    pub(super) status: Status,
    result: Option<u8>,
    pass: Option<bool>,
    start_date: Option<DateTime<Utc>>,
    pub(super) end_date: Option<DateTime<Utc>>,
    pub(super) due_date: Option<DateTime<Utc>>,
}

/// The fields of a request to change an enrollment.
#[derive(Default, Deserialize)]
struct Changes {
    enrollment_type: Option<EnrollmentType>,
    assigner_account_id: Option<String>,
    assign_date: Option<DateTime<Utc>>,
    status: Option<Status>,
    result: Option<u8>,
    pass: Option<bool>,
    start_date: Option<DateTime<Utc>>,
    end_date: Option<DateTime<Utc>>,
    due_date: Option<DateTime<Utc>>,
}

/// The fields that only a request to create an enrollment has.
#[derive(Deserialize)]
struct Target {
    user_account_id: String,
    lo_id: String,
    parent_enrolment_id: Option<String>,
}

impl Enrollment {
    /// An enrollment that is not started and self-directed, until changes are applied.
    fn new(id: usize, portal: u64, user_account_id: &str, lo_id: usize, now: DateTime<Utc>) -> Self {
        // The API shows whole seconds; filters have to match what it shows.
        let now = now.trunc_subsecs(0);
        Self {
            id: id.to_string(),
            portal,
            user_account_id: user_account_id.to_owned(),
            lo_id: lo_id.to_string(),
            original_type: EnrollmentType::SelfDirected,
            enrollment_type: EnrollmentType::SelfDirected,
            assigner_account_id: None,
            assign_date: None,
            created_time: now,
            updated_time: now,
            status: Status::NotStarted,
            result: None,
            pass: None,
            start_date: None,
            end_date: None,
            due_date: None,
        }
    }

    /// Applies the changes if the reference allows them for the resulting type and status. `assigner` is the
    /// caller's user account.
    fn apply(
        &mut self,
        changes: &Changes,
        assigner: Option<u64>,
        now: DateTime<Utc>,
    ) -> Result<(), &'static str> {
        let enrollment_type = changes.enrollment_type.unwrap_or(self.enrollment_type);
        let status = changes.status.unwrap_or(self.status);
        let is_assigned = enrollment_type == EnrollmentType::Assigned;
        let is_started = status != Status::NotStarted;
        let is_completed = status == Status::Completed;
        if !is_assigned && (changes.assigner_account_id.is_some() || changes.assign_date.is_some()) {
            return Err("assigner_account_id and assign_date are for assigned enrollments only.");
        }
        if !is_started && changes.start_date.is_some() {
            return Err("start_date is not for an enrollment that is not started.");
        }
        if !is_completed && (changes.result.is_some() || changes.pass.is_some() || changes.end_date.is_some())
        {
            return Err("result, pass and end_date are for completed enrollments only.");
        }
        if changes.result.is_some_and(|result| result > 100) {
            return Err("result has to be between 0 and 100.");
        }
        let now = now.trunc_subsecs(0);
        self.enrollment_type = enrollment_type;
        self.status = status;
        self.updated_time = now;
        let default_assigner = || assigner.map(|account| account.to_string());
        let assigner = changes.assigner_account_id.clone().or(self.assigner_account_id.take());
        self.assigner_account_id = assigner.or_else(default_assigner).filter(|_| is_assigned);
        self.assign_date = changes.assign_date.or(self.assign_date).or(Some(now)).filter(|_| is_assigned);
        self.start_date = changes.start_date.or(self.start_date).or(Some(now)).filter(|_| is_started);
        self.end_date = changes.end_date.or(self.end_date).or(Some(now)).filter(|_| is_completed);
        self.result = changes.result.or(self.result).filter(|_| is_completed);
        self.pass = changes.pass.or(self.pass).filter(|_| is_completed);
        self.due_date = changes.due_date.or(self.due_date);
        Ok(())
    }

    /// The enrollment as single calls return it: without fields that have no value.
    pub(super) fn details(&self) -> Value {
        self.json(&[])
    }

    /// The enrollment without fields that have no value, except `null_fields`.
    pub(super) fn json(&self, null_fields: &[&str]) -> Value {
        let fields = [
            ("id", json!(self.id)),
            ("enrollment_type", json!(self.enrollment_type)),
            ("user_account_id", json!(self.user_account_id)),
            ("lo_id", json!(self.lo_id)),
            ("assigner_account_id", json!(self.assigner_account_id)),
            ("assign_date", time_json(self.assign_date)),
            ("created_time", time_json(Some(self.created_time))),
            ("updated_time", time_json(Some(self.updated_time))),
            ("status", json!(self.status)),
            ("result", json!(self.result)),
            ("pass", json!(self.pass)),
            ("start_date", time_json(self.start_date)),
            ("end_date", time_json(self.end_date)),
            ("due_date", time_json(self.due_date)),
        ];
        fields.into_iter().filter(|(name, value)| !value.is_null() || null_fields.contains(name)).collect()
    }
}

fn time_json(time: Option<DateTime<Utc>>) -> Value {
    json!(time.map(|time| time.to_rfc3339_opts(SecondsFormat::Secs, false)))
}

/// Made-up enrollments. The accounts are the first users of [`State`].
pub(super) fn fixtures(acme: u64, northwind: u64, now: DateTime<Utc>) -> Vec<Enrollment> {
    let (mia, noah, lea) = (9_300_001, 9_300_002, 9_300_003);
    let days_ago = |days| now - TimeDelta::days(days);
    let assigned = |due_in_days| Changes {
        enrollment_type: Some(EnrollmentType::Assigned),
        due_date: Some((now + TimeDelta::days(due_in_days)).trunc_subsecs(0)),
        ..Changes::default()
    };
    let in_progress = || Changes { status: Some(Status::InProgress), ..Changes::default() };
    let completed =
        Changes { status: Some(Status::Completed), result: Some(95), pass: Some(true), ..Changes::default() };
    let rows = [
        (acme, lea, 2_170_001, vec![(40, assigned(-10)), (39, in_progress()), (38, completed)]),
        (acme, lea, 2_170_003, vec![(12, assigned(7)), (3, in_progress())]),
        (acme, lea, 2_170_002, vec![(5, Changes::default())]),
        (acme, mia, 2_170_008, vec![(20, Changes::default()), (19, in_progress())]),
        (northwind, noah, 2_170_017, vec![(2, Changes::default())]),
    ];
    let enrollments = rows.into_iter().enumerate().map(|(at, (portal, account, lo_id, steps))| {
        let created = steps.first().map_or(now, |(days, _)| days_ago(*days));
        let mut enrollment = Enrollment::new(FIRST_ID + at, portal, &account.to_string(), lo_id, created);
        for (days, changes) in &steps {
            enrollment.apply(changes, Some(mia), days_ago(*days)).expect("the fixtures are valid");
        }
        if enrollment.assigner_account_id.is_some() {
            enrollment.original_type = EnrollmentType::Assigned;
        }
        enrollment
    });
    enrollments.collect()
}

const FIRST_ID: usize = 8_100_001;

/// `GET /gateway/enrollments/{id}`
pub(super) async fn show(id: PathText, request: Request) -> Handled {
    let caller = authenticate_on_gateway(&request, "enrollment.read")?;
    let state = request.core.state();
    let found = state.enrollment(caller.portal, id);
    let visible = found.filter(|enrollment| caller.may_access(&enrollment.user_account_id));
    visible.map(|enrollment| Json(enrollment.details()).into_response()).ok_or_else(not_found)
}

/// `POST /gateway/enrollments`
pub(super) async fn create(request: Request) -> Handled {
    let caller = authenticate_on_gateway(&request, "enrollment.write")?;
    let Target { user_account_id, lo_id, parent_enrolment_id } = json_body(&request)?;
    let changes: Changes = json_body(&request)?;
    if changes.enrollment_type.is_none() || changes.status.is_none() {
        return Err(invalid("enrollment_type and status are required."));
    }
    if parent_enrolment_id.is_some() {
        return Err(invalid("The sandbox has no enrollments within others."));
    }
    let replaces = boolean(&request.params, "re-enroll")?.unwrap_or(false);
    if !caller.may_access(&user_account_id) {
        return Err(forbidden());
    }
    let now = request.core.now();
    let mut state = request.core.state();
    let Some(item) = learning_objects::find(&lo_id) else {
        return Err(invalid("There is no such learning object."));
    };
    let accounts = [Some(&user_account_id), changes.assigner_account_id.as_ref()];
    if accounts.into_iter().flatten().any(|account| state.account(caller.portal, account).is_none()) {
        return Err(invalid("There is no such user account."));
    }
    let number = FIRST_ID + state.enrollments.total_pushed();
    let mut enrollment = Enrollment::new(number, caller.portal, &user_account_id, item.number, now);
    enrollment.apply(&changes, caller.account, now).map_err(invalid)?;
    enrollment.original_type = enrollment.enrollment_type;
    let is_same = |other: &Enrollment| {
        (other.portal, &other.user_account_id, &other.lo_id)
            == (enrollment.portal, &enrollment.user_account_id, &enrollment.lo_id)
    };
    if let Some(existing) = state.enrollments.iter().find(|other| is_same(other)).filter(|_| !replaces) {
        let message = "Enrollment already exists. To create a new enrollment and archive the current enrollment, \
                       include the re_enroll=true parameter.";
        let body = json!({ "ref": existing.id, "error_code": "enrollment_exists", "message": message });
        return Ok((StatusCode::CONFLICT, Json(body)).into_response());
    }
    state.enrollments.remove_first(is_same);
    state.enrollments.push(enrollment.clone());
    publish(&request, &mut state, "enrollment.create", &enrollment);
    if enrollment.status == Status::Completed {
        publish(&request, &mut state, "enrollment.complete", &enrollment);
    }
    Ok((StatusCode::CREATED, Json(enrollment.details())).into_response())
}

/// `PATCH /gateway/enrollments/{id}`
pub(super) async fn update(id: PathText, request: Request) -> Handled {
    let caller = authenticate_on_gateway(&request, "enrollment.write")?;
    let changes: Changes = json_body(&request)?;
    let now = request.core.now();
    let mut state = request.core.state();
    let mut enrollment = state.enrollment(caller.portal, id).cloned().ok_or_else(not_found)?;
    if !caller.may_access(&enrollment.user_account_id) {
        return Err(forbidden());
    }
    let assigner = changes.assigner_account_id.as_ref();
    if assigner.is_some_and(|account| state.account(caller.portal, account).is_none()) {
        return Err(invalid("There is no such user account."));
    }
    let was_completed = enrollment.status == Status::Completed;
    enrollment.apply(&changes, caller.account, now).map_err(invalid)?;
    if changes.due_date.is_some() && enrollment.enrollment_type != EnrollmentType::Assigned {
        return Err(invalid("due_date is for assigned enrollments only."));
    }
    state.replace_enrollment(&enrollment);
    if enrollment.status == Status::Completed && !was_completed {
        publish(&request, &mut state, "enrollment.complete", &enrollment);
    }
    Ok(Json(enrollment.details()).into_response())
}

/// `DELETE /gateway/enrollments/{id}`
pub(super) async fn delete(id: PathText, request: Request) -> Handled {
    let caller = authenticate_on_gateway(&request, "enrollment.write")?;
    let retains = boolean(&request.params, "retain_original")?.unwrap_or(false);
    if !caller.is_administrator {
        return Err(forbidden());
    }
    let now = request.core.now();
    let mut state = request.core.state();
    let mut enrollment = state.enrollment(caller.portal, id).cloned().ok_or_else(not_found)?;
    if retains && enrollment.original_type == EnrollmentType::SelfDirected {
        let changes = Changes { enrollment_type: Some(EnrollmentType::SelfDirected), ..Changes::default() };
        enrollment.apply(&changes, None, now).map_err(invalid)?;
        enrollment.due_date = None;
        state.replace_enrollment(&enrollment);
    } else {
        state.enrollments.remove_first(|other| other.id == enrollment.id);
        publish(&request, &mut state, "enrollment.delete", &enrollment);
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Completes an enrollment as the learner does. Returns `None` if there is none, or it is completed.
pub(super) fn complete(state: &mut State, id: &str, now: DateTime<Utc>) -> Option<Vec<Delivery>> {
    let found = state.enrollments.iter().find(|enrollment| enrollment.id == id);
    let mut enrollment = found.filter(|enrollment| enrollment.status != Status::Completed)?.clone();
    let changes = Changes {
        status: Some(Status::Completed),
        result: Some(100),
        pass: Some(true),
        ..Changes::default()
    };
    enrollment.apply(&changes, None, now).ok()?;
    state.replace_enrollment(&enrollment);
    Some(state.publish("enrollment.complete", &enrollment, now))
}

fn publish(request: &Request, state: &mut State, event_type: &'static str, enrollment: &Enrollment) {
    let deliveries = state.publish(event_type, enrollment, request.core.now());
    request.log.note(format_args!("{event_type}: sent to {} webhooks", deliveries.len()));
}

fn not_found() -> Rejection {
    rejection(StatusCode::NOT_FOUND, "enrollment_not_found", "Enrollment not found.")
}

fn forbidden() -> Rejection {
    rejection(StatusCode::FORBIDDEN, "permission_denied", "Permission denied.")
}

impl State {
    /// The enrollment with the identifier of a path, in a portal.
    pub(super) fn enrollment(&self, portal: u64, id: PathText) -> Option<&Enrollment> {
        let id = id.ok()?.0;
        self.enrollments.iter().find(|enrollment| enrollment.portal == portal && enrollment.id == id)
    }

    fn replace_enrollment(&mut self, enrollment: &Enrollment) {
        if let Some(stored) = self.enrollments.iter_mut().find(|stored| stored.id == enrollment.id) {
            stored.clone_from(enrollment);
        }
    }
}
