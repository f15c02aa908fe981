//! Scripted faults for token and API calls.

mod apply;
mod http_serde;

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use http::{HeaderName, HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};

pub(crate) use apply::{CloseConnection, apply_fault};

use crate::journal::RequestKind;
use crate::sync::lock;

/// A fault of one call. Faults are queued, and each is used once.
///
/// Unless its description says otherwise, a fault *replaces* the provider's processing, so the provider's
/// state does not change. [`after_work`](Self::after_work) applies a fault after the processing.
///
/// As JSON (for [control](crate::Sandbox) over HTTP) it is an object with `kind` and the variant's fields.
/// `kind` is the variant in snake case, except `answer` for [`Response`](Self::Response):
/// `{"kind":"answer","status":503,"headers":[["retry-after","2"]],"body":"…"}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Fault {
    /// A fixed response.
    #[serde(rename = "answer")]
    Response {
        /// The HTTP status.
        #[serde(with = "http_serde::status")]
        status: StatusCode,
        /// The header fields. Only `Content-Length` is added.
        #[serde(default, with = "http_serde::headers")]
        headers: Vec<(HeaderName, HeaderValue)>,
        /// The body.
        #[serde(default)]
        body: String,
    },
    /// The usual response, delayed in real time (not by the sandbox's clock).
    Delay {
        /// The delay in milliseconds.
        millis: u64,
    },
    /// No response. The connection stays open until the caller closes it.
    Hang,
    /// The connection is closed without a response and without processing the request.
    DropRequest,
    /// The provider processes the request, then the connection is closed without a response.
    DropResponse,
    /// The provider processes the request, but the connection is closed in the middle of the response body,
    /// which is then shorter than its `Content-Length`.
    TruncateBody,
    /// A proxy's HTML page with status 502.
    HtmlBadGateway,
    /// Status 429.
    TooManyRequests {
        /// The `Retry-After` header, in seconds.
        retry_after: u64,
    },
    /// Status 200 with `{"error": …, "error_description": …}`.
    ErrorInOk {
        /// The `error` code.
        error: String,
        /// The `error_description`, omitted when `None`.
        #[serde(default)]
        description: Option<String>,
    },
    /// A redirect.
    Redirect {
        /// The redirect status.
        status: RedirectStatus,
        /// The `Location` header.
        #[serde(with = "http_serde::value")]
        location: HeaderValue,
    },
    /// The provider processes the request, and then a fault replaces its response.
    AfterWork {
        /// The fault that replaces the response.
        fault: Box<Fault>,
    },
}

/// The redirect statuses that HTTP clients treat differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
#[non_exhaustive]
pub enum RedirectStatus {
    /// 301
    MovedPermanently,
    /// 302
    Found,
    /// 303
    SeeOther,
    /// 307
    Temporary,
    /// 308
    Permanent,
}

impl Fault {
    /// A response with `status`, `body` and no header fields.
    ///
    /// # Panics
    /// When `status` is not between 100 and 999.
    #[must_use]
    pub fn status(status: u16, body: impl Into<String>) -> Self {
        let status = StatusCode::from_u16(status).expect("an HTTP status is between 100 and 999");
        Self::Response { status, headers: Vec::new(), body: body.into() }
    }

    /// An `application/json` response with `status` and `body`.
    ///
    /// # Panics
    /// When `status` is not between 100 and 999.
    #[must_use]
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::status(status, body.to_string()).header("content-type", "application/json")
    }

    /// Adds a header field to a [`Response`](Self::Response). Returns other faults unchanged.
    ///
    /// # Panics
    /// When `name` or `value` is invalid in an HTTP header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Self::Response { headers, .. } = &mut self {
            let name = name.parse().expect("a header name");
            headers.push((name, value.parse().expect("a header value")));
        }
        self
    }

    /// The usual response, delayed by `by` in real time.
    #[must_use]
    pub fn delay(by: Duration) -> Self {
        Self::Delay { millis: u64::try_from(by.as_millis()).unwrap_or(u64::MAX) }
    }

    /// Status 429 with `Retry-After` in whole seconds.
    #[must_use]
    pub fn too_many_requests(retry_after: Duration) -> Self {
        Self::TooManyRequests { retry_after: retry_after.as_secs() }
    }

    /// Status 200 with an `error` in the body.
    #[must_use]
    pub fn error_in_ok(error: impl Into<String>) -> Self {
        Self::ErrorInOk { error: error.into(), description: None }
    }

    /// A redirect to `location`.
    ///
    /// # Panics
    /// When `location` is invalid in an HTTP header.
    #[must_use]
    pub fn redirect(status: RedirectStatus, location: &str) -> Self {
        Self::Redirect { status, location: location.parse().expect("a header value") }
    }

    /// This fault, applied after the provider has processed the request: its state changes, and only the
    /// response is lost.
    #[must_use]
    pub fn after_work(self) -> Self {
        Self::AfterWork { fault: Box::new(self) }
    }

    pub(crate) fn name(&self) -> String {
        match self {
            Self::Response { status, .. } => format!("answer {}", status.as_u16()),
            Self::Delay { millis } => format!("delay {millis} ms"),
            Self::Hang => "hang".into(),
            Self::DropRequest => "drop_request".into(),
            Self::DropResponse => "drop_response".into(),
            Self::TruncateBody => "truncate_body".into(),
            Self::HtmlBadGateway => "html_bad_gateway".into(),
            Self::TooManyRequests { .. } => "too_many_requests".into(),
            Self::ErrorInOk { .. } => "error_in_ok".into(),
            Self::Redirect { status, .. } => format!("redirect {}", u16::from(*status)),
            Self::AfterWork { fault } => format!("after_work: {}", fault.name()),
        }
    }
}

impl From<RedirectStatus> for u16 {
    fn from(status: RedirectStatus) -> Self {
        match status {
            RedirectStatus::MovedPermanently => 301,
            RedirectStatus::Found => 302,
            RedirectStatus::SeeOther => 303,
            RedirectStatus::Temporary => 307,
            RedirectStatus::Permanent => 308,
        }
    }
}

impl TryFrom<u16> for RedirectStatus {
    type Error = String;

    fn try_from(status: u16) -> Result<Self, String> {
        match status {
            301 => Ok(Self::MovedPermanently),
            302 => Ok(Self::Found),
            303 => Ok(Self::SeeOther),
            307 => Ok(Self::Temporary),
            308 => Ok(Self::Permanent),
            other => Err(format!("{other} is not one of the redirects 301, 302, 303, 307, 308")),
        }
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FaultTarget {
    Token,
    Api,
}

/// The limit on each queue: more than any script needs. A fault may contain a response body.
const MAX_FAULTS: usize = 10_000;

/// One queue per kind of call, first in, first out.
#[derive(Default)]
pub(crate) struct FaultQueues {
    token: Mutex<VecDeque<Fault>>,
    api: Mutex<VecDeque<Fault>>,
}

impl FaultQueues {
    /// Returns `false` when the queue is full.
    pub(crate) fn push(&self, target: FaultTarget, fault: Fault) -> bool {
        let mut queue = match target {
            FaultTarget::Token => lock(&self.token),
            FaultTarget::Api => lock(&self.api),
        };
        let has_room = queue.len() < MAX_FAULTS;
        if has_room {
            queue.push_back(fault);
        }
        has_room
    }

    pub(crate) fn take(&self, kind: RequestKind) -> Option<Fault> {
        match kind {
            RequestKind::Token => lock(&self.token).pop_front(),
            RequestKind::Api => lock(&self.api).pop_front(),
            RequestKind::Authorize | RequestKind::Page => None,
        }
    }

    pub(crate) fn clear(&self) {
        lock(&self.token).clear();
        lock(&self.api).clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_survives_json_round_trip() {
        for fault in [
            Fault::status(503, "busy").header("x-a", "b"),
            Fault::delay(Duration::from_millis(5)),
            Fault::Hang,
            Fault::DropRequest,
            Fault::DropResponse,
            Fault::TruncateBody,
            Fault::HtmlBadGateway,
            Fault::too_many_requests(Duration::from_secs(2)),
            Fault::error_in_ok("invalid_grant"),
            Fault::redirect(RedirectStatus::Permanent, "http://127.0.0.1/"),
            Fault::HtmlBadGateway.after_work(),
        ] {
            let json = serde_json::to_value(&fault).unwrap();
            assert_eq!(serde_json::from_value::<Fault>(json.clone()).unwrap(), fault, "{json}");
        }
    }

    #[test]
    fn fault_rejects_what_http_cannot_send() {
        for json in [
            r#"{"kind":"answer","status":42}"#,
            r#"{"kind":"answer","status":200,"headers":[["a b","c"]]}"#,
            r#"{"kind":"redirect","status":304,"location":"/"}"#,
            r#"{"kind":"redirect","status":302,"location":"/\r\nx: y"}"#,
            r#"{"kind":"delay"}"#,
            r#"{"kind":"nonsense"}"#,
        ] {
            assert!(serde_json::from_str::<Fault>(json).is_err(), "{json}");
        }
    }
}
