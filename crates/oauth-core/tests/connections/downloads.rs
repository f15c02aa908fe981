//! Downloads through a connection.

use std::sync::{Arc, Mutex};

use oauth_core::connections::Connections;
use oauth_core::http::{HeaderValue, Request, Response, header};
use oauth_core::store::MemoryStore;
use oauth_core::{
    App, BodySink, Call, Client, Endpoint, EndpointContext, Error, ErrorKind, Scopes, Transport,
    TransportError,
};
use oauth_testing::{ACCESS_TOKEN, CLIENT_SECRET, ManualClock, json_response};

use crate::support::{NonRefreshingProvider, Ping, site};

struct File;

impl Endpoint<NonRefreshingProvider> for File {
    type Response = Vec<u8>;
    const NAME: &'static str = "GET /file";

    fn request(
        &self,
        context: &EndpointContext<'_, NonRefreshingProvider>,
    ) -> Result<Request<Vec<u8>>, Error> {
        Endpoint::<NonRefreshingProvider>::request(&Ping::<true>, context)
    }

    fn parse(
        &self,
        _: &EndpointContext<'_, NonRefreshingProvider>,
        response: Response<Vec<u8>>,
    ) -> Result<Vec<u8>, Error> {
        Ok(response.into_body())
    }
}

/// A response: status, entity tag, `Content-Range`, the bytes that arrive, and whether the connection breaks
/// after them.
type Part = (u16, Option<&'static str>, Option<&'static str>, &'static str, bool);

/// Sends the parts in order, and records each `Range` and `If-Range`.
#[derive(Clone, Debug, Default)]
struct BreakingServer {
    parts: Arc<Mutex<Vec<Part>>>,
    ranges: Arc<Mutex<Vec<String>>>,
}

#[oauth_core::async_trait]
impl Transport for BreakingServer {
    async fn call(&self, _: Call) -> Result<Response<Vec<u8>>, TransportError> {
        unreachable!("a download is streamed")
    }

    async fn stream(&self, call: Call, sink: &mut dyn BodySink) -> Result<Response<Vec<u8>>, TransportError> {
        let shown = [header::RANGE, header::IF_RANGE]
            .map(|name| call.request.headers().get(name).map_or("-", |value| value.to_str().unwrap()));
        self.ranges.lock().unwrap().push(shown.join(" "));
        let (status, etag, range, bytes, breaks) = self.parts.lock().unwrap().remove(0);
        let mut response = json_response(status, "");
        for (name, value) in [(header::ETAG, etag), (header::CONTENT_RANGE, range)] {
            if let Some(value) = value {
                response.headers_mut().insert(name, HeaderValue::from_static(value));
            }
        }
        let (head, body) = response.into_parts();
        if sink.accept(&head).map_err(TransportError::Sink)? {
            sink.write(bytes.as_bytes()).map_err(TransportError::Sink)?;
        }
        if breaks {
            return Err(TransportError::Unanswered("the connection broke".into()));
        }
        Ok(Response::from_parts(head, body))
    }
}

async fn download(parts: &[Part]) -> (Result<u64, ErrorKind>, String, Vec<String>) {
    let server = BreakingServer::default();
    *server.parts.lock().unwrap() = parts.to_vec();
    let client = Client::<NonRefreshingProvider>::builder(site(), App::without_redirect("id", CLIENT_SECRET))
        .transport(server.clone())
        .clock(ManualClock::default())
        .build()
        .unwrap();
    let token = client.import_token(ACCESS_TOKEN, Scopes::none()).unwrap();
    let connections = Connections::builder(client, MemoryStore::default()).build();
    let acme = connections.insert("acme", token).await.unwrap();
    let mut target = Vec::new();
    let result = acme.download(&File, &mut target).await;
    let ranges = server.ranges.lock().unwrap().clone();
    (result.map(|done| done.bytes).map_err(|error| error.kind()), String::from_utf8(target).unwrap(), ranges)
}

#[tokio::test(start_paused = true)]
async fn broken_download_is_resumed() {
    let (result, content, ranges) = download(&[
        (200, Some("\"v1\""), None, "0123", true),
        (206, Some("\"v1\""), Some("bytes 4-9/10"), "45", true),
        (206, Some("\"v1\""), Some("bytes 6-9/10"), "6789", false),
    ])
    .await;
    assert_eq!((result, content.as_str()), (Ok(10), "0123456789"));
    assert_eq!(ranges, ["- -", "bytes=4- \"v1\"", "bytes=6- \"v1\""]);
}

#[tokio::test(start_paused = true)]
async fn download_restarts_if_the_server_cannot_resume() {
    for (etag, second) in [(Some("\"v1\""), "bytes=4- \"v1\""), (Some("W/\"v1\""), "- -"), (None, "- -")] {
        let (result, content, ranges) =
            download(&[(200, etag, None, "0123", true), (200, etag, None, "new bytes", false)]).await;
        assert_eq!((result, content.as_str()), (Ok(9), "new bytes"));
        assert_eq!(ranges, ["- -", second]);
    }
}

#[tokio::test(start_paused = true)]
async fn wrong_part_is_an_error() {
    for range in [Some("bytes 5-9/10"), Some("bytes */10"), None] {
        let (result, content, _) =
            download(&[(200, Some("\"v1\""), None, "0123", true), (206, None, range, "56789", false)]).await;
        assert_eq!((result, content.as_str()), (Err(ErrorKind::DownloadFailed), "0123"));
    }
}
