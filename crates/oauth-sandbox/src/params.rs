//! The parameters of one request, from the query string and from the body in whichever of the three encodings that
//! clients of our providers use: urlencoded, multipart form-data and JSON.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use bytes::Bytes;
use http::HeaderValue;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::request::Parts;
use http_body_util::{BodyDataStream, Full};
use url::form_urlencoded;

use crate::middleware::RequestContext;

/// Room for so many parameters is made at once.
const USUAL: usize = 8;

/// How a body was encoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// No body, or one that is not a form.
    #[default]
    None,
    /// `application/x-www-form-urlencoded`.
    Urlencoded,
    /// `multipart/form-data`.
    Multipart,
    /// `application/json`, an object.
    Json,
}

#[derive(Default)]
struct Inner {
    query: Pairs,
    form: Pairs,
    encoding: Encoding,
}

/// Names and values, all in one piece of memory.
#[derive(Default)]
pub(crate) struct Pairs {
    words: String,
    /// Where names begin, and where they and their values end.
    places: Vec<(usize, usize, usize)>,
    /// What lies between a name and its value.
    between: usize,
}

impl Pairs {
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &str)> {
        self.places.iter().map(|(begin, middle, end)| {
            // A name without a value may be without anything between them as well.
            let value = self.words.get(middle + self.between..*end).unwrap_or_default();
            (&self.words[*begin..*middle], value)
        })
    }

    fn last(&self, name: &str) -> Option<&str> {
        self.iter().rev().find(|(key, _)| *key == name).map(|(_, value)| value)
    }
}

impl<N: AsRef<str>, V: AsRef<str>> FromIterator<(N, V)> for Pairs {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        let mut all = Self::default();
        for (name, value) in pairs {
            let begin = all.words.len();
            all.words.push_str(name.as_ref());
            let middle = all.words.len();
            all.words.push_str(value.as_ref());
            all.places.push((begin, middle, all.words.len()));
        }
        all
    }
}

/// The header with a caller's credentials, alone: a handler that takes all headers gets a copy of them.
pub(crate) struct Authorization(pub(crate) Option<HeaderValue>);

impl<S: Sync> FromRequestParts<S> for Authorization {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(parts.headers.get(AUTHORIZATION).cloned()))
    }
}

/// Query and form parameters. A parameter given twice counts with its last value, as in Rack and PHP.
#[derive(Clone, Default)]
pub(crate) struct Params(Arc<Inner>);

impl Params {
    /// Reads the query of `parts` and, when its content type is that of a form, `body`. What cannot be read is left out:
    /// a missing parameter is then refused in the provider's own words.
    pub(crate) async fn parse(parts: &Parts, body: &Bytes) -> Self {
        let query = pairs(parts.uri.query().unwrap_or_default().as_bytes());
        let content_type =
            parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        let is = |name: &str| essence.eq_ignore_ascii_case(name);
        let (form, encoding) = if is("application/x-www-form-urlencoded") {
            (pairs(body), Encoding::Urlencoded)
        } else if is("multipart/form-data") {
            // Boxed: few bodies are, and all would be as large as its reader.
            (Box::pin(multipart(content_type, body)).await, Encoding::Multipart)
        } else if is("application/json") {
            (json(body), Encoding::Json)
        } else {
            (Pairs::default(), Encoding::None)
        };
        Self(Arc::new(Inner { query, form, encoding }))
    }

    /// The value of `name` in the body, else in the query.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.form.last(name).or_else(|| self.0.query.last(name))
    }

    /// The value of `name`, or `""`.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// The value of `name` unless it is missing or only white space.
    pub(crate) fn present(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.trim().is_empty())
    }

    pub(crate) fn query(&self) -> &Pairs {
        &self.0.query
    }

    pub(crate) fn form(&self) -> &Pairs {
        &self.0.form
    }

    #[allow(dead_code, reason = "Go1 and Cobot tell body encodings apart")]
    pub(crate) fn encoding(&self) -> Encoding {
        self.0.encoding
    }
}

/// Names only: values may be secrets.
impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |pairs: &Pairs| pairs.iter().map(|(name, _)| name.to_owned()).collect::<Vec<_>>();
        f.debug_struct("Params")
            .field("query", &names(&self.0.query))
            .field("form", &names(&self.0.form))
            .field("encoding", &self.0.encoding)
            .finish()
    }
}

impl<S: Sync> FromRequestParts<S> for Params {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(RequestContext::of(parts).map(|context| context.params.clone()).unwrap_or_default())
    }
}

fn pairs(encoded: &[u8]) -> Pairs {
    let text = std::str::from_utf8(encoded).ok();
    text.and_then(plain).unwrap_or_else(|| form_urlencoded::parse(encoded).collect())
}

/// Of a form in which nothing is encoded, as identifiers, secrets and tokens have nothing that would have to be, mostly.
fn plain(text: &str) -> Option<Pairs> {
    if text.is_empty() {
        return Some(Pairs::default());
    }
    let mut places = Vec::with_capacity(USUAL);
    let (mut begin, mut middle) = (0, None);
    for (at, byte) in text.bytes().chain([b'&']).enumerate() {
        match byte {
            b'%' | b'+' => return None,
            b'=' if middle.is_none() => middle = Some(at),
            b'&' => {
                if begin < at {
                    places.push((begin, middle.unwrap_or(at), at));
                }
                (begin, middle) = (at + 1, None);
            }
            _ => {}
        }
    }
    Some(Pairs { words: text.to_owned(), places, between: 1 })
}

async fn multipart(content_type: &str, body: &Bytes) -> Pairs {
    let Ok(boundary) = multer::parse_boundary(content_type) else { return Pairs::default() };
    let body = BodyDataStream::new(Full::new(body.clone()));
    let mut parts = multer::Multipart::new(body, boundary);
    let mut found = Vec::new();
    while let Ok(Some(field)) = parts.next_field().await {
        let Some(name) = field.name().map(str::to_owned) else { continue };
        let Ok(value) = field.text().await else { break };
        found.push((name, value));
    }
    found.into_iter().collect()
}

/// The members of a JSON object that are strings, numbers or booleans.
fn json(body: &[u8]) -> Pairs {
    let Ok(serde_json::Value::Object(object)) = serde_json::from_slice(body) else { return Pairs::default() };
    object
        .into_iter()
        .filter_map(|(name, value)| match value {
            serde_json::Value::String(text) => Some((name, text)),
            serde_json::Value::Number(number) => Some((name, number.to_string())),
            serde_json::Value::Bool(truth) => Some((name, truth.to_string())),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(uri: &str, content_type: &str, body: &str) -> Params {
        let (parts, ()) = http::Request::builder()
            .uri(uri)
            .header(CONTENT_TYPE, content_type)
            .body(())
            .unwrap()
            .into_parts();
        Params::parse(&parts, &Bytes::copy_from_slice(body.as_bytes())).await
    }

    #[tokio::test]
    async fn reads_the_same_form_in_all_three_encodings() {
        let multipart = "--b\r\nContent-Disposition: form-data; name=\"code\"\r\n\r\na b&c\r\n\
                         --b\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\n7\r\n--b--\r\n";
        for (content_type, body, encoding) in [
            ("application/x-www-form-urlencoded; charset=utf-8", "code=a+b%26c&n=7", Encoding::Urlencoded),
            ("multipart/form-data; boundary=b", multipart, Encoding::Multipart),
            ("Application/JSON", r#"{"code":"a b&c","n":7,"nested":{}}"#, Encoding::Json),
        ] {
            let params = read("/token?n=1&q=2", content_type, body).await;
            assert_eq!(params.get("code"), Some("a b&c"), "{content_type}");
            assert_eq!(params.get("n"), Some("7"), "the body wins over the query: {content_type}");
            assert_eq!(params.get("q"), Some("2"));
            assert_eq!(params.encoding(), encoding);
            assert!(!format!("{params:?}").contains("a b"), "values stay out of Debug");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_needs_no_decoding_reads_as_if_it_were_decoded(text in "[a-zé=&;%+ 0-9]{0,40}") {
            let decoded: Vec<_> = form_urlencoded::parse(text.as_bytes()).into_owned().collect();
            let read = pairs(text.as_bytes());
            let read: Vec<_> = read.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            proptest::prop_assert_eq!(read, decoded);
        }
    }

    #[tokio::test]
    async fn what_is_not_a_form_has_no_parameters() {
        for (content_type, body) in [
            ("text/plain", "code=1"),
            ("application/json", "[1]"),
            ("multipart/form-data", "--b"),
            ("", "code=1"),
        ] {
            assert_eq!(read("/", content_type, body).await.get("code"), None, "{content_type}");
        }
    }
}
