//! JSON:API (<https://jsonapi.org>) as API 2 uses it: documents, pages, errors and request bodies.

use std::str::FromStr;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{Method, StatusCode};
use serde_json::{Map, Value, json};
use url::form_urlencoded::Serializer;

use super::Request;
use super::host_routing::API2_HOST;
use crate::params;
use crate::request::Rejection;

const MEDIA_TYPE: &str = "application/vnd.api+json";
const DEFAULT_PAGE_SIZE: usize = 72;
const MAX_PAGE_SIZE: usize = 200;

pub(super) struct Document(pub(super) StatusCode, pub(super) Value);

impl Document {
    pub(super) fn ok(data: Value) -> Self {
        Self::new(StatusCode::OK, data)
    }

    pub(super) fn new(status: StatusCode, data: Value) -> Self {
        Self(status, Value::from_iter([("data", data)]))
    }
}

impl IntoResponse for Document {
    fn into_response(self) -> Response {
        (self.0, [(CONTENT_TYPE, MEDIA_TYPE)], Json(self.1)).into_response()
    }
}

pub(super) fn error(status: StatusCode, detail: &str) -> Rejection {
    Rejection::new(Document(status, json!({ "errors": [{ "detail": detail }] })))
}

/// 422 for an invalid place in the body, such as `/data/attributes/from`.
pub(super) fn invalid(pointer: &str, detail: &str) -> Rejection {
    let body = json!({ "errors": [{ "source": { "pointer": pointer }, "detail": detail }] });
    Rejection::new(Document(StatusCode::UNPROCESSABLE_ENTITY, body))
}

fn invalid_parameter(name: &str, detail: &str) -> Rejection {
    let body = json!({ "errors": [{ "source": { "parameter": name }, "detail": detail }] });
    Rejection::new(Document(StatusCode::UNPROCESSABLE_ENTITY, body))
}

/// Requires the media type in `Accept` and, except for `GET`, in `Content-Type`.
pub(super) fn require_media_type(request: &Request) -> Result<(), Rejection> {
    let names = |header| request.header(header).unwrap_or_default().contains(MEDIA_TYPE);
    if !names("accept") {
        return Err(error(StatusCode::NOT_ACCEPTABLE, "Accept must be application/vnd.api+json."));
    }
    if request.method != Method::GET && !names("content-type") {
        let text = "Content-Type must be application/vnd.api+json.";
        return Err(error(StatusCode::UNSUPPORTED_MEDIA_TYPE, text));
    }
    Ok(())
}

pub(super) fn linkage(kind: &str, id: &str) -> Value {
    json!({ "data": { "type": kind, "id": id } })
}

pub(super) fn related(request: &Request, path: &str) -> Value {
    let api = request.core.setup.origin.at(API2_HOST);
    json!({ "links": { "related": format!("{api}{path}") } })
}

/// The required value of a query parameter, such as `filter[from]`.
pub(super) fn filter<T: FromStr>(request: &Request, name: &str) -> Result<T, Rejection> {
    let value = params::last(&request.params.query, name).unwrap_or_default();
    if value.is_empty() {
        return Err(invalid_parameter(name, "is missing"));
    }
    value.parse().map_err(|_| invalid_parameter(name, "is invalid"))
}

/// The relationships that `include` names.
pub(super) fn include<'a>(request: &'a Request, allowed: &[&str]) -> Result<Vec<&'a str>, Rejection> {
    let names = params::last(&request.params.query, "include").unwrap_or_default();
    let names: Vec<_> = names.split(',').filter(|name| !name.is_empty()).collect();
    match names.iter().find(|name| !allowed.contains(name)) {
        None => Ok(names),
        Some(unknown) => {
            Err(error(StatusCode::BAD_REQUEST, &format!("{unknown} is not a relationship to include.")))
        }
    }
}

/// The page of a list that the request names. The links keep its other parameters.
pub(super) fn page(request: &Request, resources: Vec<Value>) -> Result<Document, Rejection> {
    let number = |name, default| match params::last(&request.params.query, name) {
        None => Ok(default),
        Some(text) => match text.parse() {
            Ok(number) if number > 0 => Ok(number),
            _ => Err(invalid_parameter(name, "is invalid")),
        },
    };
    let current = number("page[number]", 1)?;
    let size = number("page[size]", DEFAULT_PAGE_SIZE)?.min(MAX_PAGE_SIZE);
    let last = resources.len().div_ceil(size).max(1);
    let link = |number: usize| {
        let mut query = Serializer::new(String::new());
        let others = request.params.query.iter();
        query.extend_pairs(others.filter(|(name, _)| !name.starts_with("page[") && name != "access_token"));
        query.append_pair("page[size]", &size.to_string());
        query.append_pair("page[number]", &number.to_string());
        format!("{}?{}", request.uri.path(), query.finish())
    };
    let skipped = (current - 1).saturating_mul(size);
    let data: Vec<_> = resources.into_iter().skip(skipped).take(size).collect();
    Ok(Document(
        StatusCode::OK,
        json!({
            "data": data,
            "meta": { "totalPages": last, "currentPage": current },
            "links": {
                "self": link(current),
                "first": link(1),
                "prev": (current > 1).then(|| link(current - 1)),
                "next": (current < last).then(|| link(current + 1)),
                "last": link(last),
            },
        }),
    ))
}

/// The resource of a request body.
pub(super) struct ResourceBody {
    pub(super) attributes: Map<String, Value>,
    relationships: Value,
}

impl ResourceBody {
    pub(super) fn parse(request: &Request, kind: &str) -> Result<Self, Rejection> {
        let mut body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        if body["data"]["type"] != kind {
            return Err(invalid("/data/type", &format!("must be {kind}")));
        }
        let attributes = match body["data"]["attributes"].take() {
            Value::Object(attributes) => attributes,
            _ => Map::new(),
        };
        Ok(Self { attributes, relationships: body["data"]["relationships"].take() })
    }

    /// The id of a related resource, if the body has it.
    pub(super) fn relationship(&self, name: &str, kind: &str) -> Result<Option<&str>, Rejection> {
        let Some(relationship) = self.relationships.get(name) else { return Ok(None) };
        let data = &relationship["data"];
        match data["id"].as_str().filter(|_| data["type"] == kind) {
            Some(id) => Ok(Some(id)),
            None => Err(invalid(&format!("/data/relationships/{name}"), "is invalid")),
        }
    }

    pub(super) fn required_relationship(&self, name: &str, kind: &str) -> Result<&str, Rejection> {
        let missing = || invalid(&format!("/data/relationships/{name}"), "can't be blank");
        self.relationship(name, kind)?.ok_or_else(missing)
    }
}
