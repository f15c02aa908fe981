//! What really goes over the wire: the clients run with a transport that records, so that no page can say otherwise.

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

/// What stands for everything that differs from call to call.
pub(crate) const ANY: &str = "…";

const CLIENT_ID: &str = "the-client-id";
const CLIENT_SECRET: &str = "the-client-secret";
const REDIRECT_URI: &str = "https://app.example.com/callback";
const CODE: &str = "the-code";

/// A request, as far as it is the same each time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) method: String,
    pub(crate) url: String,
    /// `query`, `urlencoded form`, …; empty where there are no parameters.
    pub(crate) place: &'static str,
    /// Names, and values where they are always the same.
    pub(crate) params: Vec<(String, String)>,
    /// The headers that matter.
    pub(crate) headers: Vec<(String, String)>,
}

/// A connection from its beginning to its first call, and its refresh if there is one.
#[derive(Clone, Debug)]
pub(crate) struct Flow {
    pub(crate) authorize: Message,
    pub(crate) exchange: Message,
    /// The fields of the provider's recorded reply.
    pub(crate) reply: Vec<String>,
    pub(crate) call: Message,
    pub(crate) refresh: Option<Message>,
}

/// Records, and answers every call with the same.
#[derive(Clone, Debug)]
struct Recorder {
    sent: Arc<Mutex<Vec<Request<Vec<u8>>>>>,
    answer: String,
}

#[async_trait]
impl Transport for Recorder {
    async fn call(&self, call: Call) -> Result<Response<Vec<u8>>, TransportError> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).push(call.request);
        let mut response = Response::new(self.answer.as_bytes().to_vec());
        response.headers_mut().insert(
            CONTENT_TYPE,
            oauth_core::http::HeaderValue::from_static("application/json; charset=utf-8"),
        );
        Ok(response)
    }
}

/// A client of a provider, watched.
pub(crate) struct Watched<P: Provider> {
    client: Client<P>,
    recorder: Recorder,
}

impl<P: CodeGrant> Watched<P> {
    /// A client at this site whose token calls are answered with `reply`, a recorded one of the provider's: the reply
    /// itself, or what a `body` beside its `source` holds.
    pub(crate) fn new(site: P::Site, reply: &str) -> Result<Self> {
        let reply: Value = serde_json::from_str(reply)?;
        let answer = reply.get("body").unwrap_or(&reply).to_string();
        let recorder = Recorder { sent: Arc::default(), answer };
        let app = App::new(CLIENT_ID, CLIENT_SECRET, RedirectUri::new(REDIRECT_URI)?);
        let client = Client::builder(site, app).transport(recorder.clone()).build()?;
        Ok(Self { client, recorder })
    }

    /// Connects, and makes one call.
    pub(crate) fn flow<E: Endpoint<P>>(
        &self,
        connect: &P::Connect,
        endpoint: &E,
    ) -> Result<(Flow, Token<P>)> {
        let started = self.client.begin(connect)?;
        let authorize = authorize(&started.url);
        let callback = format!("{REDIRECT_URI}?code={CODE}&state={}", started.pending.state().expose());
        let token = block_on(self.client.finish(&started.pending, &callback))??;
        let exchange = self.last()?;
        // The answer fits the token endpoint and no API; what was asked for is all that is looked at.
        let _ = block_on(self.client.send(&token, endpoint))?;
        let call = self.last()?;
        let reply: Value = serde_json::from_str(&self.recorder.answer)?;
        let reply = reply.as_object().context("a recorded reply is an object")?.keys().cloned().collect();
        Ok((Flow { authorize, exchange, reply, call, refresh: None }, token))
    }

    /// Refreshes.
    pub(crate) fn refresh(&self, token: &Token<P>) -> Result<Message>
    where
        P: Refreshes,
    {
        block_on(self.client.refresh(token))??;
        self.last()
    }

    fn last(&self) -> Result<Message> {
        let sent = self.recorder.sent.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(message(sent.last().context("nothing was sent")?))
    }
}

pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> Result<T> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work))
}

fn authorize(url: &Url) -> Message {
    let params = url.query_pairs().map(|(name, value)| shown(&name, &value)).collect();
    let mut base = url.clone();
    base.set_query(None);
    Message { method: "GET".into(), url: base.into(), place: "query", params, headers: Vec::new() }
}

fn message(request: &Request<Vec<u8>>) -> Message {
    let uri = request.uri().to_string();
    let (url, query) = uri.split_once('?').unwrap_or((&uri, ""));
    let header = |name: &HeaderName| {
        request.headers().get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let content_type = header(&CONTENT_TYPE).unwrap_or_default();
    let body = String::from_utf8_lossy(request.body());
    let pairs =
        |text: &str| form_urlencoded::parse(text.as_bytes()).map(|(n, v)| shown(&n, &v)).collect::<Vec<_>>();
    let (place, params) = if content_type.starts_with("multipart/form-data") {
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
        .filter_map(|name| Some((title(name), masked(&header(name)?, *name == AUTHORIZATION))))
        .collect();
    Message { method: request.method().to_string(), url: url.to_owned(), place, params, headers }
}

fn multipart(body: &str) -> Vec<(String, String)> {
    body.split("name=\"")
        .skip(1)
        .filter_map(|part| {
            let (name, rest) = part.split_once('"')?;
            Some(shown(name, rest.trim_start().lines().next().unwrap_or_default()))
        })
        .collect()
}

/// A value is shown only if the protocol fixes it.
fn shown(name: &str, value: &str) -> (String, String) {
    let fixed = matches!(name, "response_type" | "grant_type" | "code_challenge_method" | "mode");
    (name.to_owned(), if fixed { value.to_owned() } else { ANY.to_owned() })
}

/// Headers are written as in documents: `Authorization`, not `authorization`.
fn title(name: &HeaderName) -> String {
    name.as_str()
        .split('-')
        .map(|word| match word {
            "as" => word.to_owned(),
            _ => word[..1].to_uppercase() + &word[1..],
        })
        .collect::<Vec<_>>()
        .join("-")
}

/// An `Authorization` header without its token: what is between quotes, or the last word.
fn masked(value: &str, is_authorization: bool) -> String {
    if !is_authorization {
        return value.to_owned();
    }
    if let Some((before, _)) = value.split_once("=\"") {
        return format!("{before}=\"{ANY}\"");
    }
    let scheme = value.split(' ').next().unwrap_or_default();
    format!("{scheme} {ANY}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authorization_header_is_shown_without_its_token() {
        assert_eq!(masked("Bearer abc", true), "Bearer …");
        assert_eq!(masked("Token token=\"abc\"", true), "Token token=\"…\"");
        assert_eq!(masked("2025-01-01", false), "2025-01-01");
    }

    #[test]
    fn multipart_names_in_order() {
        let body = "--b\r\nContent-Disposition: form-data; name=\"grant_type\"\r\n\r\nauthorization_code\r\n\
                    --b\r\nContent-Disposition: form-data; name=\"code\"\r\n\r\nx\r\n--b--\r\n";
        assert_eq!(
            multipart(body),
            [("grant_type".into(), "authorization_code".into()), ("code".into(), "…".into())]
        );
    }
}
