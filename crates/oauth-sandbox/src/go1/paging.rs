//! Paging by `limit` and `offset`.

use http::StatusCode;

use super::api::rejection;
use crate::params::Params;
use crate::request::Rejection;

const DEFAULT_LIMIT: usize = 20;
const MAX_LIMIT: usize = 50;
const MAX_OFFSET: usize = 10_000;

pub(super) fn invalid(text: &str) -> Rejection {
    rejection(StatusCode::BAD_REQUEST, "invalid_paging", text)
}

fn number(params: &Params, name: &str, default: usize) -> Result<usize, Rejection> {
    match params.present(name) {
        None => Ok(default),
        Some(text) => text.parse().map_err(|_| invalid(&format!("{name} has to be a number."))),
    }
}

pub(super) fn limit(params: &Params, max_limit: usize) -> Result<usize, Rejection> {
    let limit = number(params, "limit", DEFAULT_LIMIT)?;
    if !(1..=max_limit).contains(&limit) {
        return Err(invalid(&format!("limit has to be between 1 and {max_limit}.")));
    }
    Ok(limit)
}

/// Offset and limit.
pub(super) fn span(params: &Params) -> Result<(usize, usize), Rejection> {
    let limit = limit(params, MAX_LIMIT)?;
    let from = number(params, "offset", 0)?;
    if from.saturating_add(limit) > MAX_OFFSET {
        return Err(invalid("offset and limit reach the first 10000 only; scroll instead."));
    }
    Ok((from, limit))
}
