//! Recorded token responses.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use oauth_core::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use oauth_core::http::{Method, Response};
use oauth_core::serde_json::{Map, Value};
use oauth_core::{Call, Transport, TransportError, serde_json};

/// Secrets of a token response, replaced by `example-…`.
const SECRETS: [&str; 3] = ["access_token", "refresh_token", "id_token"];

/// Keeps the last token response. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct LastResponse(Arc<Mutex<Option<Response<Vec<u8>>>>>);

impl LastResponse {
    pub(crate) fn wrap(&self, inner: Arc<dyn Transport>) -> Arc<dyn Transport> {
        Arc::new(Recorder { inner, last: self.clone() })
    }

    /// Compares the last token response with the recorded one, or writes it if `OAUTH_RECORD` is set.
    pub(crate) fn check(&self, server: &str, address: &str, name: &str) {
        let response = self.0.lock().unwrap().take().expect("no token call was answered");
        let text = text(&response, address);
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("../../crates/oauth-core/tests/recorded/real_servers")
            .join(server);
        let file = folder.join(format!("{name}.http"));
        if std::env::var_os("OAUTH_RECORD").is_some() {
            std::fs::create_dir_all(&folder).unwrap();
            return std::fs::write(&file, text).unwrap();
        }
        let recorded = std::fs::read_to_string(&file).unwrap_or_default();
        let help = "help: run `cargo xtask real-servers --record` and review the difference";
        assert_eq!(text, recorded, "{server} responds otherwise than in {}\n{help}", file.display());
    }
}

#[derive(Debug)]
struct Recorder {
    inner: Arc<dyn Transport>,
    last: LastResponse,
}

#[oauth_core::async_trait]
impl Transport for Recorder {
    async fn call(&self, call: Call) -> Result<Response<Vec<u8>>, TransportError> {
        let is_token_call = call.request.method() == Method::POST;
        let response = self.inner.call(call).await?;
        if is_token_call {
            *self.last.0.lock().unwrap() = Some(response.clone());
        }
        Ok(response)
    }
}

/// Status, the headers that a client reads, and the body, without secrets and the server's address.
fn text(response: &Response<Vec<u8>>, address: &str) -> String {
    let mut text = format!("HTTP/1.1 {}\n", response.status());
    for name in [CONTENT_TYPE, WWW_AUTHENTICATE, RETRY_AFTER] {
        for value in response.headers().get_all(&name) {
            text += &format!("{name}: {}\n", value.to_str().unwrap());
        }
    }
    text += &format!("\n{}\n", std::str::from_utf8(response.body()).unwrap());
    let fields: Map<String, Value> = serde_json::from_slice(response.body()).unwrap();
    for name in SECRETS {
        if let Some(secret) = fields.get(name).and_then(Value::as_str) {
            text = text.replace(secret, &format!("example-{}", name.replace('_', "-")));
        }
    }
    // A server that counts the rest of the lifetime may have begun another second.
    text.replace("3599", "3600").replace(address, "http://server.example")
}
