//! The parameters of one request, from the query and from a body that is urlencoded, multipart form-data or
//! JSON.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http_body_util::{BodyDataStream, Full};
use url::form_urlencoded;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// No body, or one that is not a form.
    #[default]
    None,
    Urlencoded,
    Multipart,
    Json,
}

pub(crate) type Pairs = Vec<(String, String)>;

/// Query and form parameters. The last value of a repeated parameter wins, as in Rack and PHP.
#[derive(Default)]
pub(crate) struct Params {
    pub(crate) query: Pairs,
    pub(crate) form: Pairs,
    pub(crate) encoding: Encoding,
}

impl Params {
    /// Parses the query of `parts` and, for a form content type, `body`. Invalid parts are skipped: the
    /// provider then responds with its own error for a missing parameter.
    pub(crate) async fn parse(parts: &Parts, body: &Bytes) -> Self {
        let query = pairs(parts.uri.query().unwrap_or_default().as_bytes());
        let content_type =
            parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        let is = |name: &str| essence.eq_ignore_ascii_case(name);
        let (form, encoding) = if is("application/x-www-form-urlencoded") {
            (pairs(body), Encoding::Urlencoded)
        } else if is("multipart/form-data") {
            (multipart(content_type, body).await, Encoding::Multipart)
        } else if is("application/json") {
            (json(body), Encoding::Json)
        } else {
            (Pairs::default(), Encoding::None)
        };
        Self { query, form, encoding }
    }

    /// The value of `name` in the body, otherwise in the query.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        last(&self.form, name).or_else(|| last(&self.query, name))
    }

    /// The value of `name`, or `""`.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// The value of `name`, unless it is missing or blank.
    pub(crate) fn present(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.trim().is_empty())
    }
}

fn pairs(encoded: &[u8]) -> Pairs {
    form_urlencoded::parse(encoded).into_owned().collect()
}

pub(crate) fn last<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

async fn multipart(content_type: &str, body: &Bytes) -> Pairs {
    let Ok(boundary) = multer::parse_boundary(content_type) else { return Pairs::default() };
    let body = BodyDataStream::new(Full::new(body.clone()));
    let mut parts = multer::Multipart::new(body, boundary);
    let mut found = Pairs::new();
    while let Ok(Some(field)) = parts.next_field().await {
        let Some(name) = field.name().map(str::to_owned) else { continue };
        let Ok(value) = field.text().await else { break };
        found.push((name, value));
    }
    found
}

/// The strings, numbers and booleans of a JSON object.
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

    async fn parse(uri: &str, content_type: &str, body: &str) -> Params {
        let (parts, ()) = http::Request::builder()
            .uri(uri)
            .header(CONTENT_TYPE, content_type)
            .body(())
            .unwrap()
            .into_parts();
        Params::parse(&parts, &Bytes::copy_from_slice(body.as_bytes())).await
    }

    #[tokio::test]
    async fn params_parse_all_three_encodings() {
        let multipart = "--b\r\nContent-Disposition: form-data; name=\"code\"\r\n\r\na b&c\r\n\
                         --b\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\n7\r\n--b--\r\n";
        for (content_type, body, encoding) in [
            ("application/x-www-form-urlencoded; charset=utf-8", "code=a+b%26c&n=7", Encoding::Urlencoded),
            ("multipart/form-data; boundary=b", multipart, Encoding::Multipart),
            ("Application/JSON", r#"{"code":"a b&c","n":7,"nested":{}}"#, Encoding::Json),
        ] {
            let params = parse("/token?n=1&q=2", content_type, body).await;
            assert_eq!(params.get("code"), Some("a b&c"), "{content_type}");
            assert_eq!(params.get("n"), Some("7"), "the body wins over the query: {content_type}");
            assert_eq!(params.get("q"), Some("2"));
            assert_eq!(params.encoding, encoding);
        }
    }

    #[tokio::test]
    async fn params_ignore_body_that_is_no_form() {
        for (content_type, body) in [
            ("text/plain", "code=1"),
            ("application/json", "[1]"),
            ("multipart/form-data", "--b"),
            ("", "code=1"),
        ] {
            assert_eq!(parse("/", content_type, body).await.get("code"), None, "{content_type}");
        }
    }
}
