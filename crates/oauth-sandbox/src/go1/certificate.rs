//! `GET /enrollments/{id}/certificate` on the gateway. Source: REST reference 2025-01-01, Enrollments.

use axum::Json;
use axum::response::IntoResponse as _;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde_json::json;

use super::api::authenticate_on_gateway;
use super::enrollments::Status;
use super::{PathText, Request, learning_objects};
use crate::request::{Handled, Rejection};

pub(super) async fn show(id: PathText, request: Request) -> Handled {
    let caller = authenticate_on_gateway(&request, "enrollment.read")?;
    let state = request.core.state();
    let Some(enrollment) = state.enrollment(caller.portal, id) else {
        return Err(error(StatusCode::NOT_FOUND, "Enrollment not found."));
    };
    if !caller.may_access(&enrollment.user_account_id) {
        return Err(error(StatusCode::FORBIDDEN, "Permission denied."));
    }
    if enrollment.status != Status::Completed {
        return Err(error(StatusCode::BAD_REQUEST, "Can not generate certificate for pending enrolment."));
    }
    let member = state.account(caller.portal, &enrollment.user_account_id);
    let name = member.map_or("A learner", |member| member.user.name.as_str());
    let title = learning_objects::find(&enrollment.lo_id).map_or("a course", |item| item.title);
    let date = enrollment.end_date.map(|time| time.date_naive().to_string()).unwrap_or_default();
    let file = pdf(&format!("{name} completed {title} on {date}"));
    Ok(([(CONTENT_TYPE, "application/pdf")], file).into_response())
}

fn error(status: StatusCode, message: &str) -> Rejection {
    Rejection::new((status, Json(json!({ "message": message }))))
}

/// A PDF of one page with one line of text.
fn pdf(text: &str) -> String {
    let shown: String = text.chars().filter(|c| (' '..='~').contains(c) && !"()\\".contains(*c)).collect();
    let content = format!("BT /F1 14 Tf 40 120 Td ({shown}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 240] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut file = "%PDF-1.4\n".to_owned();
    let mut references = "0000000000 65535 f \n".to_owned();
    for (at, object) in objects.iter().enumerate() {
        references.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.push_str(&format!("{} 0 obj\n{object}\nendobj\n", at + 1));
    }
    let start = file.len();
    let size = objects.len() + 1;
    file.push_str(&format!("xref\n0 {size}\n{references}trailer\n<< /Size {size} /Root 1 0 R >>\n"));
    file.push_str(&format!("startxref\n{start}\n%%EOF\n"));
    file
}
