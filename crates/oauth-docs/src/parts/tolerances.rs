//! Token responses that deviate from RFC 6749, with the result of a real client for each.

use anyhow::Result;
use oauth_core::chrono::{DateTime, Utc};
use oauth_core::http::header::{CONTENT_TYPE, LOCATION};
use oauth_core::http::{HeaderValue, Response, StatusCode};
use oauth_core::{
    App, Bearer, Call, Client, ClientCredentialsGrant, Clock, Dialect, FixedSite, NoExtra, Provider,
    ReusableRefreshToken, ScopeSource, Scopes, Token, Transport, TransportError, async_trait,
};

use super::table;
use crate::recorded_flow::block_on;

/// A provider without differences.
#[derive(Debug)]
struct Plain;

impl Provider for Plain {
    const NAME: &'static str = "plain";
    const DIALECT: Dialect = Dialect::rfc6749();
    type Site = FixedSite;
    type Extra = NoExtra;
    type Scheme = Bearer;
    type Renewal = ReusableRefreshToken;
}

impl ClientCredentialsGrant for Plain {}

struct Deviation {
    /// The difference from RFC 6749 section 5.
    difference: &'static str,
    status: u16,
    content_type: &'static str,
    body: &'static str,
}

const JSON: &str = "application/json";

const DEVIATIONS: &[Deviation] = &[
    Deviation {
        difference: "any 2xx instead of 200",
        status: 201,
        content_type: JSON,
        body: r#"{"access_token":"t","token_type":"bearer"}"#,
    },
    Deviation {
        difference: "a different content type",
        status: 200,
        content_type: "text/html",
        body: r#"{"access_token":"t","token_type":"bearer"}"#,
    },
    Deviation {
        difference: "no content type",
        status: 200,
        content_type: "",
        body: r#"{"access_token":"t","token_type":"bearer"}"#,
    },
    Deviation {
        difference: "a form-encoded body",
        status: 200,
        content_type: "text/plain",
        body: "access_token=t&expires_in=60",
    },
    Deviation {
        difference: "a byte order mark before the JSON",
        status: 200,
        content_type: JSON,
        body: "\u{feff}{\"access_token\":\"t\"}",
    },
    Deviation {
        difference: "no `token_type`",
        status: 200,
        content_type: JSON,
        body: r#"{"access_token":"t"}"#,
    },
    Deviation {
        difference: "`token_type` in upper case",
        status: 200,
        content_type: JSON,
        body: r#"{"access_token":"t","token_type":"BEARER"}"#,
    },
    Deviation {
        difference: "an unsupported `token_type`",
        status: 200,
        content_type: JSON,
        body: r#"{"access_token":"t","token_type":"mac"}"#,
    },
    Deviation {
        difference: "`expires_in` as a string",
        status: 200,
        content_type: JSON,
        body: r#"{"access_token":"t","expires_in":"3529"}"#,
    },
    Deviation {
        difference: "`expires_in` as a fraction",
        status: 200,
        content_type: JSON,
        body: r#"{"access_token":"t","expires_in":3529.9}"#,
    },
    Deviation {
        difference: "`expires_in` that is not a number",
        status: 200,
        content_type: JSON,
        body: r#"{"access_token":"t","expires_in":"soon"}"#,
    },
    Deviation {
        difference: "a negative `expires_in`",
        status: 200,
        content_type: JSON,
        body: r#"{"access_token":"t","expires_in":-5}"#,
    },
    Deviation {
        difference: "an `expires_in` that no double can hold",
        status: 200,
        content_type: JSON,
        body: r#"{"access_token":"t","expires_in":1e999}"#,
    },
    Deviation {
        difference: "scopes joined by commas",
        status: 200,
        content_type: JSON,
        body: r#"{"access_token":"t","scope":"a,b"}"#,
    },
    Deviation {
        difference: "scopes as an array",
        status: 200,
        content_type: JSON,
        body: r#"{"access_token":"t","scope":["a","b"]}"#,
    },
    Deviation {
        difference: "an empty `scope`",
        status: 200,
        content_type: JSON,
        body: r#"{"access_token":"t","scope":""}"#,
    },
    Deviation {
        difference: "no `scope`, though scopes were requested",
        status: 200,
        content_type: JSON,
        body: r#"{"access_token":"t"}"#,
    },
    Deviation {
        difference: "an `error` in a 200",
        status: 200,
        content_type: JSON,
        body: r#"{"error":"invalid_grant"}"#,
    },
    Deviation {
        difference: "an `error` with a token",
        status: 200,
        content_type: JSON,
        body: r#"{"access_token":"t","error":"slow"}"#,
    },
    Deviation {
        difference: "error codes with hyphens",
        status: 400,
        content_type: JSON,
        body: r#"{"error":"invalid-client-credentials"}"#,
    },
    Deviation {
        difference: "`invalid_grant` in a 500",
        status: 500,
        content_type: JSON,
        body: r#"{"error":"invalid_grant"}"#,
    },
    Deviation {
        difference: "an error that is not JSON",
        status: 502,
        content_type: "text/html",
        body: "<html></html>",
    },
    Deviation { difference: "an empty 200", status: 200, content_type: JSON, body: "" },
    Deviation { difference: "a redirect", status: 302, content_type: "", body: "" },
];

/// Stands still, so that lifetimes are as in the response.
#[derive(Debug)]
struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }
}

#[derive(Debug)]
struct CannedTransport(&'static Deviation);

impl std::fmt::Debug for Deviation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.difference)
    }
}

#[async_trait]
impl Transport for CannedTransport {
    async fn call(&self, _: Call) -> Result<Response<Vec<u8>>, TransportError> {
        let mut response = Response::new(self.0.body.as_bytes().to_vec());
        *response.status_mut() = StatusCode::from_u16(self.0.status).unwrap_or_default();
        if !self.0.content_type.is_empty() {
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(self.0.content_type));
        }
        if response.status().is_redirection() {
            response.headers_mut().insert(LOCATION, HeaderValue::from_static("https://elsewhere.example/"));
        }
        Ok(response)
    }
}

fn outcome(deviation: &'static Deviation) -> Result<String> {
    let site = FixedSite::new(
        "https://provider.example/authorize",
        "https://provider.example/token",
        "https://provider.example/api",
    )?;
    let app = App::without_redirect("id", "secret");
    let client = Client::<Plain>::builder(site, app)
        .transport(CannedTransport(deviation))
        .clock(FixedClock)
        .build()?;
    let requested: Scopes = "a b".parse()?;
    Ok(match block_on(client.client_credentials(requested))? {
        Ok(token) => description(&token),
        Err(error) => format!("`ErrorKind::{:?}`", error.kind()),
    })
}

fn description(token: &Token<Plain>) -> String {
    let mut out = "a token".to_owned();
    if let Some(expires_at) = token.expires_at() {
        out += &format!(" for {} s", (expires_at - token.received_at()).num_seconds());
    }
    match token.scope_source() {
        ScopeSource::Response if token.scopes().is_empty() => out += " without scopes",
        ScopeSource::Response => out += &format!(" with the scopes `{}`", token.scopes()),
        _ => out += ", with the requested scopes",
    }
    out
}

pub(super) fn table() -> Result<String> {
    let mut rows = Vec::new();
    for deviation in DEVIATIONS {
        let body = match deviation.body {
            "" => "empty".to_owned(),
            body => format!("`{}`", body.trim_start_matches('\u{feff}')),
        };
        rows.push(vec![
            deviation.difference.to_owned(),
            deviation.status.to_string(),
            body,
            outcome(deviation)?,
        ]);
    }
    Ok(table::table(&["Deviation", "Status", "Body", "Result"], rows))
}
