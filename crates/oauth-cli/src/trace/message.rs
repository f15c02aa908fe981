//! A request or an answer as it is shown: taken apart into what a person can read, with every secret masked.

use http::HeaderMap;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use serde::Serialize;
use serde_json::Value;
use url::form_urlencoded;

use super::{Purpose, Secrets};
/// A name and a value, the value without secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Field {
    /// The name.
    pub(crate) name: String,
    /// The value.
    pub(crate) value: String,
}

/// A URL that a browser is sent to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Link {
    /// Without the query.
    pub(crate) url: String,
    /// The query.
    pub(crate) query: Vec<Field>,
}

/// What was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Request {
    /// The method.
    pub(crate) method: String,
    /// Where to.
    #[serde(flatten)]
    pub(crate) link: Link,
    /// Header fields.
    pub(crate) headers: Vec<Field>,
    /// The body.
    pub(crate) body: Body,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Response {
    /// The status.
    pub(crate) status: u16,
    /// The status in words.
    #[serde(skip)]
    pub(crate) reason: &'static str,
    /// The body.
    pub(crate) body: Body,
}

/// A body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Body {
    /// Its media type, without parameters; empty if there is none.
    pub(crate) media_type: String,
    /// How many bytes it has.
    pub(crate) bytes: usize,
    /// Its parts, if it has parts with names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) fields: Vec<Field>,
    /// Its beginning, if it has none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) text: String,
}

/// So much of a text is kept.
const LONGEST_TEXT: usize = 600;

impl Link {
    /// Takes a URL apart.
    pub(crate) fn read(url: &str, secrets: &Secrets) -> Self {
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        Self { url: secrets.scrub(base), query: parameters(query.as_bytes(), secrets) }
    }
}

impl Request {
    /// Takes a request apart.
    pub(crate) fn read(request: &http::Request<Vec<u8>>, secrets: &Secrets) -> Self {
        let headers = request
            .headers()
            .iter()
            .map(|(name, value)| {
                let text = String::from_utf8_lossy(value.as_bytes());
                let value =
                    if name == AUTHORIZATION { secrets.authorization(&text) } else { secrets.scrub(&text) };
                Field { name: name.as_str().to_owned(), value }
            })
            .collect();
        Self {
            method: request.method().to_string(),
            headers,
            link: Link::read(&request.uri().to_string(), secrets),
            body: Body::read(request.headers(), request.body(), true, secrets),
        }
    }
}

impl Response {
    /// Takes an answer apart.
    pub(crate) fn read(response: &http::Response<Vec<u8>>, purpose: Purpose, secrets: &Secrets) -> Self {
        let status = response.status();
        // What the token endpoint says is shown only where the names of its parts tell which are secrets.
        let open = purpose != Purpose::Token || !status.is_success();
        let mut body = Body::read(response.headers(), response.body(), open, secrets);
        if purpose == Purpose::Page {
            // Mark-up says nothing to whoever reads along.
            body.text.clear();
        }
        Self { status: status.as_u16(), reason: status.canonical_reason().unwrap_or_default(), body }
    }
}

impl Body {
    /// Takes a body apart. A text that has no named parts is only shown if it is `open`.
    fn read(headers: &HeaderMap, bytes: &[u8], open: bool, secrets: &Secrets) -> Self {
        let content_type =
            headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let mut body = Self { media_type, bytes: bytes.len(), fields: Vec::new(), text: String::new() };
        match &*body.media_type {
            _ if bytes.is_empty() => {}
            "application/x-www-form-urlencoded" => body.fields = parameters(bytes, secrets),
            "multipart/form-data" => body.fields = parts(content_type, bytes, secrets),
            media_type => match serde_json::from_slice(bytes) {
                Ok(value) if media_type.ends_with("json") => body.fields = members(value, secrets),
                _ if open => {
                    let text = String::from_utf8_lossy(bytes);
                    body.text = secrets.scrub(&text).chars().take(LONGEST_TEXT).collect();
                }
                _ => body.text = "[not shown]".to_owned(),
            },
        }
        body
    }
}

/// `a=1&b=2`
fn parameters(query: &[u8], secrets: &Secrets) -> Vec<Field> {
    form_urlencoded::parse(query)
        .map(|(name, value)| Field { value: secrets.field(&name, &value), name: name.into_owned() })
        .collect()
}

/// The parts of a form sent as multipart (RFC 7578), as our own clients write it.
fn parts(content_type: &str, bytes: &[u8], secrets: &Secrets) -> Vec<Field> {
    let Some((_, boundary)) = content_type.split_once("boundary=") else { return Vec::new() };
    let delimiter = format!("--{}", boundary.trim_matches('"'));
    String::from_utf8_lossy(bytes)
        .split(&*delimiter)
        .filter_map(|part| {
            let (head, value) = part.split_once("\r\n\r\n")?;
            let (_, name) = head.split_once("name=\"")?;
            let name = name.split('"').next()?;
            let value = value.strip_suffix("\r\n").unwrap_or(value);
            Some(Field { name: name.to_owned(), value: secrets.field(name, value) })
        })
        .collect()
}

/// The members of a JSON object, or the elements of a list by their places.
fn members(mut value: Value, secrets: &Secrets) -> Vec<Field> {
    secrets.json(&mut value);
    let text = |value: Value| match value {
        Value::String(text) => text,
        value => value.to_string(),
    };
    match value {
        Value::Object(fields) => {
            fields.into_iter().map(|(name, value)| Field { name, value: text(value) }).collect()
        }
        Value::Array(values) => values
            .into_iter()
            .enumerate()
            .map(|(place, value)| Field { name: format!("[{place}]"), value: text(value) })
            .collect(),
        value => vec![Field { name: String::new(), value: text(value) }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(content_type: &str, body: &str) -> http::Request<Vec<u8>> {
        http::Request::post("http://127.0.0.1:1/oauth/token?access_token=the-first-token")
            .header(CONTENT_TYPE, content_type)
            .header(AUTHORIZATION, "Bearer the-first-token")
            .body(body.as_bytes().to_vec())
            .unwrap()
    }

    fn response(content_type: &str, body: &str) -> http::Response<Vec<u8>> {
        http::Response::builder().header(CONTENT_TYPE, content_type).body(body.as_bytes().to_vec()).unwrap()
    }

    fn shown(fields: &[Field]) -> Vec<String> {
        fields.iter().map(|Field { name, value }| format!("{name}={value}")).collect()
    }

    #[test]
    fn requests_of_every_encoding_are_taken_apart_and_masked() {
        let multipart = "--X\r\nContent-Disposition: form-data; name=\"code\"\r\n\r\nthe-code\r\n\
            --X\r\nContent-Disposition: form-data; name=\"grant_type\"\r\n\r\nauthorization_code\r\n--X--\r\n";
        for (content_type, body) in [
            ("application/x-www-form-urlencoded", "code=the-code&grant_type=authorization_code"),
            ("application/json", r#"{"code":"the-code","grant_type":"authorization_code"}"#),
            ("multipart/form-data; boundary=X", multipart),
        ] {
            let request = Request::read(&request(content_type, body), &Secrets::default());
            assert_eq!(shown(&request.body.fields), ["code=[code]", "grant_type=authorization_code"]);
            assert_eq!(request.link.url, "http://127.0.0.1:1/oauth/token");
            assert_eq!(shown(&request.link.query), ["access_token=[access token]"]);
            assert_eq!(request.headers[1].value, "Bearer [access token]");
            assert!(!format!("{request:?}").contains("the-"), "{request:?}");
        }
    }

    #[test]
    fn answers_are_taken_apart_and_masked() {
        let secrets = Secrets::default();
        let json = response(
            "application/json; charset=utf-8",
            r#"{"expires_in":5,"access_token":"the-token","a":[{"token":"x"}]}"#,
        );
        let json = Response::read(&json, Purpose::Token, &secrets);
        assert_eq!(
            shown(&json.body.fields),
            [r#"a=[{"token":"[access token]"}]"#, "access_token=[access token 2]", "expires_in=5"]
        );
        let list = Response::read(&response("application/json", r#"[1,{"b":2}]"#), Purpose::Api, &secrets);
        assert_eq!(shown(&list.body.fields), ["[0]=1", r#"[1]={"b":2}"#]);
        let xml = Response::read(&response("text/xml", "<a>the-token</a>"), Purpose::Api, &secrets);
        assert_eq!((&*xml.body.text, xml.body.bytes), ("<a>[access token 2]</a>", 16));
    }

    #[test]
    fn a_token_reply_that_is_no_json_is_not_shown() {
        let reply = response("text/plain", r#"{"access_token":"the-token"}"#);
        let reply = Response::read(&reply, Purpose::Token, &Secrets::default());
        assert_eq!(reply.body.text, "[not shown]");
    }
}
