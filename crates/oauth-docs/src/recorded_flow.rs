//! The requests of a real client, recorded by its transport, so that pages show what is sent.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use oauth_core::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use oauth_core::http::{HeaderName, Request, Response};
use oauth_core::serde_json::{self, Value};
use oauth_core::url::{Url, form_urlencoded};
use oauth_core::{
    App, Call, Client, CodeGrant, Endpoint, Provider, RedirectUri, Refreshes, Token, Transport,
    TransportError, async_trait,
};

/// Placeholder for values that differ between calls.
pub(crate) const VARIABLE: &str = "…";

const CLIENT_ID: &str = "the-client-id";
const CLIENT_SECRET: &str = "the-client-secret";
const REDIRECT_URI: &str = "https://app.example.com/callback";
const CODE: &str = "the-code";

/// The parts of a request that are the same each time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) method: String,
    pub(crate) url: String,
    /// `query`, `urlencoded form`, …; empty without parameters.
    pub(crate) params_in: &'static str,
    /// Names, with the values that are always the same.
    pub(crate) params: Vec<(String, String)>,
    /// The headers that matter.
    pub(crate) headers: Vec<(String, String)>,
}

/// A connection from the authorize URL to its first API call, with its refresh if it has one.
#[derive(Clone, Debug)]
pub(crate) struct Flow {
    pub(crate) authorize: Message,
    pub(crate) exchange: Message,
    /// The fields of the recorded token response.
    pub(crate) token_fields: Vec<String>,
    pub(crate) call: Message,
    pub(crate) refresh: Option<Message>,
}

/// Records requests and returns the same response to each.
#[derive(Clone, Debug)]
struct RecordingTransport {
    sent: Arc<Mutex<Vec<Request<Vec<u8>>>>>,
    response: String,
}

#[async_trait]
impl Transport for RecordingTransport {
    async fn call(&self, call: Call) -> Result<Response<Vec<u8>>, TransportError> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).push(call.request);
        let mut response = Response::new(self.response.as_bytes().to_vec());
        response.headers_mut().insert(
            CONTENT_TYPE,
            oauth_core::http::HeaderValue::from_static("application/json; charset=utf-8"),
        );
        Ok(response)
    }
}

/// A client whose requests are recorded.
pub(crate) struct FlowRecorder<P: Provider> {
    client: Client<P>,
    transport: RecordingTransport,
}

impl<P: CodeGrant> FlowRecorder<P> {
    /// A client at this site whose token endpoint returns `fixture`: a recorded response, or an object with
    /// the response in `body` and its origin in `source`.
    pub(crate) fn new(site: P::Site, fixture: &str) -> Result<Self> {
        let fixture: Value = serde_json::from_str(fixture)?;
        let response = fixture.get("body").unwrap_or(&fixture).to_string();
        let transport = RecordingTransport { sent: Arc::default(), response };
        let app = App::new(CLIENT_ID, CLIENT_SECRET, RedirectUri::new(REDIRECT_URI)?);
        let client = Client::builder(site, app).transport(transport.clone()).build()?;
        Ok(Self { client, transport })
    }

    /// Records a connection and one API call.
    pub(crate) fn flow<E: Endpoint<P>>(
        &self,
        connect: &P::Connect,
        endpoint: &E,
    ) -> Result<(Flow, Token<P>)> {
        let started = self.client.begin(connect)?;
        let authorize = authorize(&started.url);
        let callback = format!("{REDIRECT_URI}?code={CODE}&state={}", started.pending.state().expose());
        let token = block_on(self.client.finish(&started.pending, &callback))??;
        let exchange = self.last_request()?;
        // The API call gets a token response and fails; only its request matters.
        let _ = block_on(self.client.send(&token, endpoint))?;
        let call = self.last_request()?;
        let response: Value = serde_json::from_str(&self.transport.response)?;
        let response = response.as_object().context("the recorded token response is not an object")?;
        let token_fields = response.keys().cloned().collect();
        Ok((Flow { authorize, exchange, token_fields, call, refresh: None }, token))
    }

    /// Records a refresh.
    pub(crate) fn refresh(&self, token: &Token<P>) -> Result<Message>
    where
        P: Refreshes,
    {
        block_on(self.client.refresh(token))??;
        self.last_request()
    }

    fn last_request(&self) -> Result<Message> {
        let sent = self.transport.sent.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(message(sent.last().context("nothing was sent")?))
    }
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> Result<T> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(future))
}

fn authorize(url: &Url) -> Message {
    let params = url.query_pairs().map(|(name, value)| name_and_value(&name, &value)).collect();
    let mut base = url.clone();
    base.set_query(None);
    Message { method: "GET".into(), url: base.into(), params_in: "query", params, headers: Vec::new() }
}

fn message(request: &Request<Vec<u8>>) -> Message {
    let uri = request.uri().to_string();
    let (url, query) = uri.split_once('?').unwrap_or((&uri, ""));
    let header = |name: &HeaderName| {
        request.headers().get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let content_type = header(&CONTENT_TYPE).unwrap_or_default();
    let body = String::from_utf8_lossy(request.body());
    let pairs = |text: &str| {
        form_urlencoded::parse(text.as_bytes()).map(|(n, v)| name_and_value(&n, &v)).collect::<Vec<_>>()
    };
    let (params_in, params) = if content_type.starts_with("multipart/form-data") {
        ("multipart form", multipart(&body))
    } else if content_type.starts_with("application/x-www-form-urlencoded") {
        ("urlencoded form", pairs(&body))
    } else if !query.is_empty() {
        ("query", pairs(query))
    } else {
        ("", Vec::new())
    };
    let headers = request
        .headers()
        .keys()
        .filter(|name| ![ACCEPT, CONTENT_TYPE, USER_AGENT].contains(name))
        .filter_map(|name| Some((header_title(name), redacted(&header(name)?, *name == AUTHORIZATION))))
        .collect();
    Message { method: request.method().to_string(), url: url.to_owned(), params_in, params, headers }
}

fn multipart(body: &str) -> Vec<(String, String)> {
    body.split("name=\"")
        .skip(1)
        .filter_map(|part| {
            let (name, rest) = part.split_once('"')?;
            Some(name_and_value(name, rest.trim_start().lines().next().unwrap_or_default()))
        })
        .collect()
}

/// The value only if the protocol defines it.
fn name_and_value(name: &str, value: &str) -> (String, String) {
    let fixed = matches!(name, "response_type" | "grant_type" | "code_challenge_method" | "mode");
    (name.to_owned(), if fixed { value.to_owned() } else { VARIABLE.to_owned() })
}

/// A header name as documents write it: `Authorization`, not `authorization`.
fn header_title(name: &HeaderName) -> String {
    name.as_str()
        .split('-')
        .map(|word| match word {
            "as" => word.to_owned(),
            _ => word[..1].to_uppercase() + &word[1..],
        })
        .collect::<Vec<_>>()
        .join("-")
}

/// Redacts the token of an `Authorization` header: the quoted text, or everything after the scheme.
fn redacted(value: &str, is_authorization: bool) -> String {
    if !is_authorization {
        return value.to_owned();
    }
    if let Some((before, _)) = value.split_once("=\"") {
        return format!("{before}=\"{VARIABLE}\"");
    }
    let scheme = value.split(' ').next().unwrap_or_default();
    format!("{scheme} {VARIABLE}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authorization_header_hides_token() {
        assert_eq!(redacted("Bearer abc", true), "Bearer …");
        assert_eq!(redacted("Token token=\"abc\"", true), "Token token=\"…\"");
        assert_eq!(redacted("2025-01-01", false), "2025-01-01");
    }

    #[test]
    fn multipart_keeps_name_order() {
        let body = "--b\r\nContent-Disposition: form-data; name=\"grant_type\"\r\n\r\nauthorization_code\r\n\
                    --b\r\nContent-Disposition: form-data; name=\"code\"\r\n\r\nx\r\n--b--\r\n";
        assert_eq!(
            multipart(body),
            [("grant_type".into(), "authorization_code".into()), ("code".into(), "…".into())]
        );
    }
}
