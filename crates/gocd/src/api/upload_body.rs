//! Bodies of uploads.

use std::fmt;

use oauth_core::Error;
use oauth_core::http::header::CONTENT_TYPE;
use oauth_core::http::{HeaderValue, Request};

/// The body of an upload. `Debug` hides its content.
#[derive(Clone)]
pub(super) struct UploadBody {
    content_type: Option<String>,
    bytes: Vec<u8>,
}

impl UploadBody {
    /// A file as it is.
    pub(super) fn raw(content: &[u8]) -> Self {
        Self { content_type: None, bytes: content.to_vec() }
    }

    /// Files in the fields of a form (RFC 7578), by name and content.
    pub(super) fn multipart(
        field: &str,
        files: impl IntoIterator<Item = (impl AsRef<str>, impl AsRef<[u8]>)>,
    ) -> Self {
        let files: Vec<_> = files.into_iter().collect();
        let boundary = boundary(&files);
        let mut bytes = Vec::new();
        for (name, content) in &files {
            // As browsers escape names (WHATWG HTML, "multipart form data").
            let name = name.as_ref().replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
            let head = format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\n"
            );
            bytes.extend(head.as_bytes());
            bytes.extend(content.as_ref());
            bytes.extend(b"\r\n");
        }
        bytes.extend(format!("--{boundary}--\r\n").as_bytes());
        Self { content_type: Some(format!("multipart/form-data; boundary={boundary}")), bytes }
    }

    /// Returns the request with this body.
    pub(super) fn put_into(&self, mut request: Request<Vec<u8>>) -> Result<Request<Vec<u8>>, Error> {
        if let Some(content_type) = &self.content_type {
            let value = HeaderValue::from_str(content_type);
            let value = value.map_err(|_| Error::invalid_input("the content type cannot be sent"))?;
            request.headers_mut().insert(CONTENT_TYPE, value);
        }
        request.body_mut().clone_from(&self.bytes);
        Ok(request)
    }
}

impl fmt::Debug for UploadBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UploadBody").field("bytes", &self.bytes.len()).finish()
    }
}

/// Returns a boundary that occurs in no file.
fn boundary(files: &[(impl AsRef<str>, impl AsRef<[u8]>)]) -> String {
    let occurs = |boundary: &String| {
        let mut windows = files.iter().flat_map(|(_, content)| content.as_ref().windows(boundary.len()));
        windows.any(|window| window == boundary.as_bytes())
    };
    (0_u64..).map(|number| format!("file-boundary-{number}")).find(|text| !occurs(text)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boundary_occurs_in_no_file() {
        let files = [("a\"b\n", "--file-boundary-0"), ("c", "file-boundary-1")];
        let body = UploadBody::multipart("file", files);
        assert_eq!(body.content_type.as_deref(), Some("multipart/form-data; boundary=file-boundary-2"));
        let text = String::from_utf8(body.bytes).unwrap_or_default();
        assert!(text.contains("name=\"file\"; filename=\"a%22b%0A\"\r\n"), "{text}");
        assert!(text.ends_with("file-boundary-1\r\n--file-boundary-2--\r\n"), "{text}");
    }
}
