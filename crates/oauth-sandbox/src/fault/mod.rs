//! Scripted misfortune: what the next token call or API call meets instead of a good answer.

mod apply;
mod queue;
mod wire;

use std::time::Duration;

use http::{HeaderName, HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};

pub(crate) use apply::{CloseConnection, apply_fault};
pub(crate) use queue::{FaultQueues, FaultTarget};

/// What one call meets. FaultQueues are queued and each is used once.
///
/// Unless its description says otherwise, a fault happens *instead of* the provider's work, so nothing changes there;
/// [`after_work`](Self::after_work) turns any of them into one that happens after it.
///
/// As JSON (for [control](crate::Sandbox) over HTTP) it is an object with `kind`, the variant in snake case, and the
/// variant's fields: `{"kind":"answer","status":503,"headers":[["retry-after","2"]],"body":"…"}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Fault {
    /// This very answer.
    #[serde(rename = "answer")]
    Response {
        /// The HTTP status.
        #[serde(with = "wire::status")]
        status: StatusCode,
        /// Header fields; none is added but the content length.
        #[serde(default, with = "wire::headers")]
        headers: Vec<(HeaderName, HeaderValue)>,
        /// The body.
        #[serde(default)]
        body: String,
    },
    /// The usual answer, but later by so many milliseconds of real time (not the sandbox's clock).
    Delay {
        /// Milliseconds.
        millis: u64,
    },
    /// No answer, ever; the connection stays open until the caller gives up.
    Hang,
    /// The connection is closed without an answer; the provider did nothing.
    DropRequest,
    /// The provider does its work, then the connection is closed without an answer.
    DropResponse,
    /// The provider does its work and answers; the connection is closed in the middle of the body, before the end that
    /// `Content-Length` promised.
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
        /// The error code.
        error: String,
        /// The description; left out when `None`.
        #[serde(default)]
        description: Option<String>,
    },
    /// A redirect.
    Redirect {
        /// Which one.
        status: RedirectStatus,
        /// The `Location` header.
        #[serde(with = "wire::value")]
        location: HeaderValue,
    },
    /// The provider does its work, and then this fault takes the place of its answer.
    AfterWork {
        /// What happens then.
        fault: Box<Fault>,
    },
}

/// The redirects that HTTP clients treat differently.
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
    /// An answer with `status` and `body` and no header fields.
    ///
    /// # Panics
    /// When `status` is not between 100 and 999.
    #[must_use]
    pub fn status(status: u16, body: impl Into<String>) -> Self {
        let status = StatusCode::from_u16(status).expect("an HTTP status is between 100 and 999");
        Self::Response { status, headers: Vec::new(), body: body.into() }
    }

    /// An answer with `status` and `body`, sent as `application/json`.
    ///
    /// # Panics
    /// When `status` is not between 100 and 999.
    #[must_use]
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::status(status, body.to_string()).header("content-type", "application/json")
    }

    /// This fault with one more header field, where it is an [`Response`](Self::Response); any other is left as it is.
    ///
    /// # Panics
    /// When `name` or `value` cannot stand in an HTTP message.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Self::Response { headers, .. } = &mut self {
            let name = name.parse().expect("a header name");
            headers.push((name, value.parse().expect("a header value")));
        }
        self
    }

    /// The usual answer, later by `by` of real time.
    #[must_use]
    pub fn delay(by: Duration) -> Self {
        Self::Delay { millis: u64::try_from(by.as_millis()).unwrap_or(u64::MAX) }
    }

    /// Status 429 with `Retry-After` in whole seconds.
    #[must_use]
    pub fn too_many_requests(retry_after: Duration) -> Self {
        Self::TooManyRequests { retry_after: retry_after.as_secs() }
    }

    /// Status 200 with an `error` in it.
    #[must_use]
    pub fn error_in_ok(error: impl Into<String>) -> Self {
        Self::ErrorInOk { error: error.into(), description: None }
    }

    /// A redirect to `location`.
    ///
    /// # Panics
    /// When `location` cannot stand in an HTTP header.
    #[must_use]
    pub fn redirect(status: RedirectStatus, location: &str) -> Self {
        Self::Redirect { status, location: location.parse().expect("a header value") }
    }

    /// This fault, after the provider has done its work: the change is made there, and only the answer is lost.
    #[must_use]
    pub fn after_work(self) -> Self {
        Self::AfterWork { fault: Box::new(self) }
    }

    /// The name that the journal shows: as in JSON.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_goes_through_json_and_back() {
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
    fn what_cannot_be_sent_is_refused() {
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
