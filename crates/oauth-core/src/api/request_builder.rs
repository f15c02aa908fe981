//! `RequestBuilder`: builds the request of a declared endpoint.

use std::collections::BTreeMap;
use std::fmt::{self, Display};

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use http::header::{CONTENT_TYPE, IF_MATCH};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use url::Url;

use crate::api::endpoint::{join, request};
use crate::api::etag::ETag;
use crate::api::request_body::RequestBody;
use crate::error::Error;
use crate::util::url_policy::is_dot_segment;

/// Builds the request of an endpoint: a base URL, the headers of every call there, path, query and body.
///
/// [`endpoint!`](crate::endpoint) calls the methods. A provider crate writes functions that return the
/// builder of a part of its API:
///
/// ```
/// use oauth_core::http::{HeaderValue, Method, header::ACCEPT};
/// use oauth_core::{EndpointContext, FixedSite, Provider, RequestBuilder};
///
/// fn version_1<P: Provider<Site = FixedSite>>(context: &EndpointContext<'_, P>) -> RequestBuilder {
///     RequestBuilder::new(context.site().api_url())
///         .header(ACCEPT, HeaderValue::from_static("application/vnd.example.v1+json"))
/// }
/// ```
///
/// A value that cannot be sent is reported by [`build`](Self::build).
pub struct RequestBuilder {
    url: Result<Url, Error>,
    headers: HeaderMap,
    confirmation: Option<(HeaderName, HeaderValue)>,
    content_type: Option<HeaderValue>,
    json: Option<Result<Vec<u8>, Error>>,
}

impl RequestBuilder {
    /// A request below this URL.
    pub fn new(base: &Url) -> Self {
        Self::from_result(Ok(base.clone()))
    }

    /// A request below the URL of a result, whose error [`build`](Self::build) returns.
    pub fn from_result(base: Result<Url, Error>) -> Self {
        Self { url: base, headers: HeaderMap::new(), confirmation: None, content_type: None, json: None }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Adds a header to `POST`, `PUT` and `PATCH` requests without a JSON body, by which some APIs tell an
    /// intended change from a forged form.
    #[must_use]
    pub fn confirmation_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.confirmation = Some((name, value));
        self
    }

    /// Sets the `Content-Type` of all requests but `GET`, instead of that of a JSON body.
    #[must_use]
    pub fn content_type(mut self, value: HeaderValue) -> Self {
        self.content_type = Some(value);
        self
    }

    /// Appends a path template. `:name` stands for one segment or its first part (`:id.json`), `*name` for
    /// all further segments. Values are encoded, so that none can change the path around it.
    #[must_use]
    pub fn path(mut self, template: &str, parameters: &[(&str, &dyn Display)]) -> Self {
        self.url = self.url.and_then(|base| {
            let segments = segments(template, parameters)?;
            join(&base, &segments.iter().map(String::as_str).collect::<Vec<_>>())
        });
        self
    }

    /// Adds a query parameter, if it has a value.
    #[must_use]
    pub fn query<T: QueryValue>(mut self, name: &str, value: Option<&T>) -> Self {
        if let (Some(value), Ok(url)) = (value, &mut self.url) {
            value.write(&mut |value| {
                url.query_pairs_mut().append_pair(name, value);
            });
        }
        self
    }

    /// Adds a JSON body, in an object with this one key if `root` is given.
    #[must_use]
    pub fn json_body<T: RequestBody>(mut self, root: Option<&str>, value: &T) -> Self {
        let body = match root {
            Some(root) => serde_json::to_vec(&BTreeMap::from([(root, value)])),
            None => serde_json::to_vec(value),
        };
        let unsendable = |error| Error::invalid_input(format!("the body cannot be sent: {error}"));
        self.json = Some(body.map_err(unsendable));
        self.headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
        self
    }

    /// Makes the request conditional (RFC 9110 section 13.1.1): the server responds with 412 if the resource
    /// was changed since it had this entity tag.
    #[must_use]
    pub fn if_match(self, etag: &ETag) -> Self {
        self.header(IF_MATCH, etag.to_header())
    }

    /// Returns the request.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if a value cannot be sent.
    pub fn build(mut self, method: Method) -> Result<Request<Vec<u8>>, Error> {
        if let Some((name, value)) = self.confirmation
            && self.json.is_none()
            && [Method::POST, Method::PUT, Method::PATCH].contains(&method)
        {
            self.headers.insert(name, value);
        }
        if let Some(content_type) = self.content_type.filter(|_| method != Method::GET) {
            self.headers.insert(CONTENT_TYPE, content_type);
        }
        let mut request = request(method, &self.url?, self.json.unwrap_or(Ok(Vec::new()))?)?;
        *request.headers_mut() = self.headers;
        Ok(request)
    }
}

/// Without path, query, header values and body, which may hold secrets.
impl fmt::Debug for RequestBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestBuilder")
            .field("host", &self.url.as_ref().ok().and_then(Url::host_str))
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

/// Returns the segments of a path template with its parameters filled in.
fn segments(template: &str, parameters: &[(&str, &dyn Display)]) -> Result<Vec<String>, Error> {
    let value = |name: &str| {
        let parameter = parameters.iter().find(|(parameter, _)| *parameter == name);
        // `endpoint!` checks the names when it is compiled.
        let (_, value) = parameter
            .ok_or_else(|| Error::invalid_input(format!("the path parameter `{name}` is missing")))?;
        let value = value.to_string();
        if is_dot_segment(&value) {
            return Err(Error::invalid_input(format!("`{name}` is empty, `.` or `..`")));
        }
        Ok(value)
    };
    let mut segments = Vec::new();
    for part in template.split('/').filter(|part| !part.is_empty()) {
        if let Some(name) = part.strip_prefix('*') {
            segments.extend(value(name)?.split('/').map(str::to_owned));
        } else if let Some(parameter) = part.strip_prefix(':') {
            let end = parameter.find(|c: char| c != '_' && !c.is_ascii_alphanumeric());
            let (name, rest) = parameter.split_at(end.unwrap_or(parameter.len()));
            segments.push(value(name)? + rest);
        } else {
            segments.push(part.to_owned());
        }
    }
    Ok(segments)
}

/// True if each parameter of a path template is among `names`.
#[doc(hidden)]
#[must_use]
pub const fn has_only_parameters(template: &str, names: &[&str]) -> bool {
    let template = template.as_bytes();
    let mut at = 0;
    while at < template.len() {
        if at > 0 && template[at - 1] == b'/' && matches!(template[at], b':' | b'*') {
            let mut known = false;
            let mut index = 0;
            while index < names.len() {
                known = known || is_word_at(template, at + 1, names[index].as_bytes());
                index += 1;
            }
            if !known {
                return false;
            }
        }
        at += 1;
    }
    true
}

const fn is_word_at(text: &[u8], start: usize, word: &[u8]) -> bool {
    let end = start + word.len();
    if end > text.len() || (end < text.len() && (text[end] == b'_' || text[end].is_ascii_alphanumeric())) {
        return false;
    }
    let mut at = 0;
    while at < word.len() {
        if text[start + at] != word[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// A value of a query parameter.
pub trait QueryValue {
    /// Calls `add` with the text of each value: a list repeats its parameter.
    fn write(&self, add: &mut dyn FnMut(&str));
}

macro_rules! query_values {
    ($($type:ty),*) => {$(
        impl QueryValue for $type {
            fn write(&self, add: &mut dyn FnMut(&str)) {
                add(&self.to_string());
            }
        }
    )*};
}

query_values!(bool, u8, u16, u32, u64, i64, String, NaiveDate);

/// RFC 3339, to the second: `2026-11-30T12:00:00Z`.
impl QueryValue for DateTime<Utc> {
    fn write(&self, add: &mut dyn FnMut(&str)) {
        add(&self.to_rfc3339_opts(SecondsFormat::Secs, true));
    }
}

/// Repeats the parameter.
impl<T: QueryValue> QueryValue for Vec<T> {
    fn write(&self, add: &mut dyn FnMut(&str)) {
        for value in self {
            value.write(add);
        }
    }
}

/// Values of one query parameter, separated by commas.
///
/// ```
/// use oauth_core::CommaSeparated;
///
/// let both = CommaSeparated(vec!["a".to_owned(), "b".to_owned()]);
/// assert_eq!(both.to_string(), "a,b");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommaSeparated<T>(pub Vec<T>);

impl<T: QueryValue> Display for CommaSeparated<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut texts = Vec::new();
        for value in &self.0 {
            value.write(&mut |text| texts.push(text.to_owned()));
        }
        f.write_str(&texts.join(","))
    }
}

impl<T: QueryValue> QueryValue for CommaSeparated<T> {
    fn write(&self, add: &mut dyn FnMut(&str)) {
        if !self.0.is_empty() {
            add(&self.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> RequestBuilder {
        RequestBuilder::new(&"https://api.example.com/v2".parse().unwrap())
    }

    #[test]
    fn path_parameters_are_encoded() {
        let url = |template: &str, value: &str| {
            let builder = base().path(template, &[("name", &value.to_owned() as &dyn Display)]);
            builder.build(Method::GET).map(|request| request.uri().to_string())
        };
        for (template, value, path) in [
            ("/things/:name", "a b/c?d#e%2f", "/v2/things/a%20b%2Fc%3Fd%23e%252f"),
            ("/things/:name.json", "a", "/v2/things/a.json"),
            ("/things/:name/parts", "ü", "/v2/things/%C3%BC/parts"),
            ("/files/*name", "a/b c.txt", "/v2/files/a/b%20c.txt"),
            ("/things/:name", "a\tb\r\n", "/v2/things/a%09b%0D%0A"),
            ("/things/:name", "%2e%2E", "/v2/things/%252e%252E"),
            ("/things/:name", r"..\a|[b]^", "/v2/things/..%5Ca%7C%5Bb%5D%5E"),
            ("/things/:name", "!$&'()*+,;=:@~", "/v2/things/!$&'()*+,;=:@~"),
        ] {
            let sent = url(template, value).unwrap();
            assert_eq!(sent, format!("https://api.example.com{path}"));
            assert_eq!(sent.parse::<Url>().unwrap().as_str(), sent, "{value:?}");
        }
        for bad in ["", ".", "..", "/a", "a/", "a//b", "a/../b", "a/.\t./b", "a/\n/b"] {
            assert!(url("/files/*name", bad).is_err(), "{bad:?}");
        }
        for bad in ["", ".", "..", ".\t.", ".\n", "\r..", "\t"] {
            assert!(url("/things/:name", bad).is_err(), "{bad:?}");
        }
        assert!(url("/things/:other", "a").is_err());
    }

    #[test]
    fn debug_shows_host_and_header_names_only() {
        let secret = "canary".to_owned();
        let builder = base()
            .path("/things/:name", &[("name", &secret as &dyn Display)])
            .query("key", Some(&secret))
            .header(HeaderName::from_static("x-key"), HeaderValue::from_static("canary"))
            .confirmation_header(HeaderName::from_static("x-confirm"), HeaderValue::from_static("canary"))
            .json_body(None, &serde_json::Value::from("canary"));
        let shown = format!("{builder:?}");
        assert_eq!(
            shown,
            r#"RequestBuilder { host: Some("api.example.com"), headers: ["x-key", "content-type"], .. }"#
        );
    }

    #[test]
    fn template_has_only_known_parameters() {
        for (template, known) in [
            ("/a/:name/b/*path", true),
            ("/a/:name.json", true),
            ("/a:b/c*d", true),
            ("/a/:names", false),
            ("/a/:nam", false),
            ("/:other", false),
        ] {
            assert_eq!(has_only_parameters(template, &["name", "path"]), known, "{template}");
        }
    }

    #[test]
    fn confirmation_goes_with_changes_without_body() {
        let header = HeaderName::from_static("x-confirm");
        let sent = |method: Method, body: bool| {
            let mut builder = base().confirmation_header(header.clone(), HeaderValue::from_static("true"));
            if body {
                builder = builder.json_body(None, &serde_json::Value::Null);
            }
            builder.build(method).unwrap().headers().contains_key("x-confirm")
        };
        for method in [Method::POST, Method::PUT, Method::PATCH] {
            assert!(sent(method.clone(), false));
            assert!(!sent(method, true));
        }
        assert!(!sent(Method::GET, false) && !sent(Method::DELETE, false));
    }

    #[test]
    fn content_type_goes_with_all_but_get() {
        let sent = |method: Method, body: bool| {
            let mut builder = base().content_type(HeaderValue::from_static("application/vnd.api+json"));
            if body {
                builder = builder.json_body(None, &serde_json::Value::Null);
            }
            builder
                .build(method)
                .unwrap()
                .headers()
                .get("content-type")
                .map(|value| value.to_str().unwrap().to_owned())
        };
        assert_eq!(sent(Method::GET, false), None);
        for (method, body) in [(Method::DELETE, false), (Method::POST, false), (Method::POST, true)] {
            assert_eq!(sent(method, body).as_deref(), Some("application/vnd.api+json"));
        }
    }

    #[test]
    fn query_values_are_written_as_documented() {
        let day = NaiveDate::from_ymd_opt(2026, 2, 3).unwrap();
        let time = day.and_hms_opt(4, 5, 6).unwrap().and_utc();
        let request = base()
            .query("filter[from]", Some(&time))
            .query("day", Some(&day))
            .query("type[]", Some(&vec!["a".to_owned(), "b".to_owned()]))
            .query("ids", Some(&CommaSeparated(vec!["x".to_owned(), "y".to_owned()])))
            .query("none", None::<&u32>)
            .query("empty", Some(&CommaSeparated::<String>(Vec::new())))
            .build(Method::GET)
            .unwrap();
        assert_eq!(
            request.uri().query(),
            Some(
                "filter%5Bfrom%5D=2026-02-03T04%3A05%3A06Z&day=2026-02-03&type%5B%5D=a&type%5B%5D=b&ids=x%2Cy"
            )
        );
    }
}
