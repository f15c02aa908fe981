//! What deviant replies are accepted: each is given to a real client, and the table says what came of it.

use anyhow::Result;
use oauth_core::chrono::{DateTime, Utc};
use oauth_core::http::header::{CONTENT_TYPE, LOCATION};
use oauth_core::http::{HeaderValue, Response, StatusCode};
use oauth_core::{
    App, Bearer, Call, Client, ClientCredentialsGrant, Clock, Dialect, FixedSite, NoExtra, Provider,
    ReusableRefreshToken, ScopeSource, Scopes, Token, Transport, TransportError, async_trait,
};

use super::table;
use crate::observe::block_on;

/// A provider without a difference.
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
    /// What is unlike RFC 6749 section 5.
    what: &'static str,
    status: u16,
    content_type: &'static str,
    body: &'static str,
}

const JSON: &str = "application/json";

const DEVIATIONS: &[Deviation] = &[
    Deviation {
        what: "any 2xx instead of 200",
        status: 201,
        content_type: JSON,
        body: r#"{"access_token":"t","token_type":"bearer"}"#,
    },
    Deviation {
        what: "another content type",
        status: 200,
        content_type: "text/html",
        body: r#"{"access_token":"t","token_type":"bearer"}"#,
    },
    Deviation {
        what: "no content type",
        status: 200,
        content_type: "",
        body: r#"{"access_token":"t","token_type":"bearer"}"#,
    },
    Deviation {
        what: "a form-encoded body",
        status: 200,
        content_type: "text/plain",
        body: "access_token=t&expires_in=60",
    },
    Deviation {
        what: "a byte order mark before the JSON",
        status: 200,
        content_type: JSON,
        body: "\u{feff}{\"access_token\":\"t\"}",
    },
    Deviation { what: "no `token_type`", status: 200, content_type: JSON, body: r#"{"access_token":"t"}"# },
    Deviation {
        what: "`token_type` in other letters",
        status: 200,
        content_type: JSON,
        body: r#"{"access_token":"t","token_type":"BEARER"}"#,
    },
    Deviation {
        what: "a `token_type` that the header does not serve",
        status: 200,
        content_type: JSON,
        body: r#"{"access_token":"t","token_type":"mac"}"#,
    },
    Deviation {
        what: "`expires_in` as a string",
        status: 200,
        content_type: JSON,
        body: r#"{"access_token":"t","expires_in":"3529"}"#,
    },
    Deviation {
        what: "`expires_in` as a fraction",
        status: 200,
        content_type: JSON,
        body: r#"{"access_token":"t","expires_in":3529.9}"#,
    },
    Deviation {
        what: "`expires_in` that is null or no number",
        status: 200,
        content_type: JSON,
        body: r#"{"access_token":"t","expires_in":"soon"}"#,
    },
    Deviation {
        what: "a negative `expires_in`",
        status: 200,
        content_type: JSON,
        body: r#"{"access_token":"t","expires_in":-5}"#,
    },
    Deviation {
        what: "an `expires_in` that no double can hold",
        status: 200,
        content_type: JSON,
        body: r#"{"access_token":"t","expires_in":1e999}"#,
    },
    Deviation {
        what: "scopes joined by commas",
        status: 200,
        content_type: JSON,
        body: r#"{"access_token":"t","scope":"a,b"}"#,
    },
    Deviation {
        what: "scopes as an array",
        status: 200,
        content_type: JSON,
        body: r#"{"access_token":"t","scope":["a","b"]}"#,
    },
    Deviation {
        what: "an empty `scope`",
        status: 200,
        content_type: JSON,
        body: r#"{"access_token":"t","scope":""}"#,
    },
    Deviation {
        what: "no `scope`, though some were asked for",
        status: 200,
        content_type: JSON,
        body: r#"{"access_token":"t"}"#,
    },
    Deviation {
        what: "an `error` in a 200",
        status: 200,
        content_type: JSON,
        body: r#"{"error":"invalid_grant"}"#,
    },
    Deviation {
        what: "an `error` beside a token",
        status: 200,
        content_type: JSON,
        body: r#"{"access_token":"t","error":"slow"}"#,
    },
    Deviation {
        what: "error codes with hyphens",
        status: 400,
        content_type: JSON,
        body: r#"{"error":"invalid-client-credentials"}"#,
    },
    Deviation {
        what: "`invalid_grant` in a 500",
        status: 500,
        content_type: JSON,
        body: r#"{"error":"invalid_grant"}"#,
    },
    Deviation {
        what: "an error that is no JSON",
        status: 502,
        content_type: "text/html",
        body: "<html></html>",
    },
    Deviation { what: "an empty 200", status: 200, content_type: JSON, body: "" },
    Deviation { what: "a redirect", status: 302, content_type: "", body: "" },
];

/// A clock that stands still, so that a lifetime is what the reply said.
#[derive(Debug)]
struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }
}

#[derive(Debug)]
struct Answering(&'static Deviation);

impl std::fmt::Debug for Deviation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.what)
    }
}

#[async_trait]
impl Transport for Answering {
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
    let client =
        Client::<Plain>::builder(site, app).transport(Answering(deviation)).clock(Stopped).build()?;
    let asked: Scopes = "a b".parse()?;
    Ok(match block_on(client.client_credentials(asked))? {
        Ok(token) => read(&token),
        Err(error) => format!("`ErrorKind::{:?}`", error.kind()),
    })
}

fn read(token: &Token<Plain>) -> String {
    let mut out = "a token".to_owned();
    if let Some(expires_at) = token.expires_at() {
        out += &format!(" for {} s", (expires_at - token.received_at()).num_seconds());
    }
    match token.scope_source() {
        ScopeSource::Response if token.scopes().is_empty() => out += " without scopes",
        ScopeSource::Response => out += &format!(" with the scopes `{}`", token.scopes()),
        _ => out += ", with the scopes that were asked for",
    }
    out
}

pub(super) fn table() -> Result<String> {
    let mut rows = Vec::new();
    for deviation in DEVIATIONS {
        let body = match deviation.body {
            "" => "nothing".to_owned(),
            body => format!("`{}`", body.trim_start_matches('\u{feff}')),
        };
        rows.push(vec![deviation.what.to_owned(), deviation.status.to_string(), body, outcome(deviation)?]);
    }
    Ok(table::table(&["The reply has", "Status", "Such as", "What comes of it"], rows))
}
