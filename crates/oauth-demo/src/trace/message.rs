//! Requests and responses parsed into readable fields, with secrets redacted.

use http::HeaderMap;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use serde::Serialize;
use serde_json::Value;
use url::form_urlencoded;

use super::{Purpose, Secrets};

/// A name and a redacted value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Field {
    /// The name.
    pub(crate) name: String,
    /// The value.
    pub(crate) value: String,
}

#[doc(hidden)]
/// A URL that a browser is sent to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Link {
    /// The URL without the query.
    pub(crate) url: String,
    /// The query.
    pub(crate) query: Vec<Field>,
}

#[doc(hidden)]
/// A sent request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Request {
    /// The method.
    pub(crate) method: String,
    /// The URL and its query.
    #[serde(flatten)]
    pub(crate) link: Link,
    /// Header fields.
    pub(crate) headers: Vec<Field>,
    /// The body.
    pub(crate) body: Body,
}

#[doc(hidden)]
/// A received response.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Response {
    /// The status.
    pub(crate) status: u16,
    /// The reason phrase.
    #[serde(skip)]
    pub(crate) reason: &'static str,
    /// The body.
    pub(crate) body: Body,
}

/// A body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Body {
    /// The media type without parameters, empty if there is none.
    pub(crate) media_type: String,
    /// The length in bytes.
    pub(crate) bytes: usize,
    /// The named fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) fields: Vec<Field>,
    /// The start of the text, if there are no named fields.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) text: String,
}

/// Maximum length of a body's text.
const MAX_TEXT_LENGTH: usize = 600;

impl Link {
    /// Parses and redacts a URL.
    pub fn parse(url: &str, secrets: &Secrets) -> Self {
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        Self { url: secrets.redact(base), query: parameters(query.as_bytes(), secrets) }
    }
}

impl Request {
    /// Parses and redacts a request.
    pub fn parse(request: &http::Request<Vec<u8>>, secrets: &Secrets) -> Self {
        // First, so that the token is redacted wherever else it stands.
        for value in request.headers().get_all(AUTHORIZATION) {
            secrets.redact_authorization(&String::from_utf8_lossy(value.as_bytes()));
        }
        let headers = request
            .headers()
            .iter()
            .map(|(name, value)| {
                let text = String::from_utf8_lossy(value.as_bytes());
                let value = if name == AUTHORIZATION {
                    secrets.redact_authorization(&text)
                } else {
                    secrets.redact_field(name.as_str(), &text)
                };
                Field { name: name.as_str().to_owned(), value }
            })
            .collect();
        Self {
            method: request.method().to_string(),
            headers,
            link: Link::parse(&request.uri().to_string(), secrets),
            body: Body::parse(request.headers(), request.body(), true, secrets),
        }
    }

    /// Omits the body's content.
    #[must_use]
    pub fn without_content(self) -> Self {
        Self { body: self.body.without_content(), ..self }
    }
}

impl Response {
    /// Parses and redacts a response.
    pub fn parse(response: &http::Response<Vec<u8>>, purpose: Purpose, secrets: &Secrets) -> Self {
        let status = response.status();
        // In a token response only named fields are shown, because other text could be a secret.
        let show_text = purpose != Purpose::Token || !status.is_success();
        let mut body = Body::parse(response.headers(), response.body(), show_text, secrets);
        if purpose == Purpose::Page {
            // HTML is not useful in the output.
            body.text.clear();
        }
        Self { status: status.as_u16(), reason: status.canonical_reason().unwrap_or_default(), body }
    }

    /// Omits the body's content.
    #[must_use]
    pub fn without_content(self) -> Self {
        Self { body: self.body.without_content(), ..self }
    }
}

impl Body {
    fn without_content(self) -> Self {
        Self { fields: Vec::new(), text: String::new(), ..self }
    }

    /// Parses and redacts a body. Text without named fields is kept only if `show_text` is set.
    fn parse(headers: &HeaderMap, bytes: &[u8], show_text: bool, secrets: &Secrets) -> Self {
        let content_type =
            headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let mut body = Self { media_type, bytes: bytes.len(), fields: Vec::new(), text: String::new() };
        match &*body.media_type {
            _ if bytes.is_empty() => {}
            "application/x-www-form-urlencoded" => body.fields = parameters(bytes, secrets),
            "multipart/form-data" => body.fields = multipart_fields(content_type, bytes, secrets),
            media_type => match serde_json::from_slice(bytes) {
                Ok(value) if media_type.ends_with("json") => body.fields = json_fields(value, secrets),
                _ if show_text => {
                    let text = String::from_utf8_lossy(bytes);
                    body.text = secrets.redact(&text).chars().take(MAX_TEXT_LENGTH).collect();
                }
                _ => body.text = "[not shown]".to_owned(),
            },
        }
        body
    }
}

/// Parses a query or a form-encoded body.
fn parameters(query: &[u8], secrets: &Secrets) -> Vec<Field> {
    form_urlencoded::parse(query)
        .map(|(name, value)| Field { value: secrets.redact_field(&name, &value), name: name.into_owned() })
        .collect()
}

/// Parses a multipart form (RFC 7578) in the format that our clients send.
fn multipart_fields(content_type: &str, bytes: &[u8], secrets: &Secrets) -> Vec<Field> {
    let Some((_, boundary)) = content_type.split_once("boundary=") else { return Vec::new() };
    let delimiter = format!("--{}", boundary.trim_matches('"'));
    String::from_utf8_lossy(bytes)
        .split(&*delimiter)
        .filter_map(|part| {
            let (head, value) = part.split_once("\r\n\r\n")?;
            let (_, name) = head.split_once("name=\"")?;
            let name = name.split('"').next()?;
            let value = value.strip_suffix("\r\n").unwrap_or(value);
            Some(Field { name: name.to_owned(), value: secrets.redact_field(name, value) })
        })
        .collect()
}

/// The members of a JSON object, or the elements of a list by index.
fn json_fields(mut value: Value, secrets: &Secrets) -> Vec<Field> {
    secrets.redact_fields(&mut value);
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
            .map(|(index, value)| Field { name: format!("[{index}]"), value: text(value) })
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
            .header("x-test", "the-first-token")
            .header(AUTHORIZATION, "Bearer the-first-token")
            .body(body.as_bytes().to_vec())
            .unwrap()
    }

    fn response(content_type: &str, body: &str) -> http::Response<Vec<u8>> {
        http::Response::builder().header(CONTENT_TYPE, content_type).body(body.as_bytes().to_vec()).unwrap()
    }

    fn to_strings(fields: &[Field]) -> Vec<String> {
        fields.iter().map(|Field { name, value }| format!("{name}={value}")).collect()
    }

    #[test]
    fn parses_and_redacts_every_request_encoding() {
        let multipart = "--X\r\nContent-Disposition: form-data; name=\"code\"\r\n\r\nthe-code\r\n\
            --X\r\nContent-Disposition: form-data; name=\"grant_type\"\r\n\r\nauthorization_code\r\n--X--\r\n";
        for (content_type, body) in [
            ("application/x-www-form-urlencoded", "code=the-code&grant_type=authorization_code"),
            ("application/json", r#"{"code":"the-code","grant_type":"authorization_code"}"#),
            ("multipart/form-data; boundary=X", multipart),
        ] {
            let request = Request::parse(&request(content_type, body), &Secrets::default());
            assert_eq!(to_strings(&request.body.fields), ["code=[code]", "grant_type=authorization_code"]);
            assert_eq!(request.link.url, "http://127.0.0.1:1/oauth/token");
            assert_eq!(to_strings(&request.link.query), ["access_token=[access token]"]);
            assert_eq!(request.headers[2].value, "Bearer [access token]");
            assert!(!format!("{request:?}").contains("the-"), "{request:?}");
        }
    }

    #[test]
    fn parses_and_redacts_responses() {
        let secrets = Secrets::default();
        let json = response(
            "application/json; charset=utf-8",
            r#"{"expires_in":5,"access_token":"the-token","a":[{"token":"x"}]}"#,
        );
        let json = Response::parse(&json, Purpose::Token, &secrets);
        assert_eq!(
            to_strings(&json.body.fields),
            [r#"a=[{"token":"[access token]"}]"#, "access_token=[access token 2]", "expires_in=5"]
        );
        let list = Response::parse(&response("application/json", r#"[1,{"b":2}]"#), Purpose::Api, &secrets);
        assert_eq!(to_strings(&list.body.fields), ["[0]=1", r#"[1]={"b":2}"#]);
        let xml = Response::parse(&response("text/xml", "<a>the-token</a>"), Purpose::Api, &secrets);
        assert_eq!((&*xml.body.text, xml.body.bytes), ("<a>[access token 2]</a>", 16));
    }

    #[test]
    fn hides_token_response_that_is_not_json() {
        let response = response("text/plain", r#"{"access_token":"the-token"}"#);
        let response = Response::parse(&response, Purpose::Token, &Secrets::default());
        assert_eq!(response.body.text, "[not shown]");
    }
}
