//! A table of a provider's API calls, each with a recorded response.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::path::{Path, PathBuf};

use oauth_core::http::{HeaderName, HeaderValue, Response, StatusCode};
use oauth_core::serde_json::{self, Value};
use oauth_core::{Client, Endpoint, Provider, Token};

use crate::RecordingTransport;

/// Plays each call of a provider crate once, against its recorded response.
///
/// Folder `responses` has a file for each call: `source` names the document that the fields were read in,
/// `status` (200 unless set), `headers`, and `body` or `text`.
#[allow(missing_debug_implementations)] // tests only
pub struct ApiTable<P: Provider> {
    responses: PathBuf,
    client: fn(RecordingTransport) -> (Client<P>, Token<P>),
    names: BTreeSet<String>,
    files: BTreeSet<String>,
}

impl<P: Provider> ApiTable<P> {
    /// A table whose responses are in this folder. `client` returns a client with this transport, and a
    /// token.
    pub fn new(
        responses: impl Into<PathBuf>,
        client: fn(RecordingTransport) -> (Client<P>, Token<P>),
    ) -> Self {
        Self { responses: responses.into(), client, names: BTreeSet::new(), files: BTreeSet::new() }
    }

    /// Plays one call. Returns its request and result as text.
    ///
    /// # Panics
    /// If the recorded response is missing or names no source, or the call was played before.
    pub async fn play<E>(&mut self, file: &str, endpoint: &E) -> String
    where
        E: Endpoint<P>,
        E::Response: Debug,
    {
        assert!(self.names.insert(E::NAME.to_owned()), "{} is played twice", E::NAME);
        assert!(self.files.insert(file.to_owned()), "{file} is used twice");
        let recorded = Recorded::read(&self.responses.join(format!("{file}.json")));
        let transport = RecordingTransport::with_responses([recorded.response()]);
        let (client, token) = (self.client)(transport.clone());
        let result = client.send(&token, endpoint).await;
        let (shown, fields) = match &result {
            Ok(response) => (format!("{response:#?}"), recorded.fields(&format!("{response:?}"))),
            Err(error) => (format!("error: {error}"), String::new()),
        };
        let request = transport.text();
        format!("{}\n\n{request}\n----\n{}\n\n{shown}\n{fields}", E::NAME, recorded.source)
    }

    /// Compares the table with the list of all documented calls, a TOML file: each typed call of the list was
    /// played, and each played call is in the list. Each recorded response was used.
    ///
    /// # Panics
    /// If a call or a response is missing, or is in one place only.
    pub fn finish(self, list: &Path) {
        let typed: BTreeSet<String> =
            documented_calls(list).into_iter().filter(|call| call.is_typed).map(|call| call.name).collect();
        let missing: Vec<_> = typed.difference(&self.names).collect();
        assert!(missing.is_empty(), "calls without a row in this table: {missing:#?}");
        let unlisted: Vec<_> = self.names.difference(&typed).collect();
        assert!(unlisted.is_empty(), "calls that {list:?} does not list as typed: {unlisted:#?}");
        let unused: Vec<_> = std::fs::read_dir(&self.responses)
            .unwrap_or_else(|error| panic!("{:?}: {error}", self.responses))
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter_map(|name| name.strip_suffix(".json").map(str::to_owned))
            .filter(|name| !self.files.contains(name))
            .collect();
        assert!(unused.is_empty(), "recorded responses that no call uses: {unused:#?}");
    }
}

/// A call in the list of all documented calls of a provider, `docs/api/PROVIDER.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentedCall {
    /// `Endpoint::NAME`, if it is typed.
    pub name: String,
    /// True unless the list has a reason why it is not typed.
    pub is_typed: bool,
}

/// Reads the list of all documented calls of a provider.
///
/// # Panics
/// If the list cannot be read, or an entry has no name.
pub fn documented_calls(list: &Path) -> Vec<DocumentedCall> {
    let text = std::fs::read_to_string(list).unwrap_or_else(|error| panic!("{list:?}: {error}"));
    let list: toml::Table = text.parse().unwrap_or_else(|error| panic!("{list:?}: {error}"));
    let calls = list["calls"].as_array().expect("`calls` is no array");
    let call = |call: &toml::Value| DocumentedCall {
        name: call["call"].as_str().expect("`call` is no string").to_owned(),
        is_typed: call.get("untyped").is_none(),
    };
    calls.iter().map(call).collect()
}

struct Recorded {
    source: String,
    file: Value,
}

impl Recorded {
    fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        let file: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        let source = file["source"].as_str().filter(|source| !source.is_empty());
        Self { source: source.unwrap_or_else(|| panic!("{path:?} names no source")).to_owned(), file }
    }

    fn response(&self) -> Response<Vec<u8>> {
        let body = match (&self.file["body"], &self.file["text"]) {
            (Value::Null, Value::String(text)) => text.clone(),
            (Value::Null, _) => String::new(),
            (body, _) => body.to_string(),
        };
        let mut response = Response::new(body.into_bytes());
        let status =
            self.file["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or(200);
        *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
        for (name, value) in self.file["headers"].as_object().into_iter().flatten() {
            let header =
                (name.parse::<HeaderName>(), HeaderValue::from_str(value.as_str().unwrap_or_default()));
            if let (Ok(name), Ok(value)) = header {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }

    /// Counts the fields of the body that are typed: those that `Debug` does not name in a list `other`,
    /// where a response type keeps the rest.
    fn fields(&self, shown: &str) -> String {
        let untyped: BTreeSet<&str> = shown
            .split("other: [")
            .skip(1)
            .filter_map(|rest| rest.split(']').next())
            .flat_map(|names| names.split(", "))
            .map(|name| name.trim_matches('"'))
            .collect();
        let (typed, all) = count(&self.file["body"], &untyped);
        format!("fields: {typed} of {all} typed")
    }
}

/// The number of typed members in a value, and of all. What is below an untyped member is untyped.
fn count(value: &Value, untyped: &BTreeSet<&str>) -> (usize, usize) {
    let add = |(a, b): (usize, usize), (c, d): (usize, usize)| (a + c, b + d);
    match value {
        Value::Array(elements) => elements.iter().map(|value| count(value, untyped)).fold((0, 0), add),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| {
                let (typed, all) = count(value, untyped);
                if untyped.contains(name.as_str()) { (0, all + 1) } else { (typed + 1, all + 1) }
            })
            .fold((0, 0), add),
        _ => (0, 0),
    }
}
